"""Networks of hostd in the real kernel: guests are bare namespaces on veth pairs, so no machine image is needed.

Starts its own hanbat-hostd on a temporary state folder, in network and mount namespaces of this process's own, so that a region
that runs on the machine is not in its way. Skipped where there is no root.
"""
import ctypes
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("HANBAT_BUILD", os.path.join(HERE, "..", "..", "build", "release"))
HOSTD = os.path.join(BUILD, "src", "main", "hanbat-hostd")


def sh(*argv, check=True, timeout=30):
    done = subprocess.run(argv, capture_output=True, text=True, timeout=timeout)
    if check and done.returncode != 0:
        raise AssertionError(f"{argv}: {done.stderr}")
    return done


isolated = False


def isolate():
    """This process and what it starts see no links, namespaces or filters but their own."""
    global isolated
    if isolated:
        return
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000 | 0x00020000) != 0:
        raise unittest.SkipTest("no namespaces: " + os.strerror(ctypes.get_errno()))
    # /run is a folder of our own too, with what hostd looks for in it: the locks of a region outside do not hold here.
    # /sys tells of the links of the namespace in which it was mounted; the control groups below it stay what they are.
    for command in ("mount --make-rprivate /", "mount -t tmpfs none /run", "mkdir /run/netns", "mkdir /run/netns/cgroup", "mount --rbind /sys/fs/cgroup /run/netns/cgroup",
                    "mount -t sysfs none /sys", "mount --rbind /run/netns/cgroup /sys/fs/cgroup", "umount -R /run/netns/cgroup", "rmdir /run/netns/cgroup",
                    "ip link set lo up", "ip route add blackhole 198.18.0.0/15", "ip route add blackhole 10.0.0.0/8"):
        sh(*command.split())
    isolated = True


class Hostd:
    """A daemon of the test's own, whose hanbatd is a sleeping stand-in."""

    def __init__(self):
        isolate()
        self.home = tempfile.mkdtemp(prefix="hanbat-test-", dir="/var/tmp")
        os.chmod(self.home, 0o755)
        self.log = open(os.path.join(self.home, "hostd.out"), "w")
        self.start()

    def start(self):
        self.process = subprocess.Popen([HOSTD, "--home", self.home, "--hanbatd", shutil.which("python3"), "--port", "0"],
                                        stdout=self.log, stderr=self.log, start_new_session=True)
        for _ in range(400):
            with socket.socket(socket.AF_UNIX) as s:
                if s.connect_ex(os.path.join(self.home, "run", "control.sock")) == 0:
                    return
            if self.process.poll() is not None:
                raise AssertionError(open(self.log.name).read())
            time.sleep(0.05)
        raise AssertionError("hostd does not come up")

    def ask(self, request):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(90)
            s.connect(os.path.join(self.home, "run", "control.sock"))
            s.sendall(json.dumps(request).encode() + b"\n")
            text = b""
            while chunk := s.recv(65536):
                text += chunk
        last = json.loads(text.decode().strip().split("\n")[-1])
        if "error" in last:
            raise AssertionError(last["error"])
        return last

    def call(self, method, **arguments):
        return self.ask({"action": "call", "method": method, "arguments": arguments}).get("result")

    def down(self):
        self.ask({"action": "down"})
        self.process.wait(20)
        self.log.close()
        with open("/proc/mounts") as mounts:
            mounted = self.home in mounts.read()
        if not mounted:
            shutil.rmtree(self.home, ignore_errors=True)


