"""A load balancer as who knows AWS's meets it: stickiness, weights, conditions, headers, TLS with certificates of ACM. Two targets in the default VPC
tell what came to them."""
import base64
import http.client
import json
import socket
import ssl
import subprocess
import urllib.parse
import urllib.request
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from botocore.exceptions import ClientError

from region import REGION, wait_until

AMAZON_LINUX = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
HTTP_PORT, TLS_PORT = 4580, 4543
SERVER = r"""#!/bin/bash
cat >/opt/echo.py <<'END'
import http.server, json, socket, urllib.parse
class Echo(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        wanted = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("resolve")
        body = json.dumps({"host": socket.gethostname(), "addresses": socket.gethostbyname_ex(wanted[0])[2] if wanted else [], "path": self.path, "headers": self.headers.items()}).encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body)))
        for cookie in urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("cookie", []): self.send_header("Set-Cookie", cookie)
        self.end_headers(); self.wfile.write(body)
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Echo).serve_forever()
END
systemd-run --unit echo python3 /opt/echo.py || (nohup python3 /opt/echo.py >/dev/null 2>&1 &)
"""


class Balancer:
    """Two targets, each in a target group of its own and both in a third; a listener on port 80 that forwards to the third."""

    def __init__(self, region):
        self.region, self.elb, self.ec2, self.acm = region, region.client("elbv2"), region.client("ec2"), region.client("acm")
        self.tag = uuid.uuid4().hex[:6]
        self.vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["Subnets"][:2]
        self.group = self.ec2.create_security_group(GroupName=f"lb-{self.tag}", Description="all of HTTP", VpcId=self.vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]} for port in (80, 443, 8080)])
        self.instances = [self.ec2.run_instances(ImageId=AMAZON_LINUX, InstanceType="t3.micro", MinCount=1, MaxCount=1, UserData=SERVER, SubnetId=subnet["SubnetId"],
                                                 SecurityGroupIds=[self.group])["Instances"][0]["InstanceId"] for subnet in subnets]
        self.lb = self.elb.create_load_balancer(Name=f"lb-{self.tag}", Subnets=[one["SubnetId"] for one in subnets], SecurityGroups=[self.group])["LoadBalancers"][0]
        self.arn = self.lb["LoadBalancerArn"]
        self.name = self.lb["DNSName"].replace(".amazonaws.com", ".localhost")
        self.ec2.get_waiter("instance_running").wait(InstanceIds=self.instances, WaiterConfig={"Delay": 1})
        self.one, self.two, self.both = (self.target_group(name, ids) for name, ids in (
            ("one", self.instances[:1]), ("two", self.instances[1:]), ("both", self.instances)))
        self.http = self.listener(80, "HTTP", self.both)

    def target_group(self, name, instances):
        arn = self.elb.create_target_group(Name=f"{name}-{self.tag}", Protocol="HTTP", Port=8080, VpcId=self.vpc, HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2,
                                           HealthyThresholdCount=2)["TargetGroups"][0]["TargetGroupArn"]
        if instances:
            self.elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in instances])
        return arn

    def listener(self, port, protocol, target_group, **more):
        made = self.elb.create_listener(LoadBalancerArn=self.arn, Port=port, Protocol=protocol, DefaultActions=[{"Type": "forward", "TargetGroupArn": target_group}], **more)
        return made["Listeners"][0]["ListenerArn"]

    def attributes(self, **values):
        self.elb.modify_load_balancer_attributes(LoadBalancerArn=self.arn, Attributes=[{"Key": key.replace("__", "."), "Value": value} for key, value in values.items()])

    def group_attributes(self, arn, **values):
        self.elb.modify_target_group_attributes(TargetGroupArn=arn, Attributes=[{"Key": key.replace("__", "."), "Value": value} for key, value in values.items()])

    def listener_attribute(self, key, value):
        """ModifyListenerAttributes, which Debian's boto3 does not know."""
        form = urllib.parse.urlencode({"Action": "ModifyListenerAttributes", "Version": "2015-12-01", "ListenerArn": self.http,
                                       "Attributes.member.1.Key": key, "Attributes.member.1.Value": value})
        request = botocore.awsrequest.AWSRequest("POST", self.region.endpoint + "/", data=form, headers={
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
        keys = botocore.credentials.Credentials(self.region.env["AWS_ACCESS_KEY_ID"], self.region.env["AWS_SECRET_ACCESS_KEY"])
        botocore.auth.SigV4Auth(keys, "elasticloadbalancing", REGION).add_auth(request)
        urllib.request.urlopen(urllib.request.Request(request.url, form.encode(), dict(request.headers.items())), timeout=10).close()

    def healthy(self, arn):
        return {one["TargetHealth"]["State"] for one in self.elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]} == {"healthy"}

    def ask(self, path="/", headers=(), method="GET", host=None):
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in [("Host", host or self.name), *headers]:
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def heard(self, path="/", headers=()):
        """(which target, what it heard by name, the answer's cookies)."""
        status, answer, body = self.ask(path, headers)
        assert status == 200, (status, body)
        told = json.loads(body)
        cookies = dict(one.split(";")[0].split("=", 1) for one in answer.get_all("Set-Cookie") or [])
        return told["host"], dict(told["headers"]), cookies

    def delete(self):
        self.elb.delete_load_balancer(LoadBalancerArn=self.arn)
        for arn in (self.one, self.two, self.both):
            self.elb.delete_target_group(TargetGroupArn=arn)
        self.ec2.terminate_instances(InstanceIds=self.instances)
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=self.instances, WaiterConfig={"Delay": 1})
        self.ec2.delete_security_group(GroupId=self.group)


