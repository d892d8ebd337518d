"""Endpoints, prefix lists, DHCP options and interfaces of several addresses by Terraform: made, planned again without a difference,
changed, imported, destroyed."""
import json
import shutil

import pytest

import region as live

CHANGED = ["-var", 'offices={"203.0.113.0/24":"Busan","192.0.2.0/24":""}', "-var", "most_offices=6", "-var", "domain=example.com",
           "-var", 'addresses=["10.7.0.10","10.7.0.12","10.7.0.13"]', "-var", "stage=two", "-var", "read_only=true"]


@pytest.fixture(scope="module")
def terraform(region, tmp_path_factory):
    """Runs terraform in a copy of the files; what it made is destroyed afterwards, whatever became of it."""
    if not shutil.which("terraform"):
        pytest.skip("terraform is not installed")
    folder = tmp_path_factory.mktemp("network")
    shutil.copy(live.ROOT / "tests/scenarios/network/main.tf", folder)
    env = dict(region.env, TF_IN_AUTOMATION="1", TF_INPUT="0")
    env.pop("TF_CLI_CONFIG_FILE", None)

    def call(*arguments, check=True):
        return live.run("terraform", *arguments, "-no-color", env=env, cwd=folder, check=check)

    if call("init", check=False).returncode != 0:
        pytest.skip("terraform init: the AWS provider is neither in a local mirror nor to be had from a registry")
    yield call
    call("destroy", "-auto-approve", check=False)


def differs(terraform, *arguments):
    """What a plan says that it would do; "" when it would do nothing."""
    planned = terraform("plan", "-detailed-exitcode", *arguments, check=False)
    return "" if planned.returncode == 0 else planned.stdout


@pytest.fixture(scope="module")
def applied(terraform):
    terraform("apply", "-auto-approve")


def test_what_was_applied_is_planned_again_without_a_difference(terraform, applied):
    assert differs(terraform) == ""
    told = json.loads(terraform("output", "-json", "s3").stdout)
    assert told[1] == f"com.amazonaws.{live.REGION}.s3" and told[0].startswith("pl-") and len(told[2]) == 1


def test_every_kind_is_changed_in_place_and_then_planned_without_a_difference(terraform, applied):
    changes = terraform("plan", *CHANGED).stdout
    assert "must be replaced" not in changes.replace("aws_vpc_dhcp_options.corp must be replaced", "").replace(
        "aws_vpc_dhcp_options_association.corp must be replaced", "")
    terraform("apply", "-auto-approve", *CHANGED)
    assert differs(terraform, *CHANGED) == ""


def test_what_is_there_is_imported_as_it_is(terraform, applied):
    for name, identity in json.loads(terraform("output", "-json", "ids").stdout).items():
        terraform("state", "rm", name)
        terraform("import", *CHANGED, name, identity)
    assert differs(terraform, *CHANGED) == ""


def test_what_is_destroyed_leaves_nothing(terraform, applied, region):
    terraform("destroy", "-auto-approve", *CHANGED)
    ec2 = region.client("ec2")
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert [one["OwnerId"] for one in ec2.describe_managed_prefix_lists()["PrefixLists"]] == ["AWS"]
    assert len(ec2.describe_dhcp_options()["DhcpOptions"]) == 1
