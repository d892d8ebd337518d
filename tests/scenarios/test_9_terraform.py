"""The commission as somebody who writes Terraform would make it, in an account of its own: applied, planned without a difference,
delivered to by a push, changed, and destroyed without a trace."""
import os
import shutil
import time

import pytest

import region as live
from contest import Contest
from terraform import OWN_PAUSES, Terraform, account_environment, client_of, creation_times, import_blocks


@pytest.fixture(scope="module")
def environment(region, tmp_path_factory):
    return dict(account_environment(region, "terraform"), WSI_STATE=str(tmp_path_factory.mktemp("wsi")))


def example(folder):
    """The example's files, in a folder of their own."""
    for name in ("terraform", "user-data"):
        shutil.copytree(live.EXAMPLE / name, folder / name)
    return folder / "terraform"


@pytest.fixture(scope="module")
def variables(tmp_path_factory):
    key = tmp_path_factory.mktemp("key") / "key"
    live.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    return {"public_key": key.with_suffix(".pub").read_text()}


@pytest.fixture(scope="module")
def terraform(environment, variables, tmp_path_factory):
    """It is destroyed afterwards, whatever became of it."""
    terraform = Terraform(example(tmp_path_factory.mktemp("example")), environment, variables)
    yield terraform
    terraform.destroy(check=False)


@pytest.fixture(scope="module")
def client(environment):
    return lambda service: client_of(environment, service)


@pytest.fixture(scope="module")
def applied(terraform):
    began = time.monotonic()
    printed = terraform.apply().stdout
    took = time.monotonic() - began
    print(f"terraform apply: {took:.0f} s")
    return printed, took


def test_nothing_waits_longer_than_the_provider_does_by_itself(applied):
    """The slowest chain is network, subnet, balancer; all else is beside it."""
    printed, took = applied
    times = creation_times(printed)
    assert len(times) > 60
    assert {address: seconds for address, seconds in times.items() if seconds > OWN_PAUSES.get(address.split(".")[0], 0) + 12} == {}
    assert took < 1.5 * sum(OWN_PAUSES[kind] for kind in ("aws_vpc", "aws_subnet", "aws_lb"))


def test_what_was_applied_is_planned_again_without_a_difference(terraform, applied):
    assert terraform.differences() == {}


def test_a_push_goes_live_on_servers_of_a_launch_template(region, environment, applied, client):
    live.run(live.EXAMPLE / "push.sh", "main", env=environment)
    live.run(live.ROOT / "tools/wait-for", "live", env=environment)
    name = client("elbv2").describe_load_balancers(Names=["wsi-alb"])["LoadBalancers"][0]["DNSName"]
    status, answer = region.health((name.replace(".amazonaws.com", "") + ".localhost", int(region.env["HANBAT_BALANCER_PORT"])))
    assert status == 200 and answer["version"]


def test_a_change_of_all_tags_is_made_and_nothing_more(terraform, applied):
    more = ("-var", 'tags={Stage="two"}')
    terraform.apply(*more)
    assert terraform.differences(*more) == {}


def test_what_is_there_is_imported_without_a_change(terraform, applied, environment, variables, tmp_path_factory):
    folder = example(tmp_path_factory.mktemp("imported"))
    (folder / "import.tf").write_text(import_blocks(terraform.resources()))
    assert Terraform(folder, environment, variables).wrong_imports("-var", 'tags={Stage="two"}') == {}


def test_what_is_destroyed_leaves_nothing(terraform, applied, client):
    terraform.destroy()
    ec2 = client("ec2")
    states = [i["State"]["Name"] for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    assert set(states) <= {"terminated"}
    assert [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == ec2.describe_addresses()["Addresses"] == ec2.describe_volumes()["Volumes"] == []
    assert ec2.describe_launch_templates()["LaunchTemplates"] == ec2.describe_key_pairs()["KeyPairs"] == []
    assert client("s3").list_buckets()["Buckets"] == []
    assert client("ecr").describe_repositories()["repositories"] == client("codecommit").list_repositories()["repositories"] == []
    assert client("codebuild").list_projects()["projects"] == client("codedeploy").list_applications()["applications"] == []
    assert client("codepipeline").list_pipelines()["pipelines"] == client("events").list_rules()["Rules"] == []
    assert client("elbv2").describe_load_balancers()["LoadBalancers"] == client("elbv2").describe_target_groups()["TargetGroups"] == []
    assert [role["RoleName"] for role in client("iam").list_roles()["Roles"] if role["RoleName"].startswith("wsi-")] == []


@pytest.mark.skipif(not os.environ.get("HANBAT_LONG"), reason="takes minutes: ./test --long")
def test_what_terraform_has_built_is_marked_like_what_the_command_line_has(region, tmp_path):
    """A competitor who writes Terraform, with the key pair that was handed out; marked by the same checks, which find things by what they are."""
    contest = Contest(region, "wsi-2021")
    environment = dict(line.split("=", 1) for line in contest.shell("env -0").split("\0") if "=" in line)
    environment["WSI_STATE"] = str(contest.folder / "work")
    public = live.run("ssh-keygen", "-y", "-f", contest.folder / "work/wsi-key").stdout
    contest.shell("aws ec2 delete-key-pair --key-name wsi-key")  # Terraform makes it, of the same key
    terraform = Terraform(example(tmp_path), environment, {"public_key": public})
    try:
        terraform.apply()
        for branch in ("main", "release"):
            live.run(live.EXAMPLE / "push.sh", branch, env=environment)
        live.run(live.EXAMPLE / "solution/wait.sh", env=environment)
        assert contest.failing() == {}
    finally:
        terraform.destroy(check=False)
        contest.stop()
