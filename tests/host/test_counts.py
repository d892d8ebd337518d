"""What hostd counts of packets and requests: real ones, in front of bare namespaces; see test_networks.py. A count only rises, whatever is begun anew."""
import http.client
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.request

from test_networks import HOSTD, NAT, Guest, Hostd, balancer, forward, interface, listener, rule, target_group, vpc, wait_listening

LARGE = 200_000
# Sends so many bytes to whoever comes.
SENDER = f"""
import socketserver
class H(socketserver.BaseRequestHandler):
    def handle(self): self.request.sendall(b'x' * {LARGE})
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(('0.0.0.0', 8080), H).serve_forever()"""
WEB = f"""
import http.server, time
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        time.sleep(float(self.path[len('/slow'):]) if self.path.startswith('/slow') else 0)
        self.send_response(200); self.send_header('Content-Length', '{LARGE}'); self.end_headers(); self.wfile.write(b'x' * {LARGE})
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), H).serve_forever()"""

# Takes what a sender sends.
READ = "import socket; s = socket.create_connection(('{}', 8080), 5)\nwhile s.recv(65536): pass"


def fetch(address, port=8080):
    """How many bytes come."""
    with socket.create_connection((address, port), timeout=5) as connection:
        count = 0
        while got := connection.recv(65536):
            count += len(got)
    return count


def serve(guest, code):
    return wait_listening(subprocess.Popen(["ip", "netns", "exec", guest.ns, "python3", "-c", code]), 8080)


