"""Every command of `hanbat` given something wrong: where no region has been made, with a name that nothing has, by somebody without permission, with an option
that it does not have, without what it needs. Each error says on standard error what is wrong and what to type next, and the exit status is the documented one.
The commands are walked as completion offers them, so one that is added has to be added here, too. `up` is only refused, and nothing here touches this machine."""
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "replay"))
from daemon import HANBAT, REGION, ROOT, Daemon  # noqa: E402
from host import HostOfMemory  # noqa: E402

PACK = ROOT / "examples/first-server"
# What to type next: a command of ours or of AWS's, an option, a file to look into, an address.
WAY = re.compile(r"hanbat [a-z]|aws [a-z]|--[a-z]|the log is|name (the|another) |of 1 to 65535|in \{")

# Each command where no region has been made: what it is given, what it ends with, and what it says.
ALONE = {
    "up": ("--edge 10.0.0.0/8 --nonsense", 2, "hanbat up --help"),
    "down": ("--nonsense", 2, "hanbat down --help"),  # it would look for what is left of other regions
    "status": ("", 0, "hanbat up"),
    "env": ("", 1, "hanbat up"),
    "console": ("--no-browser", 1, "hanbat up"),
    "logs": ("", 1, "hanbat up"),
    "reset": ("", 1, "nothing was changed"),
    "trust": ("", 1, "hanbat up"),
    "doctor": ("--json", None, "nftables"),  # what this machine lacks is not of this test
    "connect": ("i-1 -- true", 1, "hanbat up"),
    "watch": ("pipeline p", 1, "hanbat up"),
    "open": ("", 1, "hanbat up"),
    "backup": ("FOLDER/backup", 1, "hanbat up"),
    "restore": ("FOLDER/none", 1, "FOLDER/none"),
    "bundle": ("FOLDER/bundle --package FOLDER/none", 1, "the log is"),
    "image build": ("", 1, "hanbat up"),
    "image import": ("FOLDER/none --as x", 1, "hanbat up"),
    "image base add": ("x docker-archive:FOLDER/none", 1, "hanbat up"),
    "image base remove": ("x", 1, "hanbat image base list"),
    "image base mirror": ("docker.io https://example.invalid", 1, "hanbat up"),
    "image base list": ("", 0, ""),
    "image runtime add": ("python 3.8 FOLDER/none", 1, "hanbat up"),
    "image runtime remove": ("python 3.8", 1, "hanbat image runtime list"),
    "image runtime list": ("", 0, ""),
    "cost": ("", 1, "hanbat up"),
    "explain pipeline": ("p", 1, "hanbat up"),
    "explain build": ("p:1", 1, "hanbat up"),
    "explain deployment": ("d-1", 1, "hanbat up"),
    "explain target": ("i-1", 1, "hanbat up"),
    "explain denied": ("last", 1, "hanbat up"),
    "explain image": ("x", 1, "hanbat up"),
    "explain stuck": ("", 1, "hanbat up"),
    "explain packet": ("i-1 internet:443", 1, "hanbat up"),
    "task check": ("FOLDER/none", 1, "name the folder"),
    "task new": ("FOLDER/pack", 0, "hanbat task check"),
    "task start": (f"{PACK} --competitor kim", 1, "hanbat up"),
    "task kit": ("kim", 1, "hanbat task start"),
    "task status": ("", 0, "hanbat task start"),
    "task extend": ("--by 5m --competitor kim", 1, "hanbat task start"),
    "task pause": ("--competitor kim", 1, "hanbat task start"),
    "task resume": ("--all", 1, "hanbat task start"),
    "task stop": ("--competitor kim", 1, "hanbat task start"),
    "task publish": ("--competitor kim", 1, "hanbat task start"),
    "task mark": (f"{PACK} --competitor kim", 1, "hanbat up"),
    "task solve": (f"{PACK} --competitor kim", 1, "hanbat up"),
    "task collect": ("--all --to FOLDER/x", 1, "hanbat task start"),
    "completion": ("tcsh", 2, "hanbat completion --help"),
}

