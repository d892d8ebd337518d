"""The three ways in which git proves who it is to CodeCommit: the CLI's credential helper, a signed address as
git-remote-codecommit makes it, and a user's HTTPS git credentials."""
import datetime
import json
import urllib.parse
import uuid

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from region import REGION, run

HOST = f"git-codecommit.{REGION}.amazonaws.com"


@pytest.fixture
def repository(region):
    codecommit, name = region.client("codecommit"), f"git-{uuid.uuid4().hex[:8]}"
    codecommit.create_repository(repositoryName=name)
    codecommit.put_file(repositoryName=name, branchName="main", fileContent=b"one\n", filePath="a.txt", name="A", email="a@example.com")
    yield name
    codecommit.delete_repository(repositoryName=name)


@pytest.fixture
def user(region):
    """A user who may pull and not push, and her keys."""
    iam, name = region.client("iam"), f"git-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="pull", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "codecommit:GitPull", "Resource": "*"}]}))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    login = iam.create_service_specific_credential(UserName=name, ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
    yield key, login
    iam.delete_service_specific_credential(UserName=name, ServiceSpecificCredentialId=login["ServiceSpecificCredentialId"])
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="pull")
    iam.delete_user(UserName=name)


def signed(repository, key, secret):
    """The address that git-remote-codecommit hands to git: the signature of the method GIT is the password."""
    path, at = f"/v1/repos/{repository}", datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%S")
    signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "codecommit", REGION)
    request = botocore.awsrequest.AWSRequest(method="GIT", url=f"https://{HOST}{path}")
    request.context["timestamp"] = at
    text = signer.string_to_sign(request, f"GIT\n{path}\n\nhost:{HOST}\n\nhost\n")
    return f"https://{key}:{at}Z{signer.signature(text, request)}@{HOST}{path}"


def commit_and_push(clone, env, check=True):
    (clone / "a.txt").write_text(uuid.uuid4().hex)
    run("git", "-C", clone, "-c", "user.name=A", "-c", "user.email=a@example.com", "commit", "-qam", "more", env=env)
    return run("git", "-C", clone, "push", "origin", "HEAD:main", env=env, check=check)


def head(region, repository):
    return region.client("codecommit").get_branch(repositoryName=repository, branchName="main")["branch"]["commitId"]


def test_the_credential_helper_clones_and_pushes_at_awss_address(region, repository, tmp_path):
    clone = tmp_path / "clone"
    run("git", "clone", "-q", f"https://{HOST}/v1/repos/{repository}", clone, env=region.env)
    commit_and_push(clone, region.env)
    assert run("git", "-C", clone, "rev-parse", "HEAD").stdout.strip() == head(region, repository)


def test_an_address_signed_as_git_remote_codecommit_does_clones_and_pushes(region, repository, tmp_path):
    clone = tmp_path / "clone"
    url = signed(repository, region.env["AWS_ACCESS_KEY_ID"], region.env["AWS_SECRET_ACCESS_KEY"])
    run("git", "clone", "-q", url, clone, env=region.env)
    commit_and_push(clone, region.env)
    assert run("git", "-C", clone, "rev-parse", "HEAD").stdout.strip() == head(region, repository)


def test_a_users_git_credentials_and_rights_decide_what_she_may_do(region, repository, user, tmp_path):
    key, login = user
    quoted = urllib.parse.quote(login["ServicePassword"], safe="")
    for number, url in enumerate((f"https://{login['ServiceUserName']}:{quoted}@{HOST}/v1/repos/{repository}",
                                  signed(repository, key["AccessKeyId"], key["SecretAccessKey"]))):
        clone, before = tmp_path / f"clone{number}", head(region, repository)
        run("git", "clone", "-q", url, clone, env=region.env)
        refused = commit_and_push(clone, region.env, check=False)
        assert refused.returncode != 0 and "403" in refused.stdout
        assert head(region, repository) == before
    wrong = run("git", "clone", "-q", f"https://{login['ServiceUserName']}:{'x' * 44}@{HOST}/v1/repos/{repository}", tmp_path / "none",
                env={**region.env, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "true"}, check=False)
    assert wrong.returncode != 0
