"""The crash ring's scenario: a user's session with a daemon that may die under it, and what is there when it has ended.

The user behaves as tools do: a call that got no answer is made again once the daemon is back, and "already exists" then
counts as done. The end state is told without ids and times, and a repeated write that AWS keeps twice is told once.
"""
import hashlib
import json
import sqlite3
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.config
import botocore.exceptions
import botocore.parsers
import botocore.session

import daemon as live
from repository import git

NO_ANSWER = (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError, botocore.parsers.ResponseParserError)
DONE_BEFORE = ("AlreadyExists", "NameExists", "SameFileContent", "ParentCommitId", "AlreadyOwnedByYou", "NameInUse",
               "NoSuchEntity", "NoSuchUpload", "DoesNotExist", "NotFound", "ImageAlreadyExists", "Duplicate", "AlreadyAssociated", "NotAttached")
SESSION, SESSION_LOCK = botocore.session.Session(), threading.Lock()
ACCOUNT = "123456789012"


class User:
    attempts = 3  # of one call, when the daemon dies under it

    def __init__(self, folder, fault="", log=None):
        self.folder, self.daemon, self.deaths = folder, live.Daemon(folder), 0
        self.clients = {}
        self.start({"HANBAT_FAULT": fault, "HANBAT_FAULT_LOG": str(log or "")})

    def start(self, variables=None):
        self.daemon.command = ["env", *(f"{name}={value}" for name, value in (variables or {}).items())]
        try:
            self.daemon.start()
        except AssertionError:
            self.revive()

    def revive(self):
        """After a death by the fault, and only then, another daemon goes on with the folder."""
        code = self.daemon.process.wait(10)
        assert code == -9, f"the daemon ended with {code}:\n" + self.daemon.log[-3000:]
        self.deaths += 1
        assert self.deaths == 1, "a daemon without a fault died"
        self.start()

    def client(self, service):
        if service not in self.clients:
            key, secret = self.daemon.key
            config = botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20, parameter_validation=False)
            with SESSION_LOCK:
                self.clients[service] = SESSION.create_client(
                    service, endpoint_url=self.daemon.endpoint, region_name=live.REGION, aws_access_key_id=key,
                    aws_secret_access_key=secret, config=config)
        return self.clients[service]

    def __call__(self, service, operation, **arguments):
        for attempt in range(self.attempts):
            try:
                return getattr(self.client(service), operation)(**arguments)
            except NO_ANSWER:
                self.revive()
            except botocore.exceptions.ClientError as error:
                if attempt and any(word in error.response["Error"]["Code"] for word in DONE_BEFORE):
                    return None
                raise
        raise AssertionError(f"{service} {operation}: no answer")

    def registry(self, method, path, body=None, headers=None):
        """A request of the OCI distribution protocol: (status, headers)."""
        token = self("ecr", "get_authorization_token")["authorizationData"][0]["authorizationToken"]
        url = urllib.parse.urljoin(self.daemon.endpoint, path)
        request = urllib.request.Request(url, body, {"Authorization": "Basic " + token, **(headers or {})}, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers

    def push_blob(self, repository, content):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        _, started = self.registry("POST", f"/v2/{repository}/blobs/uploads/")
        octets = {"Content-Type": "application/octet-stream"}
        _, sent = self.registry("PATCH", started["Location"], content, octets)
        end = sent["Location"]
        self.registry("PUT", end + ("&" if "?" in end else "?") + "digest=" + digest, b"", octets)
        return {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest, "size": len(content)}

    def push_image(self, repository, tag, layer):
        """As docker does: from the start again when the connection broke."""
        for _ in range(self.attempts - 1):
            try:
                config = self.push_blob(repository, b"{}") | {"mediaType": "application/vnd.oci.image.config.v1+json"}
                kind = "application/vnd.oci.image.manifest.v1+json"
                manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [self.push_blob(repository, layer)]}
                self.registry("PUT", f"/v2/{repository}/manifests/{tag}", json.dumps(manifest).encode(), {"Content-Type": kind})
                return
            except urllib.error.HTTPError as error:
                raise AssertionError(f"{error.url}: {error.code} {error.read()[:300]}")
            except OSError:
                self.revive()
        raise AssertionError("the image could not be pushed")

    def push_commit(self, work, content):
        (work / "file").write_text(content)
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", content)
        for _ in range(2):
            pushed = git(work, "push", "-q", "origin", "HEAD:refs/heads/main", check=False)
            if pushed.returncode == 0:
                return git(work, "rev-parse", "HEAD").stdout.strip()
            self.revive()
        raise AssertionError(pushed.stderr)


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": service + ".amazonaws.com"}, "Action": "sts:AssumeRole"}})


