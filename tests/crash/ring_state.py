"""What is there when the ring's scenario has ended: all that can be asked for, without ids and times, as a map of a name to a list
of lines; and how it may differ from what an undisturbed run leaves. Only what got no answer, and so was asked for again, may
stand twice, in its own place.
"""
import collections
import datetime
import functools
import hashlib
import io
import json
import re
import sqlite3
import time
import zipfile

from repository import git

# Ids that are made at random, in the order in which they are looked for.
IDS = [(re.compile(pattern), word) for pattern, word in (
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (r"\b(AKIA|ACCA|AIDA|AROA|AGPA|ANPA|AIPA)[A-Z0-9]{16,17}\b", r"<\1>"),
    (r"\b[0-9a-f]{40}\b", "<object>"),
    (r"(/Source/)[A-Za-z0-9]{7}\.zip", r"\1<key>.zip"),
    (r"127\.0\.0\.1:\d+", "<address>"),
    (r"\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", "<time>"),
    (r"\b1[6-9]\d{8} [+-]\d{4}\b", "<time>"),
    (r"\b[0-9a-f]{32}\b", "<hash>"),
    (r"\b(o|r|ou|p)-[0-9a-z]{4,12}(-[0-9a-z]{8})?\b", r"<\1>"),
    (r"\bd-[A-Z0-9]{9}\b", "<deployment>"),
    (r"\b(?!123456789012)\d{12}\b", "<account>"),
    (r"(\+\d)?-at-\d+\b", "-at-<number>"))]
