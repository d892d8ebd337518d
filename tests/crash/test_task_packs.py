"""A contest whose command is killed on the way, and a whole small one, against a daemon of its own: accounts and networks are rows."""
import json
import os
import signal
import subprocess
import time

import pytest

import daemon as live


@pytest.fixture
def daemon(tmp_path):
    one = live.Daemon(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


@pytest.fixture
def pack(tmp_path):
    subprocess.run([live.HANBAT, "task", "new", tmp_path / "mine"], check=True)
    return tmp_path / "mine"


def environment(daemon):
    return dict(os.environ, HANBAT_HOME=str(daemon.state), HANBAT_PORT=str(daemon.port))


def task(daemon, *arguments, codes=(0,)):
    done = subprocess.run([live.HANBAT, "task", *map(str, arguments)], env=environment(daemon), capture_output=True, text=True, timeout=300)
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def entry_of(daemon, name):
    return json.loads((daemon.state / "task" / name / "entry.json").read_text())


def test_a_pack_is_started_solved_and_marked_and_what_is_broken_fails_alone(daemon, pack):
    task(daemon, "start", pack, "--competitor", "ann")
    assert [one["earned"] for one in json.loads(task(daemon, "mark", pack, "--competitor", "ann", "--json", codes=(3,)))["items"]] == [0, 0]
    task(daemon, "solve", pack, "--competitor", "ann")
    sheet = json.loads(task(daemon, "mark", pack, "--competitor", "ann", "--json"))
    assert (sheet["earned"], sheet["points"]) == (2, 2)
    # One part of one item: the subnet is renamed, then named again with the VPC that it must be in.
    shell = f'. "{daemon.state}/task/ann/kit/credentials.sh"; aws ec2 create-vpc --cidr-block 10.2.0.0/16 --query Vpc.VpcId --output text'
    vpc = subprocess.run(["bash", "-c", shell], check=True, capture_output=True, text=True, env=environment(daemon)).stdout.strip()
    assert vpc.startswith("vpc-")
    subprocess.run(["bash", "-c", f'. "{daemon.state}/task/ann/kit/credentials.sh"; aws ec2 create-tags --resources $(aws ec2 describe-vpcs '
                    "--filters Name=tag:Name,Values=my-vpc --query 'Vpcs[0].VpcId' --output text) --tags Key=Name,Value=old; "
                    f"aws ec2 create-tags --resources {vpc} --tags Key=Name,Value=my-vpc"], check=True, env=environment(daemon))
    items = {one["id"]: one for one in json.loads(task(daemon, "mark", pack, "--competitor", "ann", "--json", codes=(3,)))["items"]}
    assert (items["1.1"]["result"], items["1.2"]["earned"], [p["earned"] for p in items["1.2"]["parts"]]) == ("pass", 0.5, [0.5, 0])


def test_the_regions_own_account_is_marked_without_a_competitor(daemon, pack):
    [sheet] = json.loads(task(daemon, "mark", pack, "--here", "--json", codes=(3,)))
    assert sheet["earned"] == 0
    told = task(daemon, "mark", pack, "--here", "--language", "ko", codes=(3,))
    assert "합계: 0 / 2 (0/2)" in told and "sheet.ko.html" in told


def test_a_start_that_is_killed_goes_on_wherever_it_was(daemon, pack):
    began = time.monotonic()
    task(daemon, "start", pack, "--competitor", "whole")
    whole = time.monotonic() - began
    cut = 0
    for step in range(12):
        name = f"cut-{step}"
        started = subprocess.Popen([live.HANBAT, "task", "start", str(pack), "--competitor", name], env=environment(daemon),
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(whole * (step + 0.5) / 12)
        if started.poll() is None:
            started.send_signal(signal.SIGKILL)
            cut += 1
        started.wait()
        there = (daemon.state / "task" / name / "entry.json").exists() and entry_of(daemon, name)
        if not there or there["stage"] != "running":
            task(daemon, "start", pack, "--competitor", name)
        entry = entry_of(daemon, name)
        assert entry["stage"] == "running"
        assert not there or there["email"] == entry["email"]
        accounts = daemon.client("organizations").get_paginator("list_accounts").paginate()
        assert [one["Id"] for page in accounts for one in page["Accounts"] if one["Email"] == entry["email"]] == [entry["account"]]
        keys = subprocess.run(["bash", "-c", f'. "{daemon.state}/task/{name}/kit/credentials.sh"; aws iam list-access-keys --query '
                               "'AccessKeyMetadata[].AccessKeyId' --output text"], capture_output=True, text=True, env=environment(daemon))
        assert keys.stdout.split() == [entry["key_id"]], keys.stderr
    assert cut > 3
