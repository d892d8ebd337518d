"""Names and paths that lead elsewhere: every service refuses them or takes them as the mere text they are; nothing of the
host's files is told, and nothing is written outside the region's folder."""
import hashlib
import os
import subprocess
import urllib.parse

import botocore.exceptions
import pytest

import siege

SECRET = "the host's own secret"
UP = "../" * 12


@pytest.fixture(scope="module", autouse=True)
def canary(daemon):
    """A file beside the region's folder, which no name may reach; and nothing new beside it at the end."""
    path = daemon.folder / "secret"
    path.write_text(SECRET)
    before = {p.name for p in daemon.folder.iterdir()}
    yield path
    assert path.read_text() == SECRET
    assert {p.name for p in daemon.folder.iterdir()} == before


def code_of(call, **members):
    try:
        call(**members)
    except botocore.exceptions.ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        assert 400 <= status < 500, error
        assert SECRET not in str(error)
        return error.response["Error"]["Code"]
    except botocore.exceptions.ParamValidationError:
        return "the client refuses it"
    return None


# -- S3 ---------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bucket(daemon):
    daemon.client("s3").create_bucket(Bucket="names", CreateBucketConfiguration={"LocationConstraint": siege.REGION})
    return "names"


def quoted(key):
    return urllib.parse.quote(key, safe="/~")


KEYS = [b"../../../../etc/passwd", b"..", b".", b"a/../../b", b"/etc/passwd", b"//", b"a//b", b"../secret", b"./x", b"a\\..\\b", b"%2e%2e/x",
        b"x" * 1024, b"a\nb", b"\x7f", "한밭".encode(), b"~root", b"a?b#c", b"-rf", b"$(id)", b"con"]


@pytest.mark.parametrize("key", KEYS, ids=siege.short)
def test_an_object_key_is_text_that_comes_back_as_it_is(daemon, bucket, key):
    """S3's keys may be anything: none of them is a path."""
    body = b"object " + key[:20]
    path = f"/{bucket}/{quoted(key)}"
    assert siege.call(daemon, "s3", "PUT", path, {}, body)[0] == 200
    status, answer = siege.call(daemon, "s3", "GET", path)
    assert status == 200 and answer.endswith("\r\n\r\n" + body.decode("latin-1"))
    found = daemon.client("s3").list_objects_v2(Bucket=bucket, Prefix=key.decode())["Contents"]
    assert key.decode() in {one["Key"] for one in found}
    assert siege.call(daemon, "s3", "DELETE", path)[0] == 204


def test_a_key_that_is_too_long_is_refused(daemon, bucket):
    status, answer = siege.call(daemon, "s3", "PUT", f"/{bucket}/{'x' * 1025}", {}, b"x")
    assert status == 400, answer[:300]


def test_a_raw_path_out_of_a_bucket_stays_in_it(daemon, bucket):
    for path in (f"/{bucket}/../../secret", f"/{bucket}/../secret", "/../secret", "/..", f"/{bucket}/%2e%2e/%2e%2e/secret", "/%2e%2e/secret",
                 f"/{bucket}/..%2f..%2fsecret", f"/{bucket}/%00", "/%2e%2e%2fregion.db/x", "//region.db"):
        status, answer = siege.call(daemon, "s3", "GET", path)
        assert 400 <= status < 500 and SECRET not in answer and "SQLite" not in answer, (path, answer[:300])


@pytest.mark.parametrize("name", ["..", "../x", "a/../b", "...", "a..b", ".abc", "%2e%2e", "a%00b", "ABC", "a_b", "x" * 64, "10.0.0.1"],
                         ids=siege.short)
def test_what_can_be_no_buckets_name_is_refused(daemon, name):
    body = f"<CreateBucketConfiguration><LocationConstraint>{siege.REGION}</LocationConstraint></CreateBucketConfiguration>".encode()
    status, answer = siege.call(daemon, "s3", "PUT", "/" + urllib.parse.quote(name, safe="%"), {}, body)
    assert 400 <= status < 500, (name, answer[:300])


@pytest.mark.parametrize("source", ["../secret", "names/../secret", "/../../secret", "..", "", "names", "names/", "%2e%2e/secret",
                                    "names/none?versionId=../x", "file:///etc/passwd", "http://127.0.0.1/x"])
def test_a_copy_takes_nothing_but_objects(daemon, bucket, source):
    status, answer = siege.call(daemon, "s3", "PUT", f"/{bucket}/copy", {"x-amz-copy-source": source})
    assert 400 <= status < 500 and SECRET not in answer, (source, answer[:300])


@pytest.mark.parametrize("upload", ["../../x", "..", "%00", "x" * 3000, ""], ids=siege.short)
def test_an_upload_is_known_by_its_own_id_alone(daemon, bucket, upload):
    for method in ("PUT", "GET", "DELETE"):
        query = ("partNumber=1&" if method == "PUT" else "") + "uploadId=" + urllib.parse.quote(upload, safe="%")
        status, answer = siege.call(daemon, "s3", method, f"/{bucket}/k", {}, b"x" if method == "PUT" else b"", query)
        assert 400 <= status < 500, (method, answer[:300])


