"""A hanbatd of its own, without the host side: on a free port, with its state in a folder that lives as long as the test."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HANBATD = os.environ.get("HANBATD", str(ROOT / "build/release/src/main/hanbatd"))
HANBAT = str(pathlib.Path(HANBATD).with_name("hanbat"))
REGION = "ap-northeast-2"


class Daemon:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.command = []  # what the daemon is started by: a change of its namespaces, say
        self.host = None  # its host side, where it has one: something with a `descriptor` to hand on
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def state(self):
        return self.folder / "state"

    @property
    def log(self):
        return (self.folder / "log").read_text()

    def start(self):
        handed_on = () if self.host is None else (self.host.descriptor,)
        options = [text for one in handed_on for text in ("--host-fd", str(one))]
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([*self.command, HANBATD, "--home", str(self.folder / "state"), "--port", str(self.port), *options],
                                            stdout=log, stderr=log, stdin=subprocess.DEVNULL, pass_fds=handed_on,
                                            env=dict(os.environ, HANBAT_GUARD="1"))  # see src/os/writers_turn.h
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError("hanbatd did not start:\n" + (self.folder / "log").read_text()[-3000:])
                time.sleep(0.02)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0

    @property
    def key(self):
        """The first administrator's access key: (id, secret)."""
        entry = json.loads((self.state / "admin-credentials.json").read_text())
        secret = next(v for k, v in entry.items() if "secret" in k.lower())
        return next(v for k, v in entry.items() if "key" in k.lower() and "secret" not in k.lower()), secret

    def client(self, service, attempts=5):
        import boto3  # here, as not all who need a daemon need this
        import botocore.config

        key, secret = self.key
        config = botocore.config.Config(retries={"max_attempts": attempts, "mode": "standard"}, connect_timeout=5, read_timeout=30)
        return boto3.client(service, endpoint_url=self.endpoint, region_name=REGION, aws_access_key_id=key,
                            aws_secret_access_key=secret, config=config)


@pytest.fixture(scope="module", name="daemon")
def one_for_a_file(tmp_path_factory):
    """One daemon for all tests of a file: each finds it as the one before left it. For a conftest.py to import."""
    one = Daemon(tmp_path_factory.mktemp("daemon"))
    one.start()
    yield one
    assert one.process.poll() is None, "the daemon died:\n" + (one.folder / "log").read_text()[-3000:]
    one.stop()