# What is no id by its form, grows with what is told elsewhere, or is a time in words.
LEFT_OUT = {"ResponseMetadata", "VersionId", "CopySourceVersionId", "UploadId", "UploadIdMarker", "versionId", "uploadId", "token",
            "storedBytes", "NextToken", "nextToken", "nextSequenceToken", "uploadSequenceToken", "eventId", "parameterVersion",
            "RoleLastUsed"}


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Dump:
    def __init__(self, user, commits):
        self.user, self.lines = user, {}
        self.names = {commit: f"<commit {number}>" for number, commit in enumerate(commits)}

    def plain(self, value):
        """A value without what is another in each run."""
        if isinstance(value, dict):
            return {self.plain(key): self.plain(one) for key, one in value.items() if key not in LEFT_OUT}
        if isinstance(value, (list, tuple)):
            return [self.plain(one) for one in value]
        if isinstance(value, datetime.datetime) or (isinstance(value, (int, float)) and value > 1_600_000_000):
            return "<time>"
        if isinstance(value, str):
            for commit, name in self.names.items():
                value = value.replace(commit, name)
            for pattern, word in IDS:
                value = pattern.sub(word, value)
        return value

    def line(self, value):
        return json.dumps(self.plain(value), sort_keys=True)

    def ask(self, service, operation, **arguments):
        answer = self.user(service, operation, **arguments)
        self.user.apart.add(answer["ResponseMetadata"]["RequestId"])
        return answer

    def list(self, service, operation, member, **arguments):
        """What an answer lists, all of it."""
        answer = self.ask(service, operation, **arguments)
        for more in ("NextToken", "nextToken", "IsTruncated"):
            assert not answer.get(more), f"{operation}: more than one page"
        return answer.get(member, [])

    def put(self, name, values, ordered=False):
        lines = [self.line(value) for value in values]
        self.lines[name] = lines if ordered else sorted(lines)

    def everything(self):
        for part in (self.identities, self.buckets, self.repositories, self.pipelines, self.buses, self.builds_and_deployments,
                     self.parameters, self.log_groups, self.images, self.organization, self.trail):
            part()
        return self.lines

    def identities(self):
        ask, listed = functools.partial(self.ask, "iam"), functools.partial(self.list, "iam")
        for kind, key in (("User", "UserName"), ("Group", "GroupName"), ("Role", "RoleName")):
            low = kind.lower()
            for one in listed(f"list_{low}s", kind + "s"):
                who = {key: one[key]}
                told = [ask(f"get_{low}", **who)]
                told += [ask(f"get_{low}_policy", PolicyName=name, **who) for name in listed(f"list_{low}_policies", "PolicyNames", **who)]
                told += listed(f"list_attached_{low}_policies", "AttachedPolicies", **who)
                if kind == "User":
                    told += listed("list_access_keys", "AccessKeyMetadata", **who)
                    told += listed("list_service_specific_credentials", "ServiceSpecificCredentials", **who)
                self.put(f"iam {low} {one[key]}", told)
        self.put("iam policies", [
            {"policy": one, "tags": ask("list_policy_tags", PolicyArn=one["Arn"]), "versions": [
                (version["VersionId"], ask("get_policy_version", PolicyArn=one["Arn"], VersionId=version["VersionId"]))
                for version in listed("list_policy_versions", "Versions", PolicyArn=one["Arn"])]}
            for one in listed("list_policies", "Policies", Scope="Local")])
        self.put("iam profiles", listed("list_instance_profiles", "InstanceProfiles"))
        self.put("iam aliases", listed("list_account_aliases", "AccountAliases"))
        self.put("iam summary", [ask("get_account_summary")])

    def buckets(self):
        ask = functools.partial(self.ask, "s3")
        buckets = [one["Name"] for one in ask("list_buckets")["Buckets"] if not one["Name"].startswith("aws-codedeploy-")]
        self.put("s3 buckets", buckets)
        for bucket in buckets:
            self.put(f"s3 bucket {bucket}", [ask("get_bucket_" + what, Bucket=bucket) for what in ("versioning", "tagging", "policy", "location")]
                     + [ask("get_public_access_block", Bucket=bucket)])
            found = ask("list_object_versions", Bucket=bucket)
            assert not found["IsTruncated"]
            versions, artifacts = collections.defaultdict(list), []
            for one in found.get("Versions", []):
                body = ask("get_object", Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
                content = body.pop("Body").read()
                if one["Key"].startswith("line/"):
                    archive = zipfile.ZipFile(io.BytesIO(content))
                    artifacts.append((one["Key"], [(name, archive.read(name).decode()) for name in archive.namelist()]))
                    continue
                versions[one["Key"]].append((sha256(content), len(content), body["Metadata"]))
            deleted = [one["Key"] for one in found.get("DeleteMarkers", [])]
            for key, told in versions.items():
                self.put(f"s3 versions of {bucket}/{key}", told, ordered=True)
                if key not in deleted:
                    self.put(f"s3 tags of {bucket}/{key}", ask("get_object_tagging", Bucket=bucket, Key=key)["TagSet"])
            self.put(f"s3 artifacts in {bucket}", artifacts)
            self.put(f"s3 delete markers in {bucket}", deleted)
            self.put(f"s3 uploads to {bucket}", [
                (one["Key"], [(part["PartNumber"], part["ETag"][1:17], part["Size"]) for part in
                              ask("list_parts", Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"]).get("Parts", [])])
                for one in ask("list_multipart_uploads", Bucket=bucket).get("Uploads", [])])

    def repositories(self):
        ask = functools.partial(self.ask, "codecommit")
        for one in ask("list_repositories")["repositories"]:
            name = one["repositoryName"]
            about = ask("get_repository", repositoryName=name)
            told = [about, ask("list_tags_for_resource", resourceArn=about["repositoryMetadata"]["Arn"])]
            for branch in ask("list_branches", repositoryName=name)["branches"]:
                commit = ask("get_branch", repositoryName=name, branchName=branch)["branch"]["commitId"]
                folder = ask("get_folder", repositoryName=name, commitSpecifier=commit, folderPath="/")
                told.append((branch, commit, ask("get_commit", repositoryName=name, commitId=commit)["commit"]["parents"],
                             [(file["absolutePath"], file["blobId"]) for file in folder["files"]]))
            self.put(f"codecommit {name}", told)

    def pipelines(self):
        ask = functools.partial(self.ask, "codepipeline")
        for one in ask("list_pipelines")["pipelines"]:
            name = one["name"]
            about = ask("get_pipeline", name=name)
            self.put(f"codepipeline {name}", [about["pipeline"], ask("list_tags_for_resource", resourceArn=about["metadata"]["pipelineArn"]),
                                              ask("get_pipeline_state", name=name)])
            executions = ask("list_pipeline_executions", pipelineName=name)["pipelineExecutionSummaries"]
            actions = ask("list_action_executions", pipelineName=name)["actionExecutionDetails"]
            self.put(f"codepipeline executions of {name}", [
                (execution, ask("get_pipeline_execution", pipelineName=name, pipelineExecutionId=execution["pipelineExecutionId"]),
                 [action for action in actions if action["pipelineExecutionId"] == execution["pipelineExecutionId"]])
                for execution in executions], ordered=True)

    def buses(self):
        ask = functools.partial(self.ask, "events")
        for bus in ask("list_event_buses")["EventBuses"]:
            told = [ask("describe_event_bus", Name=bus["Name"]), ask("list_tags_for_resource", ResourceARN=bus["Arn"])]
            for rule in ask("list_rules", EventBusName=bus["Name"])["Rules"]:
                where = {"EventBusName": bus["Name"]}
                told.append((ask("describe_rule", Name=rule["Name"], **where), ask("list_targets_by_rule", Rule=rule["Name"], **where)))
            self.put(f"events bus {bus['Name']}", told)

    def builds_and_deployments(self):
        projects = self.ask("codebuild", "list_projects")["projects"]
        self.put("codebuild projects", self.ask("codebuild", "batch_get_projects", names=projects)["projects"])
        self.put("codebuild builds", self.ask("codebuild", "list_builds")["ids"])
        ask = functools.partial(self.ask, "codedeploy")
        for name in ask("list_applications")["applications"]:
            told = [ask("get_application", applicationName=name)]
            for group in ask("list_deployment_groups", applicationName=name)["deploymentGroups"]:
                told.append(ask("get_deployment_group", applicationName=name, deploymentGroupName=group))
            for revision in ask("list_application_revisions", applicationName=name)["revisions"]:
                told.append(ask("get_application_revision", applicationName=name, revision=revision))
            self.put(f"codedeploy {name}", told)
        self.put("codedeploy configurations", ask("list_deployment_configs")["deploymentConfigsList"])
        deployments = ask("list_deployments")["deployments"]
        self.put("codedeploy deployments", ask("batch_get_deployments", deploymentIds=deployments)["deploymentsInfo"])

    def parameters(self):
        for one in self.list("ssm", "describe_parameters", "Parameters"):
            name, _ = one["Name"], one.pop("Version")
            tags = self.ask("ssm", "list_tags_for_resource", ResourceType="Parameter", ResourceId=name)["TagList"]
            self.put(f"ssm parameter {name}", [one, tags])
            history = self.list("ssm", "get_parameter_history", "Parameters", Name=name, WithDecryption=True)
            self.put(f"ssm history of {name}", [(old["Value"], old["Type"], old["Labels"]) for old in history], ordered=True)

    def log_groups(self):
        ask = functools.partial(self.ask, "logs")
        for group in self.list("logs", "describe_log_groups", "logGroups"):
            name = group["logGroupName"]
            tags = ask("list_tags_log_group", logGroupName=name)
            self.put(f"logs group {name}", [group, tags])
            self.put(f"logs streams of {name}", [one["logStreamName"] for one in self.list("logs", "describe_log_streams", "logStreams", logGroupName=name)])
            self.put(f"logs lines of {name}", [one["message"] for one in self.list("logs", "filter_log_events", "events", logGroupName=name)])
        self.put("logs policies", ask("describe_resource_policies")["resourcePolicies"])

    def images(self):
        ask = functools.partial(self.ask, "ecr")
        for one in self.list("ecr", "describe_repositories", "repositories"):
            name = {"repositoryName": one["repositoryName"]}
            images = self.list("ecr", "describe_images", "imageDetails", **name)
            told = [one, ask("list_tags_for_resource", resourceArn=one["repositoryArn"]), ask("get_repository_policy", **name), *images]
            ids = [{"imageDigest": image["imageDigest"]} for image in images]
            for image in ask("batch_get_image", imageIds=ids, **name)["images"]:
                manifest = json.loads(image["imageManifest"])
                digests = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
                told += [image["imageManifest"], ask("batch_check_layer_availability", layerDigests=digests, **name)]
            self.put(f"ecr {one['repositoryName']}", told)

    def organization(self):
        ask = functools.partial(self.ask, "organizations")
        roots = ask("list_roots")["Roots"]
        self.put("organizations accounts", ask("list_accounts")["Accounts"])
        self.put("organizations accounts asked for", ask("list_create_account_status")["CreateAccountStatuses"])
        self.put("organization", [ask("describe_organization"), roots,
                                  ask("list_organizational_units_for_parent", ParentId=roots[0]["Id"])["OrganizationalUnits"]])
        for policy in ask("list_policies", Filter="SERVICE_CONTROL_POLICY")["Policies"]:
            which = {"PolicyId": policy["Id"]}
            self.put(f"organizations policy {policy['Name']}", [ask("describe_policy", **which), *ask("list_targets_for_policy", **which)["Targets"]])

    def trail(self):
        """The records of what was to change something. Those of an answer that is known are there once."""
        self.records = []
        for region in ("us-east-1", "ap-northeast-2"):
            pages = self.user.client("cloudtrail", region).get_paginator("lookup_events").paginate(
                LookupAttributes=[{"AttributeKey": "ReadOnly", "AttributeValue": "false"}])
            self.records += [json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"]]
        # Whoever pushes asks first where the branches are: a record of that changed nothing, so a kill may lose it.
        self.records = [record for record in self.records if record["requestID"] not in self.user.apart
                        and not (record["eventName"] == "GitPush" and record["requestParameters"] is None)]
        self.put("trail", map(told_of, self.records))


def told_of(record):
    """Of a record: who asked for what, and with which outcome."""
    told = {name: record.get(name) for name in ("eventSource", "eventName", "requestParameters", "errorCode")}
    return told | {"by": record["userIdentity"].get("invokedBy", "the user")}


# What an answered call leaves once, and twice when it was made again because the first answer was lost: the name of the list, and
# what its line holds.
TWICE = {
    "put_object": lambda a: {f"s3 versions of {a['Bucket']}/{a['Key']}": sha256(a["Body"])},
    "copy_object": lambda a: {f"s3 versions of {a['Bucket']}/{a['Key']}": ""},
    "delete_object": lambda a: {f"s3 delete markers in {a['Bucket']}": a["Key"]},
    "put_parameter": lambda a: {f"ssm history of {a['Name']}": json.dumps(a["Value"])},
    "put_log_events": lambda a: {f"logs lines of {a['logGroupName']}": a["logEvents"][0]["message"]},
    "create_deployment": lambda a: {"codedeploy deployments": a["applicationName"]},
    "create_account": lambda a: {"organizations accounts asked for": "EMAIL_ALREADY_EXISTS"},
    "put_events": lambda a: {"logs lines of /aws/events/pushes": a["Entries"][0]["DetailType"], "logs streams of /aws/events/pushes": ""},
}


class Allowance:
    """What a user's run may leave beyond what the undisturbed one left."""

    def __init__(self, dump):
        self.dump, self.user = dump, dump.user
        call = self.user.unanswered
        self.twice = TWICE[call.operation](call.arguments) if call and call.operation in TWICE else {}

    def takes(self, name, extra, wanted):
        """Whether a list may have these lines (a Counter) beyond the wanted ones."""
        if name == "trail":
            return self.takes_records(extra, [self.asked(line) for line in wanted])
        return sum(extra.values()) == 1 and name in self.twice and all(self.twice[name] in line for line in extra)

    @staticmethod
    def asked(line):
        """A record's line without its outcome."""
        return json.loads(line) | {"errorCode": None}

    def takes_records(self, extra, wanted):
        """The call that got no answer and the one that did; each step of an image's push that broke; and what a service asked for
        when it died, which asks again."""
        user, own = self.user, 0
        repeats = [self.asked(self.dump.line(told_of(record))) for record in self.dump.records
                   if user.unanswered and record["requestID"] == user.unanswered.repeat]
        for line, count in extra.items():
            told = self.asked(line)
            if told["by"] != "the user":
                if count > 1 or told not in wanted:
                    return False
            elif told["eventName"] in ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage"):
                if not user.unanswered_image or told["requestParameters"]["repositoryName"] != user.unanswered_image[0] or count > 2:
                    return False
            else:
                own += count
                if told not in repeats:
                    return False
        return own <= 1


def difference(dump, wanted):
    """What is otherwise than wanted: {name: (lines that are too many, lines that lack)}. None of that for a right end."""
    wrong, allowance = {}, Allowance(dump)
    for name in sorted(set(dump.lines) | set(wanted)):
        got, want = list(dump.lines.get(name, [])), wanted.get(name, [])
        extra, lacking = (collections.Counter(one) - collections.Counter(other) for one, other in ((got, want), (want, got)))
        if extra and not lacking and allowance.takes(name, extra, want):
            for line in extra.elements():
                got.remove(line)
        if got != want:
            wrong[name] = (list(extra.elements()), list(lacking.elements())) if extra or lacking else "another order"
    recorded = {told["eventName"] for told in map(json.loads, wanted["trail"]) if told["by"] == "the user"}
    times = collections.Counter(record["requestID"] for record in dump.records)
    lost = [name for name, request in dump.user.answered if name in recorded and request not in dump.user.apart and times[request] != 1]
    return wrong | ({"answered, and not in the trail": lost} if lost else {})


def tasks_due(daemon):
    """How many tasks are running or will soon."""
    database = sqlite3.connect(f"file:{daemon.state}/region.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT count(*) FROM tasks WHERE due <= ?", (int(time.time() * 1000) + 20_000,)).fetchone()[0]
    finally:
        database.close()


def files(user, kept):
    """The names of the files of a daemon that has ended, without ids, and how many blobs there are. What was acknowledged is there
    with its bytes, git's repository is sound, blobs and their links agree."""
    state = user.daemon.state
    for (key, version), body in kept.items():
        assert user("s3", "get_object", Bucket="data", Key=key, VersionId=version)["Body"].read() == body, (key, version)
    user.daemon.kill()
    repository, = (state / "codecommit").glob("*.git")
    git(user.folder, "--git-dir", str(repository), "-c", "safe.directory=*", "fsck", "--full", "--strict")
    database = sqlite3.connect(state / "region.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    linked = {row[0] for row in database.execute("SELECT DISTINCT sha256 FROM blob_links")}
    database.close()
    blobs = {path.name: path for path in (state / "blobs").glob("??/*")}
    assert set(blobs) == linked, {"nobody links to": set(blobs) - linked, "missing": linked - set(blobs)}
    assert all(sha256(path.read_bytes()) == name for name, path in blobs.items())
    # When records of calls move from rows to the trail's segments is a matter of time; that none lacks, the trail has said.
    names = (str(path.relative_to(state)) for path in state.rglob("*")
             if path.is_file() and path not in blobs.values() and path.parent.name != "trail")
    plain = {re.sub(r"[0-9a-f]{38,40}|[0-9a-f]{8}(-[0-9a-f]{4,12}){4}", "<id>", re.sub(r"objects/[0-9a-f]{2}/", "objects/", name)) for name in names}
    return sorted(plain), len(blobs)
