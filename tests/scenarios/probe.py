"""What root of a hostile machine tries on its host: a script that runs inside, and what is wanted of its outcomes."""
import base64
import re
import shlex
import socket
import subprocess
import textwrap

from region import HOME

# Runs inside a machine, as root, and prints one line "<what>: <outcome>" for each thing that it tries. An outcome "GOT IN" is a
# hole. Sockets are tried from the machine's own address alone; each try has a limit of its own.
PROBE = textwrap.dedent('''
    import concurrent.futures, ctypes, ctypes.util, errno, glob, os, socket, stat, struct, subprocess, sys, tempfile

    libc = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True)

    def say(what, got_in):
        print(f"{what}: {'GOT IN' if got_in else 'refused'}", flush=True)

    def connects(address, port):
        try:
            socket.create_connection((address, port), timeout=2).close()
            return True
        except OSError:
            return False

    def opens(path, mode="rb"):
        try:
            with open(path, mode) as f:
                if "r" in mode:
                    f.read(1)
            return True
        except OSError:
            return False

    # The host, by each of its addresses and on the ports that its daemons have; AWS's addresses, on other ports than their own.
    doors = [(address, int(port)) for address in sys.argv[1].split(",") for port in sys.argv[2].split(",")]
    doors += [(address, port) for address in ("169.254.169.254", "169.254.170.2", "198.18.0.1") for port in (22, 1053, 4566, 8080, 8443, 9000)
              if (address, port) != ("198.18.0.1", 22)]  # where git over SSH is
    with concurrent.futures.ThreadPoolExecutor(len(doors)) as pool:
        for (address, port), got_in in zip(doors, pool.map(lambda door: connects(*door), doors)):
            say(f"connect {address}:{port}", got_in)

    # The region's folder, and its sockets, by name and abstract.
    for path in sys.argv[3].split(","):
        say(f"see {path}", os.path.exists(path))
    for line in open("/proc/net/unix").read().splitlines()[1:]:
        name = line.split()[-1]
        if any(word in name for word in ("hanbat", "incus", "hostd")):
            say(f"a socket of the host {name}", True)

    # Block devices: made, opened, mounted.
    for major, minor, name in ((8, 0, "sda"), (254, 0, "vda"), (259, 0, "nvme0n1"), (7, 0, "loop0"), (1, 1, "mem")):
        path = tempfile.mktemp()
        kind = stat.S_IFCHR if name == "mem" else stat.S_IFBLK
        try:
            os.mknod(path, kind | 0o600, os.makedev(major, minor))
        except OSError:
            say(f"mknod {name}", False)
            continue
        say(f"open a node of {name}", opens(path))
        os.unlink(path)
    for path in glob.glob("/dev/sd*") + glob.glob("/dev/vd*") + glob.glob("/dev/nvme*") + ["/dev/mem", "/dev/kmem", "/dev/port", "/proc/kcore"]:
        say(f"open {path}", opens(path))

    # The kernel: modules, its settings, another kernel.
    module = ctypes.create_string_buffer(b"\\x7fELF" + bytes(200))
    for what, number, arguments in (("init_module", 175, (module, 204, b"")), ("kexec_load", 246, (0, 0, None, 0))):
        ctypes.set_errno(0)
        libc.syscall(number, *arguments)
        say(what, ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EACCES))
    for path, value in (("/proc/sys/kernel/core_pattern", "|/tmp/x"), ("/proc/sys/kernel/modprobe", "/tmp/x"), ("/proc/sys/vm/overcommit_memory", "1"),
                        ("/proc/sysrq-trigger", "h"), ("/sys/kernel/uevent_helper", "/tmp/x"), ("/sys/power/state", "x")):
        before = None
        try:
            before = open(path).read()
        except OSError:
            pass
        try:
            with open(path, "w") as f:
                f.write(before if before else value)
            say(f"write {path}", True)
        except OSError:
            say(f"write {path}", False)
    say("write a cgroup's release_agent", any(opens(path, "r+") for path in glob.glob("/sys/fs/cgroup/*/release_agent")))
    say("write debugfs", bool(glob.glob("/sys/kernel/debug/*")) and opens("/sys/kernel/debug/sched_features", "r+"))

    # Other users' ids: nothing outside this machine's own range can be become or given files to.
    outside = 4294967294
    for line in open("/proc/self/uid_map"):
        first, _, count = map(int, line.split())
        outside = first + count
    say("root outside", open("/proc/self/uid_map").read().split()[1] == "0")
    if outside < 4294967294:
        path = tempfile.mktemp()
        open(path, "w").close()
        try:
            os.chown(path, outside, outside)
            say("give a file to an id outside", True)
        except OSError:
            say("give a file to an id outside", False)
        os.unlink(path)
    say("see the host's processes", any(b"hanbat-hostd" in open(p, "rb").read() or b"hanbatd\\0--home" in open(p, "rb").read()
                                        for p in glob.glob("/proc/[0-9]*/cmdline") if os.path.exists(p)))
    for number in (1, os.getppid()):
        say(f"leave by process {number}'s root", os.path.exists(f"/proc/{number}/root" + sys.argv[3].split(",")[0]))

    # A namespace of its own does not make it more than it was.
    done = subprocess.run(["unshare", "-m", "sh", "-c", 'mount -t proc none /mnt && ls "/mnt/1/root$0"', sys.argv[3].split(",")[0]], capture_output=True, timeout=20)
    say("leave by a proc mounted anew", done.returncode == 0)
''')


def host_addresses():
    """Every address of this machine but its loopback, which in a machine is the machine's own."""
    lines = subprocess.run(["ip", "-4", "-o", "addr", "show"], capture_output=True, text=True, check=True).stdout
    return sorted({a for a in re.findall(r"inet (\S+?)/", lines) if not a.startswith("127.")})


def probe_command(region, open_port):
    ports = sorted({open_port, int(region.endpoint.rsplit(":", 1)[1].strip("/")), int(region.env["HANBAT_BALANCER_PORT"])})
    paths = ",".join(str(HOME / name) for name in ("region.db", "run/control.sock", "ca", "blobs"))
    script = base64.b64encode(PROBE.encode()).decode()
    arguments = " ".join(map(shlex.quote, [",".join(host_addresses()), ",".join(map(str, ports)), paths]))
    return f"echo {script} | base64 -d > /tmp/probe.py && python3 /tmp/probe.py {arguments}"


def check_probe(said):
    outcomes = dict(re.findall(r"^(.*): (GOT IN|refused)$", said, re.M))
    print(f"{len(outcomes)} ways tried, {sum(o == 'refused' for o in outcomes.values())} refused")
    assert len(outcomes) > 35, said[-3000:]
    assert {what for what, outcome in outcomes.items() if outcome == "GOT IN"} == set()