class Guest:
    """A namespace at the inner end of an interface, set up as DHCP would."""

    def __init__(self, interface, cidr):
        self.ns = "t-" + interface["id"][-6:]
        self.ip = interface["private_ip"]
        device = "hb-" + interface["id"].split("-")[1][-12:]
        base, bits = cidr.split("/")
        gateway = base.rsplit(".", 1)[0] + "." + str(int(base.rsplit(".", 1)[1]) + 1)
        sh("ip", "netns", "add", self.ns)
        sh("ip", "link", "add", device, "type", "veth", "peer", "name", "eth0", "netns", self.ns)
        self.run("ip", "link", "set", "eth0", "address", interface["mac"])
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "addr", "add", f"{self.ip}/{bits}", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        sh("ip", "link", "set", device, "up")
        for _ in range(100):
            if not os.path.exists("/sys/class/net/" + device):
                break
            time.sleep(0.05)
        else:
            raise AssertionError(device + " was not adopted")
        self.run("ip", "route", "add", "default", "via", gateway)

    def run(self, *argv, check=True):
        return sh("ip", "netns", "exec", self.ns, *argv, check=check)

    def serve(self, port, text="hello"):
        code = f"""
import socketserver
class H(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall((self.client_address[0] + ' {text}').encode())
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(('0.0.0.0', {port}), H).serve_forever()"""
        process = subprocess.Popen(["ip", "netns", "exec", self.ns, "python3", "-c", code])
        time.sleep(0.4)
        return process

    def fetch(self, ip, port, source=None):
        code = f"import socket; s=socket.create_connection(('{ip}',{port}),1.5,{(source, 0) if source else None}); print(s.recv(99).decode())"
        done = self.run("python3", "-c", code, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def delete(self):
        sh("ip", "netns", "del", self.ns, check=False)


def interface(number, subnet, ip, groups, public=""):
    return {"id": f"eni-{number:017x}", "attachment": "machine", "subnet_id": subnet, "private_ip": ip, "mac": f"02:00:00:00:00:{number:02x}",
            "public_ip": public, "host_name": "ip-" + ip.replace(".", "-"), "security_group_ids": groups, "source_dest_check": True}


def rule(direction, protocol, low, high, cidrs=(), groups=()):
    return {"direction": direction, "protocol": protocol, "from_port": low, "to_port": high, "cidrs": list(cidrs), "groups": list(groups)}


def vpc(ident, prefix, interfaces, private_routes, web_rules):
    everything_out = rule("egress", "-1", -1, -1, ["0.0.0.0/0"])
    return {"id": ident, "account": "123456789012", "region": "ap-northeast-2", "cidrs": [f"{prefix}.0.0/16"], "internet_gateway": True,
            "subnets": [{"id": "subnet-a", "cidr": f"{prefix}.0.0/24", "route_table_id": "rtb-private"},
                        {"id": "subnet-b", "cidr": f"{prefix}.2.0/24", "route_table_id": "rtb-public"}],
            "route_tables": [{"id": "rtb-private", "routes": private_routes},
                             {"id": "rtb-public", "routes": [{"destination": "0.0.0.0/0", "kind": "igw", "target": ""}]}],
            "nat_gateways": [{"id": "nat-1", "subnet_id": "subnet-b", "private_ip": f"{prefix}.2.200", "public_ip": f"198.19.{prefix.split('.')[1]}.200"}],
            "security_groups": [{"id": "sg-web", "rules": web_rules + [everything_out]}, {"id": "sg-client", "rules": [everything_out]}],
            "network_acls": [], "interfaces": interfaces,
            "dns": {"enabled": True, "domain": "ap-northeast-2.compute.internal",
                    "records": [{"name": f"ip-{prefix.replace('.', '-')}-0-5.ap-northeast-2.compute.internal", "addresses": [f"{prefix}.0.5"]}]}}


NAT = [{"destination": "0.0.0.0/0", "kind": "nat", "target": "nat-1"}]


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD), "takes root and a build of hanbat-hostd")
class Networks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.servers, cls.guests = [], []
        cls.addClassCleanup(cls.take_down)
        cls.one = [interface(1, "subnet-a", "10.71.0.5", ["sg-client"]), interface(2, "subnet-a", "10.71.0.6", ["sg-web"]),
                   interface(3, "subnet-b", "10.71.2.7", ["sg-web"], "198.19.71.7")]
        cls.two = [interface(4, "subnet-b", "10.72.2.8", ["sg-client"], "198.19.72.8")]
        cls.from_clients = [rule("ingress", "tcp", 8080, 8080, groups=["sg-client"])]
        cls.apply_one(NAT, cls.from_clients)
        cls.hostd.call("apply_vpc", **vpc("vpc-two", "10.72", cls.two, [], []))
        cls.client, cls.web, cls.public = (Guest(one, "10.71.0.0/24" if n < 2 else "10.71.2.0/24") for n, one in enumerate(cls.one))
        cls.stranger = Guest(cls.two[0], "10.72.2.0/24")
        cls.guests = [cls.client, cls.web, cls.public, cls.stranger]
        cls.servers = [cls.web.serve(8080), cls.web.serve(9090), cls.public.serve(8080), cls.client.serve(8080)]

    @classmethod
    def take_down(cls):
        for server in cls.servers:
            server.kill()
            server.wait()
        for guest in cls.guests:
            guest.delete()
        cls.hostd.down()
        left = [n for n in os.listdir("/run/netns") if n.startswith("hb-")] + [n for n in os.listdir("/sys/class/net") if n.startswith("hb-")]
        tables = sh("nft", "list", "tables").stdout
        assert not left and "hanbat" not in tables, (left, tables)

    @classmethod
    def apply_one(cls, private_routes, web_rules):
        cls.hostd.call("apply_vpc", **vpc("vpc-one", "10.71", cls.one, private_routes, web_rules))

    def setUp(self):
        self.apply_one(NAT, self.from_clients)

    def test_a_member_of_the_named_group_reaches_the_open_port_and_no_other(self):
        self.assertEqual(self.client.fetch("10.71.0.6", 8080), "10.71.0.5 hello")
        self.assertIsNone(self.client.fetch("10.71.0.6", 9090))
        self.assertIsNone(self.public.fetch("10.71.0.6", 8080), "sg-web does not admit its own members")

    def test_the_rule_holds_between_subnets(self):
        self.assertEqual(self.client.fetch("10.71.2.7", 8080), "10.71.0.5 hello")

    def test_a_rule_taken_away_closes_the_port_and_given_back_opens_it(self):
        self.apply_one(NAT, [])
        self.assertIsNone(self.client.fetch("10.71.0.6", 8080))
        self.apply_one(NAT, self.from_clients)
        self.assertIsNotNone(self.client.fetch("10.71.0.6", 8080))

    def test_a_group_without_outbound_rules_sends_nothing(self):
        spec = vpc("vpc-one", "10.71", self.one, NAT, self.from_clients)
        spec["security_groups"][1]["rules"] = []
        self.hostd.call("apply_vpc", **spec)
        self.assertIsNone(self.client.fetch("10.71.0.6", 8080))

    def test_a_private_subnet_goes_out_by_its_nat_gateway_to_a_public_address_elsewhere(self):
        spec = vpc("vpc-two", "10.72", self.two, [], [])
        spec["security_groups"][1]["rules"].append(rule("ingress", "tcp", 8080, 8080, ["198.19.71.200/32"]))
        self.hostd.call("apply_vpc", **spec)
        server = self.stranger.serve(8080)
        try:
            self.assertEqual(self.client.fetch("198.19.72.8", 8080), "198.19.71.200 hello")
            self.assertIsNone(self.public.fetch("198.19.72.8", 8080), "its own public address is not admitted")
            self.apply_one([], self.from_clients)
            self.assertIsNone(self.client.fetch("198.19.72.8", 8080), "without the route there is no way out")
        finally:
            server.kill()
            server.wait()

    def test_a_public_address_is_reached_from_another_vpc_and_from_the_host_when_the_group_admits_it(self):
        self.assertIsNone(self.stranger.fetch("198.19.71.7", 8080))
        self.apply_one(NAT, [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])])
        self.assertEqual(self.stranger.fetch("198.19.71.7", 8080), "198.19.72.8 hello")
        with socket.create_connection(("198.19.71.7", 8080), 2) as s:
            self.assertEqual(s.recv(99), b"198.18.254.1 hello")

    def test_vpcs_do_not_reach_each_others_private_addresses(self):
        self.apply_one(NAT, [rule("ingress", "-1", -1, -1, ["0.0.0.0/0"])])
        self.assertIsNone(self.stranger.fetch("10.71.2.7", 8080))
        self.assertIsNone(self.stranger.fetch("10.71.0.6", 8080))

    def test_a_foreign_sender_address_is_dropped(self):
        self.apply_one(NAT, [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])])
        self.public.run("ip", "addr", "add", "10.71.2.99/32", "dev", "lo")
        self.assertIsNone(self.public.fetch("10.71.0.6", 8080, source="10.71.2.99"))
        self.assertIsNotNone(self.public.fetch("10.71.0.6", 8080))

    def test_the_resolver_knows_the_machines_and_leads_amazons_names_to_the_endpoint(self):
        code = """
import socket, struct, sys
def ask(server, name):
    q = b'\\x12\\x34\\x01\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00\\x00' + b''.join(bytes([len(p)]) + p.encode() for p in name.split('.')) + b'\\x00\\x00\\x01\\x00\\x01'
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(2); s.sendto(q, (server, 53)); return socket.inet_ntoa(s.recv(512)[-4:])
print(ask(sys.argv[1], sys.argv[2]))"""
        for server in ("10.71.0.2", "169.254.169.253"):
            self.assertEqual(self.client.run("python3", "-c", code, server, "ip-10-71-0-5.ap-northeast-2.compute.internal").stdout.strip(), "10.71.0.5")
            self.assertEqual(self.client.run("python3", "-c", code, server, "codedeploy.ap-northeast-2.amazonaws.com").stdout.strip(), "198.18.0.1")

    def test_nothing_of_the_host_is_reached_from_inside(self):
        with socket.socket() as server:
            server.bind(("198.18.254.1", 0))
            server.listen()
            self.assertIsNone(self.public.fetch("198.18.254.1", server.getsockname()[1]))

    def test_a_network_acl_denies_what_the_group_admits(self):
        spec = vpc("vpc-one", "10.71", self.one, NAT, self.from_clients)
        entry = lambda number, direction, action, cidr: {"number": number, "direction": direction, "action": action, "protocol": "-1", "from_port": -1, "to_port": -1, "cidr": cidr}
        spec["network_acls"] = [{"id": "acl-1", "subnet_ids": ["subnet-b"],
                                 "entries": [entry(90, "ingress", "deny", "10.71.0.0/24"), entry(100, "ingress", "allow", "0.0.0.0/0"), entry(100, "egress", "allow", "0.0.0.0/0")]}]
        self.hostd.call("apply_vpc", **spec)
        self.assertIsNone(self.client.fetch("10.71.2.7", 8080))
        self.assertIsNotNone(self.client.fetch("10.71.0.6", 8080), "within a subnet an ACL says nothing")

    def test_a_restart_of_the_daemon_changes_nothing_and_connections_go_on(self):
        self.hostd.process.terminate()
        self.hostd.process.wait(10)
        self.assertIsNotNone(self.client.fetch("10.71.0.6", 8080))
        os.path.exists(os.path.join(self.hostd.home, "run", "control.sock")) and os.unlink(os.path.join(self.hostd.home, "run", "control.sock"))
        self.hostd.start()
        self.assertIsNotNone(self.client.fetch("10.71.0.6", 8080))
        self.assertEqual(sorted(one["id"] for one in self.hostd.call("vpcs")), ["", "vpc-one", "vpc-two"])

    def test_what_is_not_exactly_a_spec_is_refused(self):
        for change in ({"cidrs": ["198.18.0.0/16"]}, {"id": "x; reboot"}, {"extra": 1}, {"cidrs": ["10.71.0.0/16\n"]}):
            spec = vpc("vpc-bad", "10.73", [], [], [])
            spec.update(change)
            with self.assertRaises(AssertionError):
                self.hostd.call("apply_vpc", **spec)
        with self.assertRaises(AssertionError):
            self.hostd.call("listen", vpc_id="", address="0.0.0.0", port=22)


if __name__ == "__main__":
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
