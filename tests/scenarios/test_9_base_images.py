"""Section 9: `FROM` of a Dockerfile in a privileged build: from the registry that the name says where it can be reached, kept; else a
stand-in with the very version; else one line that says what an operator can do. Never another version under a name."""
import hashlib
import json
import subprocess
import urllib.request
import uuid

import pytest

import region as live
from region import wait_until
from test_9_runtimes import NEW, build, project  # noqa: F401 (the fixture)
from tutorial import PARAMETERS

KEPT = "docker.io/library/python:3.12-slim"


class Outside:
    """An instance that is a registry outside of the region, for as long as its port is open."""

    def __init__(self, region):
        self.ec2, self.name = region.client("ec2"), f"outside-{uuid.uuid4().hex[:6]}"
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        self.group = self.ec2.create_security_group(GroupName=self.name, Description="a registry", VpcId=vpc)["GroupId"]
        self.door = {"GroupId": self.group, "IpProtocol": "tcp", "FromPort": 5000, "ToPort": 5000, "CidrIp": "0.0.0.0/0"}
        self.ec2.authorize_security_group_ingress(**self.door)
        self.id = self.ec2.run_instances(ImageId="resolve:ssm:" + PARAMETERS["amzn2"], InstanceType="t3.small", MinCount=1, MaxCount=1, SecurityGroupIds=[self.group],
                                         UserData=(live.ROOT / "tests/scenarios/outside_registry.py").read_text())["Instances"][0]["InstanceId"]
        self.url = "http://" + wait_until(self.address, 120, "the registry's address") + ":5000"
        self.list = wait_until(lambda: self.get("manifests/3.12-slim"), 120, "the registry")

    def address(self):
        return self.ec2.describe_instances(InstanceIds=[self.id])["Reservations"][0]["Instances"][0].get("PublicIpAddress")

    def get(self, what):
        try:
            return urllib.request.urlopen(f"{self.url}/v2/library/python/{what}", timeout=3).read()
        except OSError:
            return None

    def close(self):
        self.ec2.revoke_security_group_ingress(**self.door)
        wait_until(lambda: self.get("manifests/3.12-slim") is None, 30, "the registry cannot be reached")

    def layout(self, folder):
        """The image as an OCI layout."""
        one = json.loads(self.list)["manifests"][0]
        manifest = self.get("manifests/" + one["digest"])
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [one]}))
        (folder / "blobs/sha256" / one["digest"][7:]).write_bytes(manifest)
        for part in [json.loads(manifest)["config"], *json.loads(manifest)["layers"]]:
            (folder / "blobs/sha256" / part["digest"][7:]).write_bytes(self.get("blobs/" + part["digest"]))

    def end(self):
        self.ec2.terminate_instances(InstanceIds=[self.id])
        self.ec2.get_waiter("instance_terminated").wait(InstanceIds=[self.id], WaiterConfig={"Delay": 1})
        self.ec2.delete_security_group(GroupId=self.group)


@pytest.fixture(scope="module")
def outside(region):
    one = Outside(region)
    yield one
    live.run(live.HANBAT, "image", "base", "mirror", "docker.io")
    one.end()


def dockerfile(first, *others):
    """Commands of a buildspec that build a Dockerfile with that first line."""
    return [f"printf '%s\\n' '{first}' {' '.join(repr(line) for line in others)} >Dockerfile", "docker build -t made ."]


def listed():
    return live.run(live.HANBAT, "image", "base", "list").stdout


def test_what_a_registry_has_is_pulled_by_name_and_digest_and_kept_when_it_is_gone(region, project, outside, tmp_path):  # noqa: F811
    live.run(live.HANBAT, "image", "base", "mirror", "docker.io", outside.url)
    digest = "sha256:" + hashlib.sha256(outside.list).hexdigest()
    status, failed, log = build(region, project, NEW, {}, dockerfile("FROM python:3.12-slim", "RUN cat /release") +
                                dockerfile(f"FROM python@{digest}", "RUN echo by digest; cat /release"), privileged=True)
    assert status == "SUCCEEDED", (failed, log[-3000:])
    assert log.count("\nan image of the outside") >= 2
    assert KEPT + "  pulled from docker.io" in listed()

    outside.layout(tmp_path / "layout")
    outside.close()
    status, failed, log = build(region, project, NEW, {}, dockerfile("FROM python:3.12-slim", "RUN cat /release"), privileged=True)
    assert status == "SUCCEEDED" and "\nan image of the outside" in log, (failed, log[-3000:])

    # What nobody gives is told in one line, and an operator has a way.
    live.run(live.HANBAT, "image", "base", "mirror", "docker.io")
    ubuntu = dockerfile("FROM ubuntu:24.04", "RUN cat /release")
    status, failed, log = build(region, project, NEW, {}, ubuntu, privileged=True)
    line = next(line for line in log.splitlines() if "hanbat image base add docker.io/library/ubuntu:24.04" in line)
    assert status == "FAILED" and "no stand-in of that name and version" in line
    live.run(live.HANBAT, "image", "base", "add", "ubuntu:24.04", f"oci:{tmp_path}/layout")
    status, failed, log = build(region, project, NEW, {}, ubuntu, privileged=True)
    assert status == "SUCCEEDED" and "\nan image of the outside" in log, (failed, log[-3000:])
    for image in ("ubuntu:24.04", "python:3.12-slim"):
        live.run(live.HANBAT, "image", "base", "remove", image)
    assert "ubuntu" not in listed()


def test_where_no_registry_is_reached_a_stand_in_has_the_very_version_or_there_is_none(region, project):  # noqa: F811
    if subprocess.run(["getent", "hosts", "registry-1.docker.io"], check=False, capture_output=True).returncode == 0:
        pytest.skip("Docker Hub is reached from here")
    status, failed, log = build(region, project, NEW, {}, [
        *dockerfile("FROM node:20-slim", "RUN node --version && npm --version", 'CMD ["node", "-p", "process.versions.node"]'),
        "docker run made", "docker inspect --format '{{json .Config.Labels}}' node:20-slim",
        *dockerfile("FROM public.ecr.aws/amazonlinux/amazonlinux:2023", "RUN dnf --version"),
        *[f"docker pull -q {name} && echo wrong || true" for name in ("python:3.8-slim", "node:20-alpine", "node:latest", "python:3.11-slim-bullseye")]], privileged=True)
    if "No registry gave it" in log:
        pytest.skip("no package registry is reached from here")
    assert status == "SUCCEEDED", (failed, log[-3000:])
    assert "v20." in log and "Hanbat's stand-in for docker.io/library/node:20-slim" in log and "stand-in for Amazon Linux 2023's dnf" in log
    assert "wrong" not in log.replace("echo wrong", "") and "Alpine is no Debian" in log and "name a version: node:20-slim" in log
    assert "docker.io/library/node:20-slim  a stand-in: Debian 12 with Node.js 20." in listed()
