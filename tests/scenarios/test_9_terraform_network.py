"""Endpoints, prefix lists, DHCP options and interfaces of several addresses by Terraform: made, planned again without a difference,
changed, imported, destroyed."""
import shutil

import pytest

import region as live
from terraform import Terraform, account_environment, client_of

# No description alone: the provider sends a version that is past then (terraform-provider-aws, pull request 43661).
CHANGED = ["-var", 'offices={"203.0.113.0/24":"Seoul","192.0.2.0/24":"Busan"}', "-var", "most_offices=6", "-var", "domain=example.com",
           "-var", 'addresses=["10.7.0.10","10.7.0.11","10.7.0.13"]', "-var", "stage=two", "-var", "read_only=true"]


@pytest.fixture(scope="module")
def environment(region):
    return account_environment(region, "network")


@pytest.fixture(scope="module")
def terraform(environment, tmp_path_factory):
    folder = tmp_path_factory.mktemp("network")
    shutil.copy(live.ROOT / "tests/scenarios/network/main.tf", folder)
    terraform = Terraform(folder, environment)
    yield terraform
    terraform.destroy(check=False)


@pytest.fixture(scope="module")
def applied(terraform):
    terraform.apply()
    terraform.apply()  # the provider tags default DHCP options only when they change


def test_what_was_applied_is_planned_again_without_a_difference(terraform, applied):
    assert terraform.differences() == {}
    told = terraform.outputs()["s3"]
    assert told[1] == f"com.amazonaws.{live.REGION}.s3" and told[0].startswith("pl-") and len(told[2]) == 1


def test_every_kind_is_changed_in_place_and_then_planned_without_a_difference(terraform, applied):
    changes = terraform("plan", *CHANGED).stdout
    assert "must be replaced" not in changes.replace("aws_vpc_dhcp_options.corp must be replaced", "").replace(
        "aws_vpc_dhcp_options_association.corp must be replaced", "")
    terraform.apply(*CHANGED)
    assert terraform.differences(*CHANGED) == {}


def test_what_is_there_is_imported_as_it_is(terraform, applied):
    for name, identity in terraform.outputs()["ids"].items():
        terraform("state", "rm", name)
        terraform("import", *CHANGED, name, identity)
    assert terraform.differences(*CHANGED) == {}


def test_what_is_destroyed_leaves_nothing(terraform, applied, environment):
    terraform("destroy", "-auto-approve", *CHANGED)
    ec2 = client_of(environment, "ec2")
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert [one["OwnerId"] for one in ec2.describe_managed_prefix_lists()["PrefixLists"]] == ["AWS"]
    assert len(ec2.describe_dhcp_options()["DhcpOptions"]) == 1
