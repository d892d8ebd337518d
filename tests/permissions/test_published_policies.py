"""Policies as AWS's user guides publish them, each from both sides: what it lets through and what it stops. A bare daemon
answers; nothing is asked of machines (EC2's calls are dry runs)."""
import datetime
import hashlib
import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.config
import botocore.exceptions
import daemon as live
import pytest

ACCOUNT = "123456789012"
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource="*", **rest):
    return {"Effect": "Allow", "Action": action, "Resource": resource, **rest}


def deny(action, resource="*", **rest):
    return {**allow(action, resource, **rest), "Effect": "Deny"}


class Principal:
    """Keys, and clients that sign with them."""

    def __init__(self, daemon, key, secret, token=None):
        self.daemon, self.key, self.secret, self.token = daemon, key, secret, token

    def client(self, service, tls=False):
        """Over TLS S3's bodies go unsigned, as they do when the client streams them."""
        config = botocore.config.Config(retries={"max_attempts": 1}, s3={"addressing_style": "path", "payload_signing_enabled": not tls},
                                        signature_version="s3v4" if service == "s3" else "v4")
        return boto3.client(service, endpoint_url=f"{'https' if tls else 'http'}://127.0.0.1:{self.daemon.port}", region_name=live.REGION,
                            verify=False, aws_access_key_id=self.key, aws_secret_access_key=self.secret, aws_session_token=self.token, config=config)


def user(daemon, name, *statements, tags=()):
    iam = daemon.client("iam")
    iam.create_user(UserName=name, Tags=[{"Key": k, "Value": v} for k, v in tags])
    if statements:
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=document(*statements))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Principal(daemon, key["AccessKeyId"], key["SecretAccessKey"])


