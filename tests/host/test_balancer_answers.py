"""What a balancer answers by itself, as AWS's does, in front of bare namespaces: see test_networks.py."""
import base64
import email.utils
import http.client
import json
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest

from test_networks import Guest, Hostd, balancer, forward, interface, listener, rule, target_group, vpc, wait_listening

NAT = [{"destination": "0.0.0.0/0", "kind": "nat", "target": "nat-1"}]
# What came, as JSON; the query may ask for a cookie. A connection without requests is closed after a second.
SERVER = """
import http.server, json, threading, time, urllib.parse
class H(http.server.BaseHTTPRequestHandler):
    protocol_version, timeout = 'HTTP/1.1', 1
    def do_GET(self):
        if self.path == '/cut': return self.connection.shutdown(2)
        if self.path == '/slow': time.sleep(4)
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        body = json.dumps({'port': self.server.server_port, 'from': self.client_address[1], 'headers': self.headers.items()}).encode()
        self.send_response(200); self.send_header('Content-Length', str(len(body)))
        for cookie in query.get('cookie', []): self.send_header('Set-Cookie', cookie)
        self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer.handle_error = lambda *_: None
threading.Thread(target=http.server.ThreadingHTTPServer(('0.0.0.0', 8081), H).serve_forever, daemon=True).start()
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), H).serve_forever()"""
PORT, TLS_PORT, ALONE_PORT = 18490, 18491, 18492
KEPT, SLOW = 60, 30  # seconds; the least that AWS takes


def certificate(folder, name):
    """A certificate of that name that signed itself, with its key, as PEM; the certificate alone lies in the folder."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem",
                    "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    return pathlib.Path(folder, f"{name}.pem").read_text() + pathlib.Path(folder, f"{name}.key").read_text()


def action(kind, **more):
    return forward(kind=kind, **more)


def condition(field, *values, header="", keys=()):
    return {"field": field, "header": header, "values": list(values), "keys": list(keys)}


def cookies_of(headers):
    """Name → (value, attributes) of an answer's cookies."""
    cookies = (one.split("=", 1) for one in headers.get_all("Set-Cookie") or [])
    return {name: (value.split(";")[0], [part.strip() for part in value.split(";")[1:]]) for name, value in cookies}