def allow(*actions, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}})


def identities(user):
    user("iam", "create_group", GroupName="devs")
    user("iam", "create_user", UserName="dev", Tags=[{"Key": "team", "Value": "a"}])
    user("iam", "add_user_to_group", GroupName="devs", UserName="dev")
    user("iam", "attach_user_policy", UserName="dev", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
    user("iam", "create_policy", PolicyName="own", PolicyDocument=allow("s3:GetObject"))
    for _ in range(2):  # a key whose secret was lost on the way is of no use: it is made anew
        key = user("iam", "create_access_key", UserName="dev")
        if user.deaths == 0 or len(user("iam", "list_access_keys", UserName="dev")["AccessKeyMetadata"]) == 1:
            break
        for one in user("iam", "list_access_keys", UserName="dev")["AccessKeyMetadata"]:
            user("iam", "delete_access_key", UserName="dev", AccessKeyId=one["AccessKeyId"])
    assert key
    for role in ("codepipeline", "events"):
        user("iam", "create_role", RoleName=role, AssumeRolePolicyDocument=trust(role))
        user("iam", "put_role_policy", RoleName=role, PolicyName="all", PolicyDocument=allow("codecommit:*", "s3:*", "codepipeline:*"))
    user("iam", "create_user", UserName="gone")
    user("iam", "delete_user", UserName="gone")


def objects(user):
    """Returns what was acknowledged: (key, version id) → bytes."""
    kept = {}
    user("s3", "create_bucket", Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    user("s3", "put_bucket_versioning", Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    for key, body in (("a", b"one"), ("a", b"two"), ("b", b"b" * 100_000)):
        kept[key, user("s3", "put_object", Bucket="data", Key=key, Body=body)["VersionId"]] = body
    user("s3", "delete_object", Bucket="data", Key="b")
    doomed = user("s3", "put_object", Bucket="data", Key="c", Body=b"doomed")["VersionId"]
    user("s3", "delete_object", Bucket="data", Key="c", VersionId=doomed)
    for one in user("s3", "list_object_versions", Bucket="data", Prefix="c").get("Versions", []):
        user("s3", "delete_object", Bucket="data", Key="c", VersionId=one["VersionId"])
    upload = user("s3", "create_multipart_upload", Bucket="data", Key="large")["UploadId"]
    part = user("s3", "upload_part", Bucket="data", Key="large", UploadId=upload, PartNumber=1, Body=b"p" * 50_000)["ETag"]
    user("s3", "complete_multipart_upload", Bucket="data", Key="large", UploadId=upload,
         MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
    for one in user("s3", "list_multipart_uploads", Bucket="data").get("Uploads", []):
        user("s3", "abort_multipart_upload", Bucket="data", Key="large", UploadId=one["UploadId"])
    return kept


def wait_for_sources(user, executions):
    """A source action reads the branch when it runs, so the next push waits until each execution has its commit."""
    deadline = time.monotonic() + 20
    while True:
        found = user("codepipeline", "list_pipeline_executions", pipelineName="line")["pipelineExecutionSummaries"]
        if len(found) >= executions and all(one.get("sourceRevisions") for one in found):
            return
        assert time.monotonic() < deadline, f"not {executions} executions with a commit: {found}"
        time.sleep(0.05)


def delivery(user):
    """Returns the commits that were pushed."""
    login = user("iam", "create_service_specific_credential", UserName="dev", ServiceName="codecommit.amazonaws.com")
    name, password = (urllib.parse.quote(login["ServiceSpecificCredential"][k], safe="") for k in ("ServiceUserName", "ServicePassword"))
    user("codecommit", "create_repository", repositoryName="app", tags={"a": "b"})
    user("codecommit", "put_file", repositoryName="app", branchName="main", filePath="README", fileContent=b"read me")
    user("logs", "create_log_group", logGroupName="/aws/events/pushes")
    group = f"arn:aws:logs:{live.REGION}:{ACCOUNT}:log-group:/aws/events/pushes"
    user("logs", "put_resource_policy", policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": group + ":*"}}))
    actions = {
        "Source": {"name": "Source", "actionTypeId": {"category": "Source", "owner": "AWS", "provider": "CodeCommit", "version": "1"},
                   "configuration": {"RepositoryName": "app", "BranchName": "main", "PollForSourceChanges": "false"},
                   "outputArtifacts": [{"name": "Source"}]},
        "Approve": {"name": "Approve", "actionTypeId": {"category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}}}
    user("codepipeline", "create_pipeline", pipeline={
        "name": "line", "roleArn": f"arn:aws:iam::{ACCOUNT}:role/codepipeline", "artifactStore": {"type": "S3", "location": "data"},
        "stages": [{"name": name, "actions": [action]} for name, action in actions.items()]})
    wait_for_sources(user, 1)
    user("events", "put_rule", Name="pushes", EventPattern=json.dumps({"source": ["aws.codecommit"]}))
    user("events", "put_targets", Rule="pushes", Targets=[
        {"Id": "log", "Arn": group},
        {"Id": "line", "Arn": f"arn:aws:codepipeline:{live.REGION}:{ACCOUNT}:line", "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/events"}])
    git(user.folder, "clone", "-q", f"http://{name}:{password}@127.0.0.1:{user.daemon.port}/v1/repos/app", "work", check=False)
    if not (user.folder / "work/README").exists():  # it died under the clone
        user.revive()
        git(user.folder, "clone", "-q", f"http://{name}:{password}@127.0.0.1:{user.daemon.port}/v1/repos/app", "work")
    pushed = []
    for number, text in enumerate(("first", "second"), start=2):
        pushed.append(user.push_commit(user.folder / "work", text))
        wait_for_sources(user, number)
    return pushed


def the_rest(user):
    user("ssm", "put_parameter", Name="/p", Value="1", Type="String")
    user("ssm", "put_parameter", Name="/p", Value="2", Type="String", Overwrite=True)
    user("ssm", "put_parameter", Name="/secret", Value="sealed", Type="SecureString")
    user("logs", "create_log_group", logGroupName="own")
    user("logs", "create_log_stream", logGroupName="own", logStreamName="s")
    user("logs", "put_log_events", logGroupName="own", logStreamName="s",
         logEvents=[{"timestamp": int(time.time() * 1000), "message": "a line"}])
    user("ecr", "create_repository", repositoryName="img")
    user.push_image("img", "one", b"layer one")
    user.push_image("img", "two", b"layer two")
    user("ecr", "batch_delete_image", repositoryName="img", imageIds=[{"imageTag": "one"}])


def run(user):
    identities(user)
    kept = objects(user)
    pushed = delivery(user)
    the_rest(user)
    return kept, pushed


def collapsed(values):
    return [value for at, value in enumerate(values) if at == 0 or values[at - 1] != value]


def end_state(user, pushed):
    """All that can be asked for, without ids and times."""
    users = [one["UserName"] for one in user("iam", "list_users")["Users"]]
    versions = user("s3", "list_object_versions", Bucket="data")
    own = [one for one in versions["Versions"] if not one["Key"].startswith("line/")]
    body = lambda one: user("s3", "get_object", Bucket="data", Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
    lines = [json.loads(one["message"])["detail"] for one in user("logs", "filter_log_events", logGroupName="/aws/events/pushes")["events"]]
    executions = user("codepipeline", "list_pipeline_executions", pipelineName="line")["pipelineExecutionSummaries"]
    of = lambda commit: sum(one["sourceRevisions"][0]["revisionId"] == commit for one in executions if one.get("sourceRevisions"))
    stages = user("codepipeline", "get_pipeline_state", name="line")["stageStates"]
    return {
        "users": users,
        "keys": {name: len(user("iam", "list_access_keys", UserName=name)["AccessKeyMetadata"]) for name in users},
        "groups of dev": [one["GroupName"] for one in user("iam", "list_groups_for_user", UserName="dev")["Groups"]],
        "policies of dev": [one["PolicyName"] for one in user("iam", "list_attached_user_policies", UserName="dev")["AttachedPolicies"]],
        "own policies": [one["PolicyName"] for one in user("iam", "list_policies", Scope="Local")["Policies"]],
        "roles": {one["RoleName"]: user("iam", "list_role_policies", RoleName=one["RoleName"])["PolicyNames"]
                  for one in user("iam", "list_roles")["Roles"]},
        "objects": {key: collapsed([hashlib.sha256(body(one)).hexdigest() for one in own if one["Key"] == key])
                    for key in {one["Key"] for one in own}},
        "deleted": sorted({one["Key"] for one in versions.get("DeleteMarkers", [])}),
        "artifacts": len({one["Key"] for one in versions["Versions"] if one["Key"].startswith("line/")}),
        "uploads": len(user("s3", "list_multipart_uploads", Bucket="data").get("Uploads", [])),
        "repositories": [one["repositoryName"] for one in user("codecommit", "list_repositories")["repositories"]],
        "head": user("codecommit", "get_branch", repositoryName="app", branchName="main")["branch"]["commitId"] == pushed[-1],
        # EventBridge delivers at least once.
        "told of each push": [any(line["commitId"] == commit for line in lines) for commit in pushed],
        "executions of each push": [of(commit) for commit in pushed],
        "executions": sorted(one["status"] for one in executions),
        "source stage": stages[0]["latestExecution"]["status"],
        "approval": stages[1].get("latestExecution", {}).get("status"),
        "rules": {one["Name"]: len(user("events", "list_targets_by_rule", Rule=one["Name"])["Targets"]) for one in user("events", "list_rules")["Rules"]},
        "parameters": {one["Name"]: collapsed([old["Value"] for old in user("ssm", "get_parameter_history", Name=one["Name"], WithDecryption=True)["Parameters"]])
                       for one in user("ssm", "describe_parameters")["Parameters"]},
        "own lines": sorted({one["message"] for one in user("logs", "filter_log_events", logGroupName="own")["events"]}),
        "log groups": [one["logGroupName"] for one in user("logs", "describe_log_groups")["logGroups"]],
        "images": sorted((one["imageDigest"], one.get("imageTags", [])) for one in user("ecr", "describe_images", repositoryName="img")["imageDetails"]),
    }


def tasks_due(user):
    database = sqlite3.connect(f"file:{user.daemon.state}/region.db?mode=ro", uri=True)
    try:
        return database.execute("SELECT count(*) FROM tasks WHERE due <= ?", (int(time.time() * 1000),)).fetchone()[0]
    finally:
        database.close()


def require_whole(user, kept):
    """What was acknowledged is there with its bytes; git's repository is sound; blobs and their links agree."""
    for (key, version), body in kept.items():
        assert user("s3", "get_object", Bucket="data", Key=key, VersionId=version)["Body"].read() == body, (key, version)
    user.daemon.kill()
    user.start()  # sweeps
    user.daemon.kill()
    bare = next((user.daemon.state / "codecommit").iterdir())
    git(user.folder, "--git-dir", str(bare), "-c", "safe.directory=*", "fsck", "--full", "--strict")
    database = sqlite3.connect(user.daemon.state / "region.db")
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    linked = {row[0] for row in database.execute("SELECT DISTINCT sha256 FROM blob_links")}
    database.close()
    found = {path.name for path in (user.daemon.state / "blobs").glob("??/*")}
    assert found == linked, {"nobody links to": found - linked, "missing": linked - found}
    for name in found:
        assert hashlib.sha256((user.daemon.state / "blobs" / name[:2] / name).read_bytes()).hexdigest() == name
    return len(linked)
