"""The commission's provision.sh, as ./run calls it, before a daemon whose host side is one of memory: what is right is left
alone, what is missing or led astray is put right."""
import os
import pathlib
import re
import shutil
import subprocess

import daemon as live
import pytest
from host import HostOfMemory

SCRIPTS = live.ROOT / "examples" / "wsi-2021"


@pytest.fixture
def region(tmp_path):
    daemon = live.Daemon(tmp_path)
    daemon.host = HostOfMemory()
    daemon.start()
    yield daemon
    daemon.stop()
    daemon.host.close()


@pytest.fixture(scope="module")
def path():
    """With the AWS CLI that is started once, where there is one."""
    warm = subprocess.run([live.ROOT / "tools" / "warm-aws", "start", str(os.getpid())], capture_output=True, text=True, check=False)
    return (warm.stdout.strip() + ":" if warm.returncode == 0 else "") + "/usr/bin:/bin"


def provision(region, path):
    """What it says it made."""
    key, secret = region.key
    environment = {"PATH": path, "HOME": str(region.folder), "WSI_STATE": str(region.folder / "wsi"),
                   "AWS_ENDPOINT_URL": region.endpoint, "AWS_REGION": live.REGION, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret,
                   "AWS_EC2_METADATA_DISABLED": "true"}
    done = subprocess.run([SCRIPTS / "provision.sh"], env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    made = re.findall(r"^\d\d:\d\d:\d\d    \+ (.*)$", done.stdout, re.M)
    assert int(re.search(r"done: (\d+) thing", done.stdout)[1]) == len(made), done.stdout
    return made


@pytest.mark.skipif(not pathlib.Path("/usr/bin/aws").exists() or not shutil.which("ssh-keygen"), reason="the AWS CLI is not installed")
def test_a_second_run_makes_nothing_and_a_third_what_was_taken_away(region, path):
    first = provision(region, path)
    assert len(first) > 40 and len(set(first)) == len(first), first
    assert provision(region, path) == []

    ec2, iam = region.client("ec2"), region.client("iam")

    def named(name):
        return [{"Name": "tag:Name", "Values": [name]}]

    private = ec2.describe_route_tables(Filters=named("wsi-private-a-rt"))["RouteTables"][0]
    others = ec2.describe_nat_gateways(Filter=named("wsi-nat-b"))["NatGateways"][0]["NatGatewayId"]
    ec2.replace_route(RouteTableId=private["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", NatGatewayId=others)
    public = ec2.describe_route_tables(Filters=named("wsi-public-rt"))["RouteTables"][0]
    ec2.disassociate_route_table(AssociationId=public["Associations"][0]["RouteTableAssociationId"])
    iam.delete_role_policy(RoleName="wsi-api", PolicyName="wsi-api")
    iam.remove_role_from_instance_profile(InstanceProfileName="wsi-bastion", RoleName="wsi-bastion")
    bastion = ec2.describe_instances(Filters=named("wsi-bastion"))["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.terminate_instances(InstanceIds=[bastion])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[bastion], WaiterConfig={"Delay": 1})

    again = [re.sub(r" (i|nat|subnet)-[0-9a-f]{17}$", "", one) for one in provision(region, path)]
    assert sorted(again) == sorted(["policy of role wsi-api", "route 0.0.0.0/0 of wsi-private-a-rt to", "association of wsi-public-rt with",
                                    "instance wsi-bastion"])
    assert [one["RoleName"] for one in iam.get_instance_profile(InstanceProfileName="wsi-bastion")["InstanceProfile"]["Roles"]] == ["wsi-bastion"]
    assert provision(region, path) == []
    assert not region.host.unknown