# -- CodeCommit and git -----------------------------------------------------------------------------------------------

REPOSITORIES = ["../x", "a/b", "/etc", "a.git", "a\0b", "a b", "x" * 101, "", "a\nb", "$(id)", "한밭"]


@pytest.mark.parametrize("name", REPOSITORIES, ids=siege.short)
def test_what_can_be_no_repositorys_name_makes_no_folder(daemon, name):
    codecommit = daemon.client("codecommit")
    made = code_of(codecommit.create_repository, repositoryName=name)
    assert made is not None
    assert code_of(codecommit.get_repository, repositoryName=name) is not None


@pytest.mark.parametrize("name", ["..", ".", "-x", "HEAD", "refs"])
def test_a_repositorys_name_that_awss_pattern_lets_through_is_no_path(daemon, name):
    codecommit = daemon.client("codecommit")
    codecommit.create_repository(repositoryName=name)
    codecommit.put_file(repositoryName=name, branchName="main", filePath="file", fileContent=b"x")
    codecommit.delete_repository(repositoryName=name)


def test_the_path_of_a_push_leads_to_repositories_alone(daemon):
    for path in ("/v1/repos/../../secret/info/refs", "/v1/repos/%2e%2e%2f%2e%2e/info/refs", "/v1/repos/..%2f..%2fsecret/info/refs", "/v1/repos//info/refs",
                 "/v1/repos/a%00b/info/refs", "/v1/repos/x/../../../../etc/passwd", "/v1/repos/x/objects/../../../config", "/v1/repos/x/HEAD"):
        answer = siege.tell(daemon, f"GET {path}?service=git-upload-pack HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n".encode())
        assert siege.status_of(answer) in (400, 401, 403, 404), (path, answer[:300])
        assert SECRET not in answer


