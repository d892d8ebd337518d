"""Packets on trial through VPCs in the real kernel: each refusal is really made, and what hostd says stopped the packet is what stopped it. Guests are bare
namespaces, as in test_networks.py; nobody in them learns of a trial."""
import os
import select
import subprocess
import threading
import time
import unittest

from test_networks import HOSTD, NAT, Guest, Hostd, entry, interface, rule, sh, vpc

OPEN = [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])]
ALL_OUT = entry(100, "egress", "allow")
ALL_IN = entry(100, "ingress", "allow")


class Watch:
    """All packets at a link of the edge: what would have left the region, or come to somebody else."""

    def __init__(self, link):
        code = f"import socket,sys\ns=socket.socket(socket.AF_PACKET,socket.SOCK_DGRAM,socket.htons(0x800));s.bind(('{link}',0x800));print('on',flush=True)\nwhile True: print(s.recv(99)[12:24].hex(),flush=True)"
        self.process = subprocess.Popen(["ip", "netns", "exec", "hb-edge", "python3", "-c", code], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "on\n"

    def seen(self):
        """How many packets there were so far."""
        seen = 0
        while select.select([self.process.stdout], [], [], 0.2)[0] and self.process.stdout.readline():
            seen += 1
        return seen

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD), "takes root and a build of hanbat-hostd")
class PacketTrials(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.servers, cls.guests = [], []
        cls.addClassCleanup(cls.take_down)
        cls.interfaces = [interface(61, "subnet-a", "10.78.0.5", ["sg-client"]), interface(62, "subnet-a", "10.78.0.6", ["sg-web"]),
                          interface(63, "subnet-b", "10.78.2.7", ["sg-web"], "198.19.78.7"),
                          dict(interface(64, "subnet-b", "10.78.2.9", ["sg-client"]), attachment="balancer", mac="", host_name="")]
        cls.apply()
        cls.client, cls.web, cls.public = (Guest(one, f"10.78.{0 if n < 2 else 2}.0/24") for n, one in enumerate(cls.interfaces[:3]))
        cls.guests = [cls.client, cls.web, cls.public]
        cls.servers = [cls.web.serve(8080), cls.public.serve(8080)]

    @classmethod
    def take_down(cls):
        for server in cls.servers:
            server.kill()
            server.wait()
        for guest in cls.guests:
            guest.delete()
        cls.hostd.down()

    @classmethod
    def apply(cls, web=OPEN, routes=NAT, acls=(), client=None):
        spec = vpc("vpc-try", "10.78", cls.interfaces, routes, web)
        spec["network_acls"] = [{"id": "acl-b", "subnet_ids": ["subnet-b"], "entries": list(acls)}] if acls else []
        if client is not None:
            spec["security_groups"][1]["rules"] = client
        cls.hostd.call("apply_vpc", **spec)

    def setUp(self):
        self.apply()

    def attempt_quietly(self, begins, destination, port):
        return self.hostd.call("try_packet", vpc_id="vpc-try", interface_id=self.interfaces[begins]["id"], source="", destination=destination, protocol="tcp", port=port)

    def attempt(self, begins, destination, port=8080, source="", protocol="tcp"):
        """`begins` is the interface's place in the list, or None for the internet."""
        result = self.hostd.call("try_packet", vpc_id="vpc-try", interface_id="" if begins is None else self.interfaces[begins]["id"], source=source,
                                 destination=destination, protocol=protocol, port=port)
        self.assertNotIn("hanbat_trial", sh("ip", "netns", "exec", "hb-vpc-try", "nft", "list", "tables").stdout, "the trial's table is gone")
        return result

    def assert_stopped(self, result, stop, direction=None, ident="", returning=False):
        self.assertEqual((result["end"], result["stop"], result["id"], result["returning"]), ("stopped", stop, ident, returning), result)
        if direction:
            self.assertEqual(result["direction"], direction, result)

    def test_a_packet_that_is_let_through_to_a_server_is_answered(self):
        begin = time.monotonic()
        result = self.attempt(0, "10.78.0.6")
        self.assertLess(time.monotonic() - begin, 1.2, "an answer is not waited for to the end")
        self.assertEqual(result["end"], "answered", result)
        self.assertTrue(any("ingress_sg_web: " in line and "tcp dport 8080 accept" in line for line in result["trace"]), result)
        self.assertEqual(self.attempt(0, "10.78.2.7")["end"], "answered", "and between subnets")

    def test_where_nobody_listens_the_machine_refuses(self):
        self.apply([rule("ingress", "tcp", 1, 65535, ["0.0.0.0/0"])])
        self.assertEqual(self.attempt(0, "10.78.0.6", 9191)["end"], "refused")

    def test_a_security_group_refuses_at_either_end(self):
        result = self.attempt(0, "10.78.0.6", 9090)
        self.assert_stopped(result, "security-group", "ingress")
        self.assertTrue(result["trace"][-1].endswith("drop"), result)
        self.apply(client=[])
        self.assert_stopped(self.attempt(0, "10.78.0.6"), "security-group", "egress")

    def test_a_network_acl_refuses_there_and_back(self):
        self.apply(acls=[ALL_OUT])
        self.assert_stopped(self.attempt(0, "10.78.2.7"), "network-acl", "ingress", "acl-b")
        self.apply(acls=[ALL_IN])
        self.assert_stopped(self.attempt(0, "10.78.2.7"), "network-acl", "egress", "acl-b", returning=True)

    def test_without_a_route_it_ends_in_routing(self):
        self.apply(routes=[])
        self.assert_stopped(self.attempt(0, "198.51.100.1", 443), "route")
        self.apply(routes=[{"destination": "0.0.0.0/0", "kind": "blackhole", "target": ""}])
        self.assert_stopped(self.attempt(0, "198.51.100.1", 443), "route")

    def test_what_goes_to_the_internet_passes_and_never_leaves(self):
        watch = Watch("host")
        try:
            self.assertEqual(self.attempt(0, "198.51.100.1", 443)["end"], "passed", "by the NAT gateway")
            self.assertEqual(self.attempt(2, "198.51.100.1", 443)["end"], "passed", "by its public address")
            self.apply(routes=[{"destination": "0.0.0.0/0", "kind": "igw", "target": ""}])
            self.assert_stopped(self.attempt(0, "198.51.100.1", 443), "address")
            self.assertEqual(self.attempt(None, "198.19.78.7", source="203.0.113.1")["end"], "answered")
            self.assertEqual(watch.seen(), 0, "nothing left the region")
        finally:
            watch.close()

    def test_what_comes_from_the_internet_meets_the_group_of_its_target(self):
        self.assertEqual(self.attempt(None, "198.19.78.7", source="203.0.113.1")["end"], "answered")
        self.assert_stopped(self.attempt(None, "198.19.78.7", 22, "203.0.113.1"), "security-group", "ingress")

    def test_another_vpcs_public_address_and_amazons_endpoint_are_really_asked(self):
        self.assertEqual(self.attempt(0, "198.19.78.7")["end"], "answered", "out by the NAT gateway and in by the internet gateway")
        # hanbatd is a stand-in here: nobody listens at the endpoint.
        self.assertEqual(self.attempt(0, "198.18.0.1", 443)["end"], "refused")

    def test_a_balancers_address_is_where_a_packet_may_begin(self):
        self.assertEqual(self.attempt(3, "10.78.0.6")["end"], "answered")
        self.assert_stopped(self.attempt(3, "10.78.0.6", 9090), "security-group", "ingress")

    def test_no_program_learns_of_a_trial_and_no_connection_stays_half_open(self):
        with_log = "import socket,select\ns=socket.create_server(('0.0.0.0',8081));u=socket.socket(socket.AF_INET,socket.SOCK_DGRAM);u.bind(('0.0.0.0',8081));print('on',flush=True)\nwhile True:\n for one in select.select([s,u],[],[])[0]: print('seen',one.recv(9) if one is u else one.accept(),flush=True)"
        server = subprocess.Popen(["ip", "netns", "exec", self.web.ns, "python3", "-c", with_log], stdout=subprocess.PIPE, text=True)
        try:
            self.assertEqual(server.stdout.readline(), "on\n")
            self.apply([rule("ingress", "-1", -1, -1, ["0.0.0.0/0"])])
            self.assertEqual(self.attempt(0, "10.78.0.6", 8081)["end"], "answered")
            self.assertEqual(self.attempt(0, "10.78.0.6", 8081, protocol="udp")["end"], "passed")
            self.assertFalse(select.select([server.stdout], [], [], 0.3)[0], "the server saw something")
            self.assertNotIn(":8081 ", self.web.run("ss", "-Htn", "state", "syn-recv").stdout)
        finally:
            server.kill()
            server.wait()
            server.stdout.close()

    def test_many_at_once_are_refused_before_they_keep_other_actions_waiting(self):
        """Each would wait its whole time for an answer that its target's own firewall swallows."""
        self.apply([rule("ingress", "-1", -1, -1, ["0.0.0.0/0"])])
        self.web.run("nft", "add table ip shut; add chain ip shut in { type filter hook input priority 0; }; add rule ip shut in tcp dport 8082 drop")
        answers = []

        def one():
            try:
                answers.append(self.attempt_quietly(0, "10.78.0.6", 8082)["end"])
            except AssertionError as error:
                answers.append(str(error))

        threads = [threading.Thread(target=one) for _ in range(12)]
        begin = time.monotonic()
        for thread in threads:
            thread.start()
        self.hostd.call("vpcs")
        self.assertLess(time.monotonic() - begin, 1.5, "another action is answered meanwhile")
        for thread in threads:
            thread.join()
        self.web.run("nft", "delete", "table", "ip", "shut")
        self.assertEqual({answer for answer in answers if answer != "silent"}, {"other packets are on trial; ask again"})
        self.assertGreaterEqual(answers.count("silent"), 1)

    def test_what_cannot_be_tried_is_refused_by_its_reason(self):
        for change, says in (({"vpc_id": "vpc-none"}, "not in the kernel"), ({"interface_id": "eni-00000000000000099"}, "in no machine"), ({"port": 0}, "port"),
                             ({"interface_id": "", "source": ""}, "source"), ({"destination": "10.0.0.0/8"}, "destination")):
            arguments = {"vpc_id": "vpc-try", "interface_id": self.interfaces[0]["id"], "source": "", "destination": "10.78.0.6", "protocol": "tcp", "port": 80} | change
            with self.assertRaisesRegex(AssertionError, says):
                self.hostd.call("try_packet", **arguments)


if __name__ == "__main__":
    unittest.main(verbosity=2)