# What is given to commands that ask the region, where it is of no thing that is there, and what is said of it.
UNKNOWN = {
    "logs build": ("none:1", "aws codebuild list-builds"),
    "logs deployment": ("d-NONE00000", "aws deploy list-deployments"),
    "logs instance": ("i-0123456789abcdef0", "aws ec2 describe-instances"),
    "logs nonsense": ("", "hanbat logs --help"),
    "connect": ("i-0123456789abcdef0 -- true", "hanbat logs instance"),
    "watch pipeline": ("none", "aws codepipeline list-pipelines"),
    "watch nonsense": ("none", "hanbat watch --help"),
    "open": ("none", "aws elbv2 create-load-balancer"),
    "cost": ("--by nonsense", "hanbat cost --help"),
    "explain pipeline": ("none", "aws codepipeline list-pipelines"),
    "explain build": ("none:1", "aws codebuild list-builds"),
    "explain deployment": ("d-NONE00000", "aws deploy list-deployments"),
    "explain target": ("none", "aws elbv2 describe-target-groups"),
    "explain denied": ("00000000-0000-0000-0000-000000000000", "aws cloudtrail lookup-events"),
    "explain packet": ("none internet:443", "aws ec2 describe-instances"),
    "explain packet i-1": ("internet", "hanbat explain packet i-1 internet:443"),
    "explain packet i-2": ("internet:none", "hanbat explain packet i-2 internet:443"),
    "explain packet i-3": ("internet:99999", "of 1 to 65535"),
    "explain nonsense": ("", "hanbat explain --help"),
}
# Those that only ask the region, as somebody who may do nothing: what they lack.
REFUSED = {
    "logs build": ("none:1", "codebuild:BatchGetBuilds"),
    "logs deployment": ("d-NONE00000", "codedeploy:GetDeployment"),
    "logs instance": ("i-0123456789abcdef0", "ec2:GetConsoleOutput"),
    "connect": ("i-0123456789abcdef0 -- true", "ssm:StartSession"),
    "watch pipeline": ("none", "codepipeline:GetPipeline"),
    "open": ("none", "elasticloadbalancing:DescribeLoadBalancers"),
    "explain pipeline": ("none", "codepipeline:GetPipelineState"),
    "explain build": ("none", "codebuild:ListBuildsForProject"),
    "explain deployment": ("d-NONE00000", "codedeploy:GetDeployment"),
    "explain target": ("none", "elasticloadbalancing:DescribeTargetGroups"),
    "explain image": ("none", "ecr:DescribeRepositories"),
    "explain denied": ("last", "cloudtrail:LookupEvents"),
    "explain stuck": ("", "codepipeline:ListPipelines"),
    "explain packet": ("i-0123456789abcdef0 internet:443", "ec2:DescribeNetworkInterfaces"),
}


