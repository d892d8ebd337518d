import pathlib
import sys

import pytest

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[1] / "crash"), str(pathlib.Path(__file__).resolve().parent)]
from daemon import Daemon  # noqa: E402
from s3_client import Client  # noqa: E402


@pytest.fixture(scope="session")
def daemon(tmp_path_factory):
    """One daemon for all: each case has a bucket of its own."""
    one = Daemon(tmp_path_factory.mktemp("daemon"))
    one.start()
    yield one
    assert one.process.poll() is None, "the daemon died:\n" + one.log[-3000:]
    one.stop()


@pytest.fixture(scope="session")
def s3(daemon):
    return Client("127.0.0.1", daemon.port, daemon.key)
