"""kill -9 while pushes are under way: a push that is told done is kept, and each move of a branch has exactly one event."""
import json
import os
import random
import subprocess
import threading
import time
import urllib.parse

import pytest

import daemon as live

PUSHES = 24


@pytest.fixture
def daemon(tmp_path):
    one = live.Daemon(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def git(folder, *arguments, check=True):
    env = dict(os.environ, HOME=str(folder), GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
               GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@example.test", GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.test")
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done


def watch_repository(daemon):
    """Every event of the repository becomes a line of the log group /pushes."""
    logs, events = daemon.client("logs"), daemon.client("events")
    logs.create_log_group(logGroupName="/aws/events/pushes")
    events.put_rule(Name="pushes", EventPattern=json.dumps({"source": ["aws.codecommit"]}))
    group = logs.describe_log_groups(logGroupNamePrefix="/aws/events/pushes")["logGroups"][0]["arn"].removesuffix(":*")
    logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group + ":*"}}))
    assert events.put_targets(Rule="pushes", Targets=[{"Id": "log", "Arn": group}])["FailedEntryCount"] == 0


def events_seen(daemon):
    pages = daemon.client("logs").get_paginator("filter_log_events").paginate(logGroupName="/aws/events/pushes")
    return [json.loads(line["message"])["detail"] for page in pages for line in page["events"]]


def pushes_recorded(daemon):
    """The commits that the trail says were pushed."""
    asked = [{"AttributeKey": "EventName", "AttributeValue": "GitPush"}]
    pages = daemon.client("cloudtrail").get_paginator("lookup_events").paginate(LookupAttributes=asked)
    records = (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])
    return [moved["commit"] for record in records for moved in (record["requestParameters"] or {}).get("references", [])]


def test_each_move_of_a_branch_has_one_event_whenever_the_daemon_dies(daemon, tmp_path):
    iam, codecommit = daemon.client("iam"), daemon.client("codecommit")
    codecommit.create_repository(repositoryName="app")
    iam.create_user(UserName="dev")
    iam.attach_user_policy(UserName="dev", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
    login = iam.create_service_specific_credential(UserName="dev", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    user, password = (urllib.parse.quote(login[k], safe="") for k in ("ServiceUserName", "ServicePassword"))
    watch_repository(daemon)
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    git(work, "remote", "add", "origin", f"http://{user}:{password}@127.0.0.1:{daemon.port}/v1/repos/app")

    dice = random.Random(7)
    told_done = []
    for number in range(PUSHES):
        (work / "file").write_text(f"{number}\n" * 2000)
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", str(number))
        commit = git(work, "rev-parse", "HEAD").stdout.strip()
        kills = number % 2 == 1
        killer = threading.Timer(dice.uniform(0.0, 0.25), daemon.kill) if kills else None
        if killer:
            killer.start()
        pushed = git(work, "push", "-q", "origin", "HEAD:refs/heads/main", check=False)
        if killer:
            killer.join()
            daemon.start()
        if pushed.returncode == 0:
            told_done.append(commit)

    git(work, "push", "-q", "origin", "HEAD:refs/heads/main")
    last = git(work, "rev-parse", "HEAD").stdout.strip()
    assert codecommit.get_branch(repositoryName="app", branchName="main")["branch"]["commitId"] == last
    git(tmp_path, "clone", "-q", f"http://{user}:{password}@127.0.0.1:{daemon.port}/v1/repos/app", "copy")
    git(tmp_path / "copy", "fsck", "--full", "--strict")

    # The moves form one chain from nothing to the last commit: none is missing, none is there twice.
    deadline = time.monotonic() + 60
    while True:
        seen = events_seen(daemon)
        if any(detail["commitId"] == last for detail in seen) or time.monotonic() > deadline:
            break
        time.sleep(0.2)
    by_old = {detail.get("oldCommitId", ""): detail["commitId"] for detail in seen}
    assert len(by_old) == len(seen), "a move was told twice"
    at, moves = "", []
    while at in by_old:
        at = by_old[at]
        moves.append(at)
    assert at == last and len(moves) == len(seen)
    assert set(told_done) <= set(moves)
    assert [detail["event"] for detail in seen].count("referenceCreated") == 1
    assert sorted(pushes_recorded(daemon)) == sorted(moves), "a move and its record are one transaction"
