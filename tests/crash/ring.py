"""The crash ring's scenario: one or two calls of each kind that changes something, over all services that need no machine. What it
makes, and what of it stays, `ring_state` tells.
"""
import json
import time
import urllib.parse

import daemon as live
from repository import git

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/"


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": service + ".amazonaws.com"}, "Action": "sts:AssumeRole"}})


def allow(*actions, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}})


def arn(service, resource):
    return f"arn:aws:{service}:{live.REGION}:{ACCOUNT}:{resource}"


def identities(user):
    user("iam", "create_group", GroupName="devs")
    user("iam", "put_group_policy", GroupName="devs", PolicyName="look", PolicyDocument=allow("codecommit:List*"))
    user("iam", "create_user", UserName="dev", Tags=[{"Key": "team", "Value": "a"}, {"Key": "old", "Value": "x"}])
    user("iam", "tag_user", UserName="dev", Tags=[{"Key": "team", "Value": "b"}])
    user("iam", "untag_user", UserName="dev", TagKeys=["old"])
    user("iam", "put_user_policy", UserName="dev", PolicyName="own", PolicyDocument=allow("s3:ListAllMyBuckets"))
    user("iam", "add_user_to_group", GroupName="devs", UserName="dev")
    user("iam", "attach_user_policy", UserName="dev", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
    user("iam", "create_policy", PolicyName="own", PolicyDocument=allow("s3:GetObject"))
    policy = f"arn:aws:iam::{ACCOUNT}:policy/own"
    user("iam", "create_policy_version", PolicyArn=policy, PolicyDocument=allow("s3:PutObject"), SetAsDefault=True)
    if user.unanswered and user.unanswered.operation == "create_policy_version":
        for one in user("iam", "list_policy_versions", PolicyArn=policy)["Versions"]:
            if one["VersionId"] not in ("v1", "v2"):
                user.mend("iam", "set_default_policy_version", PolicyArn=policy, VersionId="v2")
                user.mend("iam", "delete_policy_version", PolicyArn=policy, VersionId=one["VersionId"])
    user("iam", "attach_group_policy", GroupName="devs", PolicyArn=policy)
    own = user("iam", "create_access_key", UserName="dev")["AccessKey"]["AccessKeyId"]
    for one in user("iam", "list_access_keys", UserName="dev")["AccessKeyMetadata"]:
        if one["AccessKeyId"] != own:  # its secret was lost on the way
            user.mend("iam", "delete_access_key", UserName="dev", AccessKeyId=one["AccessKeyId"])
    user("iam", "update_access_key", UserName="dev", AccessKeyId=own, Status="Inactive")
    for role in ("codepipeline", "events", "codebuild", "codedeploy"):
        user("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=trust(role))
    for role, actions in (("codepipeline", ("codecommit:*", "s3:*")), ("events", ("codepipeline:*",)), ("codedeploy", ("ec2:Describe*",))):
        user("iam", "put_role_policy", RoleName=role, PolicyName="own", PolicyDocument=allow(*actions))
    user("iam", "create_instance_profile", InstanceProfileName="web")
    user("iam", "add_role_to_instance_profile", InstanceProfileName="web", RoleName="codedeploy")
    user("iam", "create_account_alias", AccountAlias="the-ring")
    user("iam", "create_user", UserName="gone")
    user("iam", "delete_user", UserName="gone")


def objects(user):
    """Returns what was acknowledged: (key, version id) → bytes."""
    kept = {}
    user("s3", "create_bucket", Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    user("s3", "put_bucket_versioning", Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    user("s3", "put_bucket_tagging", Bucket="data", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    user("s3", "put_public_access_block", Bucket="data", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    user("s3", "put_bucket_policy", Bucket="data", Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": ROLE + "codebuild"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/*"}}))
    for key, body in (("a", b"one"), ("a", b"two"), ("b", b"b" * 100_000)):
        kept[key, user("s3", "put_object", Bucket="data", Key=key, Body=body, Metadata={"of": key})["VersionId"]] = body
    user("s3", "put_object_tagging", Bucket="data", Key="a", Tagging={"TagSet": [{"Key": "k", "Value": "v"}]})
    user("s3", "copy_object", Bucket="data", Key="copy", CopySource="data/a")
    user("s3", "delete_object", Bucket="data", Key="b")
    doomed = user("s3", "put_object", Bucket="data", Key="c", Body=b"doomed")["VersionId"]
    user("s3", "delete_object", Bucket="data", Key="c", VersionId=doomed)
    for one in user("s3", "list_object_versions", Bucket="data", Prefix="c")["Versions"]:
        if one["Key"] == "c":  # the version that was put first and not told
            user.mend("s3", "delete_object", Bucket="data", Key="c", VersionId=one["VersionId"])
    uploads = {key: user("s3", "create_multipart_upload", Bucket="data", Key=key)["UploadId"] for key in ("large", "half", "none")}
    for one in user("s3", "list_multipart_uploads", Bucket="data")["Uploads"]:
        if one["UploadId"] not in uploads.values():
            user.mend("s3", "abort_multipart_upload", Bucket="data", Key=one["Key"], UploadId=one["UploadId"])
    parts = {key: user("s3", "upload_part", Bucket="data", Key=key, UploadId=upload, PartNumber=1, Body=key.encode() * 10_000)["ETag"]
             for key, upload in uploads.items()}
    user("s3", "complete_multipart_upload", Bucket="data", Key="large", UploadId=uploads["large"],
         MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": parts["large"]}]})
    user("s3", "abort_multipart_upload", Bucket="data", Key="none", UploadId=uploads["none"])
    user("s3", "create_bucket", Bucket="gone", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    user("s3", "delete_bucket", Bucket="gone")
    return kept


def wait_for_sources(user, executions):
    """A source action reads the branch when it runs, so the next push waits until each execution has its commit."""
    deadline = time.monotonic() + 20
    while True:
        found = user("codepipeline", "list_pipeline_executions", pipelineName="line")["pipelineExecutionSummaries"]
        if len(found) >= executions and all(one.get("sourceRevisions") for one in found):
            return
        assert time.monotonic() < deadline, f"not {executions} executions with a commit: {found}"
        time.sleep(0.02)


def watched_group(user):
    """A log group into which EventBridge may write."""
    user("logs", "create_log_group", logGroupName="/aws/events/pushes", tags={"a": "b"})
    group = arn("logs", "log-group:/aws/events/pushes")
    user("logs", "put_resource_policy", policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group + ":*"}}))
    return group


def pipeline(user):
    actions = {
        "Source": {"name": "Source", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
                   "configuration": {"RepositoryName": "app", "BranchName": "main", "PollForSourceChanges": "false"},
                   "outputArtifacts": [{"name": "Source"}]},
        "Approve": {"name": "Approve", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}}}
    user("codepipeline", "create_pipeline", tags=[{"key": "a", "value": "b"}], pipeline={
        "name": "line", "roleArn": ROLE + "codepipeline", "artifactStore": {"type": "S3", "location": "data"},
        "stages": [{"name": name, "actions": [action]} for name, action in actions.items()]})
    wait_for_sources(user, 1)


def clone(user, login):
    name, password = (urllib.parse.quote(login[k], safe="") for k in ("ServiceUserName", "ServicePassword"))
    address = f"http://{name}:{password}@127.0.0.1:{user.daemon.port}/v1/repos/app"
    for _ in range(2):
        if git(user.folder, "clone", "-q", address, "work", check=False).returncode == 0:
            return user.folder / "work"
        user.revive()
    raise AssertionError("the repository could not be cloned")


def approve(user):
    state = user("codepipeline", "get_pipeline_state", name="line")["stageStates"][1]["actionStates"][0]["latestExecution"]
    user("codepipeline", "put_approval_result", pipelineName="line", stageName="Approve", actionName="Approve", token=state["token"],
         result={"summary": "fine", "status": "Approved"})


def delivery(user):
    """Returns the commits: that of the file, and those that were pushed."""
    login = user("iam", "create_service_specific_credential", UserName="dev", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    for one in user("iam", "list_service_specific_credentials", UserName="dev")["ServiceSpecificCredentials"]:
        if one["ServiceUserName"] != login["ServiceUserName"]:
            user.mend("iam", "delete_service_specific_credential", UserName="dev", ServiceSpecificCredentialId=one["ServiceSpecificCredentialId"])
    user("codecommit", "create_repository", repositoryName="app", tags={"a": "b", "c": "d"}, repositoryDescription="ours")
    user("codecommit", "untag_resource", resourceArn=arn("codecommit", "app"), tagKeys=["c"])
    user("codecommit", "put_file", repositoryName="app", branchName="main", filePath="README", fileContent=b"read me")
    commits = [user("codecommit", "get_branch", repositoryName="app", branchName="main")["branch"]["commitId"]]
    user("codecommit", "create_branch", repositoryName="app", branchName="side", commitId=commits[0])
    user("codecommit", "create_branch", repositoryName="app", branchName="short", commitId=commits[0])
    user("codecommit", "delete_branch", repositoryName="app", branchName="short")
    user("codecommit", "create_repository", repositoryName="gone")
    user("codecommit", "put_file", repositoryName="gone", branchName="main", filePath="a", fileContent=b"a")
    user("codecommit", "delete_repository", repositoryName="gone")
    group = watched_group(user)
    pipeline(user)
    user("events", "put_rule", Name="pushes", EventPattern=json.dumps({"source": ["aws.codecommit", "ring"]}))
    user("events", "put_targets", Rule="pushes", Targets=[{"Id": "log", "Arn": group}])
    user("events", "put_rule", Name="main", EventPattern=json.dumps({"source": ["aws.codecommit"], "detail": {"referenceName": ["main"]}}))
    user("events", "put_targets", Rule="main", Targets=[{"Id": "line", "Arn": arn("codepipeline", "line"), "RoleArn": ROLE + "events"}])
    work = clone(user, login)
    for number, text in enumerate(("first", "second"), start=2):
        commits.append(user.push_commit(work, text))
        wait_for_sources(user, number)
    approve(user)
    user("codecommit", "create_commit", repositoryName="app", branchName="side", parentCommitId=commits[0], commitMessage="by hand",
         putFiles=[{"filePath": "other", "fileContent": b"other"}])
    user("codepipeline", "disable_stage_transition", pipelineName="line", stageName="Approve", transitionType="Inbound", reason="late")
    user("events", "put_events", Entries=[{"Source": "ring", "DetailType": "told", "Detail": json.dumps({"by": "hand"})}])
    return commits


def buses(user):
    user("events", "create_event_bus", Name="side", Tags=[{"Key": "a", "Value": "b"}])
    user("events", "put_rule", Name="rate", ScheduleExpression="rate(5 days)", State="DISABLED", EventBusName="default")
    user("events", "put_rule", Name="gone", EventPattern='{"source": ["x"]}', EventBusName="side")
    user("events", "delete_rule", Name="gone", EventBusName="side")


def builds_and_deployments(user):
    user("codebuild", "create_project", name="build", source={"type": "NO_SOURCE", "buildspec": "version: 0.2"},
         artifacts={"type": "NO_ARTIFACTS"}, serviceRole=ROLE + "codebuild", tags=[{"key": "a", "value": "b"}],
         environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"})
    user("codebuild", "update_project", name="build", description="ours")
    user("codedeploy", "create_application", applicationName="app", tags=[{"Key": "a", "Value": "b"}])
    user("codedeploy", "create_deployment_config", deploymentConfigName="half",
         minimumHealthyHosts={"type": "FLEET_PERCENT", "value": 50})
    user("codedeploy", "create_deployment_group", applicationName="app", deploymentGroupName="web", deploymentConfigName="half",
         serviceRoleArn=ROLE + "codedeploy", ec2TagFilters=[{"Key": "role", "Value": "web", "Type": "KEY_AND_VALUE"}])
    user("codedeploy", "register_application_revision", applicationName="app", description="ours",
         revision={"revisionType": "S3", "s3Location": {"bucket": "data", "key": "a", "bundleType": "zip"}})
    user("codedeploy", "create_deployment", applicationName="app", deploymentGroupName="web",  # fails, as there are no instances
         revision={"revisionType": "S3", "s3Location": {"bucket": "data", "key": "a", "bundleType": "zip"}})
    user("codedeploy", "create_application", applicationName="gone")
    user("codedeploy", "delete_application", applicationName="gone")


def parameters_and_logs(user):
    user("ssm", "put_parameter", Name="/p", Value="1", Type="String", Tags=[{"Key": "a", "Value": "b"}])
    newer = user("ssm", "put_parameter", Name="/p", Value="2", Type="String", Overwrite=True)["Version"]
    user("ssm", "label_parameter_version", Name="/p", ParameterVersion=newer, Labels=["live"])
    user("ssm", "put_parameter", Name="/secret", Value="sealed", Type="SecureString")
    user("ssm", "put_parameter", Name="/gone", Value="1", Type="String")
    user("ssm", "delete_parameter", Name="/gone")
    user("logs", "create_log_group", logGroupName="own")
    user("logs", "put_retention_policy", logGroupName="own", retentionInDays=14)
    user("logs", "create_log_stream", logGroupName="own", logStreamName="s")
    user("logs", "put_log_events", logGroupName="own", logStreamName="s",
         logEvents=[{"timestamp": int(time.time() * 1000), "message": "a line"}])
    user("logs", "create_log_group", logGroupName="gone")
    user("logs", "delete_log_group", logGroupName="gone")


def images(user):
    user("ecr", "create_repository", repositoryName="img", tags=[{"Key": "a", "Value": "b"}])
    user("ecr", "put_image_tag_mutability", repositoryName="img", imageTagMutability="IMMUTABLE")
    user("ecr", "set_repository_policy", repositoryName="img", policyText=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": ROLE + "codebuild"}, "Action": "ecr:BatchGetImage"}}))
    user.push_image("img", "one", b"layer one")
    user.push_image("img", "two", b"layer two")
    user("ecr", "batch_delete_image", repositoryName="img", imageIds=[{"imageTag": "one"}])
    user("ecr", "create_repository", repositoryName="gone")
    user.push_image("gone", "three", b"layer three")
    user("ecr", "delete_repository", repositoryName="gone", force=True)


def organization(user):
    user("organizations", "create_organization", FeatureSet="ALL")
    root = user("organizations", "list_roots")["Roots"][0]["Id"]
    user("organizations", "create_organizational_unit", ParentId=root, Name="unit")
    user("organizations", "enable_policy_type", RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    user("organizations", "create_policy", Name="bound", Description="", Type="SERVICE_CONTROL_POLICY", Content=allow("s3:*"))
    bound, = (one["Id"] for one in user("organizations", "list_policies", Filter="SERVICE_CONTROL_POLICY")["Policies"] if one["Name"] == "bound")
    user("organizations", "attach_policy", PolicyId=bound, TargetId=root)
    user("organizations", "create_account", AccountName="second", Email="second@example.com")


def run(user):
    """The whole of it: (what S3 acknowledged, the commits)."""
    identities(user)
    kept = objects(user)
    commits = delivery(user)
    buses(user)
    builds_and_deployments(user)
    parameters_and_logs(user)
    images(user)
    organization(user)
    return kept, commits
