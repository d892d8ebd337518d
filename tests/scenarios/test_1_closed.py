"""Closed by default: a user without any policy is refused at every operation of every service, whatever they name."""
import re

import botocore.exceptions
import pytest

import region as live

SERVICES = {"acm": "acm", "budgets": "budgets", "ce": "ce", "codebuild": "codebuild", "codecommit": "codecommit", "codedeploy": "codedeploy", "codepipeline": "codepipeline",
            "ec2": "ec2", "ecr": "ecr", "elasticloadbalancing": "elbv2", "events": "events", "iam": "iam", "logs": "logs", "monitoring": "cloudwatch",
            "organizations": "organizations", "s3": "s3", "secretsmanager": "secretsmanager", "ssm": "ssm", "sts": "sts"}
# AWS lets everybody do these; DeleteObjects decides for each key and tells it in its answer.
OPEN = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken"), ("s3", "DeleteObjects")}
# What no operation's model requires, and the operation does.
GIVEN = {("ec2", "RunInstances"): {"ImageId": "ami-0123456789abcdef0"},
         ("ec2", "AssociateIamInstanceProfile"): {"IamInstanceProfile": {"Name": "some-name"}},
         ("ec2", "ReplaceIamInstanceProfileAssociation"): {"IamInstanceProfile": {"Name": "some-name"}},
         ("ec2", "CreateVpcEndpoint"): {"ServiceName": "com.amazonaws.ap-northeast-2.s3"},
         ("ec2", "CreateLaunchTemplate"): {"LaunchTemplateData": {"KeyName": "some-name"}},
         ("ec2", "CreateLaunchTemplateVersion"): {"LaunchTemplateData": {"KeyName": "some-name"}},
         ("ssm", "UpdateAssociation"): {"AssociationId": "01234567-89ab-cdef-0123-456789abcdef"},
         ("ssm", "UpdateDocumentDefaultVersion"): {"DocumentVersion": "1"},
         ("ssm", "StartAssociationsOnce"): {"AssociationIds": ["01234567-89ab-cdef-0123-456789abcdef"]},
         ("logs", "DescribeLogStreams"): {"logGroupName": "some-name"}, ("logs", "FilterLogEvents"): {"logGroupName": "some-name"},
         ("logs", "GetLogEvents"): {"logGroupName": "some-name", "logStreamName": "some-name"},
         ("codebuild", "RetryBuild"): {"id": "some-name:01234567-89ab-cdef-0123-456789abcdef"},
         ("codedeploy", "ListDeploymentTargets"): {"deploymentId": "d-ABCDEFGHI"},
         ("codedeploy", "GetDeploymentTarget"): {"deploymentId": "d-ABCDEFGHI", "targetId": "i-0123456789abcdef0"},
         ("codedeploy", "BatchGetDeploymentTargets"): {"deploymentId": "d-ABCDEFGHI", "targetIds": ["i-0123456789abcdef0"]}}
REFUSALS = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403"}
# Values that pass the models' patterns, by the end of the member's name.
ARNS = {"logs": "arn:aws:logs:ap-northeast-2:123456789012:log-group:some-name",
        "ecr": "arn:aws:ecr:ap-northeast-2:123456789012:repository/some-name",
        "codedeploy": "arn:aws:codedeploy:ap-northeast-2:123456789012:application:some-name",
        "codepipeline": "arn:aws:codepipeline:ap-northeast-2:123456789012:some-name",
        "codecommit": "arn:aws:codecommit:ap-northeast-2:123456789012:some-name",
        "events": "arn:aws:events:ap-northeast-2:123456789012:rule/some-name",
        "monitoring": "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:some-name",
        "elasticloadbalancing": "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/some-name/0123456789abcdef"}
