"""What a balancer answers by itself, as AWS's does, in front of bare namespaces: see test_networks.py."""
import email.utils
import http.client
import os
import subprocess
import time
import unittest

from test_networks import Guest, Hostd, interface, rule, vpc, wait_listening

NAT = [{"destination": "0.0.0.0/0", "kind": "nat", "target": "nat-1"}]
SERVER = """
import http.server
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.path == '/cut': return self.connection.close()
        body = self.headers.get('X-Amzn-Trace-Id', '').encode()
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer.handle_error = lambda *_: None
http.server.ThreadingHTTPServer(('0.0.0.0', 8080), H).serve_forever()"""
PORT = 18490


def action(kind="forward", group="", **more):
    forward = [{"target_group_id": group, "weight": 1}] if group else []
    return {"kind": kind, "forward": forward, "redirect_protocol": "", "redirect_host": "", "redirect_port": "", "redirect_path": "",
            "redirect_query": "", "status": 0, "content_type": "", "body": ""} | more


@unittest.skipUnless(os.geteuid() == 0, "networks take root")
class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hostd = Hostd()
        cls.addClassCleanup(cls.hostd.down)
        cls.interfaces = [interface(31, "subnet-a", "10.77.0.5", ["sg-web"]),
                          dict(interface(32, "subnet-b", "10.77.2.9", ["sg-lb"], "198.19.77.9"), attachment="balancer", mac="", host_name="")]
        # 9090 is dropped on its way; on 9091 nobody listens.
        spec = vpc("vpc-seven", "10.77", cls.interfaces, NAT, [rule("ingress", "tcp", 8080, 8080, groups=["sg-lb"]),
                                                               rule("ingress", "tcp", 9091, 9091, groups=["sg-lb"])])
        spec["security_groups"].append({"id": "sg-lb", "rules": [rule("ingress", "tcp", 80, 80, ["0.0.0.0/0"]), rule("egress", "-1", -1, -1, ["0.0.0.0/0"])]})
        cls.hostd.call("apply_vpc", **spec)
        cls.guest = Guest(cls.interfaces[0], "10.77.0.0/24")
        cls.addClassCleanup(cls.guest.delete)
        cls.server = wait_listening(subprocess.Popen(["ip", "netns", "exec", cls.guest.ns, "python3", "-c", SERVER]), 8080)
        cls.addClassCleanup(lambda: (cls.server.kill(), cls.server.wait()))
        check = {"protocol": "HTTP", "path": "/", "port": 0, "interval_seconds": 1, "timeout_seconds": 1, "healthy_threshold": 2,
                 "unhealthy_threshold": 2, "matcher": "200"}
        cls.states = {"drained": "draining"}
        ports = {"good": [8080], "drained": [8080], "refused": [9091], "dropped": [9090], "empty": [], "sticky": [8080]}
        paths = {"/" + name: action(group="tg-" + name) for name in ports}
        paths["/cut"] = action(group="tg-good")
        paths["/moved"] = action("redirect", status=301, redirect_protocol="HTTPS", redirect_port="443")
        paths["/fixed"] = action("fixed-response", status=404, content_type="text/plain", body="nothing here")
        cls.hostd.call("apply_balancers", balancers=[
            {"id": "lb-two", "vpc_id": "vpc-seven", "host_name": "two.elb.localhost", "idle_timeout_seconds": 60,
             "nodes": [{"private_ip": "10.77.2.9", "public_ip": "198.19.77.9", "subnet_cidr": "10.77.2.0/24"}],
             "listeners": [{"id": "listener-two", "port": 80, "protocol": "HTTP", "certificate_pem": "", "default_action": action(group="tg-good"),
                            "rules": [{"id": "rule-" + path[1:], "conditions": [{"field": "path-pattern", "header": "", "values": [path]}], "action": one}
                                      for path, one in paths.items()], "host_port": PORT}]}],
            target_groups=[{"id": "tg-" + name, "vpc_id": "vpc-seven", "protocol": "HTTP", "algorithm": "round_robin",
                            "stickiness_seconds": 60 if name == "sticky" else 0, "health_check": check,
                            "targets": [{"ip": "10.77.0.5", "port": port, "state": cls.states.get(name, "active")} for port in some]} for name, some in ports.items()])
        for _ in range(150):
            states = {one["target_group_id"]: one["state"] for one in cls.hostd.call("balancer_health")}
            if states.get("tg-good") == states.get("tg-sticky") == "healthy" and states.get("tg-dropped") == states.get("tg-refused") == "unhealthy":
                return
            time.sleep(0.1)
        raise AssertionError(states)

    def get(self, path, **headers):
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        try:
            connection.request("GET", path, headers={"Host": "two.elb.localhost"} | {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def assert_page(self, path, title):
        status, headers, body = self.get(path)
        self.assertEqual((status, headers["Server"], headers["Content-Type"]), (int(title.split()[0]), "awselb/2.0", "text/html"))
        self.assertIn(f"<center><h1>{title}</h1></center>", body)
        self.assertNotIn("X-No-Connection", headers)
        return headers

    def test_a_target_that_refuses_or_cuts_is_a_bad_gateway(self):
        self.assert_page("/refused", "502 Bad Gateway")
        self.assert_page("/cut", "502 Bad Gateway")

    def test_a_group_without_targets_for_new_clients_is_unavailable(self):
        self.assert_page("/empty", "503 Service Temporarily Unavailable")
        status, headers, _ = self.get("/drained")
        self.assertEqual((status, headers["Server"]), (503, "awselb/2.0"))

    def test_a_target_whose_group_drops_the_connection_is_a_gateway_time_out_after_ten_seconds(self):
        began = time.monotonic()
        status, headers, _ = self.get("/dropped")
        self.assertEqual((status, headers["Server"]), (504, "awselb/2.0"))
        self.assertGreater(time.monotonic() - began, 9)
        self.assertLess(time.monotonic() - began, 15)

    def test_redirects_and_fixed_answers_name_the_balancer(self):
        headers = self.assert_page("/moved?a=b", "301 Moved Permanently")
        self.assertEqual(headers["Location"], "https://two.elb.localhost:443/moved?a=b")
        status, headers, body = self.get("/fixed")
        self.assertEqual((status, headers["Server"], body), (404, "awselb/2.0", "nothing here"))

    def test_a_trace_begins_here_or_goes_on(self):
        self.assertRegex(self.get("/good")[2], "^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$")
        root = "Root=1-67891233-abcdef012345678912345678"
        self.assertRegex(self.get("/good", X_Amzn_Trace_Id=root)[2], "^Self=1-[0-9a-f]{8}-[0-9a-f]{24};" + root + "$")

    def test_stickiness_has_two_cookies_that_say_nothing_of_the_target_and_last_a_week(self):
        cookies = dict(one.split("=", 1) for one in self.get("/sticky")[1].get_all("Set-Cookie"))
        self.assertEqual(set(cookies), {"AWSALB", "AWSALBCORS"})
        values = {name: [part.strip() for part in value.split(";")] for name, value in cookies.items()}
        self.assertEqual(values["AWSALB"][0], values["AWSALBCORS"][0])
        self.assertNotIn("10.77", values["AWSALB"][0])
        expires = email.utils.parsedate_to_datetime(values["AWSALB"][1].removeprefix("Expires="))
        self.assertAlmostEqual(expires.timestamp() - time.time(), 7 * 86400, delta=60)
        self.assertEqual((values["AWSALB"][2:], values["AWSALBCORS"][2:]), (["Path=/"], ["Path=/", "SameSite=None"]))
        self.assertEqual(self.get("/sticky", Cookie="AWSALB=" + values["AWSALB"][0])[0], 200)
