"""Terraform as strangers write it for a delivery on AWS, two repositories of other people's retyped in words of our own: what they
provision comes about, is planned again without a difference, and delivers; what of theirs is not built is refused by its name."""
import io
import json
import shutil
import zipfile

import pytest

import region as live
from region import wait_until
from terraform import Terraform, account_environment, client_of

APPSPEC = """version: 0.0
os: linux
files:
  - source: /
    destination: {folder}
file_exists_behavior: OVERWRITE
hooks:
  ApplicationStart:
    - location: start.sh
      timeout: 60
      runas: root
  ValidateService:
    - location: validate.sh
      timeout: 60
"""
START = """#!/bin/bash
cd {folder}
(python3 -m http.server {port} || python -m SimpleHTTPServer {port}) > /dev/null 2>&1 < /dev/null &
"""
VALIDATE = """#!/bin/bash
for attempt in $(seq 20); do
  curl -sf http://127.0.0.1:{port}/page.txt | grep -q "{page}" && exit 0
  sleep 1
done
exit 1
"""


def application(folder, port, page):
    told = {"folder": folder, "port": port, "page": page}
    return {"appspec.yml": APPSPEC.format(**told), "start.sh": START.format(**told), "validate.sh": VALIDATE.format(**told), "page.txt": page + "\n"}


def stack(name, region, tmp_path_factory):
    """The files of one, in an account of their own."""
    folder = tmp_path_factory.mktemp(name) / "files"
    shutil.copytree(live.ROOT / "tests/scenarios/strangers" / name, folder)
    return Terraform(folder, account_environment(region, f"stranger-{name}"))


def deployed(codedeploy, deployment):
    """Ends with the deployment, which succeeded."""
    status = wait_until(lambda: next((s for s in [codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]["status"]]
                                      if s in ("Succeeded", "Failed", "Stopped")), None), 180, "the deployment ends")
    assert status == "Succeeded", codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"].get("errorInformation")


def test_servers_of_one_are_made_and_deployed_to(region, tmp_path_factory):
    terraform = stack("servers", region, tmp_path_factory)
    try:
        terraform.apply()
        assert terraform.differences() == {}
        bucket = terraform.outputs()["bucket"]
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as it:
            for path, text in application("/opt/shop", 8080, "a shop").items():
                it.writestr(path, text)
        client_of(terraform.env, "s3").put_object(Bucket=bucket, Key="shop.zip", Body=archive.getvalue())
        codedeploy = client_of(terraform.env, "codedeploy")
        ssm = client_of(terraform.env, "ssm")
        wait_until(lambda: ssm.describe_instance_information()["InstanceInformationList"], 120, "the server is managed")
        deployed(codedeploy, codedeploy.create_deployment(
            applicationName="shop-test-app", deploymentGroupName="shop-test-group",
            revision={"revisionType": "S3", "s3Location": {"bucket": bucket, "key": "shop.zip", "bundleType": "zip"}})["deploymentId"])

        terraform.apply("-var", "servers=2")
        assert len(terraform.outputs()["instances"]) == 2
        assert terraform.differences("-var", "servers=2") == {}
    finally:
        terraform.destroy(check=False)


def test_the_delivery_of_another_builds_and_deploys_what_is_committed(region, tmp_path_factory):
    terraform = stack("delivery", region, tmp_path_factory)
    try:
        terraform.apply()
        assert terraform.differences() == {}
        commit_and_wait(terraform)
    finally:
        terraform.destroy(check=False)


def commit_and_wait(terraform):
    codecommit, codepipeline = client_of(terraform.env, "codecommit"), client_of(terraform.env, "codepipeline")
    buildspec = "version: 0.2\nphases:\n  build:\n    commands:\n      - test -n \"$IMAGE_REPO_NAME\"\n      - echo built > built.txt\nartifacts:\n  files:\n    - '**/*'\n"
    files = {"buildspec.yml": buildspec, **application("/opt/notes", 3000, "some notes")}
    commit = codecommit.create_commit(repositoryName="notes", branchName="master", commitMessage="Begin",
                                      putFiles=[{"filePath": path, "fileContent": text.encode()} for path, text in files.items()])["commitId"]

    def latest():
        found = [one for one in codepipeline.list_pipeline_executions(pipelineName="notes")["pipelineExecutionSummaries"]
                 if any(source.get("revisionId") == commit for source in one.get("sourceRevisions", []))]
        return found[0] if found and found[0]["status"] in ("Succeeded", "Failed") else None
    ended = wait_until(latest, 300, "the pipeline takes the commit to its end")
    assert ended["status"] == "Succeeded", json.dumps(codepipeline.get_pipeline_state(name="notes"), default=str)[-3000:]


