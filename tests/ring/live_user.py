"""A user of a live region whose daemons die under it, again and again: both are killed at a fault point, `hanbat up` starts them
anew, with the next fault, and what got no answer is made again, as by ring_user.User of tests/crash."""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

import botocore.exceptions

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "crash"), str(HERE.parent / "scenarios")]
import region as live  # noqa: E402
import ring_user  # noqa: E402
from repository import git  # noqa: E402


class LiveRegion:
    """The two daemons, as `hanbat` starts and tells of them."""

    state = live.HOME
    port = int(os.environ.get("HANBAT_PORT", "4566"))

    def __init__(self):
        self.hostd, self.said = 0, ""

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self):
        entry = json.loads((self.state / "admin-credentials.json").read_text())
        return entry["AccessKeyId"], entry["SecretAccessKey"]

    @property
    def log(self):
        return self.said + "".join((self.state / "log" / name).read_text()[-1500:] for name in ("hostd.log", "hanbatd.log"))

    def up(self, variables):
        """`hanbat up`; which fails when a fault point on the way kills the daemons."""
        done = self.hanbat("up", **variables)
        lines = self.hanbat("status").stdout.splitlines()
        self.hostd = next((live.process_in(line) for line in lines if line.startswith("hostd ")), 0)
        self.said = done.stdout + done.stderr
        return done.returncode == 0 and self.runs()

    @staticmethod
    def hanbat(command, **variables):
        return subprocess.run([live.HANBAT, command], env=dict(os.environ, **variables), capture_output=True, text=True, timeout=600)

    def runs(self):
        try:
            return self.hostd != 0 and pathlib.Path(f"/proc/{self.hostd}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
        except OSError:
            return False

    def kill(self):
        """SIGKILL to hostd, which hanbatd does not outlive."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.hostd, signal.SIGKILL)
        assert self.wait_for_death(10)

    def wait_for_death(self, limit_s):
        deadline = time.monotonic() + limit_s
        while self.runs() and time.monotonic() < deadline:
            time.sleep(0.02)
        return not self.runs()


class LiveUser(ring_user.User):
    attempts = 12

    def __init__(self, folder):
        super().__init__(folder, LiveRegion())
        self.faults, self.armed, self.deaths = [], "", []

    def start(self, faults=(), log=""):
        """Starts the daemons with the first of the faults; whenever they have died, with the next one."""
        self.faults, self.deaths = list(faults), []
        self.start_next(log)

    def start_next(self, log=""):
        while True:
            self.armed = self.faults.pop(0) if self.faults else ""
            fault = f"{self.armed},supervisor:child-killed" if self.armed else ""
            if self.daemon.up({"HANBAT_FAULT": fault, "HANBAT_FAULT_LOG": str(log)}):
                return
            assert self.armed, "the region does not start:\n" + self.daemon.log
            assert self.daemon.wait_for_death(5), "the region does not start, and lives:\n" + self.daemon.log
            self.note_death()

    def revive(self):
        assert self.daemon.wait_for_death(10), "no answer, but the daemons run:\n" + self.daemon.log
        assert self.armed, "the daemons died without a fault:\n" + self.daemon.log
        self.note_death()
        self.start_next()

    def note_death(self):
        self.deaths.append(self.armed)
        print(f"{time.strftime('%H:%M:%S')}    died at {self.armed}", flush=True)

    def make(self, find, service, operation, **arguments):
        """What find() tells, made when there is none: so a creation whose answer was lost is not made twice."""
        found = find()
        if not found:
            deaths = len(self.deaths)
            try:
                self(service, operation, **arguments)
            except botocore.exceptions.ClientError:
                if len(self.deaths) == deaths:  # else it was made before the answer was lost
                    raise
            found = self.wait(find, 30, operation)
        return found

    def wait(self, ask, limit_s, what):
        deadline = time.monotonic() + limit_s
        while True:
            found = ask()
            if found:
                return found
            assert time.monotonic() < deadline, f"{what}: not within {limit_s} s\n" + self.daemon.log
            time.sleep(0.15)

    def git(self, *arguments):
        for _ in range(self.attempts):
            done = git(self.folder / "work", *arguments, check=False)
            if done.returncode == 0:
                return done.stdout.strip()
            self.revive()
        raise AssertionError(done.stderr)
