"""A host of any kind that is deployed to: registered, pushed to and deregistered by the AWS CLI, served by CodeDeploy's agent
with the file that `aws deploy register` wrote, at both endpoints that an agent can have."""
import json
import os
import pathlib
import subprocess
import time

import pytest

from daemon import HANBATD, REGION

AGENT = pathlib.Path(HANBATD).parents[2] / "guest" / "codedeploy-agent"
APPSPEC = """version: 0.0
os: linux
files:
  - source: page.html
    destination: {to}
permissions:
  - object: {to}
    pattern: "*.html"
    mode: 640
    type: [file]
hooks:
  ApplicationStart:
    - location: start.sh
      runas: {user}
"""


class Host:
    """A folder that stands for the host, and the agent that serves it."""

    def __init__(self, daemon, folder):
        self.daemon, self.folder, self.process = daemon, folder, None
        key, secret = daemon.key
        self.env = dict(os.environ, AWS_ENDPOINT_URL=daemon.endpoint, AWS_DEFAULT_REGION=REGION, AWS_ACCESS_KEY_ID=key,
                        AWS_SECRET_ACCESS_KEY=secret, AWS_PAGER="")

    def aws(self, *arguments):
        done = subprocess.run(["aws", "deploy", *arguments, "--region", REGION], env=self.env, cwd=self.folder, text=True,
                              capture_output=True, timeout=120)
        assert done.returncode == 0 and "ERROR" not in done.stderr, done.stdout + done.stderr
        return done.stdout

    def start(self, more=""):
        (self.folder / "agent.yml").write_text(
            f"---\n:root_dir: '{self.folder}/root'\n:deploy_control_endpoint: '{self.daemon.endpoint}'\n"
            f":s3_endpoint_override: '{self.daemon.endpoint}'\n:wait_between_runs: 1\n{more}")
        env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        with open(self.folder / "agent.log", "ab") as log:
            self.process = subprocess.Popen([AGENT, "--config", self.folder / "agent.yml", "--on-premises",
                                             self.folder / "codedeploy.onpremises.yml"], env=env, stdout=log, stderr=log)

    def stop(self):
        self.process.kill()
        self.process.wait()

    @property
    def log(self):
        return (self.folder / "agent.log").read_text()


@pytest.fixture(scope="module")
def host(daemon, tmp_path_factory):
    if not AGENT.exists():
        pytest.skip("the agent is not built")
    one = Host(daemon, tmp_path_factory.mktemp("host"))
    trust = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "codedeploy.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = daemon.client("iam").create_role(RoleName="deploys", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    daemon.client("s3").create_bucket(Bucket="revisions", CreateBucketConfiguration={"LocationConstraint": REGION})
    one.aws("create-application", "--application-name", "web")
    one.aws("create-deployment-group", "--application-name", "web", "--deployment-group-name", "here", "--service-role-arn", role,
            "--on-premises-instance-tag-filters", "Key=Name,Value=web,Type=KEY_AND_VALUE")
    one.aws("register", "--instance-name", "web-1", "--tags", "Key=Name,Value=web")
    yield one
    if one.process and one.process.poll() is None:
        one.stop()


def deploy(host, text, **options):
    """Pushes a revision and waits for its deployment: (status, its target)."""
    revision = host.folder / "revision"
    revision.mkdir(exist_ok=True)
    user = subprocess.run(["id", "-un"], text=True, capture_output=True, check=True).stdout.strip()
    (revision / "appspec.yml").write_text(APPSPEC.format(to=host.folder / "srv", user=user))
    (revision / "page.html").write_text(text)
    (revision / "start.sh").write_text(f"echo $DEPLOYMENT_GROUP_NAME $BUNDLE_KEY >> {host.folder}/started\n")
    host.aws("push", "--application-name", "web", "--s3-location", "s3://revisions/web.zip", "--source", str(revision))
    deployments = host.daemon.client("codedeploy")
    location = {"bucket": "revisions", "key": "web.zip", "bundleType": "zip"}
    made = deployments.create_deployment(applicationName="web", deploymentGroupName="here",
                                         revision={"revisionType": "S3", "s3Location": location}, **options)["deploymentId"]
    return made


def wait(host, deployment):
    deployments = host.daemon.client("codedeploy")
    for _ in range(120):
        status = deployments.get_deployment(deploymentId=deployment)["deploymentInfo"]["status"]
        if status in ("Succeeded", "Failed", "Stopped"):
            target = deployments.get_deployment_target(deploymentId=deployment, targetId="web-1")["deploymentTarget"]
            return status, target["instanceTarget"]
        time.sleep(0.5)
    raise AssertionError(f"{deployment} is {status}\n{host.log}")


