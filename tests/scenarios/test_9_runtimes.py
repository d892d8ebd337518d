"""Section 9: `runtime-versions` of a build specification gets the version that it names, or a refusal that says why."""
import json
import subprocess
import uuid

import pytest

import region as live
from region import wait_until

NAME = f"runtimes-{uuid.uuid4().hex[:8]}"
OLD = "aws/codebuild/amazonlinux2-x86_64-standard:3.0"
NEW = "aws/codebuild/standard:7.0"


@pytest.fixture(scope="module")
def project(region):
    """A project without a source, whose builds are given their specification and image when they start."""
    iam, codebuild = region.client("iam"), region.client("codebuild")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["logs:*", "s3:*"], "Resource": "*"}]}
    role = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName=NAME, PolicyName="logs", PolicyDocument=json.dumps(rights))
    codebuild.create_project(name=NAME, serviceRole=role, source={"type": "NO_SOURCE", "buildspec": "version: 0.2\nphases: {build: {commands: [ls]}}"},
                             artifacts={"type": "NO_ARTIFACTS"},
                             environment={"type": "LINUX_CONTAINER", "image": OLD, "computeType": "BUILD_GENERAL1_SMALL"})
    yield NAME
    codebuild.delete_project(name=NAME)
    iam.delete_role_policy(RoleName=NAME, PolicyName="logs")
    iam.delete_role(RoleName=NAME)


def build(region, project, image, runtimes, commands=("env",), limit_s=420, version=0.2, privileged=False):
    """(status, the phases that failed with their messages, the log) of one build."""
    codebuild, logs = region.client("codebuild"), region.client("logs")
    spec = {"version": version, "phases": {"build": {"commands": list(commands)}}}
    if runtimes:
        spec["phases"]["install"] = {"runtime-versions": runtimes}
    started = codebuild.start_build(projectName=project, imageOverride=image, buildspecOverride=json.dumps(spec, indent=1),
                                    privilegedModeOverride=privileged)["build"]["id"]
    one = wait_until(lambda: (lambda b: b["buildStatus"] != "IN_PROGRESS" and b)(codebuild.batch_get_builds(ids=[started])["builds"][0]), limit_s, "the build's end")
    failed = {p["phaseType"]: p["contexts"][0]["statusCode"] + ": " + p["contexts"][0]["message"] for p in one["phases"] if p.get("phaseStatus") == "FAILED"}
    text = ""
    if one["logs"].get("streamName"):
        text = "".join(e["message"] for e in logs.get_log_events(logGroupName=one["logs"]["groupName"], logStreamName=one["logs"]["streamName"], startFromHead=True)["events"])
    print(failed, text[-5000:])
    return one["buildStatus"], failed, text


def require_registry(failed):
    if any("No registry gave it" in message for message in failed.values()):
        pytest.skip("no package registry is reached from here: " + str(failed))


def test_a_build_has_the_python_of_its_image_that_it_names_with_pip_and_a_place_to_install(region, project):
    status, failed, log = build(region, project, OLD, {"python": 3.7}, [
        "python --version", "python3 --version", "pip3 install --quiet six && python -c 'import six; print(\"six in\", six.__file__)'",
        "python -m venv v && v/bin/python --version", "aws --version"])
    require_registry(failed)
    assert status == "SUCCEEDED", failed
    assert "Selecting 'python' runtime version '3.7' based on manual selections..." in log
    assert 'Running command echo "Installing Python version 3.7 ..."' in log
    assert log.count("\nPython 3.7.9") + log.startswith("Python 3.7.9") == 3
    assert "six in /opt/python-3.7/" in log and "aws-cli/2" in log


def test_a_second_build_finds_the_runtime_on_the_shelf_and_node_brings_its_npm(region, project):
    for first in (True, False):
        status, failed, log = build(region, project, NEW, {"nodejs": "18.x"}, ["node --version", "npm --version", "npm install -g --silent is-odd && ls $(npm root -g)"])
        require_registry(failed)
        assert status == "SUCCEEDED", failed
        assert "v18." in log and "is-odd" in log
        assert first or "brings nodejs 18 onto its shelf" not in log


