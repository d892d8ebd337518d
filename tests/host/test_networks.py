"""Networks of hostd in the real kernel: guests are bare namespaces on veth pairs, so no machine image is needed.

Starts its own hanbat-hostd on a temporary state folder, in network and mount namespaces of this process's own, so that a region
that runs on the machine is not in its way. Skipped where there is no root.
"""
import ctypes
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

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

    def __init__(self, *options):
        """`options` are hostd's, beside those that every one gets."""
        isolate()
        self.options = options
        self.home = tempfile.mkdtemp(prefix="hanbat-test-", dir="/var/tmp")
        os.chmod(self.home, 0o755)
        self.log = open(os.path.join(self.home, "hostd.out"), "w")
        self.start()

    def start(self):
        self.process = subprocess.Popen([HOSTD, "--home", self.home, "--hanbatd", shutil.which("python3"), "--port", "0", *self.options],
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


def wait_listening(process, port):
    """Until the process, which has a network namespace of its own, listens."""
    for _ in range(200):
        with open(f"/proc/{process.pid}/net/tcp") as sockets:
            if any(f":{port:04X} 00000000:0000 0A" in line for line in sockets):
                return process
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {port}")


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
        return wait_listening(subprocess.Popen(["ip", "netns", "exec", self.ns, "python3", "-c", code]), port)

    def fetch(self, ip, port, source=None):
        code = f"import socket; s=socket.create_connection(('{ip}',{port}),1.5,{(source, 0) if source else None}); print(s.recv(99).decode())"
        done = self.run("python3", "-c", code, check=False)
        return done.stdout.strip() if done.returncode == 0 else None

    def converse(self, port):
        """A server that answers each line with itself."""
        code = f"""
import socketserver
class H(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile: self.wfile.write(line)
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(('0.0.0.0', {port}), H).serve_forever()"""
        return wait_listening(subprocess.Popen(["ip", "netns", "exec", self.ns, "python3", "-c", code]), port)

    def call(self, ip, port):
        """A connection: a function that sends a line and returns what comes back within 1.5 s."""
        code = f"""
import socket, sys
s = socket.create_connection(('{ip}', {port}), 1.5)
for line in sys.stdin:
    s.sendall(line.encode())
    try: print(s.recv(99).decode().strip(), flush=True)
    except OSError: print('', flush=True)"""
        process = subprocess.Popen(["ip", "netns", "exec", self.ns, "python3", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

        def say(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return process.stdout.readline().strip()

        say.process = process
        return say

    def delete(self):
        sh("ip", "netns", "del", self.ns, check=False)


def interface(number, subnet, ip, groups, public=""):
    return {"id": f"eni-{number:017x}", "attachment": "machine", "subnet_id": subnet, "private_ip": ip, "mac": f"02:00:00:00:00:{number:02x}",
            "public_ip": public, "host_name": "ip-" + ip.replace(".", "-"), "security_group_ids": groups, "source_dest_check": True, "secondaries": []}


def rule(direction, protocol, low, high, cidrs=(), groups=()):
    return {"direction": direction, "protocol": protocol, "from_port": low, "to_port": high, "cidrs": list(cidrs), "groups": list(groups)}


def entry(number, direction, action, cidr="0.0.0.0/0", protocol="-1", ports=(-1, -1)):
    return {"number": number, "direction": direction, "action": action, "protocol": protocol, "from_port": ports[0], "to_port": ports[1], "cidr": cidr}


def forward(*groups, **more):
    """A balancer's action."""
    return {"kind": "forward", "forward": [{"target_group_id": group, "weight": 1} for group in groups], "redirect_protocol": "", "redirect_host": "",
            "redirect_port": "", "redirect_path": "", "redirect_query": "", "status": 0, "content_type": "", "body": "", "stickiness_seconds": 0} | more


def listener(ident, action, host_port, **more):
    """Its rules are numbered in their order."""
    if "rules" in more:
        more["rules"] = [{"priority": number} | one for number, one in enumerate(more["rules"], 1)]
    return {"id": ident, "port": 80, "protocol": "HTTP", "certificates": [], "tls_names": [], "tls_least": "TLSv1.2", "tls_most": "TLSv1.3", "tls_ciphers": [],
            "tls_version_header": "X-Amzn-Tls-Version", "tls_cipher_header": "X-Amzn-Tls-Cipher-Suite", "default_action": action, "rules": [], "host_port": host_port,
            "server_header": True, "response_headers": []} | more


def balancer(ident, vpc_id, host_name, node, listeners, **more):
    """`node` is its private and its public address and the subnet that it is near."""
    return {"id": ident, "vpc_id": vpc_id, "host_name": host_name, "nodes": [dict(zip(("private_ip", "public_ip", "subnet_cidr"), node))], "listeners": listeners,
            "idle_timeout_seconds": 60, "client_keep_alive_seconds": 3600, "forwarded_for": "append", "client_port": False, "preserve_host": False, "http2": True,
            "tls_headers": False, "drop_invalid_headers": False, "logs": "none"} | more


def target_group(ident, vpc_id, check, targets, **more):
    return {"id": ident, "arn": f"arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/{ident}/0123456789abcdef", "vpc_id": vpc_id, "protocol": "HTTP", "algorithm": "round_robin", "stickiness_seconds": 0, "app_cookie": "", "slow_start_seconds": 0,
            "health_check": check, "targets": targets} | more


def vpc(ident, prefix, interfaces, private_routes, web_rules):
    everything_out = rule("egress", "-1", -1, -1, ["0.0.0.0/0"])
    return {"id": ident, "account": "123456789012", "region": "ap-northeast-2", "cidrs": [f"{prefix}.0.0/16"], "internet_gateway": True,
            "subnets": [{"id": "subnet-a", "cidr": f"{prefix}.0.0/24", "route_table_id": "rtb-private", "zone": "ap-northeast-2a"},
                        {"id": "subnet-b", "cidr": f"{prefix}.2.0/24", "route_table_id": "rtb-public", "zone": "ap-northeast-2c"}],
            "route_tables": [{"id": "rtb-private", "routes": private_routes},
                             {"id": "rtb-public", "routes": [{"destination": "0.0.0.0/0", "kind": "igw", "target": ""}]}],
            "nat_gateways": [{"id": "nat-1", "subnet_id": "subnet-b", "private_ip": f"{prefix}.2.200", "public_ip": f"198.19.{prefix.split('.')[1]}.200"}],
            "security_groups": [{"id": "sg-web", "rules": web_rules + [everything_out]}, {"id": "sg-client", "rules": [everything_out]}],
            "network_acls": [], "interfaces": interfaces,
            "dns": {"enabled": True, "domain": "ap-northeast-2.compute.internal",
                    "records": [{"name": f"ip-{prefix.replace('.', '-')}-0-5.ap-northeast-2.compute.internal", "addresses": [f"{prefix}.0.5"]}]},
            "dhcp": {"domains": ["ap-northeast-2.compute.internal"], "dns_servers": [f"{prefix}.0.2"], "ntp_servers": [], "netbios_name_servers": [],
                     "netbios_node_type": 0}}


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

    def test_a_name_is_answered_while_machines_come_and_go(self):
        code = """
import socket, struct, sys, time
name = b"".join(bytes([len(one)]) + one for one in sys.argv[1].encode().split(b".")) + b"\\0"
lost, asked, until = 0, 0, time.monotonic() + 4
print("asking", flush=True)
while time.monotonic() < until:
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(2)
    s.connect(("10.71.0.2", 53))
    s.send(struct.pack(">6H", asked & 65535, 256, 1, 0, 0, 0) + name + struct.pack(">2H", 1, 1))
    asked += 1
    try: lost += struct.unpack(">6H", s.recv(512)[:12])[3] != 1
    except OSError: lost += 1
    s.close()
print(asked, lost)"""
        asker = subprocess.Popen(["ip", "netns", "exec", self.client.ns, "python3", "-c", code, "ip-10-71-0-5.ap-northeast-2.compute.internal"],
                                 stdout=subprocess.PIPE, text=True)
        self.assertEqual(asker.stdout.readline().strip(), "asking")
        changes = 0
        while asker.poll() is None:
            more = [interface(40 + changes, "subnet-a", f"10.71.0.{40 + changes % 5}", ["sg-web"])]
            spec = vpc("vpc-one", "10.71", self.one + more, NAT, self.from_clients)
            if changes % 2:
                spec["subnets"].append({"id": "subnet-c", "cidr": "10.71.3.0/24", "route_table_id": "rtb-private", "zone": "ap-northeast-2a"})
            self.hostd.call("apply_vpc", **spec)
            changes += 1
            time.sleep(0.1)
        asked, lost = map(int, asker.stdout.read().split())
        self.assertGreater(changes, 10)
        self.assertGreater(asked, 1000)
        self.assertEqual(lost, 0, f"of {asked} while {changes} machines, and a subnet between them, came and went")

    def test_an_address_is_lent_to_the_next_machine_that_has_it(self):
        """Both ask as a machine's DHCP client does, the second while the lease of the first is good for an hour."""
        code = """
import os, socket, struct, sys
mac = bytes.fromhex(open("/sys/class/net/eth0/address").read().strip().replace(":", ""))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
s.bind(("", 68)); s.settimeout(3)
def ask(options):
    s.sendto(struct.pack(">4BIHH16s16s192sI", 1, 1, 6, 0, 7, 0, 0x8000, b"", mac, b"", 0x63825363) + options + b"\\xff", ("255.255.255.255", 67))
    while True:
        answer = s.recv(2048)
        if answer[28:34] == mac: return answer
offer = ask(bytes([53, 1, 1]))
offered, at = offer[16:20], offer[240:]
while at[0] != 54: at = at[2 + at[1]:]
answer = ask(bytes([53, 1, 3, 50, 4]) + offered + at[:6])
kind = answer[240:]
while kind[0] != 53: kind = kind[2 + kind[1]:]
print(socket.inet_ntoa(answer[16:20]), kind[2])"""
        for number in (50, 51, 52):
            one = interface(number, "subnet-a", "10.71.0.50", ["sg-client"])
            self.hostd.call("apply_vpc", **vpc("vpc-one", "10.71", self.one + [one], NAT, self.from_clients))
            guest = Guest(one, "10.71.0.0/24")
            try:
                guest.run("ip", "addr", "flush", "dev", "eth0")
                guest.run("ip", "route", "add", "255.255.255.255", "dev", "eth0")
                self.assertEqual(guest.run("python3", "-c", code).stdout.strip(), "10.71.0.50 5")  # 5: DHCPACK
            finally:
                guest.delete()

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

    def apply_acl(self, entries, subnets=("subnet-b",), web_rules=None):
        spec = vpc("vpc-one", "10.71", self.one, NAT, web_rules or self.from_clients)
        spec["network_acls"] = [{"id": "acl-1", "subnet_ids": list(subnets), "entries": entries}]
        self.hostd.call("apply_vpc", **spec)

    def test_a_network_acl_denies_what_the_group_admits_at_the_border_of_its_subnet_alone(self):
        self.apply_acl([entry(90, "ingress", "deny", "10.71.0.0/24"), entry(100, "ingress", "allow"), entry(100, "egress", "allow")])
        self.assertIsNone(self.client.fetch("10.71.2.7", 8080))
        self.assertIsNotNone(self.client.fetch("10.71.0.6", 8080), "within a subnet an ACL says nothing")

    def test_of_the_entries_of_an_acl_the_lowest_number_that_matches_decides(self):
        rest = [entry(100, "egress", "allow")]
        for deny, allow, passes in ((110, 100, True), (90, 100, False), (32766, 1, True)):
            self.apply_acl([entry(deny, "ingress", "deny", "10.71.0.0/24"), entry(allow, "ingress", "allow")] + rest)
            self.assertEqual(self.client.fetch("10.71.2.7", 8080) is not None, passes, (deny, allow))

    def test_an_acl_is_stateless_so_answers_need_an_entry_of_their_own_for_ephemeral_ports(self):
        comes_in = entry(100, "ingress", "allow", protocol="6", ports=(8080, 8080))
        self.apply_acl([comes_in])
        self.assertIsNone(self.client.fetch("10.71.2.7", 8080), "no entry lets the answer out")
        self.apply_acl([comes_in, entry(100, "egress", "allow", protocol="6", ports=(8080, 8080))])
        self.assertIsNone(self.client.fetch("10.71.2.7", 8080), "the answer goes to the client's port")
        self.apply_acl([comes_in, entry(100, "egress", "allow", "10.71.0.0/24", protocol="6", ports=(1024, 65535))])
        self.assertEqual(self.client.fetch("10.71.2.7", 8080), "10.71.0.5 hello")

    def test_an_acl_cuts_a_connection_that_a_group_would_let_go_on(self):
        everything, admitted = [entry(100, "ingress", "allow"), entry(100, "egress", "allow")], [rule("ingress", "tcp", 9191, 9191, ["0.0.0.0/0"])]
        self.apply_acl(everything, web_rules=admitted)
        talk = self.public.converse(9191)
        try:
            caller = self.client.call("10.71.2.7", 9191)
            self.assertEqual(caller("a"), "a")
            self.apply_acl(everything + [entry(90, "ingress", "deny", "10.71.0.5/32")], web_rules=admitted)
            self.assertEqual(caller("b"), "")
            caller.process.kill()
            caller.process.communicate()
        finally:
            talk.kill()
            talk.wait()

    def test_an_acl_tells_types_of_icmp_apart(self):
        pings = [rule("ingress", "icmp", -1, -1, ["0.0.0.0/0"])]
        code = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP); s.settimeout(1)
s.sendto(b'\\x08\\x00\\xf7\\xff\\x00\\x00\\x00\\x00', ('10.71.2.7', 0))
sys.exit(s.recv(99)[20] != 0)"""
        ping = lambda: self.client.run("python3", "-c", code, check=False).returncode == 0  # noqa: E731
        for out, passes in (((0, -1), True), ((0, 0), True), ((8, -1), False), ((-1, -1), True)):
            self.apply_acl([entry(100, "ingress", "allow", protocol="1", ports=(8, 0)), entry(100, "egress", "allow", protocol="1", ports=out)], web_rules=pings)
            self.assertEqual(ping(), passes, out)

    def test_a_subnet_whose_acl_denies_everything_still_has_its_resolver(self):
        self.apply_acl([], subnets=("subnet-a",))
        self.assertIsNone(self.client.fetch("10.71.2.7", 8080))
        self.test_the_resolver_knows_the_machines_and_leads_amazons_names_to_the_endpoint()

    def test_what_a_nat_gateway_carries_passes_the_acl_of_its_own_subnet_both_ways(self):
        spec = vpc("vpc-two", "10.72", self.two, [], [])
        spec["security_groups"][1]["rules"].append(rule("ingress", "tcp", 8080, 8080, ["198.19.71.200/32"]))
        self.hostd.call("apply_vpc", **spec)
        server = self.stranger.serve(8080)
        from_subnet, to_world = entry(100, "ingress", "allow", "10.71.0.0/24"), entry(100, "egress", "allow", "198.19.72.8/32")
        from_world, to_subnet = entry(110, "ingress", "allow", "198.19.72.8/32"), entry(110, "egress", "allow", "10.71.0.0/24")
        try:
            whole = [from_subnet, to_world, from_world, to_subnet]
            self.apply_acl(whole)
            self.assertEqual(self.client.fetch("198.19.72.8", 8080), "198.19.71.200 hello")
            for missing in whole:
                self.apply_acl([one for one in whole if one is not missing])
                self.assertIsNone(self.client.fetch("198.19.72.8", 8080), missing)
        finally:
            server.kill()
            server.wait()

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


def status_of(pid):
    """The fields of /proc/<pid>/status, and the folder that is the process's root."""
    with open(f"/proc/{pid}/status") as file:
        fields = dict(line.split(":", 1) for line in file.read().splitlines() if ":" in line)
    return {name: value.split() for name, value in fields.items()}, os.readlink(f"/proc/{pid}/root")


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD) and shutil.which("haproxy"), "takes root, HAProxy and a build of hanbat-hostd")
class Balancers(unittest.TestCase):
    """A balancer in front of a bare namespace: who reads what strangers send, and that nothing is lost by his having no rights."""

    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.interfaces = [interface(21, "subnet-a", "10.76.0.5", ["sg-web"]),
                          dict(interface(22, "subnet-b", "10.76.2.9", ["sg-lb"], "198.19.76.9"), attachment="balancer", mac="", host_name="")]
        spec = vpc("vpc-six", "10.76", cls.interfaces, NAT, [rule("ingress", "tcp", 8080, 8080, groups=["sg-lb"])])
        spec["security_groups"].append({"id": "sg-lb", "rules": [rule("ingress", "tcp", 80, 80, ["0.0.0.0/0"]), rule("egress", "-1", -1, -1, ["0.0.0.0/0"])]})
        cls.hostd.call("apply_vpc", **spec)
        cls.guest = Guest(cls.interfaces[0], "10.76.0.0/24")
        cls.addClassCleanup(cls.guest.delete)
        code = """
import http.server, time
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == '/slow': time.sleep(3)
        self.send_response(200); self.send_header('Content-Length', '2'); self.end_headers(); self.wfile.write(b'ok')
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer.handle_error = lambda *_: None
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), H).serve_forever()"""
        cls.server = subprocess.Popen(["ip", "netns", "exec", cls.guest.ns, "python3", "-c", code])
        cls.addClassCleanup(lambda: (cls.server.kill(), cls.server.wait()))

    def apply(self, path="/", state="active"):
        check = {"protocol": "HTTP", "path": path, "port": 0, "interval_seconds": 1, "timeout_seconds": 1, "healthy_threshold": 2, "unhealthy_threshold": 2, "matcher": "200"}
        self.hostd.call(
            "apply_balancers",
            balancers=[balancer("lb-one", "vpc-six", "one.elb.localhost", ("10.76.2.9", "198.19.76.9", "10.76.2.0/24"), [listener("listener-one", forward("tg-one"), 18481)])],
            target_groups=[target_group("tg-one", "vpc-six", check, [{"ip": "10.76.0.5", "port": 8080, "state": state}])])

    def wait_healthy(self):
        for _ in range(100):
            if [one["state"] for one in self.hostd.call("balancer_health")] == ["healthy"]:
                return
            time.sleep(0.1)
        raise AssertionError(self.hostd.call("balancer_health"))

    def get(self, path="/", port=18481):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "one.elb.localhost"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status

    def folders(self):
        return [os.path.join(self.hostd.home, "host", "balancers", name) for name in ("vpc-six", "host")]

    def processes(self, folder):
        """(the master, its workers)."""
        with open(os.path.join(folder, "haproxy.pid")) as file:
            master = int(file.read())
        with open(f"/proc/{master}/task/{master}/children") as file:
            return master, [int(pid) for pid in file.read().split()]

    def test_who_reads_what_strangers_send_has_a_user_of_its_own_an_empty_root_and_no_capability(self):
        self.apply()
        self.wait_healthy()
        uid = pwd.getpwnam("hanbat-haproxy").pw_uid
        for folder in self.folders():
            master, workers = self.processes(folder)
            self.assertTrue(workers)
            for worker in workers:
                status, root = status_of(worker)
                self.assertEqual(status["Uid"], [str(uid)] * 4)
                self.assertNotIn("0", status["Gid"])
                self.assertEqual(status["Groups"], [])
                self.assertEqual([status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")], [["0" * 16]] * 4)
                self.assertEqual(status["NoNewPrivs"], ["1"])
                self.assertEqual(root, folder + "/root")
                self.assertEqual(os.listdir(root), [])
                self.assertEqual(os.stat(root).st_uid, 0)
            # kill, setgid, setuid, net_bind_service, sys_chroot
            self.assertEqual(int(status_of(master)[0]["CapEff"][0], 16), 1 << 5 | 1 << 6 | 1 << 7 | 1 << 10 | 1 << 18)

    def test_a_reload_replaces_the_worker_and_a_request_under_way_ends(self):
        self.apply()
        self.wait_healthy()
        before = self.processes(self.folders()[0])
        answers = []
        slow = threading.Thread(target=lambda: answers.append(self.get("/slow")))
        slow.start()
        time.sleep(0.5)
        self.apply("/other")
        for _ in range(20):
            self.assertEqual(self.get(), 200)
        after = self.processes(self.folders()[0])
        self.assertEqual(before[0], after[0], "the master, with the listening sockets, is the same")
        self.assertNotEqual(set(before[1]), set(after[1]))
        slow.join()
        self.assertEqual(answers, [200])
        for _ in range(100):
            if not set(before[1]) & set(self.processes(self.folders()[0])[1]):
                break
            time.sleep(0.1)
        else:
            self.fail("the last worker does not end")
        self.wait_healthy()

    def test_killed_and_started_again_hostd_finds_the_same_haproxy_serving(self):
        self.apply()
        self.wait_healthy()
        before = [self.processes(folder) for folder in self.folders()]
        self.hostd.process.kill()
        self.hostd.process.wait()
        self.assertEqual(self.get(), 200)
        os.unlink(os.path.join(self.hostd.home, "run", "control.sock"))
        self.hostd.start()
        self.assertEqual([self.processes(folder) for folder in self.folders()], before)
        self.apply()
        self.assertEqual([self.processes(folder) for folder in self.folders()], before, "the same is applied, so nothing is reloaded")
        self.wait_healthy()
        self.assertEqual(self.get(), 200)

    def test_a_killed_worker_or_master_comes_back(self):
        self.apply()
        self.wait_healthy()
        for pick in (lambda: self.processes(self.folders()[0])[1][0], lambda: self.processes(self.folders()[0])[0]):
            os.kill(pick(), signal.SIGKILL)
            time.sleep(0.5)
            for _ in range(100):
                try:
                    if self.get() == 200:
                        break
                except OSError:
                    pass
                time.sleep(0.1)
            self.wait_healthy()
            self.assertEqual(self.get(), 200)

if __name__ == "__main__":
    unittest.main(verbosity=2, argv=[sys.argv[0], *sys.argv[1:]])
