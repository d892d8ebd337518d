"""What is recorded of requests by a real HAProxy, in front of bare namespaces: see test_networks.py. Strangers send what they like, and no word or
line of a record becomes theirs."""
import base64
import http.client
import os
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

from test_balancer_answers import action, certificate, condition
from test_networks import Guest, Hostd, balancer, forward, interface, listener, rule, target_group, vpc, wait_listening

NAT = [{"destination": "0.0.0.0/0", "kind": "nat", "target": "nat-1"}]
SERVER = """
import http.server
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(404 if self.path.startswith('/none') else 200); self.send_header('Content-Length', '2'); self.end_headers(); self.wfile.write(b'ok')
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), H).serve_forever()"""
# The words of a record of a request, as src/host/balancers/log_record.h has them.
WORDS = ["kind", "listener", "end", "client_ip", "client_port", "node_ip", "node_port", "trace", "connected", "handshake", "tls_version", "tls_cipher", "sni",
         "certificate", "resumed", "first", "seen", "began", "method", "host", "target", "version", "agent", "trace_id", "rule", "action", "group", "location",
         "received", "queued", "connect", "answered", "server", "target_status", "status", "bytes_in", "bytes_out"]
REFUSED = WORDS[:15] + ["seen", "status"]
ENCODED = {"sni", "method", "host", "target", "agent", "trace_id", "location"}
GROUP = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/tg-good/0123456789abcdef"
ADDRESS, CONNECTED, TLS, QUIET = "198.19.78.9", "198.19.78.10", "198.19.78.11", "198.19.78.12"


def read(line):
    """A record as a dictionary; what a stranger sent as bytes, None where there is nothing."""
    words = line.split(" ")
    names = REFUSED if words[0] == "e" else WORDS
    assert len(words) == len(names), line
    values = {name: None if word == "-" else word for name, word in zip(names, words)}
    return {name: base64.b64decode(word, validate=True) if word and name in ENCODED else word for name, word in values.items()}