@pytest.fixture(scope="module")
def balancer(region):
    one = Balancer(region)
    try:
        wait_until(lambda: one.healthy(one.both), 240, "both targets")
        yield one
    finally:
        one.delete()


def applied(ask):
    """A change is carried out a moment after its call."""
    return wait_until(ask, 20, "the change")


def test_a_client_keeps_its_target_by_the_balancers_cookie_and_by_the_applications(balancer):
    balancer.group_attributes(balancer.both, stickiness__enabled="true", stickiness__lb_cookie__duration_seconds="60")
    cookies = applied(lambda: balancer.heard()[2])
    assert set(cookies) == {"AWSALB", "AWSALBCORS"}
    for name, value in cookies.items():
        assert len({balancer.heard(headers=[("Cookie", f"{name}={value}")])[0] for _ in range(6)}) == 1
    assert len({balancer.heard(headers=[("Cookie", "AWSALB=" + base64.b64encode(b"made up").decode())])[0] for _ in range(6)}) == 2

    balancer.group_attributes(balancer.both, stickiness__type="app_cookie", stickiness__app_cookie__cookie_name="SESSION")
    applied(lambda: balancer.heard()[2].get("AWSALBAPP-0") == "_remove_")
    target, _, cookies = balancer.heard("/?cookie=SESSION=me")
    both = f"SESSION=me; AWSALBAPP-0={cookies['AWSALBAPP-0']}"
    assert {balancer.heard(headers=[("Cookie", both)])[0] for _ in range(6)} == {target}
    assert len({balancer.heard(headers=[("Cookie", "SESSION=me")])[0] for _ in range(6)}) == 2
    balancer.group_attributes(balancer.both, stickiness__enabled="false")
    applied(lambda: not balancer.heard()[2])


