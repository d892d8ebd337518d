"""Session Manager: a shell on an instance that has no key and no open port, as its users begin, use and end one."""
import hashlib
import json
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from region import kill_and_wait, run, wait_until
from session_client import FLAG, TERMINATE, Session

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
# Run Command alone: what some grant who do not want sessions.
COMMANDS_ALONE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ssm:UpdateInstanceInformation", "ec2messages:*"], "Resource": "*"}]}


@pytest.fixture(scope="module")
def instance(region):
    """An instance whose role may have sessions; its id, the role's name."""
    iam, ec2, ssm, name = region.client("iam"), region.client("ec2"), region.client("ssm"), f"sessions-{uuid.uuid4().hex[:6]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName=name, PolicyName="commands", PolicyDocument=json.dumps(COMMANDS_ALONE))
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    made = ec2.run_instances(ImageId="resolve:ssm:" + AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": name})
    ident = made["Instances"][0]["InstanceId"]
    try:
        managed = lambda: [one["InstanceId"] for one in ssm.describe_instance_information()["InstanceInformationList"]]
        wait_until(lambda: ident in managed(), 120, "the agent")
        yield ident, name
    finally:
        ec2.terminate_instances(InstanceIds=[ident])
        ec2.get_waiter("instance_terminated").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        iam.delete_instance_profile(InstanceProfileName=name)
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=policy["PolicyArn"])
        iam.delete_role(RoleName=name)


def plain(said):
    """Without carriage returns, and without what bash says of pasting."""
    return re.sub(r"\x1b\[\?2004[hl]|\r", "", said)


def ended(ssm, session):
    return lambda: next((one for one in ssm.describe_sessions(State="History")["Sessions"] if one["SessionId"] == session), None)


def test_without_its_rights_an_instance_is_not_connected_and_with_them_it_is(region, instance):
    ssm, (ident, role) = region.client("ssm"), instance
    assert ssm.get_connection_status(Target=ident)["Status"] == "notconnected"
    with pytest.raises(ClientError) as refused:
        ssm.start_session(Target=ident)
    assert refused.value.response["Error"]["Code"] == "TargetNotConnected"
    region.client("iam").attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    ssm.send_command(InstanceIds=[ident], DocumentName="AWS-RunShellScript", Parameters={"commands": ["systemctl restart amazon-ssm-agent"]})
    wait_until(lambda: ssm.get_connection_status(Target=ident)["Status"] == "connected", 90, "the agent's next call")


def test_a_shell_is_one_with_a_terminal_and_ends_when_it_exits(region, instance):
    ssm, (ident, _) = region.client("ssm"), instance
    began = time.monotonic()
    started = ssm.start_session(Target=ident, Reason="a look")
    session = Session(started)
    session.resize(101, 37)
    session.until("$ ")
    print(f"the prompt after {time.monotonic() - began:.2f} s")
    session.type("whoami; sudo whoami; pwd; stty size; echo done-$((40+2))\r")
    said = plain(session.until("done-42"))
    assert "\nssm-user\nroot\n/usr/bin\n37 101\n" in said
    active = {one["SessionId"]: one for one in ssm.describe_sessions(State="Active")["Sessions"]}[started["SessionId"]]
    assert (active["Status"], active["Target"], active["Reason"], active["DocumentName"]) == ("Connected", ident, "a look", "SSM-SessionManagerRunShell")
    # Ctrl-C is for what runs in it; much output comes whole and in order.
    session.type("sleep 60\r")
    session.until("sleep 60")
    time.sleep(0.5)
    session.type("\x03")
    session.type("seq 1 20000; echo all-$((1+1))\r")
    lines = plain(session.until("all-2", 60)).split("\n")
    numbers = [int(line) for line in lines if line.isdigit()]
    assert numbers == list(range(1, 20001))
    session.type("exit\r")
    session.until(None)
    assert session.ended == ""
    gone = wait_until(ended(ssm, started["SessionId"]), 10, "the session's end")
    assert gone["Status"] == "Terminated" and gone["EndDate"] >= gone["StartDate"]


def test_a_session_that_somebody_ends_is_over_on_the_instance_too(region, instance):
    ssm, (ident, _) = region.client("ssm"), instance
    started = ssm.start_session(Target=ident, DocumentName="AWS-StartInteractiveCommand", Parameters={"command": ["echo here-$((1+1)); sleep 4321"]})
    session = Session(started)
    session.until("here-2")
    assert ssm.terminate_session(SessionId=started["SessionId"])["SessionId"] == started["SessionId"]
    session.until(None)
    sent = ssm.send_command(InstanceIds=[ident], DocumentName="AWS-RunShellScript",
                            Parameters={"commands": ["for i in 1 2 3 4 5 6 7 8 9 10; do pgrep -f 'sleep 432[1]' || exit 0; sleep 0.5; done; exit 1"]})
    asked = {"CommandId": sent["Command"]["CommandId"], "InstanceId": ident}
    done = wait_until(lambda: (lambda one: one["Status"] not in ("Pending", "InProgress") and one)(ssm.get_command_invocation(**asked)), 60, "the look")
    assert done["Status"] == "Success", done["StandardOutputContent"]


