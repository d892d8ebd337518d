"""The web console over a live region, by clicking alone: somebody who has never seen the project finds out why a pipeline failed, mends it
in the code page and sees it go through; and has a shell on an instance."""
import json
import pathlib
import sys
import uuid

import pytest

from region import REGION, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "console"))
from browser import Page, console_address, start_browser  # noqa: E402
from region import HOME  # noqa: E402

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-6.1-x86_64"
BROKEN = "version: 0.2\nphases:\n  build:\n    commands:\n      - echo building the page\n      - maek page\nartifacts:\n  files: ['**/*']\n"
RIGHTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": ["codecommit:*", "codebuild:*", "s3:*", "logs:*", "codepipeline:StartPipelineExecution"]}]}


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]})


@pytest.fixture(scope="module")
def page(region, tmp_path_factory):
    driver = start_browser(tmp_path_factory.mktemp("browser"))
    driver.get(console_address(4566, home=HOME))
    page = Page(driver)
    page.wait("h1", "Overview")
    yield page
    driver.quit()


@pytest.fixture(scope="module")
def instance(region):
    """An instance whose role may have sessions; made before the pipeline is tried, so that its agent is there after."""
    iam, ec2, name = region.client("iam"), region.client("ec2"), f"console-{uuid.uuid4().hex[:6]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("ec2"))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    iam.create_instance_profile(InstanceProfileName=name)
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    ident = ec2.run_instances(ImageId="resolve:ssm:" + AMAZON_LINUX, InstanceType="t3.small", MinCount=1, MaxCount=1, IamInstanceProfile={"Name": name},
                              TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}])["Instances"][0]["InstanceId"]
    yield ident, name
    ec2.terminate_instances(InstanceIds=[ident])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
    iam.delete_instance_profile(InstanceProfileName=name)
    iam.detach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore")
    iam.delete_role(RoleName=name)