def run(env, *words):
    return subprocess.run([HANBAT, *words], env=env, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def no_keys(**more):
    return {**{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LC_"))}, "LANG": "C.UTF-8", "TERM": "dumb", **more}


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A state folder in which no region has been made, at a port that nobody listens on."""
    folder = tmp_path_factory.mktemp("alone")
    return no_keys(HANBAT_HOME=str(folder / "home"), HANBAT_PORT="4999", HOME=str(folder))


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    """A daemon with its host side in memory, and the environment that leads to it as its administrator."""
    one = Daemon(tmp_path_factory.mktemp("daemon"))
    one.host = HostOfMemory()
    one.start()
    key, secret = one.key
    one.env = no_keys(HANBAT_HOME=str(one.state), HANBAT_PORT=str(one.port), AWS_ENDPOINT_URL=one.endpoint, AWS_REGION=REGION, AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret)
    yield one
    one.stop()
    one.host.close()


def commands(env, *above):
    """Every command that does something, as completion offers them, and its --help."""
    for line in run(env, "__complete", *above, "").stdout.splitlines():
        word = line.split("\t")[0]
        told = run(env, *above, word, "--help").stdout if re.fullmatch(r"[a-z-]+", word) else ""
        usage = re.search(rf"^Usage: hanbat {' '.join([*above, word])} \[OPTIONS\](.*)$", told, re.M)
        if usage and "SUBCOMMAND" in usage[1]:
            yield from commands(env, *above, word)
        elif usage:
            yield " ".join([*above, word]), told


@pytest.fixture(scope="module")
def every(alone):
    return dict(commands(alone))


def assert_told(done, status, says):
    assert done.returncode == status, (done.args[1:], done.returncode, done.stdout, done.stderr)
    said = done.stderr if status else done.stdout + done.stderr
    assert says in said, (done.args[1:], done.stdout, done.stderr)
    if status:
        assert done.stderr.startswith("hanbat: ") and WAY.search(done.stderr), done.stderr
    assert "std::" not in done.stderr and "terminate" not in done.stderr


def test_no_command_is_left_out(every):
    assert set(every) == set(ALONE)


@pytest.mark.parametrize("command", ALONE)
def test_without_a_region_each_says_how_one_gets_it(alone, tmp_path, command):
    given, status, says = (text.replace("FOLDER", str(tmp_path)) if isinstance(text, str) else text for text in ALONE[command])
    done = run(alone, *command.split(), *given.split())
    if command in ("doctor", "reset", "restore"):  # what they say is a list, a question, or about a file
        assert status in (None, done.returncode) and says in done.stdout + done.stderr, (done.stdout, done.stderr)
    else:
        assert_told(done, status, says)


def test_an_option_that_a_command_does_not_have_and_one_thing_too_many_end_with_2(alone, every):
    for command in every:
        assert_told(run(alone, *command.split(), "--nonsense"), 2, f"hanbat {command} --help")


def test_what_a_command_needs_and_was_not_given_is_named(alone, every):
    needing = 0
    for command, told in every.items():
        needed = re.findall(r"(?<!\[)\b([a-z]+)\b(?!\.\.\.)", re.sub(r"\[[^\]]*\]", "", re.search(r"\[OPTIONS\](.*)", told)[1]))
        if needed:
            needing += 1
            assert_told(run(alone, *command.split()), 2, f"{needed[0]} is required")
    assert needing >= 20


@pytest.mark.parametrize("command", UNKNOWN)
def test_a_name_that_nothing_has_is_answered_with_where_to_look(region, command):
    given, says = UNKNOWN[command]
    status = 2 if says.endswith("--help") else 1
    assert_told(run(region.env, *command.split(), *given.split()), status, says)


@pytest.fixture(scope="module")
def kim(region):
    """Who may do nothing."""
    iam = region.client("iam")
    iam.create_user(UserName="kim")
    key = iam.create_access_key(UserName="kim")["AccessKey"]
    return {**region.env, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


@pytest.mark.parametrize("command", REFUSED)
def test_who_may_not_is_told_what_is_lacking(kim, command):
    given, lacking = REFUSED[command]
    done = run(kim, *command.split(), *given.split())
    if command.startswith("explain "):
        assert done.returncode == 0 and "UNSEEN" in done.stdout and f"you lack: {lacking}" in done.stdout, (done.stdout, done.stderr)
    else:
        assert_told(done, 1, f"is not authorized to perform: {lacking}")
        assert "hanbat explain denied last" in done.stderr


def test_a_port_and_a_state_folder_that_can_be_none_are_said_to_be(alone, tmp_path):
    for port in ("abc", "0", "65536", "80x"):
        assert_told(run({**alone, "HANBAT_PORT": port}, "status"), 1, f"HANBAT_PORT={port} is no port")
    (tmp_path / "file").touch()
    assert_told(run({**alone, "HANBAT_HOME": str(tmp_path / "file")}, "status"), 1, "is a file; another folder")


def test_who_is_not_root_is_told_that_the_region_is_roots(region):
    """Not that there was none, as it looks to him."""
    for command, says in (("status", "is root's: run it as root"), ("env", "is root's to read: sudo hanbat env")):
        (region.state / "run").mkdir(exist_ok=True)
        (region.state / "run/control.sock").touch()
        region.state.chmod(0o700)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", HANBAT, command], env=region.env, capture_output=True, text=True, timeout=60)
        assert_told(done, 1, says)


def test_keys_that_the_region_does_not_know_lead_to_those_that_it_knows(region):
    assert_told(run({**region.env, "AWS_ACCESS_KEY_ID": "AKIANOBODY0000000000"}, "open"), 1, 'eval "$(hanbat env)"')


def test_what_lists_has_a_form_for_programs(region, alone, every):
    """All that say what there is; what changes something, follows something or prints one thing has none."""
    lists = {command for command in every if command.startswith("explain ") or command.split()[-1] in ("status", "doctor", "list", "cost", "check", "mark")}
    assert lists == {command for command, told in every.items() if "--json" in told}
    for command in sorted(lists - {"task mark", "task check", "doctor"}):
        given = "" if command == "cost" else {**UNKNOWN, **REFUSED, "explain target": ("tg", "")}.get(command, ("", ""))[0]
        done = run(region.env, *command.split(), *given.split(), "--json")
        if done.returncode == 0:
            json.loads(done.stdout)
        else:
            assert command.startswith("explain ") and done.stdout == "", (command, done.stdout, done.stderr)
    assert json.loads(run(alone, "task", "check", str(PACK), "--json").stdout) == []
    assert json.loads(run(alone, "doctor", "--json").stdout)
