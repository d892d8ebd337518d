"""The ways in which git proves who it is to CodeCommit: the CLI's credential helper, a signed address as
git-remote-codecommit makes it, a user's HTTPS git credentials, and her SSH key."""
import datetime
import json
import os
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


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_credential_helper_clones_and_pushes_at_an_address_of_old(region, repository, tmp_path, host):
    clone = tmp_path / "clone"
    port = region.env["AWS_ENDPOINT_URL"].rpartition(":")[2]
    run("git", "clone", "-q", f"http://{host}:{port}/v1/repos/{repository}", clone, env=region.env)
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


@pytest.fixture
def ssh_key(region, user, tmp_path):
    """The id of a key that the user has uploaded, and the file of its private half."""
    if not os.path.exists("/usr/sbin/sshd"):
        pytest.skip("no OpenSSH server on this machine")
    iam, name, file = region.client("iam"), region.client("sts", aws_access_key_id=user[0]["AccessKeyId"],
                                                          aws_secret_access_key=user[0]["SecretAccessKey"]).get_caller_identity()["Arn"].split("/")[-1], tmp_path / "key"
    run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", file)
    key = iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody=(tmp_path / "key.pub").read_text())["SSHPublicKey"]["SSHPublicKeyId"]
    yield name, key, file
    iam.delete_ssh_public_key(UserName=name, SSHPublicKeyId=key)


def over_ssh(region, file):
    """hanbat env's way, with a key as ~/.ssh/config would name it."""
    assert "host/ssh/client_config" in region.env["GIT_SSH_COMMAND"]
    return {**region.env, "GIT_SSH_COMMAND": region.env["GIT_SSH_COMMAND"] + f" -i {file} -o IdentitiesOnly=yes -o BatchMode=yes"}


def test_an_ssh_key_clones_and_rights_decide_about_the_push(region, repository, ssh_key, tmp_path):
    name, key, file = ssh_key
    iam, env, clone = region.client("iam"), over_ssh(region, file), tmp_path / "clone"
    address = region.client("codecommit").get_repository(repositoryName=repository)["repositoryMetadata"]["cloneUrlSsh"]
    assert address == f"ssh://{HOST}/v1/repos/{repository}"
    url = address.replace("ssh://", f"ssh://{key}@")
    run("git", "clone", "-q", url, clone, env=env)
    before = head(region, repository)
    refused = commit_and_push(clone, env, check=False)
    assert refused.returncode != 0 and "codecommit:GitPush" in refused.stdout
    assert head(region, repository) == before
    iam.put_user_policy(UserName=name, PolicyName="pull", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["codecommit:GitPull", "codecommit:GitPush"], "Resource": "*"},
            {"Effect": "Deny", "Action": "codecommit:GitPush", "Resource": "*", "Condition": {
                "StringEqualsIfExists": {"codecommit:References": ["refs/heads/main"]}, "Null": {"codecommit:References": "false"}}}]}))
    refused = commit_and_push(clone, env, check=False)
    assert refused.returncode != 0 and "not authorized" in refused.stdout
    run("git", "-C", clone, "push", "-q", "origin", "HEAD:side", env=env)
    assert run("git", "-C", clone, "rev-parse", "HEAD").stdout.strip() == region.client("codecommit").get_branch(
        repositoryName=repository, branchName="side")["branch"]["commitId"]


def test_an_ssh_key_opens_no_shell_and_an_inactive_one_nothing(region, repository, ssh_key, tmp_path):
    name, key, file = ssh_key
    ssh = over_ssh(region, file)["GIT_SSH_COMMAND"]
    greeted = run("bash", "-c", f"{ssh} {key}@{HOST}", check=False)
    assert "You have successfully authenticated over SSH" in greeted.stdout
    assert run("bash", "-c", f"{ssh} {key}@{HOST} id", check=False).returncode != 0
    for forwarded in ("-L 20022:127.0.0.1:22 -o ExitOnForwardFailure=yes", "-R 20022:127.0.0.1:22 -o ExitOnForwardFailure=yes"):
        assert run("bash", "-c", f"{ssh} {forwarded} {key}@{HOST}", check=False).returncode != 0
    region.client("iam").update_ssh_public_key(UserName=name, SSHPublicKeyId=key, Status="Inactive")
    refused = run("git", "ls-remote", f"ssh://{key}@{HOST}/v1/repos/{repository}", env=over_ssh(region, file), check=False)
    assert refused.returncode != 0 and "Permission denied (publickey)" in refused.stdout


def test_a_name_that_is_no_key_id_is_nobody(region, repository, ssh_key, tmp_path):
    _, key, file = ssh_key
    for login in ("root", "git", "APKA" + "A" * 16, key.lower()):
        refused = run("git", "ls-remote", f"ssh://{login}@{HOST}/v1/repos/{repository}", env=over_ssh(region, file), check=False)
        assert refused.returncode != 0 and "Permission denied (publickey)" in refused.stdout
