"""A disk that fills: writes are refused with a reason, reads go on, nothing that was acknowledged is lost, and when there is
room again the same daemon goes on."""
import hashlib
import os
import pathlib
import subprocess
import time

import botocore.exceptions
import pytest

import daemon as live
from repository import Repository, git

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a file system of its own takes root")
SIZE = 160 << 20


class SmallDisk(live.Daemon):
    """A daemon whose state lies on a file system of its own, in a mount namespace that lives as long as this object."""

    def __init__(self, folder):
        super().__init__(folder)
        (self.folder / "state").mkdir()
        self.holder = subprocess.Popen(
            ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             f"mount -t tmpfs -o size={SIZE} none {self.folder}/state && echo ready && exec sleep 900"],
            stdout=subprocess.PIPE, text=True)
        assert self.holder.stdout.readline() == "ready\n"
        self.command = ["nsenter", "--target", str(self.holder.pid), "--mount"]

    @property
    def state(self):
        return pathlib.Path(f"/proc/{self.holder.pid}/root{self.folder}/state")

    def fill(self):
        """Takes all that is left, down to the last byte."""
        with open(self.state / "ballast", "ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                try:
                    while True:
                        ballast.write(b"x" * size)
                except OSError:
                    pass

    def free(self):
        (self.state / "ballast").unlink()

    def doctor(self):
        return subprocess.run([*self.command, live.HANBAT, "doctor"], capture_output=True, text=True, timeout=60,
                              env=dict(os.environ, HANBAT_HOME=str(self.folder / "state"), HANBAT_PORT=str(self.port))).stdout


@pytest.fixture
def daemon(tmp_path):
    one = SmallDisk(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()
    one.holder.kill()
    one.holder.wait()


def refusal(call, **arguments):
    """The error code and status of a call that must be refused."""
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        call(**arguments)
    error = refused.value.response
    return error["Error"]["Code"], error["ResponseMetadata"]["HTTPStatusCode"], error["Error"]["Message"]


def fill_by_puts(s3):
    """Puts objects until one is refused. What was acknowledged: key → hash."""
    kept = {}
    for number in range(200):
        body = os.urandom(4 << 20)
        try:
            s3.put_object(Bucket="data", Key=str(number), Body=body)
        except botocore.exceptions.ClientError as error:
            assert error.response["Error"]["Code"] == "ServiceUnavailable", error
            assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
            assert "disk is full" in error.response["Error"]["Message"]
            return kept
        kept[str(number)] = hashlib.sha256(body).hexdigest()
    raise AssertionError("the disk did not fill")


def require_all(s3, kept):
    for key, wanted in kept.items():
        assert hashlib.sha256(s3.get_object(Bucket="data", Key=key)["Body"].read()).hexdigest() == wanted


def within(seconds, attempt):
    """Repeats the call until it succeeds; how long that took."""
    began = time.monotonic()
    while True:
        try:
            attempt()
            return time.monotonic() - began
        except (botocore.exceptions.ClientError, AssertionError):
            if time.monotonic() - began > seconds:
                raise
            time.sleep(0.1)


def test_a_full_disk_refuses_writes_loses_nothing_and_heals_without_a_restart(daemon, tmp_path):
    s3 = daemon.client("s3", attempts=1)
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    repository = Repository(daemon, tmp_path)
    pushed = repository.commit("first\n" * 100)
    repository.push()
    process = daemon.process.pid

    # Objects stop at the reserve; rows still find room, so an object can be deleted to make some.
    kept = fill_by_puts(s3)
    assert len(kept) >= 10
    s3.create_bucket(Bucket="rows-have-room", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    assert "the region's disk is full" in daemon.doctor()
    repository.commit("second\n" * 100)
    refused = repository.push(check=False)
    assert refused.returncode != 0 and "disk is full" in refused.stderr

    # Now somebody else takes the rest: rows are refused too. Reads go on.
    daemon.fill()
    made = 0
    try:
        for made in range(5000):
            s3.create_bucket(Bucket=f"bucket-{made}", CreateBucketConfiguration={"LocationConstraint": live.REGION})
        raise AssertionError("rows still find room on a full disk")
    except botocore.exceptions.ClientError as error:
        assert error.response["Error"]["Code"] == "ServiceUnavailable" and error.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert refusal(s3.put_object, Bucket="data", Key="x", Body=b"x")[:2] == ("ServiceUnavailable", 503)
    code, status, message = refusal(daemon.client("codecommit", attempts=1).create_repository, repositoryName="other")
    assert (code, status) == ("ServiceUnavailable", 503) and "disk is full" in message
    require_all(s3, kept)
    git(tmp_path, "clone", "-q", repository.address(daemon), "copy")
    assert git(tmp_path / "copy", "rev-parse", "HEAD").stdout.strip() == pushed
    assert "the region's disk is full" in daemon.doctor()

    daemon.free()
    took = within(10, lambda: s3.create_bucket(Bucket="after", CreateBucketConfiguration={"LocationConstraint": live.REGION}))
    print(f"healed {took:.2f} s after space was freed; {len(kept)} objects and {made} buckets were acknowledged before")
    for key in list(kept)[:6]:
        s3.delete_object(Bucket="data", Key=key)
        del kept[key]
    within(10, lambda: s3.put_object(Bucket="data", Key="after", Body=b"after"))
    repository.push()
    assert daemon.process.poll() is None and daemon.process.pid == process
    assert "the region's disk is full" not in daemon.doctor()

    # And what was acknowledged outlives a kill.
    daemon.kill()
    daemon.start()
    s3 = daemon.client("s3")
    require_all(s3, kept)
    assert s3.get_object(Bucket="data", Key="after")["Body"].read() == b"after"
    names = {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}
    assert {f"bucket-{number}" for number in range(made)} <= names
