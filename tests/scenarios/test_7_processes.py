"""Every process of a running region: who is root, why, and with which rights. What is not in the tables fails."""
import os
import pathlib
import pwd
import time

from region import HOME

KILL, SETGID, SETUID, NET_BIND_SERVICE, NET_ADMIN, NET_RAW, SYS_CHROOT = (1 << bit for bit in (5, 6, 7, 10, 12, 13, 18))
ALL = (1 << 64) - 1

# Who runs as root, and why: (capabilities at most, the reason).
ROOT = {
    "hanbat-hostd": (ALL, "makes namespaces, links, filters and mounts, and starts all others"),
    "incusd": (ALL, "makes containers and their file systems"),
    "lxc monitor": (ALL, "holds a container: its namespaces and control groups"),
    "haproxy master": (KILL | SETGID | SETUID | NET_BIND_SERVICE | SYS_CHROOT,
                       "binds below port 1024, and gives its workers their user and root folder; reads no stranger's bytes"),
}
# Who does not: (user, capabilities at most, whether its root is an empty folder).
OTHERS = {
    "hanbatd": ("hanbat", 0, False),
    "git": ("hanbat", 0, False),
    "sshd": ("hanbat-ssh", 0, False),  # of git clients; there when OpenSSH's server is installed
    "haproxy worker": ("hanbat-haproxy", 0, True),
    "dnsmasq": ("nobody", NET_ADMIN | NET_RAW | NET_BIND_SERVICE, False),  # DHCP: raw packets, and entries of the neighbour table
}
# Without these nothing was looked at.
ALWAYS = {"hanbat-hostd", "hanbatd", "incusd", "lxc monitor", "haproxy master", "haproxy worker", "dnsmasq", "guest"}
FIRST_GUEST_UID = 100000


class Process:
    """One process, read once; OSError when it has gone."""

    def __init__(self, pid):
        folder = pathlib.Path("/proc") / str(pid)
        self.pid = pid
        self.command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        self.status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        self.parent = int(self.status["PPid"])
        self.uids = [int(uid) for uid in self.status["Uid"].split()]
        self.capabilities = max(int(self.status[name], 16) for name in ("CapEff", "CapPrm", "CapAmb"))
        self.began = (folder / "stat").read_text().rsplit(")", 1)[1].split()[19]
        self.program = os.path.basename(os.readlink(folder / "exe")).removesuffix(" (deleted)")
        self.root = os.readlink(folder / "root")
        self.user_namespace = os.readlink(folder / "ns/user")

    def __str__(self):
        return f"{self.pid} {self.program} uid {self.uids[1]} capabilities {self.capabilities:x} root {self.root}: {self.command[:160]}"


def all_processes():
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                found[int(name)] = Process(int(name))
            except OSError:
                continue  # it has gone, or is a thread of the kernel
    return found


def ancestors(process, everything):
    while process := everything.get(process.parent):
        yield process


def of_the_region(hostd):
    """What hostd started, and what it left running by itself: all that names the state folder, with their children. Not the test."""
    everything = all_processes()
    ours = {one.pid for one in ancestors(everything[os.getpid()], everything)} | {os.getpid()}
    roots = {one.pid for one in everything.values() if one.pid == hostd or f"{HOME}/" in one.command} - ours
    region = {}
    for one in everything.values():
        line = [one.pid, *(above.pid for above in ancestors(one, everything))]
        if roots & set(line) and os.getpid() not in line:
            region[one.pid] = one
    return region


def lasting(hostd):
    """The region's processes but for commands that are over in a moment."""
    before = of_the_region(hostd)
    time.sleep(3)
    return {pid: one for pid, one in of_the_region(hostd).items() if pid in before and before[pid].began == one.began}


def kind_of(one, region):
    if one.user_namespace != os.readlink("/proc/self/ns/user"):
        return "guest"
    if one.command.startswith("[lxc monitor]"):
        return "lxc monitor"
    if one.program == "haproxy":
        return "haproxy worker" if one.parent in region and region[one.parent].program == "haproxy" else "haproxy master"
    return "git" if one.program.startswith("git") else one.program


def breach_of(one, kind):
    """What is wrong with the process; "" for nothing."""
    if kind == "guest":
        return "" if min(one.uids) >= FIRST_GUEST_UID else "has an id of the host's"
    if 0 in one.uids:
        if kind not in ROOT:
            return "runs as root, and no reason for it is known"
        return "has other capabilities" if one.capabilities & ~ROOT[kind][0] else ""
    if kind not in OTHERS:
        return "is not known"
    user, capabilities, empty_root = OTHERS[kind]
    if set(one.uids) != {pwd.getpwnam(user).pw_uid}:
        return f"does not run as {user}"
    if one.capabilities & ~capabilities:
        return "has other capabilities"
    if kind in ("hanbatd", "git", "haproxy worker", "sshd") and one.status["NoNewPrivs"].strip() != "1":
        return "can gain rights"
    if empty_root and (one.root == "/" or os.listdir(one.root) or os.stat(one.root).st_uid != 0):
        return "has a root folder with something in it"
    return ""


def breaches(pid_of_hostd):
    """What is wrong with the region's processes, and the kinds of them that were seen."""
    region = lasting(pid_of_hostd)
    kinds = {pid: kind_of(one, region) for pid, one in region.items()}
    found = [f"{kinds[pid]} {breach}: {one}" for pid, one in region.items() if (breach := breach_of(one, kinds[pid]))]
    return found, set(kinds.values())


def test_who_is_root_has_a_reason_and_nobody_has_more_rights_than_he_needs(commission):
    commission.on_bastion("true")
    found, kinds = breaches(commission.pid_of("hostd"))
    assert not found, "\n".join(found)
    assert ALWAYS <= kinds, ALWAYS - kinds
