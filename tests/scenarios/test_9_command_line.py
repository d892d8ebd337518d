"""hanbat's commands for who uses the region: connect, logs of what is delivered, watch, open, and what completion knows of the region."""
import fcntl
import json
import re
import struct
import subprocess
import termios
import uuid

import pytest

from region import HANBAT, kill_and_wait, run, wait_until
from test_9_session_manager import AMAZON_LINUX, TRUST, Typed, plain

READ_ALONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}


@pytest.fixture(scope="module", autouse=True)
def launched(region):
    """An instance that will take sessions: it boots while the tests run that need none."""
    iam, ec2, name = region.client("iam"), region.client("ec2"), f"command-line-{uuid.uuid4().hex[:6]}"
    managed = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    [made] = ec2.run_instances(ImageId="resolve:ssm:" + AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": name})["Instances"]
    try:
        yield made["InstanceId"]
    finally:
        ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        iam.delete_instance_profile(InstanceProfileName=name)
        iam.detach_role_policy(RoleName=name, PolicyArn=managed)
        iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def connected(region, launched):
    """An instance that takes sessions."""
    ssm = region.client("ssm")
    wait_until(lambda: ssm.get_connection_status(Target=launched)["Status"] == "connected", 240, "the agent")
    return launched


def hanbat(region, *words, code=0, stdin=None, **more):
    done = subprocess.run([HANBAT, *words], env={**region.env, **more}, capture_output=True, text=True, timeout=120, input=stdin)
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done


@pytest.fixture
def pipeline(region):
    """A pipeline of a file in S3 and somebody's approval; its name."""
    iam, s3, codepipeline, name = region.client("iam"), region.client("s3"), region.client("codepipeline"), f"watched-{uuid.uuid4().hex[:6]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}))
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="source.zip", Body=b"PK\5\6" + bytes(18))

    def action(name, category, provider, **more):
        return {"name": name, "actions": [{"name": name, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, **more}]}

    codepipeline.create_pipeline(pipeline={"name": name, "roleArn": role, "artifactStore": {"type": "S3", "location": name}, "stages": [
        action("Source", "Source", "S3", configuration={"S3Bucket": name, "S3ObjectKey": "source.zip", "PollForSourceChanges": "false"}, outputArtifacts=[{"name": "source"}]),
        action("Ask", "Approval", "Manual")]})
    try:
        yield name
    finally:
        codepipeline.delete_pipeline(name=name)
        for one in s3.list_object_versions(Bucket=name).get("Versions", []):
            s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
        s3.delete_bucket(Bucket=name)
        iam.delete_role_policy(RoleName=name, PolicyName="p")
        iam.delete_role(RoleName=name)


def test_a_pipeline_is_watched_on_a_terminal_and_line_by_line_to_its_end(region, pipeline):
    """What the picture says to type is typed."""
    watching = Typed([HANBAT, "watch", "pipeline", pipeline, "--wait"], {**region.env, "TERM": "xterm", "NO_COLOR": ""})
    watching.until("put-approval-result")
    token = re.search(r" --token (\S+) ", watching.until("status=Approved"))[1]
    region.client("codepipeline").put_approval_result(pipelineName=pipeline, stageName="Ask", actionName="Ask", token=token,
                                                      result={"status": "Approved", "summary": "fine"})
    watching.until("\x1b[32mSucceeded")
    assert watching.end() == 0
    lines = hanbat(region, "watch", "pipeline", pipeline, "--wait").stdout
    assert re.search(r"^\S+ Source Source Succeeded$", lines, re.M) and re.search(r"^\S+ execution \S+ Succeeded$", lines, re.M) and "\x1b" not in lines
    assert pipeline in hanbat(region, "__complete", "watch", "pipeline", "watched").stdout


