"""A region of the bench's own, for as long as a block lasts. Takes root and a machine on which no region runs."""
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

HOME = tempfile.mkdtemp(prefix="hanbat-bench.", dir="/var/lib")
os.environ["HANBAT_HOME"] = HOME
sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "tests" / "scenarios")]
import region as live  # noqa: E402  (reads HANBAT_HOME)


class Region(live.Region):
    """As the scenarios' one, but silent; `up_s` and `down_s` are the seconds that both took."""

    up_s, down_s = None, None

    def hanbat(self, *words, check=True):
        done = subprocess.run([live.HANBAT, *words], capture_output=True, text=True, check=False, timeout=600)
        assert not check or done.returncode == 0, f"hanbat {' '.join(words)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def up(self):
        begun = time.monotonic()
        self.hanbat("up")
        self.up_s = time.monotonic() - begun

    def down(self):
        begun = time.monotonic()
        self.hanbat("down")
        self.down_s = time.monotonic() - begun

    def status(self):
        return {line.split()[0]: line for line in self.hanbat("status").splitlines() if line.strip()}

    def git(self, *arguments, check=True):
        return subprocess.run(["git", "-C", self.clone, *arguments], env=self.env, check=check, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def daemons(self):
        """The processes of the two daemons."""
        return [self.pid_of("hanbatd"), self.pid_of("hostd")]

    def login(self):
        """The URL below which git finds the repositories of the administrator, with a name and a password in it."""
        iam = self.client("iam")
        name = "bench-pusher"
        iam.create_user(UserName=name)
        iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AWSCodeCommitPowerUser")
        word = iam.create_service_specific_credential(UserName=name, ServiceName="codecommit.amazonaws.com")["ServiceSpecificCredential"]
        user, password = (urllib.parse.quote(word[key], safe="") for key in ("ServiceUserName", "ServicePassword"))
        return f"http://{user}:{password}@{self.endpoint.split('://', 1)[1]}/v1/repos/"


def name_in(path):
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def regions():
    """The processes of regions that run, their ids."""
    return [path.parent.name for path in pathlib.Path("/proc").glob("[0-9]*/comm") if name_in(path) == "hanbat-hostd"]


@contextlib.contextmanager
def region():
    """A region that is up; gone with all that it made when the block ends, however it does."""
    deadline = time.monotonic() + 20  # the one of the part before may be ending still
    while regions() and time.monotonic() < deadline:
        time.sleep(0.2)
    if other := regions():
        shutil.rmtree(HOME)
        sys.exit(f"bench: a region runs (process {other[0]}), and one machine holds one at a time")
    one = Region()
    try:
        one.up()
        yield one
    finally:
        one.hanbat("reset", "--yes")  # when this fails, what is left stays to be looked at
        shutil.rmtree(HOME, ignore_errors=True)