@pytest.fixture(scope="module")
def pipeline(region, instance):
    """A pipeline whose build has a command that does not exist; its name, after it has failed."""
    name = f"page-{uuid.uuid4().hex[:6]}"
    iam, s3, commits, builds, pipelines, events = (region.client(one) for one in ("iam", "s3", "codecommit", "codebuild", "codepipeline", "events"))
    roles = {}
    for service in ("codepipeline", "codebuild", "events"):
        roles[service] = iam.create_role(RoleName=f"{name}-{service}", AssumeRolePolicyDocument=trust(service))["Role"]["Arn"]
        iam.put_role_policy(RoleName=f"{name}-{service}", PolicyName="rights", PolicyDocument=json.dumps(RIGHTS))
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    commits.create_repository(repositoryName=name)
    first = commits.put_file(repositoryName=name, branchName="main", filePath="index.html", fileContent=b"<h1>a page</h1>\n", commitMessage="A page")["commitId"]
    commits.put_file(repositoryName=name, branchName="main", filePath="buildspec.yml", fileContent=BROKEN.encode(), commitMessage="How it is built", parentCommitId=first)
    builds.create_project(name=name, source={"type": "CODEPIPELINE"}, artifacts={"type": "CODEPIPELINE"}, serviceRole=roles["codebuild"],
                          environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0", "computeType": "BUILD_GENERAL1_SMALL"})

    def action(stage, category, provider, configuration, takes, makes):
        return {"name": stage, "actions": [{"name": stage, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "runOrder": 1,
                "configuration": configuration, "inputArtifacts": [{"name": one} for one in takes], "outputArtifacts": [{"name": one} for one in makes]}]}

    pipelines.create_pipeline(pipeline={"name": name, "roleArn": roles["codepipeline"], "artifactStore": {"type": "S3", "location": name}, "version": 1, "stages": [
        action("Source", "Source", "CodeCommit", {"RepositoryName": name, "BranchName": "main", "PollForSourceChanges": "false"}, [], ["source"]),
        action("Build", "Build", "CodeBuild", {"ProjectName": name}, ["source"], ["page"]),
        action("Release", "Approval", "Manual", {}, [], [])]})
    # A commit starts it at once, by AWS's rule; a poll comes every 30 seconds.
    repository = commits.get_repository(repositoryName=name)["repositoryMetadata"]["Arn"]
    events.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"], "resources": [repository],
                                                        "detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}}))
    events.put_targets(Rule=name, Targets=[{"Id": "pipeline", "Arn": repository.replace("codecommit", "codepipeline"), "RoleArn": roles["events"]}])
    wait_until(lambda: [one["status"] for one in pipelines.list_pipeline_executions(pipelineName=name)["pipelineExecutionSummaries"]] == ["Failed"], 90, "the failure")
    yield name
    events.remove_targets(Rule=name, Ids=["pipeline"])
    events.delete_rule(Name=name)
    pipelines.delete_pipeline(name=name)
    builds.delete_project(name=name)
    commits.delete_repository(repositoryName=name)
    for service in ("codepipeline", "codebuild", "events"):
        iam.delete_role_policy(RoleName=f"{name}-{service}", PolicyName="rights")
        iam.delete_role(RoleName=f"{name}-{service}")


def test_a_failed_pipeline_is_understood_mended_and_seen_to_go_through(page, pipeline):
    # Why did it fail?
    page.wait("tr td.tight", "Pipeline")
    page.wait(".because", "maek: command not found")
    page.picture("overview")
    page.click("td a", pipeline)
    page.wait(".stage.bad .why", "maek page")
    page.picture("pipeline-failed")
    page.click("a", "See why")
    page.wait(".trouble", "BUILD failed")
    page.wait(".log .row", "maek: command not found")
    page.type("#log-search", "command not found")
    page.wait(".row.here", "maek")
    page.picture("build-failed")
    # Mend it, without leaving the console.
    page.click("a", "Mend it in")
    page.click(".tree a", "buildspec.yml")
    page.wait(".long .row", "maek page")
    page.click("#edit")
    page.wait("#editor")
    page.js("""const editor = document.getElementById('editor'); editor.value = editor.value.replace('maek page', 'cp index.html page.html');
        editor.dispatchEvent(new Event('input'))""")
    page.wait(".diff .add", "cp index.html page.html")
    page.type("#commit-message", "Copy the page instead")
    page.picture("code-edit")
    page.click("button", "Commit to main")
    # And see it go through, live: no reload from here on.
    page.js("window.notReloaded = true")
    page.wait("h1", pipeline)
    page.wait(".action", "Copy the page instead", 30)
    page.wait(".stage.good h2", "Build", 60)
    page.click("button", "Approve", 30)
    page.type("#ask-summary", "Looks right")
    page.picture("approve")
    page.click("#ask-go")
    page.wait(".stage.good h2", "Release", 20)
    assert page.js("return window.notReloaded") is True
    page.picture("pipeline")
    page.click(".tabs a", "History")
    page.wait("tbody tr", "Failed")
    page.wait("tbody tr", "Succeeded")
    page.go(f"code/{pipeline}/blame?branch=main&file=buildspec.yml")
    page.wait("#blame-state", "All 8 lines, after 2 commits")
    assert {one.get_attribute("title").split(" · ")[0] for one in page.driver.find_elements("css selector", ".by a")} == {"How it is built", "Copy the page instead"}
    page.picture("blame")
    assert not [one for one in page.complaints_now() if "Failed to load resource" not in one]


def test_a_shell_on_an_instance_is_a_page(page, region, instance):
    ssm, (ident, name) = region.client("ssm"), instance
    wait_until(lambda: ssm.get_connection_status(Target=ident)["Status"] == "connected", 90, "the agent")
    page.go("instances")
    page.click("td a", name)
    page.click(".tabs a", "Terminal")
    page.wait(".terminal", "$ ", 20)
    keys = page.driver.switch_to.active_element  # the terminal has the focus by itself
    keys.send_keys("whoami; echo $((40+2)); printf '\\e[31mred\\e[0m done\\n'\n")
    page.wait(".terminal", "ssm-user")
    page.wait(".terminal", "\n42")
    page.wait(".terminal span.a1", "red")
    page.picture("terminal")
    page.driver.switch_to.active_element.send_keys("exit\n")
    page.wait("button", "Open another")


def test_the_commission_is_drawn_as_it_is(page, commission):
    """Its VPC with what is in each subnet, its servers behind the balancer, and the deployment that brought them there."""
    page.go("network")
    for name in ("wsi-public-a", "wsi-private-b", "wsi-nat-a", "wsi-alb", "wsi-bastion", "wsi-api-1"):
        page.wait(".map text", name)
    page.wait("td code", "0.0.0.0/0")
    page.picture("network")
    page.click(".map a", "wsi-api-1")
    page.wait("h2", "wsi-api-1")
    page.go("balancers")
    page.click("td a", "wsi-alb")
    page.wait("h2", "wsi-api-tg · 2 / 2", 60)
    page.click(".tabs a", "Requests")
    page.wait("button", "Record requests")
    page.go("pipelines")
    page.click("td a", "wsi-api-pipeline")
    page.click(".action a", "Deployment")
    page.wait(".matrix th", "AfterAllowTraffic")
    page.wait(".matrix th", "Traffic now")
    page.wait(".matrix .badge", "healthy")
    page.picture("deployment")
    page.click(".matrix button")
    page.wait(".facts dt", "Took")
