"""`hanbat backup` and `restore` of a region that goes on working meanwhile, without its host side."""
import hashlib
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import threading

import pytest

import daemon as live
from repository import Repository, git


@pytest.fixture
def daemon(tmp_path):
    one = live.Daemon(tmp_path)
    one.start()
    yield one
    if one.process.poll() is None:
        one.stop()


def hanbat(home, *arguments, check=True, stdout=subprocess.PIPE):
    done = subprocess.run([live.HANBAT, *map(str, arguments)], env=dict(os.environ, HANBAT_HOME=str(home), HANBAT_PORT="1"),
                          stdout=stdout, stderr=subprocess.PIPE, timeout=300)
    assert not check or done.returncode == 0, done.stderr.decode()
    return done


def tree(folder):
    """Every file below the folder with its content's hash and mode; how a test sees that nothing was changed."""
    return {str(path.relative_to(folder)): (path.lstat().st_mode, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
            for path in sorted(pathlib.Path(folder).rglob("*")) if path.name != "hanbatd.lock"}


def require_consistent(state):
    """Every blob that a row names is there and whole, and the database is sound."""
    database = sqlite3.connect(f"file:{state}/region.db?mode=ro", uri=True)
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    names = [row[0] for row in database.execute("SELECT DISTINCT sha256 FROM blob_links")]
    for name in names:
        assert hashlib.sha256((state / "blobs" / name[:2] / name).read_bytes()).hexdigest() == name
    assert names
    database.close()


class Writers:
    """Pushes, puts and overwrites that go on until stop(); what was acknowledged is remembered in order."""

    def __init__(self, daemon, repository):
        self.daemon, self.repository = daemon, repository
        self.commits, self.objects, self.trouble = [], {}, []
        self.lock, self.ended = threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.guard, args=(what,)) for what in (self.pushes, self.puts, self.overwrites)]

    def guard(self, what):
        try:
            what()
        except Exception as error:  # told by the test's own thread
            self.trouble.append(error)

    def pushes(self):
        number = 0
        while not self.ended.is_set():
            number += 1
            commit = self.repository.commit(f"{number}\n" * 3000)
            self.repository.push()
            with self.lock:
                self.commits.append(commit)

    def puts(self):
        s3, dice, number = self.daemon.client("s3"), random.Random(1), 0
        while not self.ended.is_set():
            number += 1
            body = dice.randbytes(dice.randrange(1, 300_000))
            s3.put_object(Bucket="data", Key=f"new/{number}", Body=body)
            with self.lock:
                self.objects[f"new/{number}"] = hashlib.sha256(body).hexdigest()

    def overwrites(self):
        # Each overwrite makes a blob that nobody needs any more: it is removed while the backup copies.
        s3, number = self.daemon.client("s3"), 0
        while not self.ended.is_set():
            number += 1
            s3.put_object(Bucket="data", Key="same", Body=f"{number}" * 50_000)

    def acknowledged(self):
        with self.lock:
            return list(self.commits), dict(self.objects)

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        assert self.trouble == []


def wait_for_some(writers, commits, objects):
    for _ in range(600):
        done = writers.acknowledged()
        if len(done[0]) >= commits and len(done[1]) >= objects:
            return
        assert not writers.trouble, writers.trouble
        writers.ended.wait(0.1)
    raise AssertionError("the writers do not get on")


def test_who_competes_is_in_a_backup(daemon, tmp_path):
    entry = daemon.state / "task" / "ann" / "entry.json"
    entry.parent.mkdir(parents=True, mode=0o700)
    entry.write_text("{}")
    entry.chmod(0o600)
    hanbat(daemon.state, "backup", tmp_path / "region.hanbat")
    hanbat(tmp_path / "second", "restore", tmp_path / "region.hanbat")
    back = tmp_path / "second" / "task" / "ann" / "entry.json"
    assert back.read_text() == "{}" and back.stat().st_mode & 0o777 == 0o600