def role(daemon, name, service, *statements):
    iam = daemon.client("iam")
    principal = {"Service": service} if service else {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    if statements:
        iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
    return arn


def denied(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(**arguments)
    error = caught.value.response["Error"]
    assert error["Code"] in DENIED, error
    return error["Message"]


def dry_run(call, **arguments):
    """What a dry run says: DryRunOperation is EC2's yes."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        call(DryRun=True, **arguments)
    return caught.value.response["Error"]["Code"]


def fetch(url, method="GET", body=None, headers=()):
    request = urllib.request.Request(url, data=body, method=method, headers=dict(headers))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_bucket_that_demands_tls(daemon):
    # Amazon S3 User Guide, "Restrict access to only HTTPS requests".
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket="tls-only", Key="k", Body=b"x")
    reader = user(daemon, "tls-reader", allow("s3:GetObject"))
    assert reader.client("s3").get_object(Bucket="tls-only", Key="k")["Body"].read() == b"x"
    s3.put_bucket_policy(Bucket="tls-only", Policy=document(deny(
        "s3:*", ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"], Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})))
    assert "with an explicit deny in a resource-based policy" in denied(reader.client("s3").get_object, Bucket="tls-only", Key="k")
    assert reader.client("s3", tls=True).get_object(Bucket="tls-only", Key="k")["Body"].read() == b"x"


def test_a_bucket_that_asks_for_a_version_of_tls(daemon):
    # Amazon S3 User Guide, "Amazon S3 policy keys", s3:TlsVersion.
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="new-tls", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket="new-tls", Key="k", Body=b"x")
    reader = user(daemon, "new-tls-reader", allow("s3:GetObject", Condition={"NumericGreaterThanEquals": {"s3:TlsVersion": 1.2}}))
    assert reader.client("s3", tls=True).get_object(Bucket="new-tls", Key="k")["Body"].read() == b"x"
    denied(reader.client("s3").get_object, Bucket="new-tls", Key="k")
    s3.put_bucket_policy(Bucket="new-tls", Policy=document(deny(
        "s3:*", ["arn:aws:s3:::new-tls/*"], Principal="*", Condition={"NumericLessThan": {"s3:TlsVersion": 1.4}})))
    denied(reader.client("s3", tls=True).get_object, Bucket="new-tls", Key="k")


def test_home_folders_in_a_bucket(daemon):
    # IAM User Guide, "Allows IAM users access to their S3 home directory".
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="homes", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket="homes", Key="home/other/secret", Body=b"x")
    own = user(daemon, "zhang",
               allow("s3:ListBucket", "arn:aws:s3:::homes", Condition={"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}}),
               allow("s3:*", ["arn:aws:s3:::homes/home/${aws:username}", "arn:aws:s3:::homes/home/${aws:username}/*"])).client("s3")
    own.put_object(Bucket="homes", Key="home/zhang/notes", Body=b"mine")
    assert own.list_objects_v2(Bucket="homes", Prefix="home/zhang/")["KeyCount"] == 1
    assert own.list_objects_v2(Bucket="homes", Prefix="home/", Delimiter="/")["KeyCount"] == 2
    denied(own.list_objects_v2, Bucket="homes", Prefix="home/other/")
    denied(own.put_object, Bucket="homes", Key="home/other/notes", Body=b"x")
    denied(own.get_object, Bucket="homes", Key="home/other/secret")


def test_presigned_urls_only_and_for_a_short_time(daemon):
    # Amazon S3 API Reference, "Amazon S3 Signature Version 4 authentication specific policy keys".
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="links", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    s3.put_object(Bucket="links", Key="k", Body=b"x")
    sharer = user(daemon, "sharer", allow("s3:*", "arn:aws:s3:::links/*"))
    url = sharer.client("s3").generate_presigned_url("get_object", Params={"Bucket": "links", "Key": "k"}, ExpiresIn=600)

    def conditions(*pairs):
        s3.put_bucket_policy(Bucket="links", Policy=document(*(
            deny("s3:*", "arn:aws:s3:::links/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/sharer"}, Condition={op: tests}) for op, tests in pairs)))

    conditions(("StringNotEquals", {"s3:authType": "REST-QUERY-STRING"}))
    assert fetch(url)[0] == 200
    denied(sharer.client("s3").get_object, Bucket="links", Key="k")
    conditions(("NumericGreaterThan", {"s3:signatureAge": "600000"}), ("StringNotEquals", {"s3:signatureversion": "AWS4-HMAC-SHA256"}))
    assert fetch(url)[0] == 200
    sharer.client("s3").get_object(Bucket="links", Key="k")  # signed in the header: it has no age
    conditions(("NumericGreaterThan", {"s3:signatureAge": "0"}))
    time.sleep(1.1)
    assert fetch(url)[0] == 403
    conditions(("StringEquals", {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}))
    sharer.client("s3").put_object(Bucket="links", Key="k", Body=b"x")
    denied(sharer.client("s3", tls=True).put_object, Bucket="links", Key="k", Body=b"x")


def test_instances_only_with_their_tag_and_tags_only_at_launch(daemon):
    # Amazon EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation".
    launcher = user(daemon, "launcher",
                    allow("ec2:RunInstances"),
                    allow("ec2:CreateTags", f"arn:aws:ec2:{live.REGION}:{ACCOUNT}:*/*", Condition={"StringEquals": {"ec2:CreateAction": "RunInstances"}}),
                    deny("ec2:RunInstances", "arn:aws:ec2:*:*:instance/*", Condition={"StringNotEquals": {"aws:RequestTag/CostCenter": ["lab", "prod"]}})).client("ec2")
    ec2 = daemon.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]

    def run(*tags):
        kind = [{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags]}] if tags else []
        return dry_run(launcher.run_instances, ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro", TagSpecifications=kind)

    assert run(("CostCenter", "lab")) == "DryRunOperation"
    assert run(("CostCenter", "play")) == "UnauthorizedOperation"
    assert run() == "UnauthorizedOperation"
    denied(launcher.create_tags, Resources=[vpc], Tags=[{"Key": "CostCenter", "Value": "lab"}])


def test_nobody_pushes_to_main(daemon, tmp_path):
    # AWS CodeCommit User Guide, "Limit pushes and merges to branches".
    daemon.client("codecommit").create_repository(repositoryName="app")
    junior = user(daemon, "junior", allow("codecommit:*"), deny(
        ["codecommit:GitPush", "codecommit:DeleteBranch", "codecommit:PutFile", "codecommit:MergeBranchesByFastForward", "codecommit:MergeBranchesBySquash"],
        f"arn:aws:codecommit:{live.REGION}:{ACCOUNT}:app",
        Condition={"StringEqualsIfExists": {"codecommit:References": ["refs/heads/main", "refs/heads/prod"]}, "Null": {"codecommit:References": "false"}}))
    denied(junior.client("codecommit").put_file, repositoryName="app", branchName="main", filePath="a", fileContent=b"a")
    junior.client("codecommit").put_file(repositoryName="app", branchName="feature", filePath="a", fileContent=b"a")

    login = daemon.client("iam").create_service_specific_credential(UserName="junior", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    quoted = urllib.parse.quote(login["ServicePassword"], safe="")
    remote = f"http://{login['ServiceUserName']}:{quoted}@127.0.0.1:{daemon.port}/v1/repos/app"

    def git(*words):
        return subprocess.run(["git", "-c", "user.name=j", "-c", "user.email=j@localhost", *words], cwd=tmp_path, capture_output=True, text=True, timeout=30)

    assert git("clone", "--quiet", "--branch", "feature", remote, ".").returncode == 0
    assert git("commit", "--quiet", "--allow-empty", "-m", "more").returncode == 0
    assert git("push", "origin", "HEAD:feature").returncode == 0
    refused = git("push", "origin", "HEAD:main")
    assert refused.returncode != 0
    branches = daemon.client("codecommit").list_branches(repositoryName="app")["branches"]
    assert branches == ["feature"], refused.stderr


def test_a_role_is_passed_to_one_service_only(daemon):
    # IAM User Guide, "Grant a user permissions to pass a role to an AWS service".
    builder = role(daemon, "builder", "codebuild.amazonaws.com")
    other = role(daemon, "targets", "events.amazonaws.com")
    passer = user(daemon, "passer", allow(["codebuild:*", "events:*"]), allow(
        "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/*", Condition={
            "StringEquals": {"iam:PassedToService": "codebuild.amazonaws.com"},
            "StringLike": {"iam:AssociatedResourceARN": f"arn:aws:codebuild:{live.REGION}:{ACCOUNT}:project/team-*"}}))

    def project(name):
        return dict(name=name, serviceRole=builder, source={"type": "NO_SOURCE", "buildspec": "version: 0.2"}, artifacts={"type": "NO_ARTIFACTS"},
                    environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"})

    passer.client("codebuild").create_project(**project("team-a"))
    assert "iam:PassRole on resource: " + builder in denied(passer.client("codebuild").create_project, **project("theirs"))
    assert "iam:PassRole" in denied(passer.client("events").put_rule, Name="nightly", ScheduleExpression="rate(1 day)", RoleArn=other)


def test_only_from_an_address_and_until_a_time(daemon):
    # IAM User Guide, "Denies access to AWS based on the source IP" and "Allows access within specific dates".
    def stamp(days):
        return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def dates(first, last):
        return {"DateGreaterThan": {"aws:CurrentTime": stamp(first)}, "DateLessThan": {"aws:CurrentTime": stamp(last)}}

    def outside(*blocks):
        return deny("*", Condition={"NotIpAddress": {"aws:SourceIp": list(blocks)}, "Bool": {"aws:ViaAWSService": "false"}})

    user(daemon, "inside", allow("s3:ListAllMyBuckets", Condition=dates(-1, 1)), outside("127.0.0.0/8", "203.0.113.0/24")).client("s3").list_buckets()
    denied(user(daemon, "outside", allow("s3:ListAllMyBuckets"), outside("192.0.2.0/24", "203.0.113.0/24")).client("s3").list_buckets)
    denied(user(daemon, "late", allow("s3:ListAllMyBuckets", Condition=dates(-2, -1))).client("s3").list_buckets)


def test_attributes_decide(daemon):
    # IAM tutorial, "Define permissions to access AWS resources based on tags".
    tester = user(daemon, "tester", allow("ssm:PutParameter", Condition={"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"},
                                                                        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "name"]}}),
                  allow("ssm:AddTagsToResource", Condition={"StringEquals": {"aws:RequestTag/team": "${aws:PrincipalTag/team}"}}),
                  allow("ssm:GetParameter", Condition={"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}), tags=[("team", "red")]).client("ssm")
    admin = daemon.client("ssm")
    for name, team in (("/red", "red"), ("/blue", "blue")):
        admin.put_parameter(Name=name, Value=team, Type="String", Tags=[{"Key": "team", "Value": team}])
    assert tester.get_parameter(Name="/red")["Parameter"]["Value"] == "red"
    denied(tester.get_parameter, Name="/blue")
    tester.put_parameter(Name="/mine", Value="x", Type="String", Tags=[{"Key": "team", "Value": "red"}])
    denied(tester.put_parameter, Name="/theirs", Value="x", Type="String", Tags=[{"Key": "team", "Value": "blue"}])
    denied(tester.put_parameter, Name="/more", Value="x", Type="String", Tags=[{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}])


def test_dockers_login_is_bounded_as_the_session_that_asked_for_it(daemon):
    daemon.client("ecr").create_repository(repositoryName="web")
    arn = role(daemon, "pusher", None, allow("ecr:*"))
    may_assume = user(daemon, "assumer", allow("sts:AssumeRole", arn)).client("sts")

    def push(*session_policy):
        bound = {"Policy": document(*session_policy)} if session_policy else {}
        keys = may_assume.assume_role(RoleArn=arn, RoleSessionName="ci", **bound)["Credentials"]
        ecr = Principal(daemon, keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]).client("ecr")
        data = ecr.get_authorization_token()["authorizationData"][0]
        assert data["expiresAt"] <= keys["Expiration"]
        login = {"Authorization": "Basic " + data["authorizationToken"]}
        config, digest = b"{}", "sha256:" + hashlib.sha256(b"{}").hexdigest()
        base = f"{daemon.endpoint}/v2/web"
        status, _, body = fetch(f"{base}/blobs/uploads/?digest={digest}", "POST", config, login)
        assert status == 201, body
        manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": [],
                               "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest, "size": 2}}).encode()
        return fetch(f"{base}/manifests/v1", "PUT", manifest, {**login, "Content-Type": "application/vnd.oci.image.manifest.v1+json"})

    assert push()[0] == 201
    status, _, body = push(allow("ecr:*"), deny("ecr:PutImage"))
    assert status == 403 and b"with an explicit deny in a session policy" in body
    # Keys of the session decide, too: what was issued before a revocation is refused.
    iam = daemon.client("iam")
    iam.put_role_policy(RoleName="pusher", PolicyName="AWSRevokeOlderSessions", PolicyDocument=document(
        deny("ecr:PutImage", Condition={"DateLessThan": {"aws:TokenIssueTime": "2100-01-01T00:00:00Z"}})))
    status, _, body = push()
    assert status == 403 and b"with an explicit deny in an identity-based policy" in body


@pytest.mark.parametrize("holder", ["bucket", "repository", "bus", "logs"])
def test_who_is_made_again_under_the_same_name_inherits_nothing(daemon, holder):
    name = f"heir-of-{holder}"
    iam = daemon.client("iam")
    s3, ecr, events, logs = (daemon.client(service) for service in ("s3", "ecr", "events", "logs"))
    heir = user(daemon, name)
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    principal = {"Principal": {"AWS": arn}}
    if holder == "bucket":
        s3.create_bucket(Bucket="heirs", CreateBucketConfiguration={"LocationConstraint": live.REGION})
        s3.put_bucket_policy(Bucket="heirs", Policy=document(allow("s3:ListBucket", "arn:aws:s3:::heirs", **principal)))
        shown, use = lambda: s3.get_bucket_policy(Bucket="heirs")["Policy"], lambda who: who.client("s3").list_objects_v2(Bucket="heirs")
    elif holder == "repository":
        ecr.create_repository(repositoryName="heirs")
        ecr.set_repository_policy(repositoryName="heirs", policyText=document({"Effect": "Allow", "Action": "ecr:ListImages", **principal}))
        shown, use = lambda: ecr.get_repository_policy(repositoryName="heirs")["policyText"], lambda who: who.client("ecr").list_images(repositoryName="heirs")
    elif holder == "bus":
        bus = events.create_event_bus(Name="heirs")["EventBusArn"]
        events.put_permission(EventBusName="heirs", Policy=document(allow("events:DescribeEventBus", bus, Sid="s", **principal)))
        shown, use = lambda: events.describe_event_bus(Name="heirs")["Policy"], lambda who: who.client("events").describe_event_bus(Name="heirs")
    else:
        logs.create_log_group(logGroupName="heirs")
        group = f"arn:aws:logs:{live.REGION}:{ACCOUNT}:log-group:heirs:*"
        logs.put_resource_policy(policyName="p", policyDocument=document(allow("logs:DescribeLogStreams", group, **principal)))
        shown, use = lambda: logs.describe_resource_policies()["resourcePolicies"][0]["policyDocument"], lambda who: who.client("logs").describe_log_streams(logGroupName="heirs")

    use(heir)
    assert arn in shown()
    iam.delete_access_key(UserName=name, AccessKeyId=heir.key)
    gone = iam.get_user(UserName=name)["User"]["UserId"]
    iam.delete_user(UserName=name)
    second = user(daemon, name)
    denied(use, who=second)
    assert gone in shown() and arn not in shown()


def test_secrets_by_path_label_tag_and_their_own_policy(daemon):
    # Secrets Manager User Guide, "Resource-based policies" and "Identity-based policies": wildcards, conditions, a policy of the secret.
    secrets = daemon.client("secretsmanager")
    arns = {name: secrets.create_secret(Name=name, SecretString="one")["ARN"] for name in ("TestEnv/db", "TestEnv/tagged", "ProdEnv/db")}
    secrets.put_secret_value(SecretId="TestEnv/db", SecretString="two")
    secrets.tag_resource(SecretId="TestEnv/tagged", Tags=[{"Key": "ServerName", "Value": "ServerABC"}])
    path = f"arn:aws:secretsmanager:{live.REGION}:{ACCOUNT}:secret:TestEnv/*"

    by_path = user(daemon, "secrets-by-path", allow("secretsmanager:GetSecretValue", path)).client("secretsmanager")
    assert by_path.get_secret_value(SecretId="TestEnv/db")["SecretString"] == "two"
    assert arns["ProdEnv/db"] in denied(by_path.get_secret_value, SecretId="ProdEnv/db")
    denied(by_path.get_secret_value, SecretId="ProdEnv/missing")
    with pytest.raises(by_path.exceptions.ResourceNotFoundException):
        by_path.get_secret_value(SecretId="TestEnv/missing")
    batch = user(daemon, "secrets-in-batches", allow("secretsmanager:BatchGetSecretValue"), allow("secretsmanager:GetSecretValue", path)).client("secretsmanager")
    if hasattr(batch, "batch_get_secret_value"):  # Debian 12's boto3 is older than the call
        answer = batch.batch_get_secret_value(SecretIdList=["TestEnv/db", "ProdEnv/db"])
        assert [one["Name"] for one in answer["SecretValues"]] == ["TestEnv/db"]
        assert [one["ErrorCode"] for one in answer["Errors"]] == ["AccessDeniedException"]

    current = {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": "AWSCURRENT"}}
    newest = user(daemon, "secrets-newest", allow("secretsmanager:GetSecretValue", Condition=current)).client("secretsmanager")
    assert newest.get_secret_value(SecretId="TestEnv/db")["SecretString"] == "two"
    denied(newest.get_secret_value, SecretId="TestEnv/db", VersionStage="AWSPREVIOUS")

    tagged = {"StringEquals": {"secretsmanager:ResourceTag/ServerName": "ServerABC"}}
    by_tag = user(daemon, "secrets-by-tag", allow("secretsmanager:GetSecretValue", Condition=tagged)).client("secretsmanager")
    assert by_tag.get_secret_value(SecretId="TestEnv/tagged")["SecretString"] == "one"
    denied(by_tag.get_secret_value, SecretId="TestEnv/db")

    slow = {"NumericLessThan": {"secretsmanager:RecoveryWindowInDays": "14"}}
    careful = user(daemon, "secrets-careful", allow("secretsmanager:DeleteSecret"), deny("secretsmanager:DeleteSecret", Condition=slow))
    denied(careful.client("secretsmanager").delete_secret, SecretId="ProdEnv/db", RecoveryWindowInDays=7)
    careful.client("secretsmanager").delete_secret(SecretId="ProdEnv/db", RecoveryWindowInDays=14)

    stranger = user(daemon, "secrets-nothing").client("secretsmanager")
    denied(stranger.get_secret_value, SecretId="TestEnv/db")
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:user/secrets-nothing"}
    secrets.put_resource_policy(SecretId="TestEnv/db", ResourcePolicy=document(allow("secretsmanager:GetSecretValue", Principal=principal)))
    assert stranger.get_secret_value(SecretId="TestEnv/db")["SecretString"] == "two"
    secrets.put_resource_policy(SecretId="TestEnv/db", ResourcePolicy=document(deny("secretsmanager:GetSecretValue", Principal="*")))
    assert "with an explicit deny in a resource-based policy" in denied(by_path.get_secret_value, SecretId="TestEnv/db")
