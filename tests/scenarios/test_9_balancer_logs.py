"""Access and connection logs as who reads them meets them: the bucket policy of AWS's guide, an unmodified `aws`, and the expressions that AWS publishes
for Athena. Logs that go off are delivered at once; `./test --long` waits for the five minutes."""
import gzip
import http.client
import json
import os
import re
import time
import uuid

import pytest

from region import REGION, wait_until

HTTP_PORT = 4580
ACCOUNT = "123456789012"
# https://docs.aws.amazon.com/athena/latest/ug/create-alb-access-logs-table.html and create-alb-connection-logs-table.html
ACCESS = re.compile(r'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*):([0-9]*) ([^ ]*)[:-]([0-9]*) ([-.0-9]*) ([-.0-9]*) ([-.0-9]*) (|[-0-9]*) (-|[-0-9]*) ([-0-9]*) ([-0-9]*) '
                    r'"([^ ]*) (.*) (- |[^ ]*)" "([^"]*)" ([A-Z0-9-_]+) ([A-Za-z0-9.-]*) ([^ ]*) "([^"]*)" "([^"]*)" "([^"]*)" ([-.0-9]*) ([^ ]*) "([^"]*)" "([^"]*)" '
                    r'"([^ ]*)" "([^\s]+?)" "([^\s]+)" "([^ ]*)" "([^ ]*)" ?([^ ]*)? ?( .*)?')
CONNECTION = re.compile(r'([^ ]*) ([^ ]*) ([0-9]*) ([0-9]*) ([A-Za-z0-9.-]*) ([^ ]*) ([-.0-9]*) "([^"]*)" ([^ ]*) ([^ ]*) ([^ ]*) ?([^ ]*)?( .*)?')