def test_a_backup_of_a_busy_region_has_all_that_was_acknowledged_before_it_began(daemon, tmp_path):
    daemon.client("s3").create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    daemon.client("ssm").put_parameter(Name="/secret", Value="sealed", Type="SecureString")
    repository = Repository(daemon, tmp_path)
    writers = Writers(daemon, repository)
    writers.start()
    wait_for_some(writers, 5, 20)
    commits, objects = writers.acknowledged()
    hanbat(daemon.state, "backup", tmp_path / "region.hanbat")
    wait_for_some(writers, len(commits) + 2, len(objects) + 2)  # and the writers were not stopped by it
    writers.stop()
    daemon.stop()
    assert (tmp_path / "region.hanbat").stat().st_mode & 0o777 == 0o600
    assert not (tmp_path / "region.hanbat.partial").exists() and not (daemon.state / ".backup").exists()

    (tmp_path / "second").mkdir()
    second = live.Daemon(tmp_path / "second")
    hanbat(second.state, "restore", tmp_path / "region.hanbat")
    require_consistent(second.state)
    for name in ("region.db", "secrets.key", "admin-credentials.json", "ca/ca.key"):
        assert (second.state / name).stat().st_mode & 0o777 == 0o600, name
        assert (second.state / name).stat().st_uid == (daemon.state / name).stat().st_uid
    second.start()
    try:
        s3 = second.client("s3")
        for key, wanted in objects.items():
            assert hashlib.sha256(s3.get_object(Bucket="data", Key=key)["Body"].read()).hexdigest() == wanted
        same = s3.get_object(Bucket="data", Key="same")["Body"].read()
        assert len(same) % 50_000 == 0
        assert second.client("ssm").get_parameter(Name="/secret", WithDecryption=True)["Parameter"]["Value"] == "sealed"
        git(tmp_path, "clone", "-q", repository.address(second), "copy")
        git(tmp_path / "copy", "fsck", "--full", "--strict")
        assert set(commits) <= set(git(tmp_path / "copy", "rev-list", "HEAD").stdout.split())
        bare = next((second.state / "codecommit").iterdir())
        assert subprocess.run(["git", "--git-dir", bare, "fsck", "--full"], capture_output=True).returncode == 0
        # Its trail has the pushes that are in it, each once, and none of later.
        pages = second.client("cloudtrail").get_paginator("lookup_events").paginate(
            LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GitPush"}])
        records = (json.loads(event["CloudTrailEvent"]) for page in pages for event in page["Events"])
        pushed = [moved["commit"] for record in records for moved in (record["requestParameters"] or {}).get("references", [])]
        assert sorted(pushed) == sorted(git(tmp_path / "copy", "rev-list", "HEAD").stdout.split())
        # It is a region like any other: it takes the next push and the next object.
        git(repository.work, "push", "-q", repository.address(second), "HEAD:refs/heads/more")
        s3.put_object(Bucket="data", Key="after", Body=b"after")
    finally:
        second.stop()


@pytest.fixture
def saved(daemon, tmp_path):
    """A stopped region with little in it, and its backup."""
    s3 = daemon.client("s3")
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": live.REGION})
    for number in range(5):
        s3.put_object(Bucket="data", Key=str(number), Body=os.urandom(20_000))
    file = tmp_path / "region.hanbat"
    with open(file, "wb") as out:
        hanbat(daemon.state, "backup", "-", stdout=out)
    daemon.stop()
    return file


def test_a_backup_is_a_tar_with_a_manifest_of_its_parts(saved):
    names = subprocess.run(["tar", "--zstd", "-tf", saved], check=True, capture_output=True, text=True).stdout.split()
    assert names[0] == "hanbat-backup.json" and names[-1] == "manifest.json"
    manifest = json.loads(subprocess.run(["tar", "--zstd", "-xOf", saved, "manifest.json"], check=True, capture_output=True).stdout)
    assert [part["name"] for part in manifest["parts"]] == names[1:-1]
    assert manifest["version"] and manifest["time"] and manifest["damaged_blobs"] == []


def test_a_backup_that_was_cut_short_or_changed_is_refused_with_nothing_changed(saved, tmp_path):
    whole, home = saved.read_bytes(), tmp_path / "home"
    home.mkdir()
    broken = tmp_path / "broken"
    dice = random.Random(3)
    spots = [0, 100, len(whole) // 2, len(whole) - 60, len(whole) - 1, *(dice.randrange(len(whole)) for _ in range(8))]
    cases = [whole[:at] for at in (0, 1, 47, len(whole) // 2, len(whole) - 48, len(whole) - 1)]
    cases += [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:] for at in spots] + [whole + b"x"]
    for case in cases:
        broken.write_bytes(case)
        done = hanbat(home, "restore", broken, check=False)
        assert done.returncode == 1 and b"cut short or changed" in done.stderr
        assert tree(home) == {}


def test_a_folder_with_a_region_is_kept_unless_it_may_be_moved_aside(saved, daemon, tmp_path):
    before = tree(daemon.state)
    done = hanbat(daemon.state, "restore", saved, check=False)
    assert done.returncode == 1 and b"--force" in done.stderr
    assert tree(daemon.state) == before
    hanbat(daemon.state, "restore", saved, "--force")
    aside = next(daemon.state.glob("before-restore-*"))
    assert {k: v for k, v in tree(aside).items()} == {k: v for k, v in before.items() if not k.startswith("log")}
    daemon.start()
    assert len(daemon.client("s3").list_objects_v2(Bucket="data")["Contents"]) == 5


def test_a_region_that_runs_is_not_restored_over(saved, daemon):
    daemon.start()
    done = hanbat(daemon.state, "restore", saved, "--force", check=False)
    assert done.returncode == 1 and b"runs" in done.stderr
    assert len(daemon.client("s3").list_objects_v2(Bucket="data")["Contents"]) == 5


def make_newer(state):
    database = sqlite3.connect(state / "region.db")
    database.execute("INSERT INTO migrations(module, number) VALUES ('s3', 999)")
    database.commit()
    database.close()


def test_a_region_of_a_newer_version_is_refused_and_left_as_it_is(daemon, tmp_path):
    daemon.stop()
    make_newer(daemon.state)
    before = tree(daemon.state)
    database = before["region.db"]
    started = subprocess.run([live.HANBATD, "--home", daemon.state, "--port", "0"], capture_output=True, text=True, timeout=30)
    assert started.returncode == 1 and "s3 is at step 999" in started.stdout + started.stderr
    assert tree(daemon.state)["region.db"] == database and not list(daemon.state.glob("*-wal"))

    # A backup takes it as it is; a restore with this program refuses it.
    hanbat(daemon.state, "backup", tmp_path / "newer")
    done = hanbat(tmp_path / "home", "restore", tmp_path / "newer", check=False)
    assert done.returncode == 1 and b"newer than this program" in done.stderr
    assert tree(tmp_path / "home") == {}


@pytest.mark.skipif(os.geteuid() != 0, reason="namespaces take root")
def test_up_says_what_to_do_about_a_newer_region(daemon):
    daemon.stop()
    make_newer(daemon.state)
    # In namespaces of its own: should it start after all, it finds no network and nobody else's region.
    done = subprocess.run(["unshare", "--mount", "--net", "sh", "-c", f"mount -t tmpfs none /run && exec {live.HANBAT} up"],
                          env=dict(os.environ, HANBAT_HOME=str(daemon.state), HANBAT_PORT="1"), capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "newer than this program" in done.stderr and "Start it with the version that wrote it" in done.stderr
