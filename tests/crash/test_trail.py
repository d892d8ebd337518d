"""The trail: it has every call that was answered, whatever dies; and no secret lies in it, in the log or on the disk in clear."""
import base64
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import pytest

import daemon as live

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


@pytest.fixture
def daemon(tmp_path):
    one = live.Daemon(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def client(daemon, service, key, secret, token=None, region=live.REGION):
    return boto3.client(service, endpoint_url=daemon.endpoint, region_name=region, aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token,
                        config=botocore.config.Config(retries={"max_attempts": 1}))


def events(daemon, region=live.REGION, **attribute):
    """The records of the region, newest first: all, or those of one lookup attribute."""
    key, secret = daemon.key
    asked = [{"AttributeKey": k, "AttributeValue": v} for k, v in attribute.items()]
    pages = client(daemon, "cloudtrail", key, secret, region=region).get_paginator("lookup_events").paginate(LookupAttributes=asked)
    return [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]


def soon(look, enough=bool):
    """Records of what changed nothing come a moment after the answer."""
    deadline = time.monotonic() + 10
    while not enough(found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def refused(call, *codes):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call()
    assert not codes or caught.value.response["Error"]["Code"] in codes
    return caught.value.response["Error"]


def get(url, user=None, password=None):
    request = urllib.request.Request(url)
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_a_change_that_was_answered_is_in_the_trail_whenever_the_daemon_dies(daemon):
    for number in range(8):
        daemon.client("codecommit").create_repository(repositoryName=f"r{number}")
        daemon.kill()
        daemon.start()
    names = [event["requestParameters"]["repositoryName"] for event in events(daemon, EventName="CreateRepository")]
    assert names == [f"r{number}" for number in reversed(range(8))]


def test_a_stop_writes_what_waits(daemon):
    daemon.client("codecommit").list_repositories()
    daemon.stop()
    daemon.start()
    assert [event["readOnly"] for event in events(daemon, EventName="ListRepositories")] == [True]


def test_a_limit_of_the_trail_that_is_no_size_is_refused_with_its_reason(daemon):
    daemon.stop()
    (daemon.state / "trail-limit").write_text("lots\n")
    started = subprocess.run([live.HANBATD, "--home", daemon.state, "--port", "0"], capture_output=True, text=True, timeout=30)
    assert started.returncode == 1 and "trail-limit must say how much" in started.stdout + started.stderr
    (daemon.state / "trail-limit").write_text("64M\n")
    daemon.start()


def test_who_may_not_is_recorded_and_who_cannot_sign_is_not(daemon):
    iam = daemon.client("iam")
    iam.create_user(UserName="eve")
    key = iam.create_access_key(UserName="eve")["AccessKey"]
    eve = client(daemon, "codecommit", key["AccessKeyId"], key["SecretAccessKey"])
    error = refused(lambda: eve.create_repository(repositoryName="mine"), "AccessDeniedException")
    refused(lambda: client(daemon, "codecommit", key["AccessKeyId"], "not the secret").list_repositories())
    refused(lambda: client(daemon, "codecommit", "AKIAIOSFODNN7EXAMPLE", "nor this").list_repositories())

    found = soon(lambda: events(daemon, AccessKeyId=key["AccessKeyId"]))
    assert [(event["eventName"], event["errorCode"]) for event in found] == [("CreateRepository", "AccessDeniedException")]
    assert found[0]["errorMessage"] == error["Message"]
    assert found[0]["userIdentity"]["userName"] == "eve" and found[0]["sourceIPAddress"] == "127.0.0.1"
    assert found[0]["requestParameters"] == {"repositoryName": "mine"} and found[0]["responseElements"] is None
    assert not events(daemon, EventName="ListRepositories")


def test_no_secret_lies_in_the_trail_the_log_or_the_state_in_clear(daemon, tmp_path):
    key, secret = daemon.key
    secrets = {"the administrator's key": secret}
    trail_only = {}
    iam, sts, ssm, ec2, s3 = (daemon.client(s) for s in ("iam", "sts", "ssm", "ec2", "s3"))

    iam.create_user(UserName="dev")
    for policy in ("AWSCodeCommitPowerUser", "AmazonEC2ContainerRegistryPowerUser"):
        iam.attach_user_policy(UserName="dev", PolicyArn="arn:aws:iam::aws:policy/" + policy)
    made = iam.create_access_key(UserName="dev")["AccessKey"]
    secrets["an access key"] = made["SecretAccessKey"]
    login = iam.create_service_specific_credential(UserName="dev", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    secrets["a git password"] = login["ServicePassword"]
    again = iam.reset_service_specific_credential(UserName="dev", ServiceSpecificCredentialId=login["ServiceSpecificCredentialId"])
    secrets["the next git password"] = password = again["ServiceSpecificCredential"]["ServicePassword"]

    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                                                   "Principal": {"AWS": "123456789012", "Service": "codebuild.amazonaws.com"}}}
    role = iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.create_user(UserName="boss")
    iam.attach_user_policy(UserName="boss", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    boss = iam.create_access_key(UserName="boss")["AccessKey"]
    secrets["another access key"] = boss["SecretAccessKey"]
    as_boss = client(daemon, "sts", boss["AccessKeyId"], boss["SecretAccessKey"])
    for what, keys in (("a role's session", as_boss.assume_role(RoleArn=role, RoleSessionName="work")["Credentials"]),
                       ("a user's session", as_boss.get_session_token()["Credentials"])):
        secrets["the key of " + what], secrets["the token of " + what] = keys["SecretAccessKey"], keys["SessionToken"]
        client(daemon, "sts", keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).get_caller_identity()

    secrets["a SecureString"], secrets["one too long"] = "s3cure-string-" + "k" * 20, "s3cure-too-long-" + "v" * 9000
    ssm.put_parameter(Name="/db/password", Type="SecureString", Value=secrets["a SecureString"])
    ssm.get_parameter(Name="/db/password", WithDecryption=True)
    refused(lambda: ssm.put_parameter(Name="/db/other", Type="SecureString", Value=secrets["one too long"]))

    pair = ec2.create_key_pair(KeyName="made")
    secrets["a private key"] = pair["KeyMaterial"].splitlines()[2]
    private = tmp_path / "own"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(private)], check=True)
    ec2.import_key_pair(KeyName="own", PublicKeyMaterial=private.with_suffix(".pub").read_bytes())
    trail_only["user data"] = "#!/bin/sh\nexport TOKEN=user-data-secret"
    image = next(iter(ec2.describe_images(Owners=["amazon"])["Images"]), {"ImageId": "ami-00000000000000000"})["ImageId"]
    with pytest.raises(botocore.exceptions.ClientError):  # there is no host side to run it
        ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", UserData=trail_only["user data"])

    ecr = client(daemon, "ecr", made["AccessKeyId"], made["SecretAccessKey"])
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    secrets["a registry token"] = token
    secrets["a registry password"] = base64.b64decode(token).decode().removeprefix("AWS:")
    assert get(daemon.endpoint + "/v2/", "AWS", secrets["a registry password"]) == 200

    s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket="a-bucket", Key="k", Body=b"content")
    for what, url in (("an object", s3.generate_presigned_url("get_object", Params={"Bucket": "a-bucket", "Key": "k"})),
                      ("a list of a missing bucket", s3.generate_presigned_url("list_objects_v2", Params={"Bucket": "none-such"})),
                      ("an identity", sts.generate_presigned_url("get_caller_identity", HttpMethod="GET"))):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        secrets["the signature for " + what] = query["X-Amz-Signature"][0]
        assert get(url) in (200, 404), what

    codebuild = daemon.client("codebuild")
    trail_only["a build's variable"] = "variable-secret"
    codebuild.create_project(
        name="build", source={"type": "NO_SOURCE", "buildspec": "version: 0.2"}, artifacts={"type": "NO_ARTIFACTS"},
        environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
                     "environmentVariables": [{"name": "PASSWORD", "value": trail_only["a build's variable"]}]},
        serviceRole=role)

    daemon.client("codecommit").create_repository(repositoryName="app")
    git = f"{daemon.endpoint}/v1/repos/app/info/refs?service=git-upload-pack"
    assert get(git, login["ServiceUserName"], password) == 200
    assert get(git, login["ServiceUserName"], secrets["a git password"]) == 401  # it was reset
    url = git.replace("://", f"://{urllib.parse.quote(login['ServiceUserName'], safe='')}:{urllib.parse.quote(password, safe='')}@")
    subprocess.run(["git", "ls-remote", url.split("/info/refs")[0]], check=True, env={"PATH": "/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0"})

    wanted = {"CreateAccessKey", "CreateServiceSpecificCredential", "ResetServiceSpecificCredential"}
    recorded = soon(lambda: events(daemon) + events(daemon, region="us-east-1"), lambda all: "GitPull" in {e["eventName"] for e in all})
    wanted |= {"AssumeRole", "GetSessionToken", "PutParameter", "CreateKeyPair", "ImportKeyPair", "RunInstances",
               "GetAuthorizationToken", "CreateBucket", "CreateProject", "GetCallerIdentity", "GitPull"}
    assert wanted <= {event["eventName"] for event in recorded}
    assert not {"PutObject", "GetObject", "ListObjectsV2"} & {event["eventName"] for event in recorded}
    text = json.dumps(recorded)
    assert HIDDEN in text and "<sensitiveDataRemoved>" in text
    for what, value in {**secrets, **trail_only}.items():
        assert json.dumps(value)[1:-1] not in text, f"{what} is in the trail"
        assert base64.b64encode(value.encode()).decode() not in text, f"{what} is in the trail, in base64"

    def search(when):
        kept = [path for path in (tmp_path / "state").rglob("*") if path.is_file() and path.name != "admin-credentials.json"]
        assert any(path.name == "region.db" for path in kept)
        for path in [tmp_path / "log", *kept]:
            content = path.read_bytes()
            for what, value in secrets.items():
                assert value.encode() not in content, f"{what} is in {path.name}, {when}"

    assert (tmp_path / "state/region.db-wal").stat().st_size > 0
    search("while the daemon runs")
    daemon.kill()
    search("after it was killed")