def test_weights_share_requests_and_a_client_may_keep_its_group(balancer):
    groups = [{"TargetGroupArn": balancer.one, "Weight": 1}, {"TargetGroupArn": balancer.two, "Weight": 1}]
    rule = balancer.elb.create_rule(ListenerArn=balancer.http, Priority=10, Conditions=[{"Field": "path-pattern", "Values": ["/shared/*"]}], Actions=[
        {"Type": "forward", "ForwardConfig": {"TargetGroups": groups, "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}])["Rules"][0]["RuleArn"]
    wait_until(lambda: balancer.healthy(balancer.one) and balancer.healthy(balancer.two), 60, "the groups of one target")
    cookies = applied(lambda: balancer.heard("/shared/x")[2])
    assert set(cookies) == {"AWSALBTG", "AWSALBTGCORS"}
    assert len({balancer.heard("/shared/x")[0] for _ in range(30)}) == 2
    assert len({balancer.heard("/shared/x", [("Cookie", f"AWSALBTG={cookies['AWSALBTG']}")])[0] for _ in range(10)}) == 1
    balancer.elb.delete_rule(RuleArn=rule)


def test_rules_look_at_all_of_a_request(balancer):
    def fixed(priority, name, *conditions):
        return balancer.elb.create_rule(ListenerArn=balancer.http, Priority=priority, Conditions=list(conditions), Actions=[
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": name}}])["Rules"][0]["RuleArn"]
    rules = [
        fixed(20, "query", {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "version", "Value": "v?"}, {"Value": "*beta*"}]}}),
        fixed(21, "header", {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "User-Agent", "Values": ["*Mozilla*, like Gecko*"]}}),
        fixed(22, "method", {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["DELETE"]}}),
        fixed(23, "nowhere", {"Field": "source-ip", "SourceIpConfig": {"Values": ["192.0.2.0/24", "2001:db8::/32"]}}),
        fixed(24, "here", {"Field": "path-pattern", "Values": ["/Mine/*"]}, {"Field": "source-ip", "SourceIpConfig": {"Values": ["0.0.0.0/0"]}}),
    ]
    applied(lambda: balancer.ask("/Mine/x")[2] == "here")
    assert balancer.ask("/mine/x")[2] != "here"
    assert [balancer.ask(path)[2] for path in ("/?Version=V2", "/?a=1&b=my-beta-2")] == ["query", "query"]
    assert balancer.ask("/?version=v10")[2] != "query"
    assert balancer.ask("/", [("User-Agent", "Mozilla/5.0 (KHTML, like Gecko) x")])[2] == "header"
    assert balancer.ask("/", method="DELETE")[2] == "method"
    with pytest.raises(ClientError, match="A rule can only have '5' condition values") as refused:
        fixed(25, "much", {"Field": "path-pattern", "Values": [f"/{i}" for i in range(6)]})
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    for rule in rules:
        balancer.elb.delete_rule(RuleArn=rule)


def test_headers_tell_the_way_and_attributes_change_them(balancer):
    heard = balancer.heard(headers=[("X-Forwarded-For", "203.0.113.7"), ("not_valid", "1")])[1]
    assert heard["X-Forwarded-For"].startswith("203.0.113.7, ") and heard["X-Forwarded-Proto"] == "http" and heard["X-Forwarded-Port"] == "80"
    assert heard["X-Amzn-Trace-Id"].startswith("Root=1-") and heard["not_valid"] == "1"
    balancer.attributes(routing__http__xff_header_processing__mode="remove", routing__http__drop_invalid_header_fields__enabled="true")
    applied(lambda: "X-Forwarded-For" not in balancer.heard(headers=[("X-Forwarded-For", "203.0.113.7")])[1])
    assert "not_valid" not in balancer.heard(headers=[("not_valid", "1")])[1]
    balancer.attributes(routing__http__xff_header_processing__mode="append", routing__http__xff_client_port__enabled="true")
    applied(lambda: ":" in balancer.heard()[1].get("X-Forwarded-For", ""))
    balancer.listener_attribute("routing.http.response.x_frame_options.header_value", "DENY")
    applied(lambda: balancer.ask()[1]["X-Frame-Options"] == "DENY")
    for key, code in (("waf.fail_open.enabled", "NotImplemented"), ("no.such.key", "ValidationError")):
        with pytest.raises(ClientError) as refused:
            balancer.attributes(**{key.replace(".", "__"): "true"})
        assert refused.value.response["Error"]["Code"] == code


def test_what_no_target_answers_the_balancer_does(balancer):
    empty = balancer.target_group("none", [])
    rule = balancer.elb.create_rule(ListenerArn=balancer.http, Priority=30, Conditions=[{"Field": "path-pattern", "Values": ["/none"]}],
                                    Actions=[{"Type": "forward", "TargetGroupArn": empty}])["Rules"][0]["RuleArn"]
    status, headers, body = applied(lambda: (lambda one: one[0] == 503 and one)(balancer.ask("/none")))
    assert headers["Server"] == "awselb/2.0" and "<h1>503 Service Temporarily Unavailable</h1>" in body
    assert balancer.ask("/", method="TRACE")[0] == 405
    balancer.elb.delete_rule(RuleArn=rule)
    balancer.elb.delete_target_group(TargetGroupArn=empty)


def resolve(name, server="198.18.254.1", port=1053):
    """The addresses that the region's resolver of the host knows for the name; None for one that is not there."""
    question = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0" + b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0\0\x01\0\x01"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(5)
        asking.sendto(question, (server, port))
        answer = asking.recv(4096)
    if answer[3] & 15 == 3:
        return None
    at, found = len(question), set()
    for _ in range(int.from_bytes(answer[6:8], "big")):  # each with the question's name as a pointer to it
        kind, length = int.from_bytes(answer[at + 2:at + 4], "big"), int.from_bytes(answer[at + 10:at + 12], "big")
        if kind == 1:
            found.add(socket.inet_ntoa(answer[at + 12:at + 16]))
        at += 12 + length
    return found


def test_a_balancers_name_leads_to_its_public_addresses_or_inside_its_vpc_to_its_private_ones(balancer):
    inner = balancer.elb.create_load_balancer(Name=f"in-{balancer.tag}", Scheme="internal", SecurityGroups=[balancer.group],
                                              Subnets=[zone["SubnetId"] for zone in balancer.lb["AvailabilityZones"]])["LoadBalancers"][0]
    try:
        def interfaces(one):
            about = "ELB " + one["LoadBalancerArn"].split("loadbalancer/")[1]
            return balancer.ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": [about]}])["NetworkInterfaces"]
        def in_the_vpc(one):
            status, _, body = balancer.ask("/?resolve=" + one["DNSName"])
            return set(json.loads(body)["addresses"]) if status == 200 else None
        private = {one["PrivateIpAddress"] for one in interfaces(inner)}
        public = {one["Association"]["PublicIp"] for one in interfaces(balancer.lb)}
        assert len(private) == len(public) == 2 and inner["DNSName"].startswith("internal-")
        applied(lambda: in_the_vpc(inner) == private)
        assert in_the_vpc(balancer.lb) == public
        assert resolve(balancer.lb["DNSName"]) == public
        assert resolve(inner["DNSName"]) is None, "nobody outside the VPC reaches it"
        assert resolve("nobody-1.ap-northeast-2.elb.amazonaws.com") is None
        assert resolve("a-bucket.s3.ap-northeast-2.amazonaws.com") == {"198.18.0.1"}
    finally:
        balancer.elb.delete_load_balancer(LoadBalancerArn=inner["LoadBalancerArn"])


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, and (certificate, key) that it signed for each name."""
    folder = tmp_path_factory.mktemp("tls")
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/O=Test/CN=Test CA")
    def sign(name, *names):
        (folder / f"{name}.ext").write_text("subjectAltName=" + ",".join(f"DNS:{one}" for one in (names or [name])) + "\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "20", "-out", f"{name}.pem", "-extfile", f"{name}.ext")
        return (folder / f"{name}.pem").read_bytes(), (folder / f"{name}.key").read_bytes()
    return folder / "ca.pem", sign


def test_https_shows_certificates_of_acm(balancer, certificates):
    authority, sign = certificates
    chain = authority.read_bytes()
    def imported(name, *names, **more):
        body, key = sign(name, *names)
        return balancer.acm.import_certificate(Certificate=body, PrivateKey=key, CertificateChain=chain, **more)["CertificateArn"]
    first, second = imported("www.example.com"), imported("shop", "*.shop.example", Tags=[{"Key": "a", "Value": "b"}])
    detail = balancer.acm.describe_certificate(CertificateArn=second)["Certificate"]
    assert (detail["Status"], detail["Type"], detail["Issuer"], detail["SubjectAlternativeNames"]) == ("ISSUED", "IMPORTED", "Test", ["*.shop.example"])
    https = balancer.listener(443, "HTTPS", balancer.both, Certificates=[{"CertificateArn": first}], SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06")
    balancer.elb.add_listener_certificates(ListenerArn=https, Certificates=[{"CertificateArn": second}])

    def shown(name, least=ssl.TLSVersion.TLSv1_2, most=ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cafile=str(authority))
        context.minimum_version, context.maximum_version = least, most
        context.set_alpn_protocols(["h2", "http/1.1"])
        with socket.create_connection(("127.0.0.1", TLS_PORT), timeout=10) as plain, context.wrap_socket(plain, server_hostname=name) as secure:
            return secure.getpeercert()["serialNumber"], secure.selected_alpn_protocol(), secure.version()
    def serial(name):
        try:
            return shown(name)[0]
        except OSError:
            return None
    applied(lambda: serial("www.example.com"))
    assert shown("www.example.com")[1:] == ("h2", "TLSv1.3")
    assert applied(lambda: serial("a.shop.example")) != serial("www.example.com")
    with pytest.raises(OSError):
        shown("www.example.com", ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_1)

    for version in ("--http1.1", "--http2"):
        asked = subprocess.run(["curl", "-s", version, "--cacert", authority, "--connect-to", f"::127.0.0.1:{TLS_PORT}", "https://www.example.com/path"],
                               capture_output=True, text=True, timeout=30, check=True)
        heard = dict(json.loads(asked.stdout)["headers"])
        assert (heard["X-Forwarded-Proto"], heard["X-Forwarded-Port"]) == ("https", "443")

    balancer.elb.modify_listener(ListenerArn=balancer.http, DefaultActions=[{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}])
    status, headers, _ = applied(lambda: (lambda one: one[0] == 301 and one)(balancer.ask("/path?a=b")))
    assert headers["Location"] == f"https://{balancer.name}:443/path?a=b"

    before = serial("www.example.com")
    body, key = sign("www.example.com")
    assert balancer.acm.import_certificate(CertificateArn=first, Certificate=body, PrivateKey=key, CertificateChain=chain)["CertificateArn"] == first
    applied(lambda: serial("www.example.com") not in (None, before))

    with pytest.raises(ClientError) as refused:
        balancer.acm.delete_certificate(CertificateArn=second)
    assert refused.value.response["Error"]["Code"] == "ResourceInUseException"
    assert balancer.arn in balancer.acm.describe_certificate(CertificateArn=second)["Certificate"]["InUseBy"]
    balancer.elb.remove_listener_certificates(ListenerArn=https, Certificates=[{"CertificateArn": second}])
    balancer.acm.delete_certificate(CertificateArn=second)
    balancer.elb.delete_listener(ListenerArn=https)
    balancer.acm.delete_certificate(CertificateArn=first)
    assert balancer.acm.list_certificates()["CertificateSummaryList"] == []
