"""hanbat's commands for who uses the region: connect, logs of what is delivered, watch, open, and what completion knows of the region."""
import json
import os
import re
import subprocess
import uuid

import pytest

from region import HANBAT, run
from test_9_session_manager import Typed, instance, plain  # noqa: F401 (the fixture)

READ_ALONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def connected(region, instance):  # noqa: F811
    """An instance that takes sessions."""
    ident, role = instance
    region.client("iam").attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    ssm = region.client("ssm")
    ssm.send_command(InstanceIds=[ident], DocumentName="AWS-RunShellScript", Parameters={"commands": ["systemctl restart amazon-ssm-agent"]})
    from region import wait_until
    wait_until(lambda: ssm.get_connection_status(Target=ident)["Status"] == "connected", 90, "the agent's next call")
    return ident


def hanbat(region, *words, code=0, stdin=None, **more):
    done = subprocess.run([HANBAT, *words], env={**region.env, **more}, capture_output=True, text=True, timeout=120, input=stdin)
    assert done.returncode == code, (words, done.stdout, done.stderr)
    return done


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
    import fcntl
    import struct
    import termios
    fcntl.ioctl(shell.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
    shell.type("sleep 60\r")
    shell.until("sleep 60")
    shell.type("\x03")
    shell.type("stty size; whoami; echo done-$((40+2))\r")
    assert "33 99\nssm-user\n" in plain(shell.until("done-42"))
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
    for words, way in ((["connect", "nobody", "--", "true"], "describe-instances"), (["logs", "build"], "list-builds"), (["logs", "build", "none"], "start-build"),
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
