"""Pipelines in a region, each of a repository of its own: a push builds, by a rule and a role as users have them."""
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import tempfile
import time
import uuid

import machine
import rows

# Some work of the shell itself, and what of the processor it took.
COMMAND = "n=0; while [ $n -lt 200000 ]; do n=$((n+1)); done; times"
SPEC = f"version: 0.2\nphases:\n  build:\n    commands:\n      - '{COMMAND}'\n"
RIGHTS = {"codepipeline": ["codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository", "codecommit:UploadArchive", "codecommit:GetUploadArchiveStatus",
                           "codebuild:StartBuild", "codebuild:BatchGetBuilds", "s3:GetObject", "s3:GetObjectVersion", "s3:GetBucketVersioning", "s3:PutObject"],
          "codebuild": ["logs:*", "s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"], "events": ["codepipeline:StartPipelineExecution"]}
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null", "GIT_TERMINAL_PROMPT": "0", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.com"}


def git(folder, *words):
    return subprocess.run(["git", "-C", folder, *words], check=True, env=dict(os.environ, **GIT), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout.strip()


class Lines:
    def __init__(self, region, folder, count):
        self.region, self.folder, self.number, self.busy_s = region, pathlib.Path(folder), 0, 0
        self.clients = {one: region.client(one) for one in ("codecommit", "codepipeline", "codebuild", "logs", "events", "iam", "s3", "sts")}
        self.prefix = "bench-" + uuid.uuid4().hex[:6]
        self.place = f"{machine.live.REGION}:{self.clients['sts'].get_caller_identity()['Account']}"
        self.base, self.roles = region.login(), {service: self.role(service) for service in RIGHTS}
        self.clients["s3"].create_bucket(Bucket=self.prefix, CreateBucketConfiguration={"LocationConstraint": machine.live.REGION})
        self.clients["s3"].put_bucket_versioning(Bucket=self.prefix, VersioningConfiguration={"Status": "Enabled"})
        self.clients["codebuild"].create_project(
            name=self.prefix, source={"type": "CODEPIPELINE", "buildspec": SPEC}, artifacts={"type": "CODEPIPELINE"}, serviceRole=self.roles["codebuild"],
            environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"})
        self.names = [f"{self.prefix}-{number}" for number in range(count)]
        for name in self.names:
            self.line(name)

    def role(self, service):
        iam, name = self.clients["iam"], f"{self.prefix}-{service}"
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": f"{service}.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*", "Action": RIGHTS[service]}]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=json.dumps(rights))
        return arn

    def line(self, name):
        self.clients["codecommit"].create_repository(repositoryName=name)
        action = lambda category, provider, configuration, takes, gives: {"name": category, "actions": [{  # noqa: E731
            "name": category, "actionTypeId": {"category": category, "owner": "AWS", "provider": provider, "version": "1"}, "configuration": configuration,
            "inputArtifacts": [{"name": one} for one in takes], "outputArtifacts": [{"name": one} for one in gives]}]}
        self.clients["codepipeline"].create_pipeline(pipeline={
            "name": name, "roleArn": self.roles["codepipeline"], "artifactStore": {"type": "S3", "location": self.prefix}, "stages": [
                action("Source", "CodeCommit", {"RepositoryName": name, "BranchName": "main", "PollForSourceChanges": "false"}, [], ["Source"]),
                action("Build", "CodeBuild", {"ProjectName": self.prefix}, ["Source"], ["Built"])]})
        self.clients["events"].put_rule(Name=name, EventPattern=json.dumps({
            "source": ["aws.codecommit"], "resources": [f"arn:aws:codecommit:{self.place}:{name}"], "detail": {"referenceName": ["main"]}}))
        self.clients["events"].put_targets(Rule=name, Targets=[{"Id": "line", "Arn": f"arn:aws:codepipeline:{self.place}:{name}", "RoleArn": self.roles["events"]}])
        git(self.folder, "init", "-q", "-b", "main", name)
        git(self.folder / name, "remote", "add", "origin", self.base + name)

    def push(self, names):
        """Pushes a new commit to each at once; (seconds from the first push to the end of the last pipeline, the builds' seconds of processor time).
        `busy_s` is what the whole machine took of its processors meanwhile."""
        self.number += 1
        commits = {}
        for name in names:
            (self.folder / name / "file").write_text(f"{self.number}\n")
            git(self.folder / name, "add", "-A")
            git(self.folder / name, "commit", "-q", "-m", f"change {self.number}")
            commits[name] = git(self.folder / name, "rev-parse", "HEAD")
        begun, busy = time.time(), rows.busy_processors()
        with concurrent.futures.ThreadPoolExecutor(min(16, len(names))) as pool:
            list(pool.map(lambda name: git(self.folder / name, "push", "-q", "origin", "main"), names))
        ended, deadline = {}, begun + 120 + 10 * len(names)
        while len(ended) < len(names):
            for name in names:
                if name not in ended and (one := self.execution(name, commits[name])):
                    ended[name] = one
            assert time.time() < deadline, f"{len(ended)} of {len(names)} pipelines have ended"
            time.sleep(0.2 + 0.04 * (len(names) - len(ended)))  # when they ended is told by the region, so asking may be rare
        self.busy_s = rows.busy_processors() - busy
        assert {one["status"] for one in ended.values()} == {"Succeeded"}, [one["status"] for one in ended.values()]
        return max(one["lastUpdateTime"].timestamp() for one in ended.values()) - begun, sum(self.processor(name, one["pipelineExecutionId"]) for name, one in ended.items())

    def execution(self, name, commit):
        """The commit's execution once it has ended."""
        there = self.clients["codepipeline"].list_pipeline_executions(pipelineName=name, maxResults=5)["pipelineExecutionSummaries"]
        return next((one for one in there if one["status"] not in ("InProgress", "Stopping") and any(
            revision.get("revisionId") == commit for revision in one.get("sourceRevisions", []))), None)

    def processor(self, name, execution):
        """Seconds of processor time that the build's command took, as its own shell told."""
        actions = self.clients["codepipeline"].list_action_executions(pipelineName=name, filter={"pipelineExecutionId": execution})["actionExecutionDetails"]
        build = next(one["output"]["executionResult"]["externalExecutionId"] for one in actions if one["stageName"] == "Build")
        logs = self.clients["codebuild"].batch_get_builds(ids=[build])["builds"][0]["logs"]
        said = "".join(one["message"] for one in self.clients["logs"].get_log_events(
            logGroupName=logs["groupName"], logStreamName=logs["streamName"], startFromHead=True)["events"])
        found = re.findall(r"(\d+)m([\d.]+)s", said)
        assert len(found) == 4, said  # user and system, of the shell and of its children
        return sum(60 * int(minutes) + float(seconds) for minutes, seconds in found)


def folder():
    return tempfile.TemporaryDirectory(prefix="hanbat-bench.", dir="/var/tmp")