@unittest.skipUnless(os.geteuid() == 0 and os.path.exists(HOSTD) and shutil.which("haproxy"), "takes root, HAProxy and a build of hanbat-hostd")
class Counts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.private, cls.public = interface(51, "subnet-a", "10.81.0.5", ["sg-web"]), interface(52, "subnet-b", "10.81.2.6", ["sg-web"], "198.19.81.6")
        cls.node = dict(interface(53, "subnet-b", "10.81.2.9", ["sg-lb"], "198.19.81.9"), attachment="balancer", mac="", host_name="")
        cls.other = interface(54, "subnet-b", "10.82.2.8", ["sg-web"], "198.19.82.8")
        neighbour = interface(55, "subnet-b", "10.81.2.7", ["sg-web"])
        cls.spec = vpc("vpc-counted", "10.81", [cls.private, cls.public, cls.node, neighbour], NAT, [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])])
        cls.spec["security_groups"].append({"id": "sg-lb", "rules": [rule("ingress", "tcp", 80, 80, ["0.0.0.0/0"]), rule("egress", "-1", -1, -1, ["0.0.0.0/0"])]})
        cls.hostd.call("apply_vpc", **cls.spec)
        cls.hostd.call("apply_vpc", **vpc("vpc-other", "10.82", [cls.other], [], [rule("ingress", "tcp", 8080, 8080, ["0.0.0.0/0"])]))
        cls.inside, cls.outside, cls.elsewhere = Guest(cls.private, "10.81.0.0/24"), Guest(cls.public, "10.81.2.0/24"), Guest(cls.other, "10.82.2.0/24")
        cls.beside = Guest(neighbour, "10.81.2.0/24")
        servers = [serve(cls.inside, WEB), serve(cls.outside, SENDER), serve(cls.elsewhere, SENDER)]
        for server in servers:
            cls.addClassCleanup(lambda one=server: (one.kill(), one.wait()))
        for guest in (cls.inside, cls.outside, cls.elsewhere, cls.beside):
            cls.addClassCleanup(guest.delete)

    def counts(self, source="vpcs", vpc_id="vpc-counted"):
        return {(one["kind"], one["id"]): one for one in self.hostd.call("counts", source=source) if one["vpc_id"] == vpc_id}

    def value(self, kind, ident, **more):
        return self.counts(**more)[kind, ident]["value"]

    def apply_balancer(self, header="a"):
        check = {"protocol": "HTTP", "path": "/", "port": 0, "interval_seconds": 1, "timeout_seconds": 1, "healthy_threshold": 2, "unhealthy_threshold": 2, "matcher": "200"}
        self.hostd.call("apply_balancers",
                        balancers=[balancer("lb-counted", "vpc-counted", "", ("10.81.2.9", "198.19.81.9", "10.81.2.0/24"),
                                            [listener("listener-counted", forward("tg-counted"), 0, response_headers=[{"name": "X-Of", "value": header}])])],
                        target_groups=[target_group("tg-counted", "vpc-counted", check, [{"ip": "10.81.0.5", "port": 8080, "state": "active"}])])
        for _ in range(100):
            if [one["state"] for one in self.hostd.call("balancer_health")] == ["healthy"]:
                return
            time.sleep(0.1)
        raise AssertionError(self.hostd.call("balancer_health"))

    def test_1_what_goes_out_by_a_public_address_counts_and_what_comes_in_does_not(self):
        before = self.value("out", self.public["id"])
        self.assertEqual(fetch("198.19.81.6"), LARGE)
        sent = self.value("out", self.public["id"]) - before
        self.assertTrue(LARGE < sent < 1.1 * LARGE, sent)
        # To another public address of the region it is no internet, and receiving is free.
        self.outside.run("python3", "-c", READ.format("198.19.82.8"))
        self.assertEqual(self.value("out", self.public["id"]) - before, sent)

    def risen(self, before, vpc_id="vpc-counted"):
        """What has risen of zones' and public addresses' counts, by kind and id."""
        return {key: one["value"] - before[key]["value"] for key, one in self.counts(vpc_id=vpc_id).items()
                if key[0].startswith(("zone", "public")) and one["value"] > before[key]["value"]}

    def assert_risen(self, before, large, small, vpc_id="vpc-counted"):
        """One way carried what was sent, the other its acknowledgements, and nothing else counted."""
        risen = self.risen(before, vpc_id)
        self.assertEqual(set(risen), set(large) | set(small), risen)
        for key in large:
            self.assertTrue(LARGE < risen[key] < 1.2 * LARGE, risen)
        for key in small:
            self.assertTrue(0 < risen[key] < 0.2 * LARGE, risen)
        self.assertEqual(len({risen[key] for key in large}), 1, "each byte that leaves somewhere comes somewhere")

    def test_1a_what_passes_between_two_zones_counts_at_both_ends(self):
        before = self.counts()
        self.inside.run("python3", "-c", READ.format("10.81.2.6"))
        inside, outside = self.private["id"], self.public["id"]
        self.assert_risen(before, [("zoneout", outside), ("zonein", inside)], [("zoneout", inside), ("zonein", outside)])
        # Within a zone it is free.
        before = self.counts()
        self.beside.run("python3", "-c", READ.format("10.81.2.6"))
        self.assertEqual(self.risen(before), {})

    def test_1b_by_public_addresses_of_the_region_it_counts_at_both_ends_and_is_no_internet(self):
        before, there, internet = self.counts(), self.counts(vpc_id="vpc-other"), self.value("out", self.public["id"])
        self.outside.run("python3", "-c", READ.format("198.19.82.8"))
        self.assert_risen(before, [("publicin", self.public["id"])], [("publicout", self.public["id"])])
        self.assert_risen(there, [("publicout", self.other["id"])], [("publicin", self.other["id"])], "vpc-other")
        self.assertEqual(self.value("out", self.public["id"]), internet)

    def test_1c_through_a_nat_gateway_of_another_zone_both_its_way_and_the_regions_count(self):
        before = self.counts()
        self.inside.run("python3", "-c", READ.format("198.19.82.8"))
        inside = self.private["id"]
        self.assert_risen(before, [("publicin", "nat-1"), ("zoneout", "nat-1"), ("zonein", inside)],
                          [("publicout", "nat-1"), ("zonein", "nat-1"), ("zoneout", inside)])

    def test_2_a_nat_gateway_counts_what_it_carries_both_ways(self):
        before = self.value("nat", "nat-1")
        self.inside.run("python3", "-c", READ.format("198.19.82.8"))
        carried = self.value("nat", "nat-1") - before
        self.assertTrue(LARGE < carried < 1.2 * LARGE, carried)
        self.assertEqual(self.value("out", "nat-1"), 0)
        fetch("198.19.81.6")
        self.assertEqual(self.value("nat", "nat-1") - before, carried, "what does not go through it is not its")

    def test_3_a_change_of_rules_and_a_restart_of_the_daemon_take_nothing_away_and_double_nothing(self):
        fetch("198.19.81.6")
        before = self.counts()["out", self.public["id"]]
        self.spec["security_groups"][0]["rules"].append(rule("ingress", "tcp", 9999, 9999, ["0.0.0.0/0"]))
        self.hostd.call("apply_vpc", **self.spec)
        self.assertEqual(self.counts()["out", self.public["id"]], before)
        for number in (signal.SIGTERM, signal.SIGKILL):
            self.hostd.process.send_signal(number)
            self.hostd.process.wait(20)
            self.hostd.start()
            self.assertEqual(self.counts()["out", self.public["id"]], before)
        fetch("198.19.81.6")
        self.assertGreater(self.value("out", self.public["id"]), before["value"] + LARGE)

    def test_4_counters_that_somebody_removed_come_back_and_what_was_counted_stays(self):
        fetch("198.19.81.6")
        before = self.value("out", self.public["id"])
        subprocess.run(["ip", "netns", "exec", "hb-vpc-counted", "nft", "delete", "table", "ip", "hanbat_traffic"], check=True)
        self.assertEqual(self.value("out", self.public["id"]), before)
        fetch("198.19.81.6")
        self.assertGreater(self.value("out", self.public["id"]), before + LARGE)

    def asked(self):
        """What the target was asked, and what was answered well."""
        counters, = [one["counters"] for one in self.hostd.call("balancer_health")]
        return counters["requests"], counters["answered_2xx"]

    def workers(self):
        with open(os.path.join(self.hostd.home, "host", "balancers", "vpc-counted", "haproxy.pid")) as file:
            master = file.read().strip()
        return subprocess.run(["pgrep", "-P", master], capture_output=True, text=True).stdout.split()

    def until(self, fine, what, seconds=15):
        for _ in range(seconds * 10):
            if fine():
                return
            time.sleep(0.1)
        raise AssertionError(what)

    def test_4a_requests_across_reloads_are_all_counted_once(self):
        self.apply_balancer("first")
        sent, failures, over = [0] * 3, [], threading.Event()

        def ask(number, path):
            connection = http.client.HTTPConnection("198.19.81.9", 80, timeout=20)
            while not over.is_set():
                try:
                    connection.request("GET", path)
                    if connection.getresponse().read() != b"x" * LARGE:
                        failures.append("an answer is not whole")
                    sent[number] += 1
                except OSError as error:
                    failures.append(repr(error))
                    return

        clients = [threading.Thread(target=ask, args=(number, path)) for number, path in enumerate(("/", "/", "/slow0.7"))]
        for client in clients:
            client.start()
        for number in range(4):
            time.sleep(0.5)
            self.apply_balancer(f"of {number}")
        over.set()
        for client in clients:
            client.join()
        self.assertEqual(failures, [])
        total = sum(sent)
        requests = lambda: {one["value"] for one in self.hostd.call("counts", source="balancers") if one["id"] == "lb-counted" and one["kind"] == "requests"}  # noqa: E731
        self.until(lambda: self.asked() == (total, total) and requests() == {total}, (sent, self.asked(), requests()))
        # Old workers were kept only for their counts.
        self.until(lambda: len(self.workers()) == 1, self.workers())

    def test_4b_each_answer_of_a_target_is_timed(self):
        self.apply_balancer("timed")
        self.hostd.call("take_times")
        for path, count in (("/", 20), ("/slow0.3", 3), ("/slow1.2", 1)):
            for _ in range(count):
                urllib.request.urlopen("http://198.19.81.9" + path, timeout=10).read()
        target, = self.hostd.call("take_times")
        self.assertEqual((target["target_group_id"], target["ip"], target["port"]), ("tg-counted", "10.81.0.5", 8080))
        between = lambda low, high: sum(one["count"] for one in target["times"] if low <= one["microseconds"] < high)  # noqa: E731
        self.assertEqual((between(1, 250_000), between(297_000, 900_000), between(1_190_000, 5_000_000)), (20, 3, 1), target)
        self.assertEqual(self.hostd.call("take_times"), [])
        # Of what an old worker goes on with, too.
        late = threading.Thread(target=lambda: urllib.request.urlopen("http://198.19.81.9/slow2", timeout=10).read())
        late.start()
        time.sleep(0.3)
        self.apply_balancer("timed anew")
        late.join()
        times = []

        def told():
            times.extend(one for target in self.hostd.call("take_times") for one in target["times"])
            return times
        self.until(told, "no time was told")
        self.assertEqual([(one["count"], round(one["microseconds"] / 1e6, 1)) for one in times], [(1, 2.0)])

    def test_5_a_balancer_counts_connections_requests_and_bytes_over_its_reloads(self):
        before = self.counts()
        self.apply_balancer()
        ask = lambda: urllib.request.urlopen("http://198.19.81.9/", timeout=10).read()  # noqa: E731
        kinds = lambda: {one["kind"]: one["value"] for one in self.hostd.call("counts", source="balancers") if one["id"] == "lb-counted"}  # noqa: E731
        self.until(lambda: len(self.workers()) == 1, "old workers end")
        start = kinds()
        ask()
        first = kinds()
        risen = {kind: value - start[kind] for kind, value in first.items()}
        self.assertEqual((risen["connections"], risen["requests"], first["active"]), (1, 1, 0))
        self.assertTrue(LARGE < risen["bytes"] < LARGE + 2000, risen)
        self.assertGreater(self.value("out", self.node["id"]), LARGE)
        # The balancer's address is in another zone than its target: between them nothing is billed.
        self.assertEqual(self.risen(before), {})
        self.apply_balancer("b")  # a reload: another worker, which begins at nothing
        self.assertEqual(kinds(), first)
        ask()
        ask()
        self.assertEqual(kinds()["connections"] - start["connections"], 3)
        self.assertGreater(kinds()["bytes"] - start["bytes"], 3 * LARGE)
        # What is gone is told until it is booked, with the value that was told.
        self.hostd.call("apply_balancers", balancers=[], target_groups=[])
        gone = [one for one in self.hostd.call("counts", source="balancers") if one["id"] == "lb-counted"]
        self.assertEqual({(one["kind"], one["value"], one["goes_on"]) for one in gone if one["kind"] == "connections"}, {("connections", start["connections"] + 3, False)})
        booked = [{"source": "balancers", **{name: one[name] for name in ("vpc_id", "kind", "id", "part", "value")}} for one in gone]
        self.hostd.call("drop_counts", counts=[dict(one, value=one["value"] - 1) for one in booked])
        self.assertEqual(len([one for one in self.hostd.call("counts", source="balancers") if one["id"] == "lb-counted"]), len(gone))
        self.hostd.call("drop_counts", counts=booked)
        self.assertEqual([one for one in self.hostd.call("counts", source="balancers") if one["id"] == "lb-counted"], [])

    def test_6_what_a_vpc_has_carried_is_told_after_it_is_gone_until_it_is_booked(self):
        told = self.counts()
        self.assertTrue(all(one["goes_on"] and one["account"] == "123456789012" and one["region"] == "ap-northeast-2" for one in told.values()), told)
        self.hostd.call("remove_vpc", name="vpc-counted")
        gone = self.counts()
        self.assertEqual({key: one["value"] for key, one in gone.items()}, {key: one["value"] for key, one in told.items()})
        self.assertFalse(any(one["goes_on"] for one in gone.values()))
        self.hostd.call("drop_counts", counts=[{"source": "vpcs", **{name: one[name] for name in ("vpc_id", "kind", "id", "part", "value")}} for one in gone.values()])
        self.assertEqual(self.counts(), {})


if __name__ == "__main__":
    unittest.main()