def test_a_balancer_is_opened_where_this_machine_reaches_it(region):
    elb, ec2, name = region.client("elbv2"), region.client("ec2"), f"opened-{uuid.uuid4().hex[:6]}"
    subnets = [one["SubnetId"] for one in ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]]
    group = ec2.create_security_group(GroupName=name, Description="anybody")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
    arn = elb.create_load_balancer(Name=name, Subnets=subnets[:2], SecurityGroups=[group])["LoadBalancers"][0]["LoadBalancerArn"]
    try:
        assert "create-listener" in hanbat(region, "open", name, code=1).stderr
        elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=[
            {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200", "ContentType": "text/plain", "MessageBody": "here"}}])
        elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
        url = hanbat(region, "open", name, "--print").stdout.strip()
        wait_until(lambda: run("curl", "--silent", "--max-time", "5", url, check=False).stdout == "here", 30, "the balancer's answer")
        assert name in hanbat(region, "__complete", "open", "").stdout
    finally:
        elb.delete_load_balancer(LoadBalancerArn=arn)
        elb.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[arn], WaiterConfig={"Delay": 1})
        wait_until(lambda: not ec2.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [group]}])["NetworkInterfaces"], 30, "its interfaces' end")
        ec2.delete_security_group(GroupId=group)


def test_one_command_has_its_output_its_status_and_its_input(region, connected):
    assert hanbat(region, "connect", connected, "--", "uname", "-s").stdout == "Linux\n"
    assert hanbat(region, "connect", connected, "--", "echo out; exit 7", code=7).stdout == "out\n"
    assert hanbat(region, "connect", connected, "--", "echo", "it's", "$HOME").stdout == "it's $HOME\n"
    assert hanbat(region, "connect", connected, "--", "cat", stdin="one\ntwo").stdout == "one\ntwo"
    numbers = hanbat(region, "connect", connected, "--", "seq 1 20000").stdout.split()
    assert numbers == [str(number) for number in range(1, 20001)]


def test_a_shell_has_the_terminals_size_and_its_keys_and_ends_as_it_does(region, connected):
    shell = Typed([HANBAT, "connect", connected], {**region.env, "TERM": "xterm"})
    shell.until("$ ")
    fcntl.ioctl(shell.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    shell.type("sleep 60\r")
    shell.until("sleep 60")
    shell.type("\x03")
    shell.until("$ ")  # the terminal forgets what was typed before it was interrupted
    shell.type("stty size; whoami; echo done-$((40+2))\r")
    assert "33 99\nssm-user\n" in plain(shell.until("done-42"))
    shell.type("exit\r")
    assert shell.end() == 0


def test_a_shell_outlives_the_daemon(region, connected):
    shell = Typed([HANBAT, "connect", connected], {**region.env, "TERM": "xterm"})
    shell.until("$ ")
    shell.type("mark=kept-$((20+2)); echo set-$((1+2))\r")
    shell.until("set-3")
    kill_and_wait(region)
    shell.type("echo $mark\r")
    shell.until("kept-22")
    shell.type("exit\r")
    assert shell.end() == 0


def test_who_may_not_begin_a_session_and_what_is_not_there_is_told_with_the_way_on(region, connected):
    iam, name = region.client("iam"), f"looks-{uuid.uuid4().hex[:6]}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(READ_ALONE))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    try:
        keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
        assert "is not authorized to perform: ssm:StartSession" in hanbat(region, "connect", connected, "--", "true", code=1, **keys).stderr
    finally:
        iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        iam.delete_user_policy(UserName=name, PolicyName="p")
        iam.delete_user(UserName=name)
    assert "AmazonSSMManagedInstanceCore" in hanbat(region, "connect", "i-0123456789abcdef0", "--", "true", code=1).stderr
    for words, way in ((["connect", "nobody", "--", "true"], "describe-instances"), (["logs", "build"], "list-builds"), (["logs", "build", "none"], "list-projects"),
                       (["logs", "build", "none:1"], "list-builds"), (["watch", "pipeline", "none"], "list-pipelines"), (["logs", "hostd", "x"], "takes no id"),
                       (["open", "none"], "no load balancer")):
        assert way in hanbat(region, *words, code=1).stderr, words


def test_the_console_of_an_instance_is_shown(region, connected):
    assert re.search(r"cloud-init|systemd", hanbat(region, "logs", "instance", connected).stdout)


def test_completion_knows_what_is_in_the_region(region, connected):
    def offered(*words):
        return [line.split("\t")[0] for line in hanbat(region, "__complete", *words).stdout.splitlines()]

    assert connected in offered("connect", "i-")
    assert connected in offered("logs", "-f", "instance", "")
    assert "eu-central-1" in offered("env", "--region", "eu-")
    assert offered("connect", connected, "--", "") == []