@pytest.fixture(scope="module")
def repository(daemon):
    """A repository with one commit, and what posts to it as git does."""
    codecommit, iam = daemon.client("codecommit"), daemon.client("iam")
    codecommit.create_repository(repositoryName="refs")
    first = codecommit.create_commit(repositoryName="refs", branchName="main",
                                     putFiles=[{"filePath": "file", "fileContent": b"content"}])["commitId"]
    iam.create_user(UserName="pusher")
    iam.attach_user_policy(UserName="pusher", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
    login = iam.create_service_specific_credential(UserName="pusher", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    user, password = (urllib.parse.quote(login[k], safe="") for k in ("ServiceUserName", "ServicePassword"))
    url = f"http://{user}:{password}@127.0.0.1:{daemon.port}/v1/repos/refs"
    return {"client": codecommit, "commit": first, "url": url, "login": login}


def push_raw(daemon, repository, reference):
    """git receive-pack's request by hand: a reference of any name is made at the commit that is there."""
    login = repository["login"]
    import base64
    authorization = base64.b64encode(f'{login["ServiceUserName"]}:{login["ServicePassword"]}'.encode()).decode()
    line = f'{"0" * 40} {repository["commit"]} '.encode() + reference + b"\0 report-status\n"
    empty_pack = b"PACK" + (2).to_bytes(4, "big") + (0).to_bytes(4, "big")
    body = f"{len(line) + 4:04x}".encode() + line + b"0000" + empty_pack + hashlib.sha1(empty_pack).digest()
    head = (f"POST /v1/repos/refs/git-receive-pack HTTP/1.1\r\nHost: h\r\nAuthorization: Basic {authorization}\r\nConnection: close\r\n"
            f"Content-Type: application/x-git-receive-pack-request\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    return siege.tell(daemon, head + body)


REFERENCES = [b"refs/heads/../../x", b"refs/heads/..", b"refs/heads/x.lock", b"refs/heads/a\0b", b"refs/heads/", b"../../../config", b"config", b"HEAD",
              b"refs/heads/a..b", b"refs/heads/.x", b"refs/heads/a b", b"refs/heads/a~1", b"refs/heads//x", b"/etc/passwd", b"refs/heads/a\nb",
              b"objects/info/alternates", b"hooks/post-receive", b"refs/heads/-x/../../../hooks/update"]


@pytest.mark.parametrize("reference", REFERENCES, ids=siege.short)
def test_what_can_be_no_branch_is_not_made_by_a_push(daemon, repository, reference):
    answer = push_raw(daemon, repository, reference)
    assert siege.status_of(answer) < 500, answer[:500]
    assert f"ok {reference.decode('latin-1')}\n" not in answer, answer
    state = daemon.folder / "state"
    for name in ("x", "config", "hooks/post-receive", "hooks/update", "objects/info/alternates"):
        for found in state.rglob(name):
            assert repository["commit"] not in found.read_text(errors="replace") if found.is_file() else True, found


def test_a_good_branch_is_made_by_the_same_request(daemon, repository):
    """The requests above fail for their names alone."""
    assert "ok refs/heads/good" in push_raw(daemon, repository, b"refs/heads/good")
    assert repository["client"].get_branch(repositoryName="refs", branchName="good")["branch"]["commitId"] == repository["commit"]


@pytest.mark.parametrize("name", ["../x", "..", "a..b", "x.lock", "refs/heads/../../x", "a\0b", "a b", "a\n", "x" * 300], ids=siege.short)
def test_what_can_be_no_branch_is_not_made_by_the_api(repository, name):
    assert code_of(repository["client"].create_branch, repositoryName="refs", branchName=name, commitId=repository["commit"])


@pytest.mark.parametrize("path", ["../x", "a/../../x", ".git/config", "a/.git/hooks/x", "..", ".", "a//b", "a\0b", "a/./b"], ids=siege.short)
def test_what_can_be_no_file_of_a_tree_is_not_committed_by_the_api(repository, path):
    assert code_of(repository["client"].create_commit, repositoryName="refs", branchName="main", parentCommitId=repository["commit"],
                   putFiles=[{"filePath": path, "fileContent": b"x"}])


@pytest.mark.parametrize("name", [".git", "..", ".", "a/b"])
def test_a_tree_that_leads_out_of_its_checkout_is_not_taken_by_a_push(repository, tmp_path, name):
    env = dict(os.environ, HOME=str(tmp_path), GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0", GIT_AUTHOR_NAME="t",
               GIT_AUTHOR_EMAIL="t@example.test", GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.test")
    git = lambda *a, stdin=b"": subprocess.run(["git", *a], cwd=tmp_path, env=env, input=stdin, capture_output=True, timeout=60)  # noqa: E731
    git("init", "-q")
    blob = git("hash-object", "-w", "--stdin", stdin=b"hostile").stdout.decode().strip()
    tree = f"100644 {name}\0".encode() + bytes.fromhex(blob)
    made = git("hash-object", "-w", "-t", "tree", "--literally", "--stdin", stdin=tree).stdout.decode().strip()
    commit = git("commit-tree", made, "-m", "hostile").stdout.decode().strip()
    branch = f"hostile-{ord(name[-1])}"
    pushed = git("push", repository["url"], f"{commit}:refs/heads/{branch}")
    assert pushed.returncode != 0, pushed.stderr.decode()
    assert code_of(repository["client"].get_branch, repositoryName="refs", branchName=branch) == "BranchDoesNotExistException"


# -- ECR --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["..", "../x", "a/../b", "/a", "a//b", "A", "a\0b", "a/", ".a", "x" * 300], ids=siege.short)
def test_what_can_be_no_image_repositorys_name_is_refused(daemon, name):
    assert code_of(daemon.client("ecr").create_repository, repositoryName=name)


def test_digests_tags_and_uploads_lead_to_nothing_but_images(daemon):
    import base64
    ecr = daemon.client("ecr")
    ecr.create_repository(repositoryName="images")
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    assert base64.b64decode(token).startswith(b"AWS:")
    hosts = (f"127.0.0.1:{daemon.port}", f"123456789012.dkr.ecr.{siege.REGION}.amazonaws.com")
    wrong = ["blobs/sha256:../../x", "blobs/sha256:..%2f..%2fsecret", "blobs/sha256:" + "0" * 64, "blobs/md5:x", "blobs/..", "manifests/..", "manifests/../../x",
             "manifests/sha256:../../secret", "blobs/uploads/../../x", "blobs/uploads/..%2f..%2fx", "manifests/%00", "manifests/" + "x" * 300]
    for host in hosts:
        for path in wrong:
            for name in ("images", "..", "images/../.."):
                for method in ("GET", "PUT", "PATCH", "DELETE", "HEAD"):
                    answer = siege.tell(daemon, (f"{method} /v2/{name}/{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {token}\r\n"
                                                 "Connection: close\r\nContent-Length: 0\r\n\r\n").encode())
                    assert 400 <= siege.status_of(answer) < 500, (method, name, path, answer[:300])
                    assert SECRET not in answer
    for digest in ("sha256:../../x", "sha256:" + "g" * 64, "..", "sha256:" + "0" * 64):
        assert code_of(ecr.get_download_url_for_layer, repositoryName="images", layerDigest=digest)
    for upload in ("../../x", "..", "x"):
        code_of(ecr.upload_layer_part, repositoryName="images", uploadId=upload, partFirstByte=0, partLastByte=0, layerPartBlob=b"x")


# -- CodeBuild, CodePipeline, CodeDeploy ------------------------------------------------------------------------------


def test_names_of_projects_artifacts_and_pipelines_are_no_paths(daemon):
    codebuild, deploy = daemon.client("codebuild"), daemon.client("codedeploy")
    for name in ("..", "../x", "a/b", "", "a\0b"):
        assert code_of(codebuild.create_project, name=name, source={"type": "NO_SOURCE", "buildspec": "version: 0.2"}, artifacts={"type": "NO_ARTIFACTS"},
                       environment={"type": "LINUX_CONTAINER", "image": "aws/codebuild/standard:7.0", "computeType": "BUILD_GENERAL1_SMALL"},
                       serviceRole="arn:aws:iam::123456789012:role/none")
    for name in ("..", "../x"):
        code_of(deploy.create_application, applicationName=name, computePlatform="Server")
        code_of(deploy.delete_application, applicationName=name)
