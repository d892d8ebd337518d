"""Point 1: the whole commission, item by item, and a push that goes live without a failed request."""
import json
import re
import subprocess

import pytest

from region import EXAMPLE, HANBAT, STATE, Watch, new_version, set_version, wait_until

ITEMS = re.findall(r'^  - id: "(.*)"$', (EXAMPLE / "task.yaml").read_text(), re.M)


@pytest.fixture(scope="module")
def sheet(commission):
    """The mark sheet of the region's own account: item → what it says."""
    done = subprocess.run([HANBAT, "task", "mark", EXAMPLE, "--here", "--key", STATE / "wsi-key", "--json"],
                          env=commission.env, capture_output=True, text=True, timeout=600)
    assert done.returncode in (0, 3), done.stderr
    return {item["id"]: item for item in json.loads(done.stdout)[0]["items"]}


@pytest.mark.parametrize("item", ITEMS)
def test_item(sheet, item):
    row = sheet[item]
    assert row["result"] == "pass", json.dumps([row.get("broken"), row["expectations"], row["evidence"]], indent=1, ensure_ascii=False)


def test_provisioning_again_changes_nothing(commission):
    done = commission.script("provision.sh")
    assert "done: 0 thing(s) made or changed" in done.stdout


def test_a_push_goes_live_on_every_server_without_a_failed_request(commission):
    version = new_version()
    with Watch(commission) as watch:
        commit = commission.push("main", set_version(version))
        execution = commission.wait_execution(commit)
    assert execution["status"] == "Succeeded"
    assert execution["trigger"]["triggerType"] == "CloudWatchEvent"
    assert set(commission.versions().values()) == {version}
    assert len(commission.versions()) == len(commission.servers())
    assert watch.failures == []
    assert watch.asked > 20 and version in watch.versions


def test_one_server_at_a_time(commission):
    """During the last deployment no two servers were out of the balancer together."""
    commit = commission.client("codecommit").get_branch(repositoryName="wsi-api-repo", branchName="main")["branch"]["commitId"]
    execution = commission.wait_execution(commit)
    spans = []
    for detail in commission.lifecycle(commission.deployment_of(execution)).values():
        events = {event["lifecycleEventName"]: event for event in detail["lifecycleEvents"]}
        spans.append((events["BlockTraffic"]["startTime"], events["AllowTraffic"]["endTime"]))
    spans.sort()
    assert len(spans) >= 2
    assert all(earlier[1] <= later[0] for earlier, later in zip(spans, spans[1:]))


def test_the_builds_output_can_be_watched(commission):
    """7.2: lines are in CloudWatch Logs while the build still runs."""
    builds = commission.client("codebuild")
    build = builds.start_build(
        projectName="wsi-api-release", sourceTypeOverride="NO_SOURCE", environmentVariablesOverride=[],
        buildspecOverride="version: 0.2\nphases:\n  build:\n    commands:\n      - echo first-line\n      - sleep 8\n      - echo last-line\n",
    )["build"]["id"]

    def lines_while_running():
        one = builds.batch_get_builds(ids=[build])["builds"][0]
        assert one["buildStatus"] == "IN_PROGRESS", one["buildStatus"]
        if not one.get("logs", {}).get("streamName"):
            return None
        events = commission.client("logs").get_log_events(
            logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"])["events"]
        return any("first-line" in event["message"] for event in events)

    wait_until(lines_while_running, 60, "the first line")
    ended = wait_until(lambda: builds.batch_get_builds(ids=[build])["builds"][0]["buildStatus"] != "IN_PROGRESS" and
                       builds.batch_get_builds(ids=[build])["builds"][0], 60, "the build's end")
    assert ended["buildStatus"] == "SUCCEEDED"
