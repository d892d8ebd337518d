"""The region's link through the machine's firewall: each kind is built in a namespace, for real where its program is there.

While hostd is stopped (SIGSTOP) the firewall goes up and cuts a guest off; when it goes on the guest is let through, also after a
reload; and after `down` not a word of ours is in anybody's rules. ufw and firewalld run from a root folder that
tests/host/firewalls-root makes (HANBAT_FIREWALLS names another); without it their tests are skipped.
"""
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_networks import HOSTD, Guest, Hostd, interface, isolate, rule, sh, vpc, wait_listening  # noqa: E402

ROOT = os.environ.get("HANBAT_FIREWALLS", "/var/cache/hanbat/firewalls")
WORLD, HOST, GUEST = "203.0.113.1", "203.0.113.2", "198.19.77.7"

NAMES = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('203.0.113.1', 53))
while True:
    q, a = s.recvfrom(512)
    end = q.index(b'\\0', 12) + 5
    s.sendto(q[:2] + b'\\x81\\x80' + q[4:6] + b'\\0\\1\\0\\0\\0\\0' + q[12:end] + b'\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\5\\0\\4' + bytes([203, 0, 113, 9]), a)"""
GREETING = """
import socketserver
class H(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall((self.client_address[0] + ' hello').encode())
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(('0.0.0.0', 8080), H).serve_forever()"""
ASK = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(1.5)
name = sys.argv[1]
s.sendto(b'\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0' + b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\\0\\0\\1\\0\\1', ('10.77.0.2', 53))
print('.'.join(map(str, s.recv(512)[-4:])))"""

# As dockerd writes it: 20.10 to 28 differ in more chains, none of which drops what is not a container's.
DOCKER = ["-P FORWARD DROP", "-N DOCKER", "-N DOCKER-ISOLATION-STAGE-1", "-N DOCKER-ISOLATION-STAGE-2", "-N DOCKER-USER",
          "-A FORWARD -j DOCKER-USER", "-A FORWARD -j DOCKER-ISOLATION-STAGE-1", "-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
          "-A FORWARD -o docker0 -j DOCKER", "-A FORWARD -i docker0 ! -o docker0 -j ACCEPT", "-A FORWARD -i docker0 -o docker0 -j ACCEPT",
          "-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2", "-A DOCKER-ISOLATION-STAGE-1 -j RETURN",
          "-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP", "-A DOCKER-ISOLATION-STAGE-2 -j RETURN", "-A DOCKER-USER -j RETURN"]

# Debian's /etc/nftables.conf with what people write into it.
PLAIN = """flush ruleset
table inet filter {
  chain input { type filter hook input priority filter; policy drop; ct state established,related accept; iif lo accept; }
  chain forward { type filter hook forward priority filter; policy drop; }
  chain output { type filter hook output priority filter; policy drop; ct state established,related accept; oif lo accept; oifname "w0" accept; }
}
"""
REJECTING = """table inet guard
delete table inet guard
table inet guard {
  chain verdicts { ct state established,related accept; iifname { "eth0", "w0" } drop; reject with icmpx admin-prohibited; }
  chain forward { type filter hook forward priority 20; policy accept; goto verdicts; }
}
"""


def in_root(*argv, **more):
    return sh("chroot", "/run/fw/root", *argv, **more)


def iptables(program, rules):
    for rule in rules:
        sh(program, *rule.split())


def wait_until(holds, limit_s, what):
    end = time.time() + limit_s
    while not holds():
        if time.time() > end:
            raise AssertionError("not within the time: " + what)
        time.sleep(0.2)


def every_rule():
    """What is in other people's hands: every table but ours, without counters and handles."""
    listed = json.loads(sh("nft", "-j", "list", "ruleset").stdout)["nftables"]
    for one in listed:
        for kind in one.values():
            kind.pop("handle", None)
            for statement in kind.get("expr", []) if isinstance(kind.get("expr"), list) else []:
                statement.pop("counter", None)
    return [one for one in listed if not any(kind.get("table", kind.get("name")) == "hanbat" for kind in one.values())]


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD), "takes root and a build of hanbat-hostd")
class Firewalls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        isolate()
        cls.folder = "/run/fw"
        os.makedirs(cls.folder)
        cls.addClassCleanup(sh, "umount", "/etc/resolv.conf", check=False)
        with open(cls.folder + "/resolv.conf", "w") as file:
            file.write(f"nameserver {WORLD}\n")
        sh("mount", "--bind", cls.folder + "/resolv.conf", "/etc/resolv.conf")
        cls.make_world()
        cls.make_root()
        cls.hostd = Hostd()
        cls.addClassCleanup(lambda: cls.hostd.process.poll() is None and cls.hostd.down())
        nat = [{"kind": "nat", "destination": "0.0.0.0/0", "target": "nat-1"}]
        cls.interface = interface(31, "subnet-b", "10.77.2.7", ["sg-web"], GUEST)
        cls.hostd.call("apply_vpc", **vpc("vpc-fw", "10.77", [cls.interface], nat, [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])]))
        cls.make_guest()

    @classmethod
    def make_guest(cls):
        cls.guest = Guest(cls.interface, "10.77.2.0/24")
        cls.addClassCleanup(cls.guest.delete)
        server = cls.guest.serve(8080)
        cls.addClassCleanup(lambda: (server.kill(), server.wait()))

    @classmethod
    def make_world(cls):
        """The internet: a namespace behind the link w0, with a server and a name server."""
        sh("ip", "netns", "add", "t-world")
        cls.addClassCleanup(sh, "ip", "netns", "delete", "t-world", check=False)
        sh("ip", "link", "add", "w0", "type", "veth", "peer", "name", "h0", "netns", "t-world")
        cls.addClassCleanup(sh, "ip", "link", "delete", "w0", check=False)
        for command in (f"addr add {HOST}/24 dev w0", "link set w0 up", f"route add default via {WORLD}", f"-n t-world addr add {WORLD}/24 dev h0",
                        "-n t-world link set h0 up", "-n t-world link set lo up", f"-n t-world route add default via {HOST}"):
            sh("ip", *command.split())
        sh("ip", "netns", "exec", "t-world", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for code in (GREETING, NAMES):
            process = subprocess.Popen(["ip", "netns", "exec", "t-world", "python3", "-c", code])
            cls.addClassCleanup(lambda process=process: (process.kill(), process.wait()))
            if code is GREETING:
                wait_listening(process, 8080)

    @classmethod
    def make_root(cls):
        """A root folder with ufw and firewalld, over a layer that takes what they write; /proc/sys is this namespace's."""
        cls.has_root = os.path.exists(ROOT + "/usr/sbin/firewalld")
        if not cls.has_root:
            return
        sh("mount", "-t", "tmpfs", "none", cls.folder)
        for name in ("upper", "work", "root", "bin"):
            os.mkdir(f"{cls.folder}/{name}")
        root = cls.folder + "/root"
        sh("mount", "-t", "overlay", "overlay", "-o", f"lowerdir={ROOT},upperdir={cls.folder}/upper,workdir={cls.folder}/work", root)
        cls.addClassCleanup(sh, "umount", "-R", cls.folder, check=False)
        sh("mount", "-t", "proc", "proc", root + "/proc")
        sh("mount", "-t", "sysfs", "sysfs", root + "/sys")
        sh("mount", "--bind", "/dev", root + "/dev")
        sh("mount", "-t", "tmpfs", "none", root + "/run")
        os.mkdir(root + "/run/dbus")
        with open(cls.folder + "/bin/firewall-cmd", "w") as file:
            file.write(f'#!/bin/sh\nexec chroot {root} /usr/bin/firewall-cmd "$@"\n')
        os.chmod(cls.folder + "/bin/firewall-cmd", 0o755)
        os.environ["PATH"] = cls.folder + "/bin:" + os.environ["PATH"]

    # What passes.

    def out(self):
        return self.guest.fetch(WORLD, 8080)

    def name(self):
        Firewalls.number = getattr(Firewalls, "number", 0) + 1
        return self.guest.run("python3", "-c", ASK, f"n{Firewalls.number}.example", check=False).stdout.strip()

    def into(self):
        code = f"import socket; print(socket.create_connection(('{GUEST}',8080),1.5).recv(99).decode())"
        return sh("python3", "-c", code, check=False).stdout.strip()

    def passing(self):
        return {"out": self.out() == HOST + " hello", "name": self.name() == "203.0.113.9", "into": self.into().endswith("hello")}

    def all_pass(self):
        return all(self.passing().values())

    @contextlib.contextmanager
    def stopped(self):
        """hostd does nothing meanwhile."""
        self.hostd.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.hostd.process.send_signal(signal.SIGCONT)

    def log(self):
        with open(self.hostd.log.name) as file:
            return file.read()

    def goes_through(self, build, reload, stopped_by_it=("out",), name=""):
        self.assertTrue(self.all_pass(), "before there is a firewall: " + str(self.passing()))
        with self.stopped():
            build()
            without = self.passing()
            for way in stopped_by_it:
                self.assertFalse(without[way], f"the firewall does not stop '{way}': the test proves nothing")
        wait_until(self.all_pass, 20, f"the way through {name}: {self.log()[-600:]}")
        mark = len(self.log())
        with self.stopped():
            reload()
            for way in stopped_by_it:
                self.assertFalse(self.passing()[way], f"'{way}' passes after the reload: the test proves nothing")
        wait_until(self.all_pass, 20, f"the way through {name} after a reload: {self.log()[mark:]}")
        self.assertIn("the firewall was changed: let the region's links through", self.log()[mark:])
        self.assertIn(name, self.log()[mark:])

    def gone_after_down(self):
        """Takes the region down and looks; brings it up again for the next test."""
        others = [one for one in every_rule() if one.get("rule", {}).get("comment") != "hanbat" and "hb-edge" not in json.dumps(one)]
        self.hostd.ask({"action": "down"})
        self.hostd.process.wait(20)
        self.assertEqual(every_rule(), others)
        for rules in (sh("nft", "list", "ruleset").stdout, sh("iptables-legacy", "-S", check=False).stdout):
            self.assertNotIn("hb-edge", rules)
            self.assertNotIn("hanbat", rules)
        self.start_again()

    def start_again(self):
        os.path.exists(os.path.join(self.hostd.home, "run", "control.sock")) and os.unlink(os.path.join(self.hostd.home, "run", "control.sock"))
        self.hostd.start()
        # The link into the VPC went with its namespace.
        self.guest.delete()
        wait_until(lambda: not os.path.exists("/run/netns/" + self.guest.ns), 5, "the old guest's end")
        self.make_guest()

    # The firewalls.

    def docker(self, program):
        iptables(program, DOCKER)

        def clear():
            for command in ("-P FORWARD ACCEPT", "-F", "-X"):
                sh(program, *command.split())
        self.addCleanup(clear)
        return lambda: (clear(), iptables(program, DOCKER))

    def test_dockers_policy_of_drop(self):
        again = []
        self.goes_through(lambda: again.append(self.docker("iptables-nft")), lambda: again[0](), name="Docker")
        self.assertIn("-A FORWARD -i hb-edge -m comment --comment hanbat -j ACCEPT", sh("iptables-nft", "-S").stdout, "iptables still reads its table")
        # A restart of dockerd puts its jump first again; one that drops there must not come before ours.
        with self.stopped():
            iptables("iptables-nft", ["-I FORWARD -j DOCKER-USER", "-I DOCKER-USER -i w0 -j DROP"])
            self.assertFalse(self.passing()["out"])
        wait_until(self.all_pass, 20, "the way ahead of DOCKER-USER")
        iptables("iptables-nft", ["-D FORWARD -j DOCKER-USER", "-D DOCKER-USER -i w0 -j DROP"])
        self.gone_after_down()

    def test_dockers_policy_of_drop_in_the_kernels_older_filter(self):
        if sh("iptables-legacy", "-S", check=False).returncode != 0:
            self.skipTest("this kernel has no iptables of the older kind")
        again = []
        self.goes_through(lambda: again.append(self.docker("iptables-legacy")), lambda: again[0](), name="iptables-legacy")
        self.gone_after_down()

    def test_docker_that_comes_after_the_region_is_not_cut_off_by_it(self):
        """The region turned forwarding on for itself alone; who comes later and has rules for what is forwarded decides himself."""
        self.hostd.ask({"action": "down"})
        self.hostd.process.wait(20)
        sh("sysctl", "-qw", "net.ipv4.ip_forward=0")
        self.start_again()
        sh("bash", "-ec", """
            ip netns add t-box; ip link add docker0 type veth peer name b0 netns t-box; ip addr add 172.17.0.1/16 dev docker0; ip link set docker0 up
            ip -n t-box addr add 172.17.0.2/16 dev b0; ip -n t-box link set b0 up; ip -n t-box route add default via 172.17.0.1
            nft 'table ip boxes { chain c { type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 oifname "w0" masquerade; }; }'""")
        self.addCleanup(sh, "bash", "-c", "ip netns delete t-box; ip link delete docker0; nft delete table ip boxes", check=False)
        code = f"import socket; print(socket.create_connection(('{WORLD}',8080),1.5).recv(99).decode())"
        from_box = lambda: "hello" in sh("ip", "netns", "exec", "t-box", "python3", "-c", code, check=False).stdout  # noqa: E731
        self.assertFalse(from_box(), "the machine forwards for nobody but the region")
        self.docker("iptables-nft")
        wait_until(from_box, 20, "the container's way out beside the region")
        self.assertTrue(self.all_pass())
        self.hostd.ask({"action": "down"})
        self.hostd.process.wait(20)
        self.assertTrue(from_box(), "and when the region is down")
        self.start_again()

    def test_a_real_dockerd_that_was_first(self):
        if not os.path.exists(ROOT + "/usr/sbin/dockerd"):
            self.skipTest("no dockerd: tests/host/firewalls-root makes a folder with it")
        sh("mount", "--rbind", "/sys/fs/cgroup", "/run/fw/root/sys/fs/cgroup")
        processes = []

        def dockerd():
            processes.append(subprocess.Popen(["chroot", "/run/fw/root", "dockerd", "--storage-driver=vfs"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            wait_until(lambda: "-A FORWARD -i docker0 -o docker0 -j ACCEPT" in sh("iptables-nft", "-S").stdout
                       and os.path.exists("/run/fw/root/run/docker.sock"), 60, "dockerd")

        def stop():
            processes[-1].terminate()
            processes[-1].wait(60)
        self.addCleanup(sh, "bash", "-c", "iptables-nft -P FORWARD ACCEPT; iptables-nft -F; iptables-nft -X; iptables-nft -t nat -F; ip link delete docker0", check=False)
        self.addCleanup(lambda: stop() if processes[-1].poll() is None else None)

        def build():
            sh("sysctl", "-qw", "net.ipv4.ip_forward=0")  # dockerd sets its policy of drop where it is the one that turns it on
            dockerd()
            self.assertIn("-P FORWARD DROP", sh("iptables-nft", "-S").stdout)
        self.goes_through(build, lambda: (stop(), sh("iptables-nft", "-F", "FORWARD"), dockerd()), name="Docker")
        self.gone_after_down()

    def test_ufw(self):
        if not self.has_root:
            self.skipTest("no ufw: tests/host/firewalls-root makes a folder with it")
        self.addCleanup(lambda: (in_root("ufw", "--force", "disable"), in_root("/lib/ufw/ufw-init", "flush-all")))

        def build():
            in_root("ufw", "default", "deny", "outgoing")
            in_root("ufw", "allow", "out", "on", "w0")
            in_root("ufw", "--force", "enable")
        self.goes_through(build, lambda: (in_root("/lib/ufw/ufw-init", "flush-all"), in_root("/lib/ufw/ufw-init", "start")),
                                   ("out", "name", "into"), name="ufw")
        in_root("ufw", "reload")
        wait_until(self.all_pass, 20, "the way through ufw after its own reload")
        self.gone_after_down()

    def test_firewalld(self):
        if not self.has_root:
            self.skipTest("no firewalld: tests/host/firewalls-root makes a folder with it")
        processes = []

        def stop():
            for process in processes:
                process.terminate()
                process.wait(20)
        self.addCleanup(stop)

        def build():
            for argv in (["dbus-daemon", "--system", "--nofork", "--nopidfile"], ["firewalld", "--nofork", "--nopid"]):
                processes.insert(0, subprocess.Popen(["chroot", "/run/fw/root", *argv], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
                time.sleep(1)
            wait_until(lambda: sh("firewall-cmd", "--state", check=False).returncode == 0, 30, "firewalld")
        self.goes_through(build, lambda: sh("firewall-cmd", "--reload"), ("out", "name"), name="firewalld")
        self.assertIn("hb-edge", sh("firewall-cmd", "--zone=trusted", "--list-interfaces").stdout)
        self.gone_after_down()  # the zone's chains stay: firewalld writes them when a zone is first used, and keeps them

    def test_plain_nftables_whose_policies_drop_and_whose_reload_flushes_everything(self):
        self.addCleanup(sh, "nft", "delete", "table", "inet", "filter", check=False)
        load = lambda: sh("bash", "-c", f"nft -f - <<'END'\n{PLAIN}\nEND")  # noqa: E731
        self.goes_through(load, load, ("out", "name", "into"), name="nftables")
        self.gone_after_down()

    def test_plain_nftables_whose_last_rule_rejects(self):
        self.addCleanup(sh, "nft", "delete", "table", "inet", "guard", check=False)
        load = lambda: sh("bash", "-c", f"nft -f - <<'END'\n{REJECTING}\nEND")  # noqa: E731
        self.goes_through(load, load, ("out",), name="nftables")
        self.gone_after_down()

    def test_what_the_regions_own_table_drops_no_opened_firewall_lets_in(self):
        self.addCleanup(sh, "nft", "delete", "table", "inet", "guard", check=False)
        sh("bash", "-c", f"nft -f - <<'END'\n{REJECTING}\nEND")
        wait_until(self.all_pass, 20, "the way through")
        sh("ip", "-n", "t-world", "route", "add", "198.19.0.0/16", "via", HOST, check=False)
        code = f"import socket; socket.create_connection(('{GUEST}',8080),1.5)"
        self.assertNotEqual(sh("ip", "netns", "exec", "t-world", "python3", "-c", code, check=False).returncode, 0, "a stranger reaches an instance")


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
