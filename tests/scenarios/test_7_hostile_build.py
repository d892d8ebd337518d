"""A build whose root is hostile, plain and privileged (one that may run containers of its own)."""
import json
import re
import shlex

import pytest

from probe import check_probe, probe_command
from region import wait_until

CREDENTIALS = "http://169.254.170.2"
BASE_IMAGE = "public.ecr.aws/amazonlinux/amazonlinux:2"
METADATA = "http://169.254.169.254/latest"


def start(commission, commands, privileged):
    spec = json.dumps({"version": 0.2, "phases": {"build": {"commands": commands}}})
    return commission.client("codebuild").start_build(projectName="wsi-api-release", sourceTypeOverride="NO_SOURCE", environmentVariablesOverride=[],
                                                      privilegedModeOverride=privileged, buildspecOverride=spec)["build"]["id"]


def output(commission, build, limit_s=300):
    """The build's log once it has ended."""
    codebuild, logs = commission.client("codebuild"), commission.client("logs")
    one = wait_until(lambda: (lambda b: b["buildStatus"] != "IN_PROGRESS" and b)(codebuild.batch_get_builds(ids=[build])["builds"][0]), limit_s, "the build's end")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=one["logs"]["groupName"], logStreamNames=[one["logs"]["streamName"]])
    said = "".join(event["message"] if event["message"].endswith("\n") else event["message"] + "\n" for page in pages for event in page["events"])
    assert one["buildStatus"] == "SUCCEEDED", said[-3000:]
    return said


@pytest.mark.parametrize("privileged", [False, True], ids=["plain", "privileged"])
def test_root_of_a_build_does_not_get_to_the_host(commission, privileged, open_port):
    check_probe(output(commission, start(commission, [probe_command(commission, open_port)], privileged)))


def test_a_container_of_a_privileged_build_does_not_get_to_the_host(commission, open_port):
    """What docker's --privileged gives, and the root folder beside: that is the build's machine, not the host."""
    probe = shlex.quote(probe_command(commission, open_port))
    check_probe(output(commission, start(commission, [
        f"docker run --rm --privileged --net=host -v /:/machine {BASE_IMAGE} chroot /machine sh -c {probe}"], True)))


def test_a_build_gets_no_other_builds_credentials(commission):
    """Two builds at once: each gets its own keys, and by the other's path nothing, whatever headers say."""
    waiting = start(commission, ["echo PATH-IS $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "hostname -I | sed 's/^/ADDRESS-IS /'", "sleep 60"], False)
    codebuild, logs = commission.client("codebuild"), commission.client("logs")

    def told():
        one = codebuild.batch_get_builds(ids=[waiting])["builds"][0]
        if not one.get("logs", {}).get("streamName"):
            return None
        events = logs.get_log_events(logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"])["events"]
        text = "\n".join(event["message"] for event in events)
        found = re.search(r"^PATH-IS (/\S+)", text, re.M), re.search(r"^ADDRESS-IS (\S+)", text, re.M)
        return all(found) and [match.group(1) for match in found]

    path, address = wait_until(told, 120, "the other build's path")
    ask = "curl -s -o /tmp/said --max-time 4 -w '%{http_code}\\n' --path-as-is"
    said = output(commission, start(commission, [
        f"echo OWN $({ask} {CREDENTIALS}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)",
        f"echo OTHER $({ask} {CREDENTIALS}{path}) $({ask} -H 'X-Forwarded-For: {address}' {CREDENTIALS}{path}) "
        f"$({ask} {CREDENTIALS}$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI/../{path.rsplit('/', 1)[1]}) $({ask} {CREDENTIALS}/v2/credentials/)",
        f"ip addr add {address}/32 dev lo; echo TAKEN $({ask} --interface {address} {CREDENTIALS}{path})",
        f"echo METADATA $({ask} {METADATA}/meta-data/instance-id) $({ask} {METADATA}/meta-data/iam/security-credentials/)",
        f"echo NEIGHBOUR $({ask} http://{address}:22/) $(timeout 3 sh -c 'echo > /dev/tcp/{address}/22' 2>/dev/null && echo open || echo closed)"], False))
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if re.match(r"^(OWN|OTHER|TAKEN|METADATA|NEIGHBOUR) ", line)}
    assert lines["OWN"] == ["200"]
    assert set(lines["OTHER"]) == {"404"}
    assert lines["TAKEN"] == ["000"]
    assert not set(lines["METADATA"]) & {"200"}
    assert lines["NEIGHBOUR"] == ["000", "closed"]
