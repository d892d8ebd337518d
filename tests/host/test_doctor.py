"""`hanbat doctor`: each thing that it claims, with that thing broken; and what others have of that which a region needs.

All in namespaces of the test's own. Parts that take machines (incusd, their images) and a whole commission are broken in
tests/scenarios/test_7_heals.py; a full disk under a daemon in tests/crash/test_full_disk.py.
"""
import contextlib
import http.server
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from test_firewall import NAMES, WORLD, HOST, wait_until  # noqa: E402
from test_networks import BUILD, HOSTD, NAT, Guest, Hostd, interface, isolate, rule, sh, vpc  # noqa: E402

HANBAT = os.path.join(BUILD, "src", "main", "hanbat")
PORT = 24566
PROGRAMS = ("incusd", "haproxy", "dnsmasq", "ip", "git", "mmdebstrap", "mksquashfs", "unsquashfs", "skopeo", "mkfs.btrfs", "aws")


class Said:
    """What doctor said: lines by their kind (ok, MISSING, BROKEN, note)."""

    def __init__(self, done):
        self.code, self.text = done.returncode, done.stdout + done.stderr
        self.lines = re.findall(r"^  (ok|MISSING|BROKEN|note) +(.*)$", done.stdout, re.M)

    def find(self, kind, words):
        return next((text for one, text in self.lines if one == kind and words in text), None)


def hanbat(*argv, home="/nonexistent", before=(), port=PORT, **variables):
    return subprocess.run([*before, HANBAT, *argv], capture_output=True, text=True, timeout=60,
                          env=dict(os.environ, HANBAT_HOME=home, HANBAT_PORT=str(port), **variables))


@contextlib.contextmanager
def mounted(*argv):
    sh("mount", *argv)
    try:
        yield
    finally:
        sh("umount", argv[-1])


@contextlib.contextmanager
def done_and_undone(do, undo):
    sh("bash", "-ec", do)
    try:
        yield
    finally:
        sh("bash", "-c", undo, check=False)


