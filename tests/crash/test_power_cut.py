"""A power cut keeps what was acknowledged: when an answer begins, the bytes and the names that it stands for are synced. Seen from
outside, by strace: a kill alone proves nothing of this, as what a dead process wrote is still in the machine's memory.
"""
import hashlib
import os
import re
import shutil
import subprocess
import time

import pytest

import daemon as live
import disk_trace
import ring_state
from repository import Repository

# What may be lost: SQLite's index of its log is made anew, the database itself is written from the log, which is kept until that is
# synced; locks are for living processes; a layer's upload that is not complete ends with the daemon; what is unfinished has a name
# of its own; what is appended to the trail counts once a commit says so, which on_write looks at; and of git's folder these are made
# anew or not looked at.
NOT_NEEDED = re.compile(r"/region\.db(-shm)?$|\.lock$|/blobs/incoming(/|$)|\.new\d+\.\d+(/|$)|/objects/incoming-"
                        r"|/trail(/|$)|\.git/(description|hooks|info|refs|objects/info)(/|$)")


@pytest.fixture
def trace(tmp_path):
    """Where strace writes to, if it may trace anything."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], stderr=subprocess.DEVNULL).returncode:
        pytest.skip("strace may trace nothing here")
    return tmp_path / "trace"


@pytest.fixture
def daemon(tmp_path, trace):
    daemon = live.Daemon(tmp_path)
    daemon.command = disk_trace.tracer(trace)
    daemon.start()
    yield daemon
    if daemon.process.poll() is None:
        daemon.stop()


class Watch:
    """Replays the trace as it grows, and looks at each answer."""

    appended = None  # the thread that wrote to the trail

    def __init__(self, daemon, trace):
        self.trace = open(trace)
        self.disk = disk_trace.Disk(daemon.state, self.look, self.on_write)
        self.rest, self.answers, self.lacking, self.segments_counted = "", 0, set(), 0

    def look(self, disk, thread):
        self.answers += 1
        for path, file in disk.files.items():
            # Other threads may be writing to the log by now; what they write is not what this one answers.
            dirty = thread in file.writers if path.endswith("-wal") else file.writers
            if dirty and not NOT_NEEDED.search(path):
                self.lacking.add("the bytes of " + path)
        self.lacking |= {"the name of " + path for path in disk.unsynced_names if not NOT_NEEDED.search(path)}

    def on_write(self, disk, thread, path):
        """One thread appends to the trail and then commits how much of it counts: that must be on the disk by then."""
        if "/trail/" in path:
            self.appended = thread
        elif path.endswith("-wal") and thread == self.appended:
            self.segments_counted += 1
            self.lacking |= {"what the trail counts of " + path for path, file in disk.files.items() if "/trail/" in path and file.writers}
            self.lacking |= {"the name of " + path for path in disk.unsynced_names if path.endswith("/trail") or "/trail/" in path}

    def read(self):
        *lines, self.rest = (self.rest + self.trace.read()).split("\n")
        for line in lines:
            self.disk.replay(line)

    def during(self, call):
        """The names that are given while a call is made that changes something, and answered."""
        self.read()
        self.disk.written = set()
        self.disk.named = set()
        answers = self.answers
        call()
        deadline = time.monotonic() + 10
        while self.answers == answers:
            assert time.monotonic() < deadline, "no answer was seen"
            self.read()
            time.sleep(0.02)
        assert not self.lacking, self.lacking
        torn = [path for path in self.disk.torn if not NOT_NEEDED.search(path)]
        assert not torn, torn
        assert any(path.endswith("/region.db-wal") for path in self.disk.written), "nothing was committed"
        return self.disk.named


def blob(content):
    digest = hashlib.sha256(content).hexdigest()
    return f"/blobs/{digest[:2]}/{digest}"


CARELESS = """
import os, sys
root = sys.argv[1]
def sync(path):
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
def put(name, *steps):
    with open(root + "/new", "w") as file:
        file.write(name)
    for step in steps:
        {"bytes": lambda: sync(root + "/new"), "name": lambda: os.rename(root + "/new", root + "/" + name),
         "late": lambda: sync(root + "/" + name), "folder": lambda: sync(root)}[step]()
put("whole", "bytes", "name", "folder")
put("torn", "name", "late", "folder")
put("lost", "name", "folder")
put("unnamed", "bytes", "name")
"""


def test_the_replay_of_a_careless_program_tells_what_a_power_cut_would_take(trace, tmp_path):
    root = tmp_path / "root"
    root.mkdir()
    subprocess.run([*disk_trace.tracer(trace), "python3", "-c", CARELESS, str(root)], check=True)
    disk, deadline = disk_trace.Disk(root, None), time.monotonic() + 10
    while "exited with 0" not in trace.read_text():  # strace may end after its program
        assert time.monotonic() < deadline
        time.sleep(0.02)
    for line in trace.read_text().splitlines():
        disk.replay(line)
    assert disk.torn == [f"{root}/torn", f"{root}/lost"]
    assert [path for path, file in disk.files.items() if file.writers] == [f"{root}/lost"]
    assert disk.unsynced_names == {f"{root}/unnamed"}


def test_bytes_names_and_commits_are_synced_before_the_answer(daemon, trace, tmp_path):
    deadline = time.monotonic() + 20
    while ring_state.tasks_due(daemon):  # what a first start makes
        assert time.monotonic() < deadline
        time.sleep(0.05)
    watch, (s3, ecr, codecommit) = Watch(daemon, trace), map(daemon.client, ("s3", "ecr", "codecommit"))
    named = lambda call, name: any(path.endswith(name) for path in watch.during(call))

    watch.during(lambda: daemon.client("ssm").put_parameter(Name="/p", Value="1", Type="String"))
    watch.during(lambda: s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION}))
    body, part, layer = (os.urandom(100_000) for _ in range(3))
    assert named(lambda: s3.put_object(Bucket="data", Key="a", Body=body), blob(body))
    upload = s3.create_multipart_upload(Bucket="data", Key="b")["UploadId"]
    assert named(lambda: s3.upload_part(Bucket="data", Key="b", UploadId=upload, PartNumber=1, Body=part), blob(part))
    ecr.create_repository(repositoryName="img")
    upload = ecr.initiate_layer_upload(repositoryName="img")["uploadId"]
    ecr.upload_layer_part(repositoryName="img", uploadId=upload, partFirstByte=0, partLastByte=len(layer) - 1, layerPartBlob=layer)
    digest = "sha256:" + hashlib.sha256(layer).hexdigest()
    assert named(lambda: ecr.complete_layer_upload(repositoryName="img", uploadId=upload, layerDigests=[digest]), blob(layer))

    repository = Repository(daemon, tmp_path)
    for content in ("first", "second"):  # the first makes git's folder
        repository.commit(content)
        assert named(repository.push, ".idx")
    commit = codecommit.get_branch(repositoryName="app", branchName="main")["branch"]["commitId"]
    made = watch.during(lambda: codecommit.put_file(repositoryName="app", branchName="main", filePath="b", fileContent=b"b", parentCommitId=commit))
    commit = codecommit.get_branch(repositoryName="app", branchName="main")["branch"]["commitId"]
    assert any(path.endswith(f"/objects/{commit[:2]}/{commit[2:]}") for path in made)
    codecommit.create_repository(repositoryName="other")  # whose folder an API call makes
    watch.during(lambda: codecommit.put_file(repositoryName="other", branchName="main", filePath="b", fileContent=b"b"))
    assert watch.segments_counted, "nothing came to the trail's segments"
