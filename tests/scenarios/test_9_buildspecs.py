"""What buildspecs ask for, carried out in builds: what is stored after a failure and after none, links, prefixes and variables in paths,
values that lie in Parameter Store and Secrets Manager, a buildspec of S3, CodeBuild's own variables, and a pipeline's commit."""
import hashlib
import io
import json
import stat
import uuid
import zipfile

import pytest

from region import REGION, wait_until

LOGS = {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}
OBJECTS = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], "Resource": "*"}
PARAMETERS = {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"}
SECRETS = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
PIPELINE = {"Effect": "Allow", "Resource": "*", "Action": [
    "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
    "codebuild:BatchGetBuilds", "codebuild:StartBuild", "s3:GetObject", "s3:GetObjectVersion", "s3:GetBucketVersioning", "s3:PutObject"]}

# Of an object in S3. What the commands know lies in the artifact, as the log hides what is secret.
SPEC_IN_S3 = """version: 0.2
env:
  variables:
    OUT: made
    KIND: reports
    MINE: of the buildspec
  parameter-store:
    PLAIN: /{name}/plain
    SEALED: /{name}/sealed
  secrets-manager:
    USERNAME: {name}:username
    WORD: {name}:password
proxy:
  upload-artifacts: yes
  logs: yes
  somewhere: yes
phases:
  build:
    commands:
      - PART=second
      - mkdir -p $OUT/first/reports $OUT/$PART/reports/deep
      - env -0 > $OUT/$PART/environment
      - pwd > $OUT/$PART/folder && cat which.txt >> $OUT/$PART/folder
      - echo a > $OUT/first/reports/not-this && echo b > $OUT/$PART/reports/deep/this && echo c > $OUT/$PART/reports/left-out
      - ln -s deep/this $OUT/$PART/reports/link
      - echo "$SEALED and $WORD"
artifacts:
  base-directory: $OUT/$PART
  files:
    - $KIND/**/*
    - environment
    - folder
  exclude-paths:
    - reports/left-out
  s3-prefix: releases
  enable-symlinks: yes
"""

FAILING = """version: 0.2
env:
  variables:
    WHERE: left/behind
phases:
  build:
    commands:
      - mkdir -p $WHERE
      - echo what was made > $WHERE/report.txt && ln -s report.txt $WHERE/newest
      - echo BUILD-SAYS = $CODEBUILD_BUILD_SUCCEEDING
      - exit 3
      - echo never > $WHERE/later
  post_build:
    commands:
      - echo POST-SAYS = $CODEBUILD_BUILD_SUCCEEDING
artifacts:
  base-directory: $WHERE
  files: ['**/*']
"""

# Of a pipeline, without artifacts: an image's tag as AWS's samples make it.
TAGGING = """version: 0.2
env:
  exported-variables: [IMAGE_TAG]
phases:
  build:
    commands:
      - COMMIT_HASH=$(echo $CODEBUILD_RESOLVED_SOURCE_VERSION | cut -c 1-7)
      - IMAGE_TAG=${COMMIT_HASH:=latest}
      - echo RESOLVED = $CODEBUILD_RESOLVED_SOURCE_VERSION
      - echo TAG = $IMAGE_TAG
      - echo INITIATOR = $CODEBUILD_INITIATOR
      - echo VERSION = $CODEBUILD_SOURCE_VERSION
"""

AFTER = """version: 0.2
phases:
  build:
    commands:
      - echo FILES = $(ls -A $CODEBUILD_SRC_DIR | wc -l)
      - echo SOURCE = $(ls -A $CODEBUILD_SRC_DIR_Source)
      - echo TAG = $TAG
      - echo RESOLVED = $CODEBUILD_RESOLVED_SOURCE_VERSION
"""


def archive(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as into:
        for name, text in files.items():
            into.writestr(name.replace("_", "."), text)
    return packed.getvalue()


class Work:
    """A bucket, roles, projects and a pipeline; every build is started before the first one is looked at."""

    def __init__(self, region):
        self.name = "specs-" + uuid.uuid4().hex[:8]
        self.iam, self.s3, self.builds, self.logs, self.pipelines, self.commits, self.ssm, self.secrets = (
            region.client(one) for one in ("iam", "s3", "codebuild", "logs", "codepipeline", "codecommit", "ssm", "secretsmanager"))
        self._roles, self._projects, self._undo = [], [], []
        self.started = {}

    def role(self, name, service, *rights):
        name = f"{self.name}-{name}"
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        self._undo.append(lambda: self.iam.delete_role(RoleName=name))
        self.iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": rights}))
        self._undo.append(lambda: self.iam.delete_role_policy(RoleName=name, PolicyName="rights"))
        return arn

    def project(self, name, role, source, artifacts):
        name = f"{self.name}-{name}"
        made = self.builds.create_project(name=name, serviceRole=role, source=source, artifacts=artifacts, environment={
            "type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL",
            "environmentVariables": [{"name": "MINE", "value": "of the project"}]})["project"]
        self._undo.append(lambda: self.builds.delete_project(name=name))
        return made

    def prepare(self):
        self.s3.create_bucket(Bucket=self.name, CreateBucketConfiguration={"LocationConstraint": REGION})
        self._undo.append(lambda: self.s3.delete_bucket(Bucket=self.name))
        self._undo.append(self._empty)
        self.s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})
        self.pipeline()

        for kind, value in (("String", "a plain value"), ("SecureString", "a sealed value")):
            path = f"/{self.name}/{'plain' if kind == 'String' else 'sealed'}"
            self.ssm.put_parameter(Name=path, Type=kind, Value=value)
            self._undo.append(lambda path=path: self.ssm.delete_parameter(Name=path))
        self.secrets.create_secret(Name=self.name, SecretString=json.dumps({"username": "ada", "password": "a secret word"}))
        self._undo.append(lambda: self.secrets.delete_secret(SecretId=self.name, ForceDeleteWithoutRecovery=True))

        self.wanted = self.s3.put_object(Bucket=self.name, Key="in/source.zip", Body=archive(which_txt="the older"))["VersionId"]
        self.s3.put_object(Bucket=self.name, Key="in/source.zip", Body=archive(which_txt="the newer"))
        self.s3.put_object(Bucket=self.name, Key="specs/release.yml", Body=SPEC_IN_S3.format(name=self.name))
        full = self.role("full", "codebuild", LOGS, OBJECTS, PARAMETERS, SECRETS)
        # The actions beside the right one give nothing.
        other = {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:GetParametersByPath", "secretsmanager:DescribeSecret"], "Resource": "*"}
        poor = {"no-parameters": self.role("no-parameters", "codebuild", LOGS, OBJECTS, SECRETS, other),
                "no-secrets": self.role("no-secrets", "codebuild", LOGS, OBJECTS, PARAMETERS, other)}
        source = {"type": "S3", "location": f"{self.name}/in/source.zip", "buildspec": f"arn:aws:s3:::{self.name}/specs/release.yml"}
        project = self.project("plain", full, source, {
            "type": "S3", "location": self.name, "path": "out", "name": "result.zip", "namespaceType": "BUILD_ID", "packaging": "ZIP"})["name"]
        self.start("whole", project, sourceVersion=self.wanted)
        self.start("failing", project, buildspecOverride=FAILING,
                   artifactsOverride={"type": "S3", "location": self.name, "path": "failed", "name": "files", "namespaceType": "BUILD_ID", "packaging": "NONE"})
        for kind, role in poor.items():
            self.start(kind, project, serviceRoleOverride=role)

    def start(self, key, project, **how):
        self.started[key] = self.builds.start_build(projectName=project, **how)["build"]["id"]

    def pipeline(self):
        self.commits.create_repository(repositoryName=self.name)
        self._undo.append(lambda: self.commits.delete_repository(repositoryName=self.name))
        self.commit = self.commits.put_file(repositoryName=self.name, branchName="main", filePath="buildspec.yml", fileContent=TAGGING.encode())["commitId"]
        role = self.role("build", "codebuild", LOGS, OBJECTS)
        of_pipeline = {"type": "CODEPIPELINE"}
        first = self.project("tagging", role, of_pipeline, of_pipeline)["name"]
        after = self.project("after", role, {**of_pipeline, "buildspec": AFTER}, of_pipeline)["name"]

        def action(name, category, provider, configuration, inputs=(), outputs=(), **more):
            return {"name": name, "actions": [{
                "name": name, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "configuration": configuration,
                "inputArtifacts": [{"name": one} for one in inputs], "outputArtifacts": [{"name": one} for one in outputs], **more}]}
        self.pipelines.create_pipeline(pipeline={
            "name": self.name, "roleArn": self.role("pipeline", "codepipeline", PIPELINE), "artifactStore": {"type": "S3", "location": self.name}, "stages": [
                action("Source", "Source", "CodeCommit", {"RepositoryName": self.name, "BranchName": "main", "PollForSourceChanges": "false"}, (), ["Source"]),
                action("Tag", "Build", "CodeBuild", {"ProjectName": first}, ["Source"], ["Empty"], namespace="Tagged"),
                action("After", "Build", "CodeBuild", {
                    "ProjectName": after, "PrimarySource": "Empty",
                    "EnvironmentVariables": json.dumps([{"name": "TAG", "value": "#{Tagged.IMAGE_TAG}"}])}, ["Empty", "Source"])]})
        self._undo.append(lambda: self.pipelines.delete_pipeline(name=self.name))

    def build(self, key, limit_s=180):
        """A build that was started above, once it has ended."""
        return wait_until(lambda: (lambda one: one["buildComplete"] and one)(self.builds.batch_get_builds(ids=[self.started[key]])["builds"][0]), limit_s, key)

    def log(self, build):
        where = build["logs"]
        events = self.logs.get_log_events(logGroupName=where["groupName"], logStreamName=where["streamName"], startFromHead=True)["events"]
        text = "".join(event["message"] for event in events)
        print(text[-6000:])
        return text

    def said(self, build):
        """What the build's commands told, by their names."""
        return dict(line.split(" = ", 1) for line in self.log(build).splitlines() if " = " in line and not line.startswith("[C"))

    def stored(self, prefix):
        """The objects below a prefix, by what follows it."""
        keys = [one["Key"] for one in self.s3.list_objects_v2(Bucket=self.name, Prefix=prefix).get("Contents", [])]
        return {key[len(prefix):]: self.s3.get_object(Bucket=self.name, Key=key)["Body"].read() for key in keys}

    def actions(self):
        """Name → each action of the pipeline's one execution, once that has ended; its builds are to be asked for by their names."""
        execution = wait_until(lambda: [one for one in self.pipelines.list_pipeline_executions(pipelineName=self.name)["pipelineExecutionSummaries"]
                                        if one["status"] != "InProgress"], 180, "the pipeline")[0]
        details = self.pipelines.list_action_executions(pipelineName=self.name)["actionExecutionDetails"]
        found = {one["actionName"]: one for one in details}
        assert execution["status"] == "Succeeded", details
        self.started.update({name: one["output"]["executionResult"]["externalExecutionId"] for name, one in found.items() if name != "Source"})
        return found

    def _empty(self):
        for version in self.s3.list_object_versions(Bucket=self.name).get("Versions", []):
            self.s3.delete_object(Bucket=self.name, Key=version["Key"], VersionId=version["VersionId"])

    def end(self):
        for call in reversed(self._undo):
            call()


@pytest.fixture(scope="module")
def work(region):
    one = Work(region)
    try:
        one.prepare()
        yield one
    finally:
        one.end()


@pytest.fixture(scope="module")
def whole(work):
    """The build of the buildspec in S3, the zip that it stored, and what its commands had in their environment."""
    build = work.build("whole")
    assert build["buildStatus"] == "SUCCEEDED", f"{build['phases']} {work.log(build)}"
    key = f"releases/{build['id'].split(':')[1]}/result.zip"
    body = work.s3.get_object(Bucket=work.name, Key=key)["Body"].read()
    packed = zipfile.ZipFile(io.BytesIO(body))
    return build, key, body, packed, dict(line.split("=", 1) for line in packed.read("environment").decode().split("\0") if line)


def of_phase(build, name):
    return next((phase for phase in build["phases"] if phase["phaseType"] == name), None)


def test_the_artifact_has_the_files_that_variables_name_under_the_prefix_of_the_buildspec_and_its_links(work, whole):
    build, key, body, packed, _ = whole
    assert sorted(packed.namelist()) == ["environment", "folder", "reports/deep/this", "reports/link"]
    link = packed.getinfo("reports/link")
    assert stat.S_ISLNK(link.external_attr >> 16) and packed.read(link) == b"deep/this"
    assert build["artifacts"]["location"] == f"arn:aws:s3:::{work.name}/{key}"
    assert build["artifacts"]["sha256sum"] == hashlib.sha256(body).hexdigest()
    assert work.stored("out/") == {}


def test_a_proxy_is_no_obstacle_and_a_key_of_it_that_means_nothing_is_named(work, whole):
    log = work.log(whole[0])
    assert f"YAML location is arn:aws:s3:::{work.name}/specs/release.yml" in log
    assert "In the section proxy\n    The following keys cannot be identified:\n        somewhere\n" in log
    assert "        upload-artifacts" not in log and "        logs" not in log


def test_variables_come_from_parameters_and_secrets_and_the_log_hides_them(work, whole):
    build, _, _, _, environment = whole
    assert (environment["PLAIN"], environment["SEALED"]) == ("a plain value", "a sealed value")
    assert (environment["USERNAME"], environment["WORD"]) == ("ada", "a secret word")
    assert environment["MINE"] == "of the project"
    log = work.log(build)
    assert "*** and ***" in log and "a sealed value" not in log and "a secret word" not in log


@pytest.mark.parametrize("kind, action", [("no-parameters", "ssm:GetParameters"), ("no-secrets", "secretsmanager:GetSecretValue")])
def test_without_the_right_to_read_a_value_the_build_fails_and_says_which(work, kind, action):
    build = work.build(kind)
    phase = of_phase(build, "DOWNLOAD_SOURCE")
    assert build["buildStatus"] == "FAILED" and phase["phaseStatus"] == "FAILED"
    [context] = phase["contexts"]
    assert context["statusCode"] == "Decrypted Variables Error"
    assert f"is not authorized to perform: {action} on resource" in context["message"]
    assert f"assumed-role/{work.name}-{kind}/AWSCodeBuild-" in context["message"]
    assert of_phase(build, "BUILD") is None and of_phase(build, "UPLOAD_ARTIFACTS") is None


def test_codebuilds_own_variables_say_what_batch_get_builds_says(work, whole):
    build, _, _, packed, environment = whole
    its_own = {key: value for key, value in environment.items() if key.startswith("CODEBUILD_")}
    folder, which = packed.read("folder").decode().split("\n", 1)
    assert which == "the older"
    assert folder.startswith("/codebuild/output/src")
    assert its_own == {
        "CODEBUILD_BUILD_ARN": build["arn"],
        "CODEBUILD_BUILD_ID": build["id"],
        "CODEBUILD_BUILD_IMAGE": build["environment"]["image"],
        "CODEBUILD_BUILD_NUMBER": str(build["buildNumber"]),
        "CODEBUILD_BUILD_SUCCEEDING": "1",
        "CODEBUILD_CI": "true",
        "CODEBUILD_INITIATOR": build["initiator"],
        "CODEBUILD_KMS_KEY_ID": build["encryptionKey"],
        "CODEBUILD_LOG_PATH": build["logs"]["streamName"],
        "CODEBUILD_PROJECT_ARN": work.builds.batch_get_projects(names=[build["projectName"]])["projects"][0]["arn"],
        "CODEBUILD_SOURCE_REPO_URL": "s3://" + build["source"]["location"],
        "CODEBUILD_SOURCE_VERSION": work.wanted,
        "CODEBUILD_SRC_DIR": folder,
        "CODEBUILD_START_TIME": str(round(build["startTime"].timestamp() * 1000)),
    }
    assert build["sourceVersion"] == work.wanted and "resolvedSourceVersion" not in build
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"] == REGION
    assert (environment["HOME"], environment["CI"]) == ("/root", "true")


def test_after_a_failed_build_post_build_runs_and_what_there_is_is_stored(work):
    build = work.build("failing")
    assert build["buildStatus"] == "FAILED"
    assert [(phase["phaseType"], phase.get("phaseStatus")) for phase in build["phases"]][-6:] == [
        ("PRE_BUILD", "SUCCEEDED"), ("BUILD", "FAILED"), ("POST_BUILD", "SUCCEEDED"), ("UPLOAD_ARTIFACTS", "SUCCEEDED"), ("FINALIZING", "SUCCEEDED"), ("COMPLETED", None)]
    assert of_phase(build, "BUILD")["contexts"] == [
        {"statusCode": "COMMAND_EXECUTION_ERROR", "message": "Error while executing command: exit 3. Reason: exit status 3"}]
    said = work.said(build)
    assert (said["BUILD-SAYS"], said["POST-SAYS"]) == ("1", "0")
    assert work.stored(f"failed/{build['id'].split(':')[1]}/files/") == {"report.txt": b"what was made\n", "newest": b"what was made\n"}
    # Of packaging NONE there is no one file to sum.
    assert "sha256sum" not in build["artifacts"]


def test_a_pipelines_build_without_artifacts_has_an_empty_output_and_the_next_action_gets_it(work):
    actions = work.actions()
    [made] = actions["Tag"]["output"]["outputArtifacts"]
    body = work.s3.get_object(Bucket=made["s3location"]["bucket"], Key=made["s3location"]["key"])["Body"].read()
    assert made["name"] == "Empty" and zipfile.ZipFile(io.BytesIO(body)).namelist() == []
    build = work.build("Tag")
    assert of_phase(build, "UPLOAD_ARTIFACTS")["phaseStatus"] == "SUCCEEDED"
    assert {one["name"]: one["s3location"] for one in actions["After"]["input"]["inputArtifacts"]}["Empty"] == made["s3location"]
    said = work.said(work.build("After"))
    assert (said["FILES"], said["SOURCE"]) == ("0", "buildspec.yml")


def test_a_pipelines_build_knows_the_commit_and_tags_by_it(work):
    actions = work.actions()
    for name in ("Tag", "After"):
        build = work.build(name)
        assert build["resolvedSourceVersion"] == work.commit, name
        said = work.said(build)
        assert (said["RESOLVED"], said["TAG"]) == (work.commit, work.commit[:7]), name
    tagged = work.build("Tag")
    said = work.said(tagged)
    assert said["INITIATOR"] == tagged["initiator"] == f"codepipeline/{work.name}"
    assert said["VERSION"] == tagged["sourceVersion"] != ""
    assert tagged["exportedEnvironmentVariables"] == [{"name": "IMAGE_TAG", "value": work.commit[:7]}]
    assert actions["Tag"]["output"]["outputVariables"]["IMAGE_TAG"] == work.commit[:7]
