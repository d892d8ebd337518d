"""The commission's checks tried against wrong solutions (mistakes.py): a competitor's account is solved once, then each mistake is made in
it, marked, and put right again. In each exactly the items that should fail do. ./test runs the short set, ./test --long all."""
import os
import re

import pytest

from contest import EXAMPLES, Contest, snapshot
from mistakes import MISTAKES, PRELUDE

LIVE = "10.1"  # launches a server and waits until it is gone
LONG = bool(os.environ.get("HANBAT_LONG"))
ITEMS = re.findall(r'^  - id: "(.*)"$', (EXAMPLES / "wsi-2021/task.yaml").read_text(), re.M)
SET = [one for one in MISTAKES if one.short or LONG]


def items_for(mistake):
    """What is marked: everything, without the item that launches a server unless the mistake is about it. In the short run, of a mistake
    the sections that it is in."""
    if mistake.live:
        return []
    sections = {item.split(".")[0] for item in mistake.fails}
    return [item for item in ITEMS if item != LIVE and (LONG or not sections or item.split(".")[0] in sections)]


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


def test_the_model_solution_has_all_points_each_time_and_stays_as_it_was(solved):
    before = snapshot(solved)
    assert solved.failing() == {}
    if LONG:
        assert solved.failing() == {}
    assert snapshot(solved) == before


@pytest.mark.skipif(not LONG, reason="takes minutes: ./test --long")
def test_what_the_judge_pushes_is_delivered_timed_and_taken_away_again(solved):
    """What AWS lets nobody take back stays: the two deployments, of the change and of its return, and the return's build and log."""
    before = snapshot(solved)
    first = solved.sheet(whole=True)
    assert {key: item["earned"] for key, item in first.items() if item["result"] != "pass"} == {}
    for item in ("9.4", "11.4"):
        [took] = [int(one["seen"]) for one in first[item]["expectations"] if "seconds from the push" in one["what"]]
        assert 0 < took <= 900
    assert not any("left" in item for item in first.values())
    after = snapshot(solved)
    assert [line for line in before if line not in after] == []
    assert sorted(line.split(": ")[0] for line in after if line not in before) == ["build of wsi-api-build", "deployment", "deployment",
                                                                                  "stream of /aws/codebuild/wsi-api-build"]
    assert solved.failing(whole=True) == {}


@pytest.mark.parametrize("mistake", SET, ids=lambda one: one.name.replace(" ", "-"))
def test_exactly_what_should_fail_does(solved, mistake):
    solved.shell(PRELUDE + mistake.make)
    try:
        assert solved.failing(*items_for(mistake)) == mistake.fails
    finally:
        solved.shell(PRELUDE + mistake.right)