class Logged:
    """A balancer that answers by itself, and a bucket for its logs."""

    def __init__(self, region):
        self.region, self.elb, self.ec2, self.s3 = region, region.client("elbv2"), region.client("ec2"), region.client("s3")
        tag = uuid.uuid4().hex[:6]
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        subnets = self.ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][:2]
        self.group = self.ec2.create_security_group(GroupName=f"logged-{tag}", Description="HTTP", VpcId=vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
        balancer = self.elb.create_load_balancer(Name=f"logged-{tag}", Subnets=[one["SubnetId"] for one in subnets], SecurityGroups=[self.group])["LoadBalancers"][0]
        self.arn, self.name = balancer["LoadBalancerArn"], balancer["DNSName"].replace(".amazonaws.com", ".localhost")
        self.elb.create_listener(LoadBalancerArn=self.arn, Port=80, Protocol="HTTP", DefaultActions=[
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "here"}}])
        self.bucket = f"logs-{tag}"
        region.aws("s3", "mb", f"s3://{self.bucket}")
        wait_until(self.answers, 60, "the balancer answers")

    def answers(self):
        try:
            return self.get("/probe") == 200
        except OSError:
            return False

    def get(self, path, agent="test"):
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=10)
        try:
            connection.putrequest("GET", path, skip_host=True)
            for name, value in (("Host", self.name), ("User-Agent", agent)):
                connection.putheader(name, value)
            connection.endheaders()
            return connection.getresponse().status
        finally:
            connection.close()

    def ask_for_a_while(self, path, agent="test"):
        """Until a change of the attributes has come to the balancer."""
        for _ in range(10):
            assert self.get(path, agent) == 200
            time.sleep(0.5)

    def modify(self, *attributes, check=True):
        return self.region.aws("elbv2", "modify-load-balancer-attributes", "--load-balancer-arn", self.arn, "--attributes", *attributes, check=check)

    def let_in(self, principal):
        self.region.aws("s3api", "put-bucket-policy", "--bucket", self.bucket, "--policy", json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{self.bucket}/*/AWSLogs/{ACCOUNT}/*"}]}))

    def keys(self, what):
        found = self.s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return [one["Key"] for one in found if re.search(what, one["Key"])]

    def lines(self, what, done, limit_s):
        """The lines of the files that fit, a file per node of the balancer, once they are what done() waits for."""
        def read():
            lines = []
            for key in self.keys(what):
                lines += gzip.decompress(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()).decode("ascii").splitlines()
            return lines if done(lines) else None
        return wait_until(read, limit_s, f"lines of {what}")

    def delete(self):
        self.elb.delete_load_balancer(LoadBalancerArn=self.arn)
        self.region.aws("s3", "rb", "--force", f"s3://{self.bucket}")


@pytest.fixture
def logged(region):
    one = Logged(region)
    yield one
    one.delete()


def attributes(log, bucket, prefix):
    return [f"Key={log}.s3.enabled,Value=true", f"Key={log}.s3.bucket,Value={bucket}", f"Key={log}.s3.prefix,Value={prefix}"]


def test_logs_come_into_a_bucket_whose_policy_lets_them_in(logged):
    refused = logged.modify(*attributes("access_logs", logged.bucket, "web"), check=False)
    assert f"(InvalidConfigurationRequest) when calling the ModifyLoadBalancerAttributes operation: Access Denied for bucket: {logged.bucket}. Please check S3bucket permission" in refused.stdout

    logged.let_in({"AWS": "arn:aws:iam::600734575887:root"})
    logged.modify(*attributes("access_logs", logged.bucket, "web"))
    logged.let_in({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"})
    logged.modify(*attributes("connection_logs", logged.bucket, "conn"))
    assert logged.keys("TestFile$") == [f"conn/AWSLogs/{ACCOUNT}/ELBConnectionLogTestFile", f"web/AWSLogs/{ACCOUNT}/ELBAccessLogTestFile"]
    logged.ask_for_a_while("/after?a=%22%0a", 'evil" "x')
    for number in range(3):
        assert logged.get(f"/number/{number}") == 200
    time.sleep(1)
    logged.modify("Key=access_logs.s3.enabled,Value=false", "Key=connection_logs.s3.enabled,Value=false")

    resource = logged.arn.split("loadbalancer/")[1]
    folder = rf"AWSLogs/{ACCOUNT}/elasticloadbalancing/{REGION}/\d{{4}}/\d\d/\d\d/"
    file = rf"{ACCOUNT}_elasticloadbalancing_{REGION}_{resource.replace('/', '.')}_\d{{8}}T\d{{4}}Z_198\.\d+\.\d+\.\d+_[0-9a-z]{{8}}\.log\.gz$"
    all_numbers = lambda lines: all(any(f":80/number/{number} " in line for line in lines) for number in range(3))  # noqa: E731
    read = [ACCESS.fullmatch(line) for line in logged.lines("^web/" + folder + file, all_numbers, 60)]
    assert all(read)
    urls = [one[16] for one in read]
    assert sorted(url for url in urls if "/number/" in url) == [f"http://{logged.name}:80/number/{number}" for number in range(3)]
    evil = next(one for one in read if "/after" in one[16])
    assert evil[18] == r"evil\x22 \x22x" and evil[1] == "http" and evil[3] == resource and evil[11] == "200"
    assert evil[26] != "" and evil[25] == "0" and evil[27] == "fixed-response" and evil[22].startswith("Root=1-")
    assert sum(int(one[14]) > 0 for one in read) == len(read)
    connections = [CONNECTION.fullmatch(line) for line in logged.lines("^conn/" + folder + "conn_log." + file, lambda lines: all(
        any(line.endswith(one[34]) for line in lines) for one in read if "/number/" in one[16]), 60)]
    assert all(connections) and {one[4] for one in connections} == {"80"}


@pytest.mark.skipif(not os.environ.get("HANBAT_LONG"), reason="takes five minutes: ./test --long")
def test_every_five_minutes_what_was_asked_is_in_the_bucket(logged):
    logged.let_in({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"})
    logged.modify(*attributes("access_logs", logged.bucket, "web"))
    logged.ask_for_a_while("/one")
    assert logged.get("/two") == 200
    logged.lines(r"^web/.*\.log\.gz$", lambda lines: any(":80/two HTTP/1.1" in line for line in lines), 330)