@contextlib.contextmanager
def listening(address, port, kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind((address, port))
        if kind == socket.SOCK_STREAM:
            s.listen()
        yield


class Claims(unittest.TestCase):
    def said(self, **more):
        return Said(hanbat("doctor", **{"home": self.home, **more}))

    def broken(self, words, kind="MISSING", **more):
        """What is said of the thing; and that it is not well with it."""
        said = self.said(**more)
        text = said.find(kind, words)
        self.assertIsNotNone(text, f"'{words}' is not named:\n{said.text}")
        self.assertEqual(said.code, 1)
        return text

    def well(self, words, **more):
        said = self.said(**more)
        self.assertIsNotNone(said.find("ok", words), f"'{words}' is not well:\n{said.text}")


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HANBAT), "takes root and a build of hanbat")
class Machine(Claims):
    @classmethod
    def setUpClass(cls):
        isolate()
        cls.home = tempfile.mkdtemp(prefix="hanbat-doctor-", dir="/var/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.home, ignore_errors=True)

    def test_it_takes_root_namespaces_and_nftables(self):
        for what in ("root", "network and mount namespaces", "nftables"):
            self.well(what)
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            os.chmod(folder, 0o755)
            copy = shutil.copy(HANBAT, folder)
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy, "doctor"], capture_output=True, text=True,
                                  env=dict(os.environ, HANBAT_HOME="/nonexistent", HANBAT_PORT=str(PORT)))
        said = Said(done)
        for what in ("root", "network and mount namespaces", "nftables"):
            self.assertIsNotNone(said.find("MISSING", what), said.text)
        self.assertEqual(said.code, 1)

    def test_each_program_that_is_not_there_is_named_with_its_package(self):
        plain = self.home + "/plain"
        open(plain, "w").close()
        os.chmod(plain, 0o644)
        for program in PROGRAMS:
            places = {os.path.realpath(f"{folder}/{program}") for folder in [*os.environ["PATH"].split(":"), "/usr/sbin", "/sbin", "/usr/libexec/incus"]
                      if os.path.exists(f"{folder}/{program}")}
            with self.subTest(program), contextlib.ExitStack() as stack:
                if places:
                    self.well(program)
                for place in places:
                    stack.enter_context(mounted("--bind", plain, place))
                self.assertIn("apt-get install", self.broken(program + ": "))

    def test_room_on_the_disk(self):
        with mounted("-t", "tmpfs", "-o", "size=2g", "none", self.home):
            self.assertIn("2.0 GiB are free", self.broken("10 GiB of free disk"))
            open(self.home + "/region.db", "w").close()
            self.well("room on the disk")
        with mounted("-t", "tmpfs", "-o", "size=900m", "none", self.home):
            open(self.home + "/region.db", "w").close()
            self.assertIn("when it is full, writes are refused", self.broken("room on the disk"))
        with mounted("-t", "tmpfs", "-o", "size=1m", "none", self.home):
            self.assertIn("the region's disk is full", self.broken("room on the disk"))

    def test_a_clock_behind_what_the_region_has_written(self):
        self.well("a clock that is right")
        database = self.home + "/region.db"
        open(database, "w").close()
        self.addCleanup(os.unlink, database)
        os.utime(database, (time.time() + 3600, time.time() + 3600))
        self.assertIn("behind what the region has written", self.broken("a clock that is right"))

    def test_a_front_doors_port_that_another_has_is_named_with_who_and_another_port_and_up_touches_nothing(self):
        self.well("the front door's port")
        new = self.home + "/new"
        for address in ("127.0.0.1", "0.0.0.0"):
            with listening(address, PORT):
                text = self.broken("the front door's port")
                self.assertRegex(text, rf"python\S* \(process {os.getpid()}\) listens on port {PORT}")
                self.assertIn(f"HANBAT_PORT={PORT + 1} hanbat up", text)
                done = hanbat("up", home=new)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"HANBAT_PORT={PORT + 1} hanbat up", done.stderr)
                self.assertFalse(os.path.exists(new))

    def test_a_balancers_port_that_another_has_is_noted(self):
        self.assertIsNone(self.said().find("note", "listens on port 4580"))
        with listening("127.0.0.1", 4580):
            self.assertIsNotNone(self.said().find("note", "listens on port 4580"))

    def test_what_a_kernel_without_btrfs_or_kvm_means_is_noted(self):
        for there in (False, True):
            with open(self.home + "/filesystems", "w") as file:
                file.write("nodev\ttmpfs\n" + "\tbtrfs\n" * there)
            with mounted("--bind", self.home + "/filesystems", "/proc/filesystems"):
                made = "mount -t tmpfs none /dev; mknod -m 666 /dev/null c 1 3; mknod -m 666 /dev/urandom c 1 9; " + "touch /dev/kvm; " * there
                said = self.said(before=("unshare", "-m", "sh", "-ec", made + 'exec "$@"', "sh"))
            for words in ("no btrfs in this kernel", "no /dev/kvm"):
                self.assertEqual(said.find("note", words) is None, there, said.text)

    def test_an_image_that_is_none(self):
        for name in ("amzn2", "codebuild"):
            os.makedirs(f"{self.home}/images/{name}")
            for content, holds in ((b"hsqs and more", True), (b"<html>", False)):
                with open(f"{self.home}/images/{name}/rootfs.squashfs", "wb") as file:
                    file.write(content)
                check = self.well if holds else self.broken
                check("machine image " + name, HANBAT_IMAGES_DIR=self.home + "/images")

    def test_networks_that_overlap_with_the_edges_range_are_named_with_a_free_one_and_up_touches_nothing(self):
        self.well("the edge's range 198.18.0.0/15")
        new = self.home + "/new"
        # A fake-IP proxy's, a VPN's, and an address alone; the VPN also has what would be proposed first.
        for address, more in (("198.18.0.1/16", ""), ("198.19.44.0/24", "ip addr add 10.230.1.1/16 dev vpn0"), ("198.18.77.7/32", "")):
            with done_and_undone(f"ip link add vpn0 type veth peer name vpn1; ip link set vpn0 up; ip addr add {address} dev vpn0; {more}", "ip link delete vpn0"):
                text = self.broken("the edge's range 198.18.0.0/15")
                self.assertIn("by vpn0", text)
                proposed = re.search(r"hanbat up --edge (\S+/15);", text).group(1)
                self.assertEqual(proposed, "100.96.0.0/15" if more else "10.230.0.0/15")
                done = hanbat("up", home=new)
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"hanbat up --edge {proposed}", done.stderr)
                self.assertFalse(os.path.exists(new))
                self.assertFalse(os.path.exists("/sys/class/net/hb-edge"))
                refused = subprocess.run([HOSTD, "--home", self.home + "/direct", "--hanbatd", "/bin/true"], capture_output=True, text=True, timeout=20)
                self.assertEqual(refused.returncode, 1)
                self.assertIn(f"hanbat up --edge {proposed}", refused.stdout + refused.stderr)
                self.assertFalse(os.path.exists("/sys/class/net/hb-edge"))

    def test_what_is_no_range_for_an_edge_is_refused(self):
        for text in ("10.0.0.0/8", "172.30.0.0/15", "nonsense"):
            done = hanbat("up", "--edge", text, home=self.home + "/new")
            self.assertEqual(done.returncode, 1)
            self.assertIn("edge", done.stderr)
            self.assertFalse(os.path.exists(self.home + "/new"))

    def test_a_program_on_the_resolvers_port_everywhere_is_named_and_one_on_port_53_is_none_of_our_business(self):
        with listening("0.0.0.0", 1053, socket.SOCK_DGRAM):
            self.assertRegex(self.broken("the resolver's port"), r"python\S* \(process \d+\) listens on port 1053")
        with listening("0.0.0.0", 53, socket.SOCK_DGRAM), listening("0.0.0.0", 53), listening("127.0.0.1", 1053):
            self.well("the resolver's port")