TEXTS = [
    ("^(uploadId|pipelineExecutionId|token)", "01234567-89ab-cdef-0123-456789abcdef"), ("^Key", "some.name"), ("^Resources", "i-0123456789abcdef0"),
    ("Policy", '{"Version":"2012-10-17","Statement":[]}'), ("roleArn", "arn:aws:iam::123456789012:role/some-role"),
    ("RoleArn", "arn:aws:iam::123456789012:role/some-role"), ("RoleARN", "arn:aws:iam::123456789012:role/some-role"),
    ("LoadBalancerArn", "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:loadbalancer/app/some-name/0123456789abcdef"),
    ("TargetGroupArn", "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:targetgroup/some-name/0123456789abcdef"),
    ("ListenerArn", "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:listener/app/some-name/0123456789abcdef/0123456789abcdef"),
    ("RuleArn", "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:listener-rule/app/some-name/0123456789abcdef/0123456789abcdef/01"),
    ("serviceRole", "arn:aws:iam::123456789012:role/some-role"), ("PolicySourceArn", "arn:aws:iam::123456789012:user/other"),
    ("OpenIDConnectProviderArn", "arn:aws:iam::123456789012:oidc-provider/some-name"),
    ("CertificateArn", "arn:aws:acm:ap-northeast-2:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef"),
    ("projectArn", "arn:aws:codebuild:ap-northeast-2:123456789012:project/some-name"),
    ("Arn", "arn:aws:iam::123456789012:policy/some-name"), ("PermissionsBoundary", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    ("CopySource", "some-bucket/some-key"), ("Cidr", "10.0.0.0/16"), ("CidrBlock", "10.0.0.0/16"), ("ActionNames", "s3:GetObject"),
    ("commitId", "0123456789abcdef0123456789abcdef01234567"), ("CommitId", "0123456789abcdef0123456789abcdef01234567"),
    ("blobId", "0123456789abcdef0123456789abcdef01234567"), ("digest", "sha256:" + "0" * 64), ("Digest", "sha256:" + "0" * 64),
    ("VersionId", "v1"), ("Bucket", "some-bucket"), ("EventPattern", '{"source":["x"]}'), ("AvailabilityZone", "ap-northeast-2a"),
    ("^Url", "https://some.name"), ("SSHPublicKeyId", "APKAIOSFODNN7EXAMPLE"), ("AccessKeyId", "AKIAIOSFODNN7EXAMPLE"), ("ServiceSpecificCredentialId", "ACCAIOSFODNN7EXAMPLE1"), ("Path", "/"), ("PathPrefix", "/"),
    ("VpcId", "vpc-0123456789abcdef0"), ("SubnetId", "subnet-0123456789abcdef0"), ("ImageId", "ami-0123456789abcdef0"),
    ("^PolicyId", "p-12345678"), ("^TargetId", "123456789012"), ("^AccountId", "123456789012"), ("^ChildId", "123456789012"),
    ("RootId", "r-abcd"), ("ParentId", "r-abcd"), ("OrganizationalUnitId", "ou-abcd-12345678"), ("Email", "x@example.com"),
    ("^Start", "2026-11-01"), ("^End", "2026-12-01"),
    ("CreateAccountRequestId", "car-" + "0" * 32), ("^ResourceId", "123456789012"),
    ("InstanceId", "i-0123456789abcdef0"), ("GroupId", "sg-0123456789abcdef0"), ("DeploymentId", "d-ABCDEFGHI"),
]


def operations(folder):
    for line in (live.ROOT / "src/services" / folder / "operations.txt").read_text().splitlines():
        if re.match(r"[A-Z]\w+ ", line):
            yield line.split()[0]


def example(shape, folder, name="", inner=False):
    """A value of the shape: what is required and no more, but for structures in lists, which are not left empty."""
    kind = shape.type_name
    if kind == "structure":
        wanted = shape.required_members
        if inner and not wanted:
            wanted = [m for m, s in shape.members.items() if s.type_name == "string"][:2]
        return {m: example(shape.members[m], folder, m) for m in wanted}
    if kind == "list":
        return [example(shape.member, folder, name, inner=True)]
    if kind == "map":
        return {example(shape.key, folder, "key"): example(shape.value, folder, "value")}
    if kind in ("integer", "long"):
        return int(max(shape.metadata.get("min", 1), 1))
    if kind in ("float", "double"):
        return 1.0
    if kind == "boolean":
        return False
    if kind == "timestamp":
        return "2026-01-01T00:00:00Z"
    if kind == "blob":
        return b"x"
    if shape.enum:
        return shape.enum[0]
    if folder in ARNS and name.lower() in ("resourcearn", "resourcearns"):
        return ARNS[folder]
    for end, text in TEXTS:
        if re.search(f"{end}s?$", name):
            return text
    return "some-name".ljust(int(shape.metadata.get("min", 0)), "x")


@pytest.fixture(scope="module")
def nobody(region):
    """Access key of a user without policies."""
    iam = region.client("iam")
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    yield {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    iam.delete_access_key(UserName="nobody", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="nobody")


@pytest.mark.parametrize("folder", [f for f in SERVICES if (live.ROOT / "src/services" / f / "operations.txt").exists()])
def test_a_user_without_policies_is_refused_everywhere(region, nobody, folder):
    client = region.client(SERVICES[folder], **nobody)
    let_in = {}
    for operation in operations(folder):
        # An operation that AWS's clients do not know is one between our own services.
        if (folder, operation) in OPEN or operation not in client.meta.service_model.operation_names:
            continue
        model = client.meta.service_model.operation_model(operation)
        arguments = example(model.input_shape, folder) if model.input_shape else {}
        arguments.update(GIVEN.get((folder, operation), {}))
        method = next(m for m, o in client.meta.method_to_api_mapping.items() if o == operation)
        try:
            getattr(client, method)(**arguments)
            let_in[operation] = "succeeded"
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in REFUSALS:
                let_in[operation] = f'{error.response["Error"]["Code"]}: {error.response["Error"]["Message"]}'
    assert not let_in, "\n".join(f"{name}: {what}" for name, what in let_in.items())