@unittest.skipUnless(os.geteuid() == 0, "networks take root")
class Logs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.interfaces = [interface(41, "subnet-a", "10.78.0.5", ["sg-web"]),
                          *(dict(interface(number, "subnet-b", f"10.78.2.{last}", ["sg-lb"], f"198.19.78.{last}"), attachment="balancer", mac="", host_name="")
                            for number, last in ((42, 9), (43, 10), (44, 11), (45, 12)))]
        spec = vpc("vpc-eight", "10.78", cls.interfaces, NAT, [rule("ingress", "tcp", 8080, 8080, groups=["sg-lb"]), rule("ingress", "tcp", 9091, 9091, groups=["sg-lb"])])
        spec["security_groups"].append({"id": "sg-lb", "rules": [rule("ingress", "tcp", 80, 80, ["0.0.0.0/0"]), rule("ingress", "tcp", 443, 443, ["0.0.0.0/0"]),
                                                                 rule("egress", "-1", -1, -1, ["0.0.0.0/0"])]})
        cls.hostd.call("apply_vpc", **spec)
        cls.guest = Guest(cls.interfaces[0], "10.78.0.0/24")
        cls.addClassCleanup(cls.guest.delete)
        cls.server = wait_listening(subprocess.Popen(["ip", "netns", "exec", cls.guest.ns, "python3", "-c", SERVER]), 8080)
        cls.addClassCleanup(lambda: (cls.server.kill(), cls.server.wait()))
        check = {"protocol": "HTTP", "path": "/", "port": 0, "interval_seconds": 1, "timeout_seconds": 1, "healthy_threshold": 2,
                 "unhealthy_threshold": 2, "matcher": "200"}
        ports = {"good": [8080], "refused": [9091], "empty": [], "one": [8080], "two": [8080], "tls": [8080], "quiet": [8080], "connected": [8080]}
        rules = [{"priority": priority, "id": f"rule-{priority}", "conditions": [condition("path-pattern", path)], "action": one} for priority, path, one in (
            (10, "/refused", forward("tg-refused")), (20, "/empty", forward("tg-empty")),
            (30, "/moved", action("redirect", status=301, redirect_protocol="HTTPS", redirect_port="443")),
            (4000, "/fixed", action("fixed-response", status=404, content_type="text/plain", body="nothing here")),
            (50000, "/dice", forward("tg-one", "tg-two")))]
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        place = lambda address: (address.replace("198.19.78", "10.78.2"), address, "10.78.2.0/24")  # noqa: E731
        cls.balancers = lambda logs="requests": [
            balancer("lb-logged", "vpc-eight", "", place(ADDRESS), [listener("listener-logged", forward("tg-good"), 0, rules=list(rules))], logs=logs),
            balancer("lb-connected", "vpc-eight", "", place(CONNECTED), [listener("listener-connected", forward("tg-connected"), 0)], logs="connections"),
            balancer("lb-tls", "vpc-eight", "", place(TLS), [listener("listener-tls", forward("tg-tls"), 0, port=443, protocol="HTTPS", certificates=cls.certificates,
                                                                      tls_names=["www.example.com"], tls_ciphers=["TLS_AES_128_GCM_SHA256"])], logs="requests"),
            balancer("lb-quiet", "vpc-eight", "", place(QUIET), [listener("listener-quiet", forward("tg-quiet"), 0)])]
        cls.certificates = [certificate(folder.name, "www.example.com")]
        cls.apply = staticmethod(lambda logs="requests": cls.hostd.call("apply_balancers", balancers=cls.balancers(logs), target_groups=[
            target_group("tg-" + name, "vpc-eight", check, [{"ip": "10.78.0.5", "port": port, "state": "active"} for port in some]) for name, some in ports.items()]))
        cls.apply()
        for _ in range(150):
            seen = cls.hostd.call("balancer_health")
            if all(one["state"] == "healthy" for one in seen if one["port"] == 8080):
                break
            time.sleep(0.1)
        else:
            raise AssertionError(seen)

    def records(self, ident, count):
        """What is recorded of a balancer, once there are so many; dropped by that."""
        found = []
        for _ in range(100):
            batch = self.hostd.call("take_logs", id=ident)
            if not batch["name"]:
                if len(found) >= count:
                    break
                time.sleep(0.05)
                continue
            self.assertEqual(self.hostd.call("take_logs", id=ident), batch)
            found += batch["records"]
            self.hostd.call("drop_logs", balancer_id=ident, name=batch["name"])
        self.assertEqual(len(found), count, found)
        return [read(line) for line in found]

    def ask(self, *requests, address=ADDRESS):
        """The answers' first lines, all on one connection."""
        answers = []
        with socket.create_connection((address, 80), timeout=10) as connection:
            for request in requests:
                connection.sendall(request)
                answers.append(connection.recv(65536).split(b"\r\n")[0].decode())
        return answers

    def get(self, path, headers=b"", address=ADDRESS):
        return self.ask(b"GET " + path + b" HTTP/1.1\r\nHost: h.example:80\r\n" + headers + b"\r\n", address=address)[0]

    def test_a_forwarded_request_is_recorded_with_its_target(self):
        """By the address that the client asked, which is the node's public one."""
        self.get(b"/none?a=%0a", b"User-Agent: curl/7\r\nX-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678\r\n")
        record, = self.records("lb-logged", 1)
        self.assertEqual([record[name] for name in ("kind", "node_ip", "node_port", "method", "host", "target", "version", "agent", "rule", "action", "group", "server", "target_status", "status")],
                         ["r", ADDRESS, "80", b"GET", b"h.example:80", b"/none?a=%0a", "1.1", b"curl/7", None, "forward", GROUP, "10.78.0.5_8080", "404", "404"])
        self.assertRegex(record["trace_id"].decode(), "^Self=1-[0-9a-f]{8}-[0-9a-f]{24};Root=1-67891233-abcdef012345678912345678$")
        self.assertRegex(record["trace"], "^[0-9a-f]{32}$")
        self.assertLess(abs(int(record["end"]) / 1e6 - time.time()), 30)
        self.assertGreater(int(record["bytes_out"]), 20)

    def test_what_a_stranger_sends_is_no_word_of_a_record(self):
        agent = b'x" - r listener-logged \xc3\xa9\\ \x80\ty'
        self.get(b'/a"b\\?q="', b"User-Agent: " + agent + b"\r\n")
        self.ask(b"GET / HTTP/1.1\r\nHost: h\"o st\r\n\r\n")
        self.get(b"/" + b"a" * 9000, b"User-Agent: " + b"b" * 9000 + b"\r\n")
        first, second, third = self.records("lb-logged", 3)
        self.assertEqual((first["target"], first["agent"]), (b'/a"b\\?q="', agent))
        self.assertIn(second["status"], ("200", "400"))
        self.assertEqual((len(third["target"]), third["agent"]), (9001, b"b" * 8192))

    def test_what_the_balancer_answers_itself_is_recorded_with_the_rule_that_said_so(self):
        for path in (b"/moved?a=b", b"/fixed", b"/empty", b"/refused"):
            self.get(path)
        moved, fixed, empty, refused = self.records("lb-logged", 4)
        self.assertEqual([[record[name] for name in ("rule", "action", "status", "target_status", "server")] for record in (moved, fixed, empty, refused)],
                         [["30", "redirect", "301", None, "<NOSRV>"], ["4000", "fixed-response", "404", None, "<NOSRV>"],
                          ["20", "forward", "503", None, "<NOSRV>"], ["10", "forward", "502", None, "open_10.78.0.5_9091"]])
        self.assertEqual(moved["location"], b"https://h.example:443/moved?a=b")
        self.assertEqual((moved["group"], empty["group"]), (None, GROUP.replace("tg-good", "tg-empty")))
        self.assertRegex(fixed["trace_id"].decode(), "^Root=1-")

    def test_the_group_that_the_dice_chose_is_recorded(self):
        self.get(b"/dice")
        record, = self.records("lb-logged", 1)
        self.assertIn(record["group"], [GROUP.replace("tg-good", name) for name in ("tg-one", "tg-two")])
        self.assertEqual(record["rule"], "50000")

    def test_what_cannot_be_read_is_recorded_too(self):
        self.ask(b"garbage\r\n\r\n")
        self.ask(b"TRACE / HTTP/1.1\r\nHost: h\r\n\r\n")
        with socket.create_connection((ADDRESS, 80), timeout=5):
            pass  # asks nothing
        bad, trace = self.records("lb-logged", 2)
        self.assertEqual((bad["kind"], bad["status"], bad["seen"]), ("e", "400", None))
        self.assertEqual((trace["status"], trace["action"], trace["method"]), ("405", None, b"TRACE"))

    def test_of_a_connection_the_first_request_is_marked_and_where_connections_are_logged_alone(self):
        plain = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
        self.ask(plain, plain)
        first, second = self.records("lb-logged", 2)
        self.assertEqual((first["first"], second["first"]), ("1", None))
        self.assertEqual(first["trace"], second["trace"])
        self.ask(plain, plain, address=CONNECTED)
        record, = self.records("lb-connected", 1)
        self.assertEqual((record["kind"], record["first"], record["target"]), ("c", "1", None))

    def test_tls_is_recorded_with_what_was_shown(self):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((TLS, 443), timeout=5) as plain, context.wrap_socket(plain, server_hostname="www.example.com") as connection:
            shown = connection.getpeercert(binary_form=True)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: www.example.com\r\n\r\n")
            connection.recv(65536)
        record, = self.records("lb-tls", 1)
        import hashlib
        self.assertEqual((record["tls_version"], record["tls_cipher"], record["sni"], record["certificate"]),
                         ("TLSv1.3", "TLS_AES_128_GCM_SHA256", b"www.example.com", hashlib.sha1(shown).hexdigest().upper()))
        with socket.create_connection((TLS, 443), timeout=5) as connection:
            connection.sendall(b"this is no TLS\r\n")
            connection.recv(100)
        failed, = self.records("lb-tls", 1)
        self.assertEqual((failed["kind"], failed["status"], failed["trace"]), ("e", "0", None))

    def test_without_logs_nothing_is_recorded_and_what_was_is_kept_until_it_is_dropped(self):
        self.get(b"/", address=QUIET)
        self.records("lb-quiet", 0)
        self.get(b"/fixed")
        self.addCleanup(self.apply)
        for _ in range(100):
            batch = self.hostd.call("take_logs", id="lb-logged")
            if batch["name"]:
                break
            time.sleep(0.05)
        self.apply("none")
        self.get(b"/fixed")
        self.assertEqual(self.hostd.call("take_logs", id="lb-logged"), batch)
        self.assertEqual(len(self.records("lb-logged", 1)), 1)
        self.assertNotIn("lb-logged", os.listdir(self.hostd.home + "/host/balancers/logs"))

    def test_a_burst_is_recorded_whole(self):
        with socket.create_connection((ADDRESS, 80), timeout=10) as connection:
            for _ in range(20):
                connection.sendall(b"GET /fixed HTTP/1.1\r\nHost: h\r\n\r\n" * 50)
                got = 0
                while got < 50:
                    got += connection.recv(65536).count(b"nothing here")
        self.records("lb-logged", 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
