"""What dies, or is removed by hand, comes back while everything else goes on; `hanbat doctor` names it meanwhile."""
import glob
import os
import pathlib
import signal
import subprocess

import pytest

from region import HANBAT, HOME, run, wait_until


def doctor():
    """(whether all is well, what it says)."""
    done = run(HANBAT, "doctor", check=False)
    return done.returncode == 0, done.stdout


def broken():
    return [line.strip() for line in doctor()[1].splitlines() if line.strip().startswith(("BROKEN", "MISSING"))]


def wait_until_well(limit_s=60):
    wait_until(lambda: broken() == [], limit_s, "doctor's content")


def pid_from(pattern):
    """The process of the one pid file that matches."""
    return int(pathlib.Path(glob.glob(pattern)[0]).read_text())


def vpc_of(region):
    return next(iter(region.servers().values()))["VpcId"]


def require_serving(region):
    wait_until(lambda: set(region.target_health().values()) == {"healthy"}, 120, "healthy targets")
    assert len(region.versions()) == len(region.servers())


def test_a_whole_region_has_nothing_to_complain_of(commission):
    assert broken() == []


def test_a_killed_haproxy_comes_back_and_serves(commission):
    vpc = vpc_of(commission)
    os.kill(pid_from(f"{HOME}/host/balancers/{vpc}/haproxy.pid"), signal.SIGKILL)
    assert commission.client("s3").list_buckets()["Buckets"] is not None  # nothing else stops
    wait_until_well()
    require_serving(commission)


def test_a_killed_resolver_comes_back(commission):
    vpc = vpc_of(commission)
    old = pid_from(f"{HOME}/host/networks/vpcs/{vpc}/names/dnsmasq.pid")
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: any("resolver of " + vpc in line for line in broken()), 9, "doctor's word on the resolver")
    wait_until(lambda: pid_from(f"{HOME}/host/networks/vpcs/{vpc}/names/dnsmasq.pid") != old, 30, "a new resolver")
    wait_until_well()
    for service, end in (("sts", ".0.1"), ("s3", ".0.2")):  # of the edge's range
        assert commission.on_bastion(f"getent hosts {service}.ap-northeast-2.amazonaws.com").split()[0].endswith(end)


def test_a_killed_incusd_comes_back_and_its_machines_ran_on(commission):
    servers = {name: one["InstanceId"] for name, one in commission.servers().items()}
    old = commission.pid_of("incusd")
    os.kill(old, signal.SIGKILL)
    assert len(commission.versions()) == len(servers)
    wait_until(lambda: "incusd" in commission.status() and commission.pid_of("incusd") not in (0, old), 60, "a new incusd")
    wait_until_well()
    assert {name: one["InstanceId"] for name, one in commission.servers().items()} == servers


@pytest.mark.parametrize("how", ["delete", "flush"])
def test_rules_that_were_removed_by_hand_come_back(commission, how):
    namespace = f"hb-{vpc_of(commission)}"
    listing = ["ip", "netns", "exec", namespace, "nft", "-s", "-t", "list", "table", "ip", "hanbat"]
    wait_until_well()  # doctor's look at the rules is the one that others are compared with
    before = subprocess.run(listing, check=True, capture_output=True, text=True).stdout
    run("ip", "netns", "exec", namespace, "nft", how, "table", "ip", "hanbat")
    wait_until(lambda: subprocess.run(listing, capture_output=True, text=True).stdout == before, 30, "the rules")
    require_serving(commission)


def test_a_container_that_was_removed_by_hand_comes_back_as_the_same_instance(commission):
    ec2 = commission.client("ec2")
    subnet = next(iter(commission.servers().values()))["SubnetId"]
    image = next(iter(commission.servers().values()))["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]

    def machine():
        found = subprocess.run(["incus", "list", "--format", "csv", "--columns", "ns", made], capture_output=True, text=True,
                               env=dict(os.environ, INCUS_DIR=str(HOME / "host/incus/dir"))).stdout
        return found.strip()

    try:
        wait_until(lambda: machine() == f"{made},RUNNING", 90, "the machine")
        run("incus", "delete", "--force", made, env=dict(os.environ, INCUS_DIR=str(HOME / "host/incus/dir")))
        wait_until(lambda: machine() == f"{made},RUNNING", 90, "the machine again")
        state = ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]["State"]["Name"]
        assert state == "running"
    finally:
        ec2.terminate_instances(InstanceIds=[made])


def test_a_machine_that_belongs_to_nobody_goes(commission):
    env = dict(os.environ, INCUS_DIR=str(HOME / "host/incus/dir"))
    fingerprint = subprocess.run(["incus", "image", "list", "--format", "csv", "--columns", "F", "amzn2"], check=True, capture_output=True,
                                 text=True, env=env).stdout.split()[0]
    run("incus", "init", fingerprint, "i-0nobodys", "--no-profiles", "--storage", "hanbat",
        "-c", "user.hanbat=machine", "-c", "user.label.service=ec2", env=env)
    wait_until(lambda: "i-0nobodys" not in subprocess.run(["incus", "list", "--format", "csv", "--columns", "n"], capture_output=True,
                                                          text=True, env=env).stdout, 30, "its end")


def test_a_network_that_belongs_to_nobody_goes(commission):
    run("ip", "netns", "add", "hb-vpc-0nobodys")
    wait_until(lambda: not os.path.exists("/run/netns/hb-vpc-0nobodys"), 30, "its end")


def test_a_namespace_that_was_removed_by_hand_comes_back_with_all_that_was_in_it(commission):
    run("ip", "netns", "delete", f"hb-{vpc_of(commission)}")
    wait_until(lambda: not doctor()[0], 9, "doctor's word on it")
    wait_until_well(120)
    require_serving(commission)
    asked = "curl -s -o /dev/null -w '%{http_code}' --max-time 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token"
    wait_until(lambda: commission.on_bastion(asked, check=False).strip().endswith("200"), 60, "metadata")


def test_the_edge_that_was_removed_by_hand_comes_back_and_machines_reach_the_region_again(commission):
    asked = "curl -s -o /dev/null -w '%{http_code}' --max-time 3 https://sts.ap-northeast-2.amazonaws.com/"
    before = commission.on_bastion(asked).strip()
    assert before != "000"
    run("ip", "netns", "delete", "hb-edge")
    wait_until(lambda: not doctor()[0], 9, "doctor's word on it")
    wait_until_well()
    wait_until(lambda: commission.on_bastion(asked, check=False).strip() == before, 30, "the region's answer")
    require_serving(commission)


def test_an_image_whose_file_is_gone_is_named_and_harms_nothing_that_runs(commission):
    folder = HOME / "host/incus/dir/images"
    file = max(folder.glob("*.rootfs"), key=lambda path: path.stat().st_size)
    aside = file.with_suffix(".aside")
    file.rename(aside)
    file.mkdir()  # what is there and cannot be read as a file
    try:
        assert any("machine image" in line for line in broken())
        require_serving(commission)
    finally:
        file.rmdir()
        aside.rename(file)
    wait_until_well()
