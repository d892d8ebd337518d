"""A repository of CodeCommit, its user, and a clone of it, for tests that push."""
import os
import subprocess
import urllib.parse


def git(folder, *arguments, check=True):
    env = dict(os.environ, HOME=str(folder), GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1", GIT_CONFIG_GLOBAL="/dev/null",
               GIT_AUTHOR_NAME="t", GIT_AUTHOR_EMAIL="t@example.test", GIT_COMMITTER_NAME="t", GIT_COMMITTER_EMAIL="t@example.test")
    done = subprocess.run(["git", *arguments], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert not check or done.returncode == 0, done.stderr
    return done


class Repository:
    """Made in the daemon's region; `work` is a clone in which to commit."""

    def __init__(self, daemon, folder, name="app"):
        self.name = name
        iam = daemon.client("iam")
        daemon.client("codecommit").create_repository(repositoryName=name)
        iam.create_user(UserName="dev")
        iam.attach_user_policy(UserName="dev", PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
        login = iam.create_service_specific_credential(UserName="dev", ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
        self.login = ":".join(urllib.parse.quote(login[k], safe="") for k in ("ServiceUserName", "ServicePassword"))
        self.work = folder / "work"
        self.work.mkdir()
        git(self.work, "init", "-q", "-b", "main")
        git(self.work, "remote", "add", "origin", self.address(daemon))

    def address(self, daemon):
        return f"http://{self.login}@127.0.0.1:{daemon.port}/v1/repos/{self.name}"

    def commit(self, content, file="file"):
        (self.work / file).write_text(content)
        git(self.work, "add", "-A")
        git(self.work, "commit", "-q", "-m", content[:20])
        return git(self.work, "rev-parse", "HEAD").stdout.strip()

    def push(self, check=True):
        return git(self.work, "push", "origin", "HEAD:refs/heads/main", check=check)