def test_a_user_who_ends_it_and_hears_nothing_any_more_is_rid_of_it(region, instance):
    """The shell says more than is acknowledged, and is held back; it ends all the same."""
    ssm, (ident, _) = region.client("ssm"), instance
    started = ssm.start_session(Target=ident)
    session = Session(started)
    session.until("$ ")
    session.acknowledges = False
    session.type("yes\r")
    time.sleep(2)
    session.say(FLAG, struct.pack(">I", TERMINATE))
    session.until(None)
    wait_until(ended(ssm, started["SessionId"]), 10, "the session's end")


def test_ssh_goes_through_a_session(region, instance):
    """AWS-StartSSHSession carries what ssh's ProxyCommand says to sshd's port."""
    ssm, (ident, _) = region.client("ssm"), instance
    session = Session(ssm.start_session(Target=ident, DocumentName="AWS-StartSSHSession", Parameters={"portNumber": ["22"]}))
    assert session.until("\n").startswith("SSH-2.0-")
    session.type("SSH-2.0-nobody\r\n")
    session.type("nonsense" * 100)
    session.until(None)  # sshd hangs up, and the session has ended


def test_a_session_outlives_the_daemon(region, instance):
    """hanbatd is killed in the middle; the shell is the same one."""
    ssm, (ident, _) = region.client("ssm"), instance
    started = ssm.start_session(Target=ident)
    session = Session(started)
    session.until("$ ")
    session.type("mark=kept-$((20+2)); echo set-$((1+2))\r")
    session.until("set-3")
    kill_and_wait(region)
    again = Session(ssm.resume_session(SessionId=started["SessionId"]))
    again.sequence, again.expected = session.sequence, session.expected
    again.type("echo $mark\r")
    again.until("kept-22", 60)
    again.type("exit\r")
    again.until(None)


class Typed:
    """A program on a terminal, typed to by a user."""

    def __init__(self, command, env):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvpe(command[0], command, env)
        self.heard = ""

    def until(self, text, longest=60):
        deadline = time.monotonic() + longest
        while text not in self.heard:
            ready = select.select([self.fd], [], [], max(0, deadline - time.monotonic()))[0]
            assert ready, f"nothing more before {text!r}: {self.heard!r}"
            try:
                self.heard += os.read(self.fd, 65536).decode(errors="replace")
            except OSError:
                raise AssertionError(f"ended before {text!r}: {self.heard!r}") from None
        said, self.heard = self.heard.split(text, 1)
        return said

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        while True:
            try:
                if not os.read(self.fd, 65536):
                    break
            except OSError:
                break
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.mark.skipif(not shutil.which("session-manager-plugin"), reason="AWS's session-manager-plugin is not installed")
def test_awss_own_plugin_and_ssh_over_it(region, instance, tmp_path):
    """What AWS's user guide has people type: start-session, and ssh to an instance's id by a ProxyCommand."""
    ssm, (ident, _) = region.client("ssm"), instance
    env = {**region.env, "TERM": "xterm"}
    shell = Typed(["aws", "ssm", "start-session", "--target", ident], env)
    shell.until("Starting session with SessionId: ")
    shell.until("$ ")
    shell.type("whoami; echo done-$((40+2))\r")
    assert "ssm-user" in shell.until("done-42")
    shell.type("exit\r")
    shell.until("Exiting session with sessionId: ")
    assert shell.end() == 0

    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key")
    public = (tmp_path / "key.pub").read_text().strip()
    ssm.send_command(InstanceIds=[ident], DocumentName="AWS-RunShellScript", Parameters={"commands": [
        f"mkdir -p -m 700 ~ec2-user/.ssh && echo '{public}' >> ~ec2-user/.ssh/authorized_keys && chown -R ec2-user: ~ec2-user/.ssh"]})
    proxy = "aws ssm start-session --target %h --document-name AWS-StartSSHSession --parameters portNumber=%p"
    ssh = ["ssh", "-i", tmp_path / "key", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes",
           "-o", f"ProxyCommand={proxy}", f"ec2-user@{ident}"]
    wait_until(lambda: run(*ssh, "true", env=env, check=False, timeout=60).returncode == 0, 60, "ssh")
    data = os.urandom(300_000)
    done = subprocess.run([str(part) for part in [*ssh, "sha256sum"]], env=env, input=data, stdout=subprocess.PIPE, timeout=120, check=True)
    assert done.stdout.decode().split()[0] == hashlib.sha256(data).hexdigest()