def test_a_registered_host_is_deployed_to(host):
    host.start()
    status, target = wait(host, deploy(host, "one"))
    assert status == "Succeeded", target
    page = host.folder / "srv" / "page.html"
    assert page.read_text() == "one" and page.stat().st_mode & 0o777 == 0o640
    assert (host.folder / "started").read_text() == "here web.zip\n"
    assert target["targetArn"].startswith(f"arn:aws:codedeploy:{REGION}:") and ":instance/web-1_" in target["targetArn"]
    assert [event["lifecycleEventName"] for event in target["lifecycleEvents"]] == [
        "ApplicationStop", "DownloadBundle", "BeforeInstall", "Install", "AfterInstall", "ApplicationStart", "ValidateService"]


def test_a_file_that_is_there_fails_the_deployment_unless_it_may_be_replaced(host):
    (host.folder / "root" / "deployment-instructions").mkdir(exist_ok=True)
    for cleanup in (host.folder / "root" / "deployment-instructions").glob("*-cleanup"):
        cleanup.unlink()  # what lies there now is nobody's
    status, target = wait(host, deploy(host, "two"))
    failed = next(event for event in target["lifecycleEvents"] if event["status"] == "Failed")
    assert status == "Failed" and failed["lifecycleEventName"] == "Install"
    assert failed["diagnostics"]["errorCode"] == "UnknownError"
    assert failed["diagnostics"]["message"] == (
        f"The deployment failed because a specified file already exists at this location: {host.folder}/srv/page.html")
    assert wait(host, deploy(host, "two", fileExistsBehavior="OVERWRITE"))[0] == "Succeeded"
    assert (host.folder / "srv" / "page.html").read_text() == "two"


def test_the_secure_endpoint_serves_who_may(host):
    host.stop()
    host.start(":enable_auth_policy: true\n")
    deployment = deploy(host, "three", fileExistsBehavior="OVERWRITE")
    for _ in range(60):
        if "is not authorized to perform: codedeploy-commands-secure:PollHostCommand" in host.log:
            break
        time.sleep(0.5)
    else:
        raise AssertionError(host.log)
    # The policy of CodeDeploy's guide, "Configure the CodeDeploy agent and IAM permissions".
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": [
        "codedeploy-commands-secure:GetDeploymentSpecification", "codedeploy-commands-secure:PollHostCommand",
        "codedeploy-commands-secure:PutHostCommandAcknowledgement", "codedeploy-commands-secure:PutHostCommandComplete"]}]}
    host.daemon.client("iam").put_user_policy(UserName="web-1", PolicyName="secure", PolicyDocument=json.dumps(allowed))
    status, target = wait(host, deployment)
    assert status == "Succeeded", target
    assert (host.folder / "srv" / "page.html").read_text() == "three"


def test_the_installer_asks_the_region_that_the_host_names_and_tells_the_agent(host):
    """As `aws deploy install` calls it: with AWS_REGION, and with what else the caller's environment says."""
    s3, bucket = host.daemon.client("s3"), f"aws-codedeploy-{REGION}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}]}))
    s3.put_object(Bucket=bucket, Key="latest/codedeploy-agent", Body=AGENT.read_bytes())
    programs = host.folder / "programs"
    programs.mkdir()
    (programs / "systemctl").write_text("#!/bin/sh\n")
    (programs / "systemctl").chmod(0o755)
    # The folders of the host, on nothing that stays; the manager of its services is another's business.
    script = "\n".join(["set -e", *(f"mkdir -p {path} && mount -t tmpfs none {path}" for path in ("/opt", "/etc/codedeploy-agent", "/etc/systemd/system", "/var/log")),
                        f"sh {AGENT.parent}/install auto", "cat /etc/codedeploy-agent/conf/codedeployagent.yml"])

    def install(**more):
        env = dict(os.environ, PATH=f"{programs}:{os.environ['PATH']}", AWS_REGION=REGION, **more)
        return subprocess.run(["unshare", "--mount", "sh", "-c", script], env=env, text=True, capture_output=True, timeout=60)

    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"]).returncode != 0:
        pytest.skip("needs root, and mounts of its own")
    done = install(AWS_ENDPOINT_URL=host.daemon.endpoint)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "codedeploy-agent is installed and running" in done.stdout
    assert f":deploy_control_endpoint: '{host.daemon.endpoint}'\n:s3_endpoint_override: '{host.daemon.endpoint}'\n" in done.stdout
    nowhere = install(AWS_ENDPOINT_URL_S3=f"{host.daemon.endpoint}/nowhere")
    assert nowhere.returncode == 1 and "set AWS_ENDPOINT_URL to the region's address" in nowhere.stderr


def test_a_deregistered_host_is_refused_and_its_user_gone(host):
    said = host.aws("deregister", "--instance-name", "web-1")
    assert "Deleting the IAM user (web-1)... DONE" in said
    deployments = host.daemon.client("codedeploy")
    assert deployments.list_on_premises_instances(registrationStatus="Registered")["instanceNames"] == []
    info = deployments.get_on_premises_instance(instanceName="web-1")["instanceInfo"]
    assert info["deregisterTime"] and info["tags"] == []
    host.stop()