def test_without_a_choice_the_images_own_runtime_comes_when_it_is_called(region, project):
    status, failed, log = build(region, project, NEW, {}, [
        "node --version", "npm install -g --silent is-odd cowsay && cowsay moo && which cowsay", "mvn --version && java -version 2>&1 | head -1"], limit_s=560)
    if "No registry gave it" in log:
        pytest.skip("no package registry is reached from here")
    assert status == "SUCCEEDED", failed
    assert "v18." in log and "/opt/default/nodejs/bin/cowsay" in log
    assert "Apache Maven 3.9.9" in log and 'openjdk version "17.' in log


def test_in_version_0_1_each_command_has_a_shell_of_its_own(region, project):
    status, failed, log = build(region, project, NEW, {}, ["cd /tmp && A=b", "echo $(basename $(pwd)) and $A.", "echo $CODEBUILD_BUILD_SUCCEEDING in $CODEBUILD_SRC_DIR"],
                                version=0.1)
    assert status == "SUCCEEDED", failed
    assert "src and .\n" in log and "1 in /codebuild/output/src" in log


def test_what_the_image_does_not_offer_is_refused_in_codebuilds_words(region, project):
    status, failed, _ = build(region, project, "aws/codebuild/standard:5.0", {"python": "2.7"})
    assert status == "FAILED"
    assert failed["DOWNLOAD_SOURCE"] == ("YAML_FILE_ERROR: Unknown runtime version named '2.7' of python. "
                                         "This build image has the following versions: 3.7, 3.8, 3.9")


def test_what_no_registry_has_is_refused_with_what_there_is_and_how_an_operator_adds_it(region, project, tmp_path):
    status, failed, _ = build(region, project, OLD, {"python": 3.8})
    require_registry(failed)
    assert status == "FAILED" and "Maven Central has 3.7.9" in failed["INSTALL"]
    assert "hanbat image runtime add python 3.8 FILE.tar" in failed["INSTALL"]

    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").write_text("#!/bin/sh\necho a python of the operator\n")
    (tmp_path / "bin/python").chmod(0o755)
    subprocess.run(["tar", "-C", tmp_path, "-cf", tmp_path / "python.tar", "bin"], check=True)
    live.run(live.HANBAT, "image", "runtime", "add", "python", "3.8", tmp_path / "python.tar")
    assert "python 3.8" in live.run(live.HANBAT, "image", "runtime", "list").stdout
    status, failed, log = build(region, project, OLD, {"python": 3.8}, ["python"])
    assert status == "SUCCEEDED", failed
    assert "a python of the operator" in log
    live.run(live.HANBAT, "image", "runtime", "remove", "python", "3.8")


def test_dotnet_is_refused_with_where_it_is_and_microsofts_archive_is_taken_as_it_is(region, project, tmp_path):
    status, failed, _ = build(region, project, NEW, {"dotnet": "8.0"})
    assert status == "FAILED" and "dotnet-sdk-8.0.…-linux-x64.tar.gz of https://dotnet.microsoft.com/download" in failed["INSTALL"]
    assert "hanbat image runtime add dotnet 8.0 FILE.tar" in failed["INSTALL"]
    (tmp_path / "dotnet").write_text("#!/bin/sh\necho as if it were $1 of $DOTNET_ROOT\n")
    (tmp_path / "dotnet").chmod(0o755)
    subprocess.run(["tar", "-C", tmp_path, "-czf", tmp_path / "sdk.tar.gz", "./dotnet"], check=True)
    live.run(live.HANBAT, "image", "runtime", "add", "dotnet", "8.0", tmp_path / "sdk.tar.gz")
    status, failed, log = build(region, project, NEW, {"dotnet": "8.0"}, ["dotnet --version"])
    live.run(live.HANBAT, "image", "runtime", "remove", "dotnet", "8.0")
    assert status == "SUCCEEDED" and "as if it were --version of /opt/dotnet-8.0" in log, failed


@pytest.mark.parametrize("image, said", [
    ("aws/codebuild/standard:99.0", "pull access denied for aws/codebuild/standard:99.0, repository does not exist"),
    ("aws/codebuild/amazonlinux2-aarch64-standard:3.0", "Amazon Linux 2023 for ARM, which nothing here can run"),
    ("nobody/has-this:1", "the region has no image nobody/has-this:1")])
def test_an_image_that_is_not_there_fails_in_provisioning(region, project, image, said):
    status, failed, _ = build(region, project, image, {}, limit_s=60)
    assert status == "FAILED"
    assert failed["PROVISIONING"].startswith("BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE: Unable to pull customer's container image.")
    assert said in failed["PROVISIONING"]
