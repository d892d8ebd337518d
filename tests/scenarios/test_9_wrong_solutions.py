"""The commission's checks tried against wrong solutions (mistakes.py): a competitor's account is solved once, then each mistake is made in
it, marked, and put right again. In each exactly the items that should fail do. ./test runs the short set, ./test --long all."""
import os
import re

import pytest

from contest import EXAMPLES, Contest, snapshot
from mistakes import MISTAKES, PRELUDE

LIVE = "10.1"
ITEMS = re.findall(r'^  - id: "(.*)"$', (EXAMPLES / "wsi-2021/task.yaml").read_text(), re.M)
SET = [one for one in MISTAKES if one.short or os.environ.get("HANBAT_LONG")]


@pytest.fixture(scope="module")
def solved(region):
    contest = Contest(region, "wsi-2021")
    contest.solve()
    yield contest
    contest.shell("""
        aws ec2 terminate-instances --instance-ids $(aws ec2 describe-instances --filters Name=instance-state-name,Values=running,stopped --query 'Reservations[].Instances[].InstanceId' --output text)
        aws elbv2 delete-load-balancer --load-balancer-arn $(aws elbv2 describe-load-balancers --query 'LoadBalancers[0].LoadBalancerArn' --output text)
    """, check=False)
    contest.stop()


def test_the_model_solution_has_all_points_twice_and_stays_as_it_was(solved):
    before = snapshot(solved)
    assert solved.failing() == {}
    assert solved.failing() == {}
    assert snapshot(solved) == before


@pytest.mark.parametrize("mistake", SET, ids=lambda one: one.name.replace(" ", "-"))
def test_exactly_what_should_fail_does(solved, mistake):
    items = [] if mistake.live else [item for item in ITEMS if item != LIVE]
    solved.shell(PRELUDE + mistake.make)
    try:
        assert solved.failing(*items) == mistake.fails
    finally:
        solved.shell(PRELUDE + mistake.right)
