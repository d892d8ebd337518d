"""Logs of a load balancer by an unmodified `aws`, of a daemon whose host side is one of memory and has records: a bucket's policy decides, and a kill
between a file and the word that it is there loses none and doubles none."""
import base64
import gzip
import json
import os
import subprocess
import time

import daemon as live
from host import HostOfMemory


def record(path):
    """As a balancer's HAProxy writes it: src/host/balancers/log_record.h."""
    text = lambda value: base64.b64encode(value.encode()).decode()  # noqa: E731
    return (f"r l-1 1795992946618401 10.0.0.7 49556 172.31.0.9 80 ab12 1795992946615640 0 - - - - 0 1 1 1795992946615700 {text('GET')} {text('a.example')} {text(path)} 1.1 "
            f"{text('evil' + chr(34))} - - fixed-response - - 0 -1 -1 -1 <NOSRV> - 200 158 72")


class HostWithRecords(HostOfMemory):
    """Has one batch. Is told that it lies in S3 as the daemon dies, the first time."""

    def __init__(self):
        super().__init__()
        self.batches = [{"name": "1-0-ab", "until": 1795993200, "lost": 0, "records": [record("/one"), record("/two")]}]
        self.told, self.die = 0, None

    def do_take_logs(self, _):
        return self.batches[0] if self.batches else super().do_take_logs(_)

    def do_drop_logs(self, batch):
        self.told += 1
        if self.told == 1:
            self.die()
            return
        self.batches = [one for one in self.batches if one["name"] != batch["name"]]


def aws(daemon, *arguments):
    key, secret = daemon.key
    env = dict(os.environ, AWS_ENDPOINT_URL=daemon.endpoint, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret, AWS_DEFAULT_REGION="ap-northeast-2")
    done = subprocess.run(["aws", *arguments], env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    return done.returncode, done.stdout


def test_a_kill_between_the_file_and_the_word_of_it_loses_nothing_and_doubles_nothing(tmp_path):
    daemon = live.Daemon(tmp_path)
    daemon.host = HostWithRecords()
    daemon.host.die = lambda: daemon.process.kill()
    daemon.start()
    ec2, elb, s3 = (daemon.client(name) for name in ("ec2", "elbv2", "s3"))
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"][:2]]
    arn = elb.create_load_balancer(Name="web", Scheme="internal", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})

    def modify(value):
        return aws(daemon, "elbv2", "modify-load-balancer-attributes", "--load-balancer-arn", arn, "--attributes", f"Key=access_logs.s3.enabled,Value={value}",
                   "Key=access_logs.s3.bucket,Value=logs", "Key=access_logs.s3.prefix,Value=web")
    code, said = modify("true")
    assert code != 0 and "An error occurred (InvalidConfigurationRequest) when calling the ModifyLoadBalancerAttributes operation: Access Denied for bucket: logs. Please check S3bucket permission" in said
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::600734575887:root"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/web/AWSLogs/123456789012/*"}]}))
    code, said = modify("true")
    assert code == 0, said
    code, said = modify("false")  # what is there is delivered at once
    deadline = time.monotonic() + 30
    while daemon.process.poll() is None:
        assert time.monotonic() < deadline, daemon.log[-2000:]
        time.sleep(0.05)
    assert daemon.host.told == 1

    earlier, daemon.host = daemon.host, HostWithRecords()
    daemon.host.told, daemon.host.batches = 1, earlier.batches
    earlier.close()
    daemon.start()
    try:
        while daemon.host.batches:
            assert time.monotonic() < deadline, daemon.log[-2000:]
            time.sleep(0.05)
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket="logs")["Contents"]]
        assert keys[0] == "web/AWSLogs/123456789012/ELBAccessLogTestFile"
        assert len(keys) == 2, keys
        lines = gzip.decompress(s3.get_object(Bucket="logs", Key=keys[1])["Body"].read()).decode("ascii").splitlines()
        assert [line.split('"')[1] for line in lines] == ["GET http://a.example:80/one HTTP/1.1", "GET http://a.example:80/two HTTP/1.1"]
        assert [line.split('"')[3] for line in lines] == [r"evil\x22"] * 2
        assert daemon.host.unknown == earlier.unknown == []
    finally:
        daemon.stop()
