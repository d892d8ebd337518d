"""Least privilege: a service does with the role that it was given what that role allows, and says what is missing."""
import json
import time
import uuid

import pytest


def wait(what, seconds=120):
    """Asks until the answer is something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(1)
    raise AssertionError(f"nothing came of it in {seconds} s")


@pytest.fixture
def pipeline(commission):
    """A pipeline like the commission's, with a role of its own that may read the repository and nothing else."""
    iam, codepipeline = commission.client("iam"), commission.client("codepipeline")
    name = f"narrow-{uuid.uuid4().hex[:8]}"
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "codepipeline.amazonaws.com"},
                                                     "Action": "sts:AssumeRole"}]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]

    def allow(policy, *actions):
        iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}))

    allow("source", "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:UploadArchive")
    declaration = codepipeline.get_pipeline(name="wsi-api-pipeline")["pipeline"]
    declaration.update(name=name, roleArn=role, stages=declaration["stages"][:2])
    declaration.pop("version", None)
    codepipeline.create_pipeline(pipeline=declaration)

    def stage(number):
        return codepipeline.get_pipeline_state(name=name)["stageStates"][number]

    def failure(number):
        """The message with which the stage's action failed, once it has."""
        return wait(lambda: stage(number).get("latestExecution", {}).get("status") == "Failed" and
                    stage(number)["actionStates"][0]["latestExecution"]["errorDetails"]["message"])

    def retry(number):
        state = stage(number)
        codepipeline.retry_stage_execution(pipelineName=name, stageName=state["stageName"], retryMode="FAILED_ACTIONS",
                                           pipelineExecutionId=state["latestExecution"]["pipelineExecutionId"])
    yield name, allow, failure, retry
    codepipeline.delete_pipeline(name=name)
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


def test_a_pipelines_role_must_allow_each_step(pipeline):
    name, allow, failure, retry = pipeline
    missing = failure(0)
    assert "is not authorized to perform: s3:PutObject" in missing and f"assumed-role/{name}/" in missing
    allow("artifacts", "s3:PutObject", "s3:GetObject")
    retry(0)
    assert "is not authorized to perform: codebuild:StartBuild" in failure(1)


def test_a_role_that_does_not_trust_the_service_is_refused(commission):
    codepipeline = commission.client("codepipeline")
    declaration = codepipeline.get_pipeline(name="wsi-api-pipeline")["pipeline"]
    declaration.update(name=f"untrusted-{uuid.uuid4().hex[:8]}", roleArn="arn:aws:iam::123456789012:role/wsi-codedeploy")
    declaration.pop("version", None)
    with pytest.raises(codepipeline.exceptions.ClientError) as refused:
        codepipeline.create_pipeline(pipeline=declaration)
    assert refused.value.response["Error"]["Code"] == "InvalidStructureException"


def test_a_server_may_do_only_what_its_role_says(commission):
    """On the bastion, with the keys that the metadata service gives."""
    who = commission.on_bastion("aws sts get-caller-identity --query Arn --output text")
    assert ":assumed-role/wsi-bastion/i-" in who
    refused = commission.on_bastion("aws ec2 describe-vpcs 2>&1 || true")
    assert "UnauthorizedOperation" in refused and "ec2:DescribeVpcs" in refused
    refused = commission.on_bastion("aws s3 ls 2>&1 || true")
    assert "AccessDenied" in refused and "s3:ListAllMyBuckets" in refused