@unittest.skipUnless(os.geteuid() == 0, "networks take root")
class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.interfaces = [interface(31, "subnet-a", "10.77.0.5", ["sg-web"]),
                          *(dict(interface(number, "subnet-b", f"10.77.2.{last}", ["sg-lb"], f"198.19.77.{last}"), attachment="balancer", mac="", host_name="")
                            for number, last in ((32, 9), (33, 10), (34, 11), (35, 12), (36, 13)))]
        # 9090 is dropped on its way; on 9091 nobody listens.
        spec = vpc("vpc-seven", "10.77", cls.interfaces, NAT, [rule("ingress", "tcp", 8080, 8081, groups=["sg-lb"]),
                                                               rule("ingress", "tcp", 9091, 9091, groups=["sg-lb"])])
        spec["security_groups"].append({"id": "sg-lb", "rules": [rule("ingress", "tcp", 80, 81, ["0.0.0.0/0"]), rule("ingress", "tcp", 443, 443, ["0.0.0.0/0"]), rule("egress", "-1", -1, -1, ["0.0.0.0/0"])]})
        cls.hostd.call("apply_vpc", **spec)
        cls.guest = Guest(cls.interfaces[0], "10.77.0.0/24")
        cls.addClassCleanup(cls.guest.delete)
        cls.server = wait_listening(subprocess.Popen(["ip", "netns", "exec", cls.guest.ns, "python3", "-c", SERVER]), 8080)
        cls.addClassCleanup(lambda: (cls.server.kill(), cls.server.wait()))
        check = {"protocol": "HTTP", "path": "/", "port": 0, "interval_seconds": 1, "timeout_seconds": 1, "healthy_threshold": 2,
                 "unhealthy_threshold": 2, "matcher": "200"}
        cls.states = {"drained": "draining"}
        ports = {"good": [8080], "drained": [8080], "refused": [9091], "dropped": [9090], "empty": [], "sticky": [8080, 8081], "brief": [8080, 8081],
                 "app": [8080, 8081], "one": [8080], "two": [8081], "tls-sticky": [8080], "idle": [8080], "beginner": [8080]}
        # A group is one balancer's, whose timeouts it has.
        paths = {"/" + name: forward("tg-" + name) for name in ports if name != "idle"}
        paths["/cut"] = forward("tg-good")
        paths["/moved"] = action("redirect", status=301, redirect_protocol="HTTPS", redirect_port="443")
        paths["/fixed"] = action("fixed-response", status=404, content_type="text/plain", body="nothing here")
        both = [{"target_group_id": "tg-one", "weight": 1}, {"target_group_id": "tg-two", "weight": 3}]
        paths["/dice"] = forward() | {"forward": both}
        paths["/kept"] = forward(stickiness_seconds=60) | {"forward": both}
        paths["/nobody"] = forward() | {"forward": [dict(one, weight=0) for one in both]}
        rules = [{"id": "rule-" + path[1:], "conditions": [condition("path-pattern", path)], "action": one} for path, one in paths.items()]
        wanted = {"query": [condition("query-string", "v1", "*exam?le*", r"a\*b", keys=["Version", "", "k"])], "agent": [condition("http-header", "*Mozilla*, like Gecko*", header="User-Agent")],
                  "verb": [condition("http-request-method", "PATCH", "DELETE")], "host": [condition("host-header", "*.example.com")],
                  "via": [condition("http-header", "203.0.113.*", header="X-Forwarded-For")], "path": [condition("path-pattern", "/Img/*.jp?")],
                  "source": [condition("source-ip", "192.0.2.0/24")]}
        rules += [{"id": "by-" + name, "conditions": some, "action": action("fixed-response", status=200, content_type="text/plain", body=name)}
                  for name, some in wanted.items()]
        default = forward("tg-good")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        place = lambda last: (f"10.77.2.{last}", f"198.19.77.{last}", "10.77.2.0/24")
        # One with everything as it is by default, and others with the other end of each choice.
        balancers = [
            balancer("lb-two", "vpc-seven", "two.elb.localhost", place(9), [
                listener("listener-two", default, PORT, rules=rules), listener("listener-alone", default, ALONE_PORT, port=81)], client_keep_alive_seconds=KEPT),
            balancer("lb-other", "vpc-seven", "other.elb.localhost", place(10), [
                listener("listener-other", default, PORT, server_header=False, response_headers=[{"name": "X-Frame-Options", "value": "100% 'DENY'"}])],
                forwarded_for="remove", client_port=True, preserve_host=True, drop_invalid_headers=True),
            balancer("lb-ported", "vpc-seven", "ported.elb.localhost", place(11), [listener("listener-ported", default, PORT, port=81)], client_port=True),
            balancer("lb-idle", "vpc-seven", "idle.elb.localhost", place(13), [listener("listener-idle", forward("tg-idle"), PORT)], idle_timeout_seconds=1),
            balancer("lb-tls", "vpc-seven", "tls.elb.localhost", place(12), [listener(
                "listener-tls", default, TLS_PORT, port=443, protocol="HTTPS", certificates=[certificate(cls.folder, name) for name in ("www.example.com", "shop.example")],
                tls_names=["www.example.com", "shop.example"], tls_ciphers=["TLS_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"], rules=[
                    {"id": "rule-tls", "conditions": [condition("path-pattern", "/sticky")], "action": forward("tg-tls-sticky")}])], tls_headers=True)]
        sticky = {"sticky": 60, "brief": 2, "app": 60, "tls-sticky": 60}
        cls.apply = staticmethod(lambda: cls.hostd.call("apply_balancers", balancers=balancers, target_groups=[
            target_group("tg-" + name, "vpc-seven", check, [{"ip": "10.77.0.5", "port": port, "state": cls.states.get(name, "active")} for port in some],
                         algorithm="weighted_random" if name == "good" else "round_robin", stickiness_seconds=sticky.get(name, 0),
                         app_cookie="SESSION" if name == "app" else "",
                         slow_start_seconds=SLOW if name == "beginner" else 0) for name, some in ports.items()]))
        cls.ports = ports
        cls.apply()
        for _ in range(150):
            seen = cls.hostd.call("balancer_health")
            states = {one["target_group_id"]: one["state"] for one in seen}
            if all(one["state"] == "healthy" for one in seen if one["port"] in (8080, 8081) and one["target_group_id"] != "tg-drained") and states.get("tg-dropped") == states.get("tg-refused") == "unhealthy":
                break
            time.sleep(0.1)
        else:
            raise AssertionError(states)
        # What takes a minute goes on beside the other tests, which wait for it at the end.
        cls.kept, cls.minute = [], threading.Thread(target=cls.keep_asking)
        cls.minute.start()
        cls.addClassCleanup(cls.minute.join)

    @classmethod
    def keep_asking(cls):
        """One connection that is used again and again, at the balancer's own address: (seconds since it began, whether the answer says that
        it ends, whether it does)."""
        with socket.create_connection(("198.19.77.9", 80), timeout=5) as connection:
            began = time.monotonic()
            for at in (0, 25, 50, KEPT + 3):
                time.sleep(max(0, began + at - time.monotonic()))
                connection.sendall(b"GET /fixed HTTP/1.1\r\nHost: two.elb.localhost\r\n\r\n")
                head = b""
                while not head.endswith(b"nothing here"):
                    more = connection.recv(65536)
                    if not more:
                        break
                    head += more
                connection.settimeout(1)
                try:
                    closed = connection.recv(1) == b""
                except TimeoutError:
                    closed = False
                connection.settimeout(5)
                cls.kept.append((at, b"connection: close" in head.lower(), closed))
                if closed:
                    return

    def ask(self, method, path, headers=(), host="two.elb.localhost", connection=None):
        """(status, headers, body) of one request; header fields as they are, also twice."""
        mine = connection or http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            mine.putrequest(method, path, skip_host=True)
            for name, value in [("Host", host), *headers]:
                mine.putheader(name, value)
            mine.endheaders()
            answer = mine.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            if not connection:
                mine.close()

    def get(self, path, host="two.elb.localhost", **headers):
        return self.ask("GET", path, [(name.replace("_", "-"), value) for name, value in headers.items()], host)

    def came(self, path="/good", headers=(), host="two.elb.localhost"):
        """What the target heard: (its port, [[header, value]…], the answer's headers)."""
        status, answer, body = self.ask("GET", path, headers, host)
        self.assertEqual(status, 200)
        heard = json.loads(body)
        return heard["port"], heard["headers"], answer

    def heard(self, name, headers=(), host="two.elb.localhost"):
        return [value for key, value in self.came(headers=headers, host=host)[1] if key == name]

    def assert_page(self, path, title, method="GET", headers=(), host="two.elb.localhost"):
        status, answer, body = self.ask(method, path, headers, host)
        self.assertEqual((status, answer["Server"], answer["Content-Type"]), (int(title.split()[0]), "awselb/2.0", "text/html"))
        self.assertIn(f"<center><h1>{title}</h1></center>", body)
        self.assertIn(f"<title>{title}</title>", body)
        self.assertNotIn("X-No-Connection", answer)
        self.assertIsNotNone(email.utils.parsedate_to_datetime(answer["Date"]))
        return answer

    def test_one_that_is_alone_on_a_port_of_the_host_needs_no_name(self):
        connection = http.client.HTTPConnection("127.0.0.1", ALONE_PORT, timeout=30)
        self.addCleanup(connection.close)
        for host in ("two.elb.localhost", "www.example.com"):  # and keeps the connection
            status, _, body = self.ask("GET", "/good", host=host, connection=connection)
            self.assertEqual(status, 200)
            self.assertIn(["Host", f"{host}:81"], json.loads(body)["headers"])
            connection.auto_open = 0

    def test_several_on_a_port_of_the_host_are_found_by_their_names(self):
        status, _, body = self.ask("GET", "/good", host="nobody.elb.localhost")
        self.assertEqual((status, body), (404, "No load balancer of this region has that name.\n"))
        self.assertEqual(self.get("/good", host="other.elb.localhost")[0], 200)

    def test_a_target_that_refuses_or_cuts_is_a_bad_gateway(self):
        self.assert_page("/refused", "502 Bad Gateway")
        self.assert_page("/cut", "502 Bad Gateway")

    def test_connections_to_a_target_are_kept_and_one_that_it_has_closed_costs_no_request(self):
        mine = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        self.addCleanup(mine.close)
        ports = []
        for pause_s in (1.5, 0, 0, 1.5, 0, 1.5, 0):
            time.sleep(pause_s)
            status, _, body = self.ask("GET", "/good", connection=mine)
            self.assertEqual(status, 200)
            ports.append(json.loads(body)["from"])
        first, second, third = ports[:3], ports[3:5], ports[5:]
        for some in (first, second, third):
            self.assertEqual(len(set(some)), 1, ports)
        self.assertEqual(len(set(ports)), 3, ports)

    def test_a_group_without_targets_for_new_clients_is_unavailable(self):
        for path in ("/empty", "/drained", "/nobody"):
            self.assert_page(path, "503 Service Temporarily Unavailable")

    def test_a_target_whose_group_drops_the_connection_is_a_gateway_time_out_after_ten_seconds(self):
        began = time.monotonic()
        self.assert_page("/dropped", "504 Gateway Time-out")
        self.assertGreater(time.monotonic() - began, 9)
        self.assertLess(time.monotonic() - began, 15)

    def test_a_target_that_is_silent_for_the_idle_timeout_is_a_gateway_time_out(self):
        began = time.monotonic()
        self.assert_page("/slow", "504 Gateway Time-out", host="idle.elb.localhost")
        self.assertLess(time.monotonic() - began, 3)
        self.assertEqual(self.get("/slow")[0], 200, "it is in time for a balancer with a minute")

    def talk(self, *parts, seconds=10):
        """What the balancer with the short timeout answers at its public address to these bytes, until it hangs up."""
        with socket.create_connection(("198.19.77.13", 80), timeout=seconds) as client:
            for part in parts:
                client.sendall(part)
            said = b""
            while piece := client.recv(65536):
                said += piece
        return said.decode()

    def test_a_client_that_is_silent_for_the_idle_timeout_is_a_request_time_out(self):
        for said_so_far in (b"GET /good HTTP/1.1\r\nHost: x\r\n", b""):
            began = time.monotonic()
            said = self.talk(said_so_far)
            self.assertTrue(said.startswith("HTTP/1.1 408 Request Time-out\r\n"), said)  # with HAProxy's page, as it has read no whole head
            self.assertLess(time.monotonic() - began, 4)

    def test_what_cannot_be_read_is_a_bad_request(self):
        for head in (b"GET /good HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /good HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                     b"GET /" + b"a" * 17000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /good HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: " % n + b"a" * 8000 + b"\r\n" for n in range(9)) + b"\r\n"):
            said = self.talk(head)
            self.assertRegex(said, "^HTTP/1.1 400 Bad [Rr]equest\r\n", head[:60])
        self.assert_page("/" + "a" * 17000, "400 Bad Request")

    def test_a_head_may_have_as_much_as_aws_takes(self):
        fields = [(f"X-{number}", "a" * 15000) for number in range(4)]
        self.assertEqual(self.came(headers=fields)[0], 8080)

    def test_what_a_balancer_takes_from_nobody_has_its_own_answers(self):
        self.assert_page("/good", "405 Not Allowed", method="TRACE")
        addresses = ", ".join(f"203.0.113.{number}" for number in range(31))
        self.assert_page("/good", "463", headers=[("X-Forwarded-For", addresses)])
        self.assertEqual(self.get("/good", X_Forwarded_For=addresses.rpartition(",")[0])[0], 200)

    def test_redirects_and_fixed_answers_name_the_balancer(self):
        headers = self.assert_page("/moved?a=b", "301 Moved Permanently")
        self.assertEqual(headers["Location"], "https://two.elb.localhost:443/moved?a=b")
        status, headers, body = self.get("/fixed")
        self.assertEqual((status, headers["Server"], body), (404, "awselb/2.0", "nothing here"))

    def test_names_of_headers_are_written_as_aws_writes_them(self):
        names = [name for name, _ in self.came()[1]]
        for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Amzn-Trace-Id"):
            self.assertIn(name, names)
        self.assertIn("Content-Type", self.get("/fixed")[1].keys())

    def test_a_trace_begins_here_or_goes_on(self):
        trace = lambda *headers: self.heard("X-Amzn-Trace-Id", headers)[0]
        self.assertRegex(trace(), "^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
        root = "Root=1-67891233-abcdef012345678912345678"
        mine = "^Self=1-[0-9a-f]{8}-[0-9a-f]{24};"
        self.assertRegex(trace(("X-Amzn-Trace-Id", root)), mine + root + "$")
        self.assertRegex(trace(("X-Amzn-Trace-Id", "Self=1-67891234-12456789abcdef012345678;" + root + ";CalledFrom=app")), mine + root + ";CalledFrom=app$")

    def test_a_rule_looks_at_what_the_client_sent(self):
        agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120"
        for name, hits, misses in (
                ("query", ["/?version=V1", "/?a=b&VERSION=v1&c=d", "/?x=an%20example", "/?k=A*b"], ["/?version=v12", "/?example", "/?k=axb", "/?q=1&amp", "/"]),
                ("path", ["/Img/a/b.jpg", "/Img/.jpe"], ["/img/a.jpg", "/Img/a.jpeg", "/x/Img/a.jpg"])):
            for path in hits:
                self.assertEqual(self.get(path)[2], name, path)
            for path in misses:
                self.assertNotEqual(self.get(path)[2], name, path)
        self.assertEqual(self.get("/", User_Agent=agent)[2], "agent")
        self.assertEqual(self.ask("PATCH", "/", [("Content-Length", "0")])[2], "verb")
        self.assertEqual(self.get("/", X_Forwarded_For="203.0.113.9")[2], "via")
        self.assertEqual(self.ask("GET", "/", [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.9")])[2], "via")

    def test_the_way_that_a_request_came_is_told_to_the_target(self):
        came = lambda headers=(), host="two.elb.localhost": self.heard("X-Forwarded-For", headers, host)
        theirs = [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "198.51.100.2")]
        self.assertRegex(came()[0], r"^198\.18\.[0-9.]+$")
        self.assertRegex(", ".join(came(theirs)), r"^203\.0\.113\.7, 198\.51\.100\.2, 198\.18\.[0-9.]+$")
        self.assertEqual(came(theirs, "other.elb.localhost"), [])
        self.assertRegex(came(host="ported.elb.localhost")[0], r"^198\.18\.[0-9.]+:[0-9]+$")
        self.assertEqual(self.heard("X-Forwarded-Port", host="ported.elb.localhost"), ["81"])
        self.assertEqual(self.heard("X-Forwarded-Proto", [("X-Forwarded-Proto", "https")]), ["http"])

    def test_the_host_has_the_listeners_port_unless_it_is_preserved(self):
        self.assertEqual(self.heard("Host", host=f"two.elb.localhost:{PORT}"), ["two.elb.localhost"])
        self.assertEqual(self.heard("Host", host="ported.elb.localhost"), ["ported.elb.localhost:81"])
        self.assertEqual(self.heard("Host", host=f"ported.elb.localhost:{PORT}"), [f"ported.elb.localhost:{PORT}"])
        self.assertEqual(self.heard("Host", host=f"other.elb.localhost:{PORT}"), [f"other.elb.localhost:{PORT}"])

    def test_header_fields_that_are_not_valid_are_dropped_where_that_is_wanted(self):
        self.assertEqual(self.heard("a_b", [("a_b", "1")]), ["1"])
        self.assertEqual(self.heard("a_b", [("a_b", "1"), ("a-b", "2")], "other.elb.localhost"), [])
        self.assertEqual(self.heard("a-b", [("a_b", "1"), ("a-b", "2")], "other.elb.localhost"), ["2"])

    def test_a_listener_sets_headers_of_answers_and_takes_the_server_away(self):
        _, headers, _ = self.get("/good", host="other.elb.localhost")
        self.assertEqual((headers["X-Frame-Options"], headers["Server"]), ("100% 'DENY'", None))
        self.assertIn("BaseHTTP", self.get("/good")[1]["Server"])

    def test_stickiness_has_two_cookies_that_say_nothing_of_the_target_and_last_a_week(self):
        port, _, headers = self.came("/sticky")
        cookies = cookies_of(headers)
        self.assertEqual(set(cookies), {"AWSALB", "AWSALBCORS"})
        value, attributes = cookies["AWSALB"]
        self.assertEqual(value, cookies["AWSALBCORS"][0])
        self.assertNotIn(b"10.77", base64.b64decode(value))
        expires = email.utils.parsedate_to_datetime(attributes[0].removeprefix("Expires="))
        self.assertAlmostEqual(expires.timestamp() - time.time(), 7 * 86400, delta=60)
        self.assertEqual((attributes[1:], cookies["AWSALBCORS"][1][1:]), (["Path=/"], ["Path=/", "SameSite=None"]))
        for name in ("AWSALB", "AWSALBCORS"):
            for _ in range(6):
                again, heard, headers = self.came("/sticky", [("Cookie", f"a=b; {name}={value}")])
                self.assertEqual(again, port)
                self.assertIn("AWSALB", cookies_of(headers))

    def test_a_cookie_that_nobody_here_made_leads_nowhere(self):
        value = cookies_of(self.came("/sticky")[2])["AWSALB"][0]
        entry = base64.b64decode(value).decode()
        for forged in (entry[:-1] + ("0" if entry[-1] != "0" else "1"), entry.replace(entry.split(".")[2], "9" * 10), "x", ""):
            cookie = base64.b64encode(forged.encode()).decode()
            ports = {self.came("/sticky", [("Cookie", "AWSALB=" + cookie)])[0] for _ in range(6)}
            self.assertEqual(ports, {8080, 8081}, forged)
        # Nor is one group's any good for another.
        other = cookies_of(self.came("/brief")[2])["AWSALB"][0]
        self.assertEqual({self.came("/sticky", [("Cookie", "AWSALB=" + other)])[0] for _ in range(6)}, {8080, 8081})

    def test_a_cookie_keeps_what_other_groups_wrote_and_ends_with_its_time(self):
        jar = cookies_of(self.came("/sticky")[2])["AWSALB"][0]
        port = self.came("/sticky", [("Cookie", "AWSALB=" + jar)])[0]
        both = cookies_of(self.came("/brief", [("Cookie", "AWSALB=" + jar)])[2])["AWSALB"][0]
        brief = self.came("/brief", [("Cookie", "AWSALB=" + both)])[0]
        self.assertEqual([self.came("/sticky", [("Cookie", "AWSALB=" + both)])[0] for _ in range(4)], [port] * 4)
        self.assertEqual([self.came("/brief", [("Cookie", "AWSALB=" + both)])[0] for _ in range(4)], [brief] * 4)
        time.sleep(3)
        self.assertEqual({self.came("/brief", [("Cookie", "AWSALB=" + both)])[0] for _ in range(6)}, {8080, 8081})
        self.assertEqual(self.came("/sticky", [("Cookie", "AWSALB=" + both)])[0], port)

    def test_an_applications_cookie_begins_stickiness_and_must_come_back(self):
        removed = cookies_of(self.came("/app")[2])
        self.assertEqual({name: value for name, (value, _) in removed.items()}, {f"AWSALBAPP-{part}": "_remove_" for part in range(4)})
        port, _, headers = self.came("/app?cookie=SESSION=abc;+HttpOnly")
        cookies = cookies_of(headers)
        self.assertEqual(cookies.pop("SESSION"), ("abc", ["HttpOnly"]))
        value, attributes = cookies.pop("AWSALBAPP-0")
        self.assertEqual({name: one for name, (one, _) in cookies.items()}, {f"AWSALBAPP-{part}": "_remove_" for part in range(1, 4)})
        self.assertEqual(attributes[1:], ["Path=/"])
        for _ in range(6):
            again, _, headers = self.came("/app", [("Cookie", f"SESSION=other; AWSALBAPP-0={value}")])
            self.assertEqual(again, port)
            self.assertNotEqual(cookies_of(headers)["AWSALBAPP-0"][0], "_remove_")
        self.assertEqual({self.came("/app", [("Cookie", f"AWSALBAPP-0={value}")])[0] for _ in range(6)}, {8080, 8081})
        self.assertEqual({self.came("/app", [("Cookie", "SESSION=abc")])[0] for _ in range(6)}, {8080, 8081})

    def test_weights_share_between_groups_and_a_client_may_keep_its_group(self):
        ports = [self.came("/dice")[0] for _ in range(80)]
        self.assertGreater(ports.count(8081), ports.count(8080))
        self.assertGreater(ports.count(8080), 5)
        port, _, headers = self.came("/kept")
        cookies = cookies_of(headers)
        self.assertEqual(set(cookies), {"AWSALBTG", "AWSALBTGCORS"})
        for name in cookies:
            self.assertEqual({self.came("/kept", [("Cookie", f"{name}={cookies[name][0]}")])[0] for _ in range(10)}, {port})
        self.assertNotIn("Set-Cookie", self.came("/dice")[2])

    def shown(self, name, trusted=None, least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3):
        """(protocol, version, cipher) of a connection to the TLS port, of whose certificate the name is."""
        context = ssl.create_default_context(cafile=f"{self.folder}/{trusted or name}.pem")
        context.minimum_version, context.maximum_version = least, most
        context.set_alpn_protocols(["h2", "http/1.1"])
        with socket.create_connection(("127.0.0.1", TLS_PORT), timeout=10) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
            return secure.selected_alpn_protocol(), secure.version(), secure.cipher()[0]

    def test_a_name_picks_its_certificate_and_the_policy_the_version(self):
        self.assertEqual(self.shown("www.example.com"), ("h2", "TLSv1.3", "TLS_AES_128_GCM_SHA256"))
        self.assertEqual(self.shown("shop.example", most=ssl.TLSVersion.TLSv1_2), ("h2", "TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256"))
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.shown("shop.example", trusted="www.example.com")
        with self.assertRaises(OSError):
            self.shown("www.example.com", least=ssl.TLSVersion.TLSv1, most=ssl.TLSVersion.TLSv1_1)

    def test_over_tls_the_target_is_told_so_and_cookies_are_for_tls(self):
        for version in ("--http1.1", "--http2"):
            asked = subprocess.run(["curl", "-s", "-D", "-", version, "--cacert", f"{self.folder}/www.example.com.pem", "--connect-to", f"::127.0.0.1:{TLS_PORT}",
                                    "https://www.example.com/sticky"], capture_output=True, text=True, timeout=30)
            self.assertEqual(asked.returncode, 0, asked.stderr)
            head, _, body = asked.stdout.replace("\r", "").partition("\n\n")
            heard = dict(json.loads(body)["headers"])
            self.assertEqual((heard["X-Forwarded-Proto"], heard["X-Forwarded-Port"], heard["Host"]), ("https", "443", "www.example.com"))
            self.assertEqual((heard["X-Amzn-Tls-Version"], heard["X-Amzn-Tls-Cipher-Suite"]), ("TLSv1.3", "TLS_AES_128_GCM_SHA256"))
            self.assertRegex(head, "(?i)set-cookie: AWSALBCORS=[^\n]*; SameSite=None; Secure(\n|$)")

    def test_a_private_key_lies_on_no_disk(self):
        found = subprocess.run(["grep", "-rlI", "PRIVATE KEY", os.path.join(self.hostd.home, "host", "balancers")], capture_output=True, text=True)
        self.assertEqual(found.stdout, "")

    def test_zzz_a_connection_ends_with_the_first_answer_after_its_time(self):
        self.minute.join()
        self.assertEqual(self.kept, [(0, False, False), (25, False, False), (50, False, False), (KEPT + 3, True, True)])

    def test_zzzz_a_new_target_of_a_group_that_starts_slowly_gets_its_share_little_by_little(self):
        """After the one above: the group's first target must have come to its own share, and a balancer that is told something new ends
        connections with their next answer."""
        def share():
            came = [self.came("/beginner")[0] for _ in range(60)]
            return came.count(8081) / len(came)
        self.assertEqual(share(), 0)
        type(self).ports["beginner"].append(8081)
        self.apply()
        state = lambda: next((one["state"] for one in self.hostd.call("balancer_health") if (one["target_group_id"], one["port"]) == ("tg-beginner", 8081)), None)  # noqa: E731
        for _ in range(100):
            if state() == "healthy":
                break
            time.sleep(0.05)
        self.assertEqual(state(), "healthy")
        early = share()
        self.assertLess(early, 0.2)
        time.sleep(SLOW / 2)
        later = share()
        self.assertGreater(later, early + 0.1)
        self.assertLess(later, 0.45)
        time.sleep(SLOW / 2 + 2)
        self.assertAlmostEqual(share(), 0.5, delta=0.1)
