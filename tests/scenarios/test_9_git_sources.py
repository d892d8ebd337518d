"""A private repository of another host's: a build clones it, and its submodule, with the account's source credentials, and without them
it cannot. The host is an instance that asks for a name and a token before it shows a file, behind a certificate of its own."""
import base64
import io
import json
import tarfile
import uuid

import pytest

import region as live
import tutorial
from region import wait_until

TOKEN = "ghp_" + uuid.uuid4().hex
HOST = """
import base64, http.server, ssl
WANTED = "Basic " + base64.b64encode(b"x-access-token:%s").decode()
class Files(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if self.headers.get("Authorization") == WANTED:
            return super().do_GET()
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", "0")
        self.end_headers()
server = http.server.ThreadingHTTPServer(("", 443), Files)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/srv/tls.pem")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""
BUILDSPEC = """version: 0.2
phases:
  build:
    commands:
      - grep -q "the page" page.txt && grep -q "the library" lib/code.txt
      - echo FETCHED = $(cat lib/code.txt) at $CODEBUILD_RESOLVED_SOURCE_VERSION
"""


def repository(folder, name, files, submodule=None):
    work, bare = folder / name, folder / f"{name}.git"
    git = lambda *arguments: live.run("git", "-c", "user.name=Kim", "-c", "user.email=kim@example.com", "-c", "protocol.file.allow=always", *arguments)  # noqa: E731
    git("init", "-q", "-b", "main", work)
    for path, text in files.items():
        (work / path).write_text(text)
    if submodule:
        git("-C", work, "submodule", "--quiet", "add", submodule, "lib")
        # Beside it, wherever it lies.
        git("-C", work, "config", "-f", ".gitmodules", "submodule.lib.url", "../lib.git")
    git("-C", work, "add", "-A")
    git("-C", work, "commit", "-q", "-m", "Begin")
    git("clone", "-q", "--bare", work, bare)
    git("-C", bare, "update-server-info")
    for sample in (bare / "hooks").glob("*"):
        sample.unlink()
    return git("-C", bare, "rev-parse", "main").stdout.strip()


@pytest.fixture(scope="module")
def host(region, tmp_path_factory):
    """(its address, the commit that lies there)"""
    folder = tmp_path_factory.mktemp("repositories")
    repository(folder, "lib", {"code.txt": "the library\n"})
    commit = repository(folder, "web", {"page.txt": "the page\n", "buildspec.yml": BUILDSPEC}, folder / "lib.git")
    live.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "key", "-out", folder / "cert", "-days", "30", "-subj", "/CN=git.example.com")
    (folder / "tls.pem").write_text((folder / "cert").read_text() + (folder / "key").read_text())
    (folder / "host.py").write_text(HOST % TOKEN)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:xz") as it:
        for name in ("lib.git", "web.git", "tls.pem", "host.py"):
            it.add(folder / name, name)
    script = f"#!/bin/bash\nmkdir -p /srv && cd /srv\nbase64 -d <<'END' | tar xJ\n{base64.encodebytes(packed.getvalue()).decode()}END\nnohup python3 host.py > /dev/null 2>&1 &\n"
    ec2 = region.client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName=f"git-{uuid.uuid4().hex[:6]}", Description="git", VpcId=vpc)["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=443, ToPort=443, CidrIp="0.0.0.0/0")
    image = region.client("ssm").get_parameter(Name=tutorial.PARAMETERS["al2023"])["Parameter"]["Value"]
    instance = ec2.run_instances(ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, SecurityGroupIds=[group], UserData=script)["Instances"][0]["InstanceId"]
    address = wait_until(lambda: ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0].get("PublicIpAddress"), 60, "the host has an address")
    wait_until(lambda: live.run("curl", "-sk", "-m", "2", "-o", "/dev/null", "-w", "%{http_code}", f"https://{address}/web.git/info/refs", check=False).stdout == "401",
               120, "the host asks who it is")
    yield address, commit
    ec2.terminate_instances(InstanceIds=[instance])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance])
    ec2.delete_security_group(GroupId=group)


@pytest.fixture(scope="module")
def project(region, host):
    codebuild, iam = region.client("codebuild"), region.client("iam")
    name = f"git-{uuid.uuid4().hex[:6]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    logs = {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [logs]}))
    codebuild.create_project(name=name, serviceRole=role, artifacts={"type": "NO_ARTIFACTS"},
                             source={"type": "GITHUB_ENTERPRISE", "location": f"https://{host[0]}/web.git", "insecureSsl": True,
                                     "gitCloneDepth": 0, "gitSubmodulesConfig": {"fetchSubmodules": True}},
                             environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"})
    yield name
    codebuild.delete_project(name=name)
    iam.delete_role_policy(RoleName=name, PolicyName="p")
    iam.delete_role(RoleName=name)


def built(region, project):
    codebuild = region.client("codebuild")
    build = codebuild.start_build(projectName=project)["build"]["id"]
    return wait_until(lambda: next((b for b in codebuild.batch_get_builds(ids=[build])["builds"] if b["buildComplete"]), None), 180, "the build ends")


def source_phase(build):
    return next(phase for phase in build["phases"] if phase["phaseType"] == "DOWNLOAD_SOURCE")


def test_a_build_clones_a_private_repository_with_the_accounts_credentials_and_not_without(region, host, project):
    codebuild = region.client("codebuild")
    build = built(region, project)
    assert build["buildStatus"] == "FAILED" and source_phase(build)["phaseStatus"] == "FAILED"
    failure = source_phase(build)["contexts"][0]
    assert failure["statusCode"] == "CLIENT_ERROR" and "could not read Username" in failure["message"], failure

    arn = codebuild.import_source_credentials(serverType="GITHUB_ENTERPRISE", authType="PERSONAL_ACCESS_TOKEN", token=TOKEN)["arn"]
    try:
        build = built(region, project)
        assert build["buildStatus"] == "SUCCEEDED", json.dumps(build["phases"], default=str)[-2000:]
        assert build["resolvedSourceVersion"] == host[1]
        logs = region.client("logs").get_log_events(logGroupName=build["logs"]["groupName"], logStreamName=build["logs"]["streamName"])["events"]
        text = "".join(event["message"] for event in logs)
        assert f"FETCHED = the library at {host[1]}" in text and TOKEN not in text
    finally:
        codebuild.delete_source_credentials(arn=arn)
