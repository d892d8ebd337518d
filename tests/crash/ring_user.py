"""The crash ring's user: someone with a daemon that may die under them, and who then goes on as tools do. A call that got no answer
is made again once the daemon is back, and "already exists" then counts as done. What was answered and what was not is written
down, for what was answered must be there exactly once.
"""
import dataclasses
import hashlib
import json
import threading
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
DONE_BEFORE = ("AlreadyExists", "NameExists", "SameFileContent", "ParentCommitId", "AlreadyOwnedByYou", "NameInUse", "NoSuchEntity",
               "NoSuchUpload", "NoSuchBucket", "DoesNotExist", "NotFound", "AlreadyCompleted", "AlreadyInOrganization",
               "AlreadyEnabled", "AlreadyAssociated", "Duplicate", "InvalidApprovalToken", "LimitExceeded", "NotAttached")
SESSION, SESSION_LOCK = botocore.session.Session(), threading.Lock()


@dataclasses.dataclass
class Call:
    """A call that got no answer; `repeat` is the request id of the one that did."""
    operation: str
    arguments: dict
    repeat: str = ""


class User:
    """`revive`, which a kind of user has, brings the daemon back after a death."""
    attempts = 2  # of one call, when the daemon dies under it

    def __init__(self, folder, daemon):
        self.folder, self.daemon = folder, daemon
        self.clients = {}
        self.answered = []  # (name of the operation, request id)
        self.unanswered = None  # the last Call under which the daemon died
        self.unanswered_image = None  # the (repository, tag) under whose push it died
        self.apart = set()  # request ids of calls that are no part of the scenario

    def client(self, service, region=live.REGION):
        if (service, region) not in self.clients:
            key, secret = self.daemon.key
            config = botocore.config.Config(retries={"max_attempts": 0}, connect_timeout=5, read_timeout=20, parameter_validation=False)
            with SESSION_LOCK:
                self.clients[service, region] = SESSION.create_client(
                    service, endpoint_url=self.daemon.endpoint, region_name=region, aws_access_key_id=key,
                    aws_secret_access_key=secret, config=config)
        return self.clients[service, region]

    def __call__(self, service, operation, **arguments):
        call = None
        for _ in range(self.attempts):
            try:
                answer = getattr(self.client(service), operation)(**arguments)
                name = self.client(service).meta.method_to_api_mapping[operation]
                self.answered.append((name, answer["ResponseMetadata"]["RequestId"]))
                if call:
                    call.repeat = answer["ResponseMetadata"]["RequestId"]
                return answer
            except NO_ANSWER:
                self.unanswered = call = Call(operation, arguments)
                self.revive()
            except botocore.exceptions.ClientError as error:
                if call and any(word in error.response["Error"]["Code"] for word in DONE_BEFORE):
                    call.repeat = error.response["ResponseMetadata"]["RequestId"]
                    return None
                raise
        raise AssertionError(f"{service} {operation}: no answer")

    def mend(self, service, operation, **arguments):
        """What only a user does whose call got no answer: puts away what that call may have made."""
        self(service, operation, **arguments)
        self.apart.add(self.answered[-1][1])

    def registry(self, method, path, body=None, headers=None):
        """A request of the OCI distribution protocol: (status, headers)."""
        url = urllib.parse.urljoin(self.daemon.endpoint, path)
        request = urllib.request.Request(url, body, {"Authorization": "Basic " + self.token, **(headers or {})}, method=method)
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
        self.token = self("ecr", "get_authorization_token")["authorizationData"][0]["authorizationToken"]
        for _ in range(self.attempts):
            try:
                config = self.push_blob(repository, b"{}") | {"mediaType": "application/vnd.oci.image.config.v1+json"}
                kind = "application/vnd.oci.image.manifest.v1+json"
                manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": [self.push_blob(repository, layer)]}
                self.registry("PUT", f"/v2/{repository}/manifests/{tag}", json.dumps(manifest).encode(), {"Content-Type": kind})
                return
            except urllib.error.HTTPError as error:
                raise AssertionError(f"{error.url}: {error.code} {error.read()[:300]}")
            except OSError:
                self.unanswered_image = (repository, tag)
                self.revive()
        raise AssertionError("the image could not be pushed")

    def push_commit(self, work, content):
        (work / "file").write_text(content)
        git(work, "add", "-A")
        git(work, "commit", "-q", "-m", content)
        for _ in range(self.attempts):
            pushed = git(work, "push", "-q", "origin", "HEAD:refs/heads/main", check=False)
            if pushed.returncode == 0:
                return git(work, "rev-parse", "HEAD").stdout.strip()
            self.revive()
        raise AssertionError(pushed.stderr)


class KilledOnce(User):
    """With a daemon of its own that dies at a fault point, if it passes it."""

    def __init__(self, folder, fault="", log=None):
        super().__init__(folder, live.Daemon(folder))
        self.deaths = 0
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
