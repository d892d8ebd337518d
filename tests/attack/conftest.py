import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
import daemon as live  # noqa: E402


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One bare daemon for all attacks of a file: each finds it as the one before left it."""
    one = live.Daemon(tmp_path_factory.mktemp("daemon"))
    one.start()
    yield one
    assert one.process.poll() is None, "the daemon died:\n" + (one.folder / "log").read_text()[-3000:]
    one.stop()
