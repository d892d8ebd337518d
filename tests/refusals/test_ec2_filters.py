"""Each filter that EC2's documentation names for a Describe call (ec2_filters.tsv) is taken, or refused by name with 501; what it does not
name is called invalid. Whether there is something to filter or not."""
import collections
import pathlib
import re

import botocore.exceptions
import pytest

BY_OPERATION = collections.defaultdict(list)
for line in (pathlib.Path(__file__).parent / "ec2_filters.tsv").read_text().splitlines():
    operation, filter_name = line.split("\t")
    BY_OPERATION[operation].append(filter_name)
# What EC2 has and no resource here can tell: an elastic IP's ids in an instance's own answer, and what its interfaces' rows would say.
NOT_HERE = {("DescribeInstances", "network-interface." + name) for name in (
    "addresses.association.allocation-id", "addresses.association.association-id", "association.allocation-id", "association.association-id",
    "requester-id", "tag-key", "tag-value")} | {("DescribeInstances", "requester-id")}
GIVEN = {"DescribeLaunchTemplateVersions": {"Versions": ["$Default"]}}


def error_of(ec2, operation, name):
    """The error's code and status; None where the filter is taken."""
    call = getattr(ec2, re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower())
    wanted = [{"Name": "tag:team" if name == "tag:" else name, "Values": ["no such value"]}]
    try:
        answer = call(**GIVEN.get(operation, {}), **{"Filter" if operation == "DescribeNatGateways" else "Filters": wanted})
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    assert not any(answer[member] for member in answer if isinstance(answer[member], list)), answer
    return None


@pytest.mark.parametrize("operation", BY_OPERATION)
def test_every_filter_of_the_documentation_is_known(daemon, operation):
    ec2 = daemon.client("ec2")
    found = {name: error_of(ec2, operation, name) for name in BY_OPERATION[operation]}
    wanted = {name: ("NotImplemented", 501) if (operation, name) in NOT_HERE else None for name in found}
    assert found == wanted
    assert error_of(ec2, operation, "no-such-filter") == ("InvalidParameterValue", 400)