def test_a_balancer_goes_to_other_subnets_in_place_and_goes_on_answering(region, tmp_path_factory):
    terraform = stack("balancer", region, tmp_path_factory)
    try:
        terraform.apply()
        name, subnets = (terraform.outputs()[what] for what in ("name", "subnets"))
        address = (name.replace(".amazonaws.com", "") + ".localhost", int(region.env["HANBAT_BALANCER_PORT"]))
        wait_until(lambda: answers(region, address), 20, "the balancer answers")
        balancers, ec2 = client_of(terraform.env, "elbv2"), client_of(terraform.env, "ec2")
        arn = balancers.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]

        def interfaces():
            return {one["SubnetId"]: one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]}
        before = interfaces()
        assert set(before) == {subnets["a"], subnets["b"]}

        moved = ("-var", 'zones=["b", "c"]')
        assert terraform.differences(*moved) == {"aws_lb.it": ["update"]}
        terraform.apply(*moved)
        assert terraform.differences(*moved) == {}
        after = interfaces()
        assert set(after) == {subnets["b"], subnets["c"]} and after[subnets["b"]] == before[subnets["b"]]
        assert len(ec2.describe_addresses()["Addresses"]) == 2
        assert balancers.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"] == arn
        wait_until(lambda: answers(region, address), 20, "the balancer answers where it is now")
    finally:
        terraform.destroy(check=False)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == ec2.describe_addresses()["Addresses"] == []


def answers(region, address):
    done = live.run("curl", "-s", "-m", "3", f"http://{address[0]}:{address[1]}/", check=False)
    return done.stdout == "here"


PROVIDER = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.0" }
  }
}
provider "aws" { region = "ap-northeast-2" }
"""
PROJECT = """
resource "aws_codebuild_project" "it" {
  name         = "it"
  service_role = "arn:aws:iam::123456789012:role/it"
  artifacts { type = "NO_ARTIFACTS" }
  environment {
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/standard:7.0"
    type         = "LINUX_CONTAINER"
  }
  source {
    type      = "NO_SOURCE"
    buildspec = "version: 0.2"
  }
  %s
}
"""
# What the two use and the region has not.
NOT_BUILT = {
    "a trigger": ('resource "aws_codedeploy_app" "it" { name = "it" }\nresource "aws_codedeploy_deployment_group" "it" {\n  app_name = aws_codedeploy_app.it.name\n'
                  '  deployment_group_name = "it"\n  service_role_arn = "arn:aws:iam::123456789012:role/it"\n  trigger_configuration {\n'
                  '    trigger_events = ["DeploymentFailure"]\n    trigger_name = "it"\n    trigger_target_arn = "arn:aws:sns:ap-northeast-2:123456789012:it"\n  }\n}\n',
                  "triggerConfigurations"),
    "a cache in a bucket": (PROJECT % 'cache {\n    type = "S3"\n    location = "some-bucket"\n  }', "cache.type=S3"),
    "a log in a bucket": (PROJECT % 'logs_config {\n    s3_logs {\n      status = "ENABLED"\n      location = "some-bucket/log"\n    }\n  }', "logsConfig.s3Logs"),
    "a disk that is encrypted": (
        'data "aws_ami" "it" {\n  most_recent = true\n  owners = ["amazon"]\n  filter {\n    name = "name"\n    values = ["al2023-ami-*-x86_64"]\n  }\n}\n'
        'resource "aws_instance" "it" {\n  ami = data.aws_ami.it.id\n  instance_type = "t3.micro"\n  root_block_device {\n    encrypted = true\n  }\n}\n',
        "BlockDeviceMappings.Ebs.Encrypted"),
    "a topic": ('resource "aws_sns_topic" "it" { name = "it" }\n', "501"),
}


@pytest.mark.parametrize("what", NOT_BUILT)
def test_what_of_theirs_is_not_built_is_refused_by_its_name(region, tmp_path, what):
    text, named = NOT_BUILT[what]
    (tmp_path / "main.tf").write_text(PROVIDER + text)
    terraform = Terraform(tmp_path, account_environment(region, "stranger-refused"))
    done = terraform("apply", "-auto-approve", check=False)
    assert done.returncode != 0
    assert "501" in done.stdout and named in done.stdout, done.stdout[-2000:]
    terraform.destroy()
