"""The crash ring on a live region: the commission is provisioned and delivered and an instance is terminated, once for each
fault point that this passes; both daemons are killed there, `hanbat up` starts them again, and the end is compared.

    HANBAT_HOME=/var/lib/hanbat-ring python3 -m pytest tests/ring

Each point takes a whole region, so this is no part of ./test. HANBAT_RING_ONLY: the points whose names contain this;
HANBAT_RING_SECONDS: how long it may walk (0, the default: all). It takes root and a machine without another region.
"""
import os
import pathlib
import subprocess
import sys
import time
import traceback

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scenarios"))
import region as live  # noqa: E402

ONLY = os.environ.get("HANBAT_RING_ONLY", "")
SECONDS = float(os.environ.get("HANBAT_RING_SECONDS", "0"))


class Walked(live.Region):
    """A region from nothing; a step that failed because the daemons died is made again after `hanbat up`."""

    def __init__(self, fault="", log=""):
        super().__init__()
        self.deaths = 0
        live.run(live.HANBAT, "reset", "--yes", check=False)
        both = f"{fault},supervisor:child-killed" if fault else ""
        live.run(live.HANBAT, "up", env=dict(os.environ, HANBAT_FAULT=both, HANBAT_FAULT_LOG=log), check=False)
        self.fault = fault
        self.revive_if_dead()

    def hostd_lives(self):
        return "hostd" in live.run(live.HANBAT, "status", check=False).stdout and \
            subprocess.run(["pgrep", "-f", f"hanbat-hostd.*--home {live.HOME}"], stdout=subprocess.DEVNULL).returncode == 0

    def revive_if_dead(self):
        if self.hostd_lives():
            return False
        assert self.fault and self.deaths == 0, "a daemon died without a fault"
        self.deaths += 1
        self.up()
        return True

    def step(self, what):
        """Makes the step, and once more when the daemons died under it."""
        try:
            return what()
        except Exception:
            if not self.revive_if_dead():
                raise
        return what()


def scenario(region):
    """Every step can be made twice: the scripts of the example only make what is not there."""
    region.step(lambda: region.script("provision.sh"))
    region.step(lambda: region.script("push.sh", "main"))
    region.step(lambda: live.run(live.ROOT / "tools/wait-for", "live", env=region.env))
    ec2 = region.client("ec2")
    victim = region.step(lambda: region.servers().get("wsi-api-2"))
    if victim:
        region.step(lambda: ec2.terminate_instances(InstanceIds=[victim["InstanceId"]]))
        region.step(lambda: ec2.get_waiter("instance_terminated").wait(InstanceIds=[victim["InstanceId"]], WaiterConfig={"Delay": 1}))
    region.revive_if_dead()


def names(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def end_state(region):
    """Counts and names of all that the scenario makes, in the API and on the host; no ids and no times."""
    ec2, elb, deploy = (region.client(s) for s in ("ec2", "elbv2", "codedeploy"))
    instances = [one for all in ec2.describe_instances()["Reservations"] for one in all["Instances"]]
    executions = region.client("codepipeline").list_pipeline_executions(pipelineName="wsi-api-pipeline")["pipelineExecutionSummaries"]
    builds = region.client("codebuild").list_builds_for_project(projectName="wsi-api-build")["ids"]
    deployments = deploy.list_deployments(applicationName="wsi-api", deploymentGroupName="dev-api")["deployments"]
    return {
        "instances": sorted((next((tag["Value"] for tag in one.get("Tags", []) if tag["Key"] == "Name"), ""), one["State"]["Name"])
                            for one in instances),
        "vpcs": len(ec2.describe_vpcs()["Vpcs"]),
        "subnets": len(ec2.describe_subnets()["Subnets"]),
        "security groups": sorted(one["GroupName"] for one in ec2.describe_security_groups()["SecurityGroups"]),
        "interfaces": len(ec2.describe_network_interfaces()["NetworkInterfaces"]),
        "addresses": len(ec2.describe_addresses()["Addresses"]),
        "gateways": (len(ec2.describe_internet_gateways()["InternetGateways"]),
                     sorted(one["State"] for one in ec2.describe_nat_gateways()["NatGateways"])),
        "balancers": len(elb.describe_load_balancers()["LoadBalancers"]),
        "healthy targets": sorted(region.target_health().values()),
        "executions": sorted(one["status"] for one in executions),
        "builds": len(builds),
        "deployments": sorted(deploy.get_deployment(deploymentId=one)["deploymentInfo"]["status"] for one in deployments),
        "namespaces": len([name for name in names("ip", "netns", "list") if name.startswith("hb-")]),
        "machines": next((line for line in live.run(live.HANBAT, "status").stdout.splitlines() if "machines" in line), ""),
    }


def walk(fault, wanted):
    """(whether the daemons died, what is wrong with the end)."""
    region = None
    try:
        region = Walked(fault)
        scenario(region)
        state, deadline = end_state(region), time.monotonic() + 180
        while state != wanted and time.monotonic() < deadline:
            time.sleep(2)
            state = end_state(region)
        return region.deaths, {key: (state[key], wanted[key]) for key in wanted if state[key] != wanted[key]} or None
    except Exception:
        return region.deaths if region else 0, traceback.format_exc(limit=-4)


@pytest.mark.skipif(os.geteuid() != 0, reason="a live region takes root")
def test_a_kill_of_both_daemons_at_any_fault_point_changes_nothing_of_the_end(capsys):
    # Not below a sticky folder: both users append to it.
    log = live.HOME.parent / f"hanbat-ring-points.{os.getpid()}"
    log.touch()
    log.chmod(0o666)
    try:
        undisturbed = Walked(log=str(log))
        scenario(undisturbed)
        time.sleep(10)
        wanted = end_state(undisturbed)
        points = [point for point in dict.fromkeys(log.read_text().split()) if ONLY in point and not point.startswith("supervisor:")]
        began, results = time.monotonic(), {}
        for point in points:
            if SECONDS and time.monotonic() - began > SECONDS:
                break
            results[point] = walk(point, wanted)
    finally:
        log.unlink()
        live.run(live.HANBAT, "reset", "--yes", check=False)
    killed = {point: wrong for point, (deaths, wrong) in results.items() if deaths}
    bad = {point: wrong for point, (_, wrong) in results.items() if wrong}
    with capsys.disabled():
        print(f"\nkilled at {len(killed)} points, {sum(not wrong for wrong in killed.values())} ended right"
              f" ({len(points)} known, {len(points) - len(results)} left out for time)")
        for point, wrong in bad.items():
            print(f"  {point}: {wrong}")
    assert killed and not bad