class FrontDoor(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200 if self.path == "/_hanbat/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD), "takes root and a build of hanbat-hostd")
class Region(Claims):
    """A host side that runs, behind it a router that answers, as most do, and a name server."""

    @classmethod
    def setUpClass(cls):
        isolate()
        cls.addClassCleanup(sh, "bash", "-c", "ip link delete w0; ip netns delete t-world; umount /etc/resolv.conf", check=False)
        sh("bash", "-ec", f"""
            echo nameserver {WORLD} > /run/resolv.conf; mount --bind /run/resolv.conf /etc/resolv.conf
            ip netns add t-world; ip link add w0 type veth peer name h0 netns t-world
            ip addr add {HOST}/24 dev w0; ip link set w0 up; ip route add default via {WORLD}
            ip -n t-world addr add {WORLD}/24 dev h0; ip -n t-world link set h0 up; ip -n t-world link set lo up; ip -n t-world route add default via {HOST}
            ip netns exec t-world sysctl -qw net.ipv4.ip_forward=1""")
        names = subprocess.Popen(["ip", "netns", "exec", "t-world", "python3", "-c", NAMES])
        cls.addClassCleanup(lambda: (names.kill(), names.wait()))
        os.makedirs("/run/NetworkManager", exist_ok=True)
        cls.hostd = Hostd("--edge", cls.edge) if cls.edge else Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.home = cls.hostd.home
        public = "10.231.79.7" if cls.edge else "198.19.79.7"
        cls.interfaces = [interface(41, "subnet-b", "10.79.2.7", ["sg-web"], public)]
        spec = vpc("vpc-doc", "10.79", cls.interfaces, NAT, [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])])
        if cls.edge:
            spec["nat_gateways"][0]["public_ip"] = "10.231.79.200"
        cls.hostd.call("apply_vpc", **spec)
        cls.spec, cls.public = spec, public

    edge = None

    def comes_back(self, words):
        wait_until(lambda: self.said().find("ok", words), 25, words)

    def test_the_front_door(self):
        self.broken("front door", "BROKEN")
        server = http.server.ThreadingHTTPServer(("127.0.0.1", PORT), FrontDoor)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            said = self.said()
            self.assertIsNotNone(said.find("ok", "front door's port"), said.text)
            self.assertIsNone(said.find("BROKEN", "front door"), said.text)
        finally:
            server.shutdown()
            server.server_close()

    def test_the_way_out_is_proved_by_the_answer_of_a_router(self):
        self.well(f"way out ({WORLD} answers the region's packets)")
        # A drop at a hook where nothing is opened.
        with done_and_undone("nft 'table ip elsewhere { chain c { type filter hook prerouting priority -150; iifname \"hb-edge\" drop; }; }'", "nft delete table ip elsewhere"):
            text = self.broken("way out", "BROKEN")
            self.assertIn("the region's packets do not leave this machine, and its own do", text)
            self.assertIn("nft list ruleset", text)
        self.well("way out (")

    def test_without_translation_there_is_no_way_out(self):
        # Somebody's own translation comes first, to an address to which nobody knows a way back.
        with done_and_undone("nft 'table ip elsewhere { chain c { type nat hook postrouting priority 90; iifname \"hb-edge\" oifname \"w0\" snat to 192.0.2.99; }; }'; ip -n t-world route delete default",
                             f"nft delete table ip elsewhere; ip -n t-world route add default via {HOST}"):
            self.assertIn("and its own do", self.broken("way out", "BROKEN"))
        self.well("way out (")

    def test_a_machine_without_a_way_out_or_with_a_silent_router_is_noted_and_not_called_broken(self):
        with done_and_undone("ip route delete default", f"ip route replace default via {WORLD}"):
            self.assertIsNotNone(self.said().find("note", "way out: this machine has no route to the outside"))
        with done_and_undone("ip netns exec t-world sysctl -qw net.ipv4.ip_forward=0", "ip netns exec t-world sysctl -qw net.ipv4.ip_forward=1"):
            self.assertIsNotNone(self.said().find("note", "way out: not proved"))

    def test_a_firewall_that_cannot_be_opened_is_named(self):
        self.well("firewall")
        # A table that belongs to a program cannot be changed by others.
        holder = subprocess.Popen(["nft", "-i"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        try:
            holder.stdin.write("add table inet locked { flags owner; }\nadd chain inet locked f { type filter hook forward priority 0; policy drop; }\n")
            holder.stdin.flush()
            wait_until(lambda: "locked" in sh("nft", "list", "tables").stdout, 5, "the table")
            time.sleep(1)
            self.assertIn("the chain f of inet locked (nftables)", self.broken("firewall", "BROKEN"))
            self.assertIn("the chain f of inet locked (nftables) stops them", self.broken("way out", "BROKEN"))
        finally:
            holder.kill()
            holder.wait()
        self.comes_back("way out (")
        with done_and_undone("nft 'table inet mine { chain f { type filter hook forward priority 0; policy drop; }; }'", "nft delete table inet mine"):
            self.comes_back("firewall, open for the region's link: nftables")

    def test_the_hosts_resolver_is_asked_from_the_edge(self):
        self.well("the host's resolver, asked from the edge")
        with done_and_undone("nft 'table ip elsewhere { chain c { type filter hook prerouting priority -150; iifname \"hb-edge\" udp dport 1053 drop; }; }'", "nft delete table ip elsewhere"):
            self.broken("the host's resolver, asked from the edge", "BROKEN")
            self.well("resolver of the host")

    def test_a_resolver_that_died(self):
        for what, folder in (("resolver of the host", "edge"), ("resolver of vpc-doc", "vpcs/vpc-doc/names"), ("DHCP of vpc-doc", "vpcs/vpc-doc")):
            self.well(what)
            with open(f"{self.home}/host/networks/{folder}/dnsmasq.pid") as file:
                os.kill(int(file.read()), signal.SIGKILL)
            self.broken(what, "BROKEN")
            self.comes_back(what)

    def test_a_network_whose_rules_somebody_removed(self):
        self.well("network of vpc-doc")
        sh("ip", "netns", "exec", "hb-vpc-doc", "nft", "delete", "table", "ip", "hanbat")
        self.broken("network of vpc-doc", "BROKEN")
        self.comes_back("network of vpc-doc")

    def test_networkmanager_is_told_to_leave_the_links_alone(self):
        with open("/run/NetworkManager/conf.d/hanbat.conf") as file:
            self.assertIn("match-device=interface-name:hb-*\nmanaged=0\n", file.read())

    def test_a_vpc_may_overlap_with_the_machines_own_networks(self):
        with done_and_undone("ip link add lan0 type veth peer name lan1; ip link set lan0 up; ip addr add 10.79.2.7/16 dev lan0", "ip link delete lan0"):
            guest = Guest(self.interfaces[0], "10.79.2.0/24")
            try:
                server = guest.serve(8080)
                code = f"import socket; print(socket.create_connection(('{self.public}',8080),2).recv(99).decode())"
                self.assertIn("hello", sh("python3", "-c", code).stdout)
                name = guest.run("python3", "-c", ASK_FOR_AWS).stdout.strip()
                self.assertEqual(name, "10.230.0.1" if self.edge else "198.18.0.1")
                server.kill()
                server.wait()
            finally:
                guest.delete()


ASK_FOR_AWS = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2)
name = 'sts.ap-northeast-2.amazonaws.com'
s.sendto(b'\\0\\7\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0' + b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\\0\\0\\1\\0\\1', ('10.79.0.2', 53))
print('.'.join(map(str, s.recv(512)[-4:])))"""


class RegionWithAnEdgeOfItsOwn(Region):
    """The same, where the default range is another's."""

    edge = "10.230.0.0/15"

    def test_the_default_range_is_left_alone_and_the_chosen_one_is_kept(self):
        self.assertIn("198.18.0.0/15", sh("ip", "route", "show", "type", "blackhole").stdout, "the tests' own")
        routes = sh("ip", "route").stdout
        self.assertIn("10.231.0.0/16 via 10.230.254.2 dev hb-edge", routes)
        self.assertNotIn("198.19", routes)
        with open(self.home + "/edge-range") as file:
            self.assertEqual(file.read(), "10.230.0.0/15\n")
        self.hostd.process.terminate()
        self.hostd.process.wait(10)
        os.path.exists(self.home + "/run/control.sock") and os.unlink(self.home + "/run/control.sock")
        self.hostd.options = ()
        self.hostd.start()
        self.assertIn("10.231.0.0/16 via 10.230.254.2 dev hb-edge", sh("ip", "route").stdout)

    def test_a_region_with_data_keeps_its_range(self):
        database = self.home + "/region.db"
        open(database, "w").close()
        self.addCleanup(os.unlink, database)
        done = hanbat("up", "--edge", "10.98.0.0/15", home=self.home)
        self.assertEqual(done.returncode, 1)
        self.assertIn("hanbat reset, then hanbat up --edge 10.98.0.0/15", done.stderr)

    def test_addresses_of_the_default_range_are_no_public_ones(self):
        spec = dict(self.spec, nat_gateways=[dict(self.spec["nat_gateways"][0], public_ip="198.19.79.200")])
        with self.assertRaisesRegex(AssertionError, "not in 10.231.0.0/16"):
            self.hostd.call("apply_vpc", **spec)
        with self.assertRaisesRegex(AssertionError, "reserved"):
            self.hostd.call("apply_vpc", **vpc("vpc-on-edge", "10.230", [], [], []))


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
