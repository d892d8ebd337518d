import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "crash"))
import daemon as live  # noqa: E402


@pytest.fixture(scope="module")
def daemon(tmp_path_factory):
    """One bare daemon for all policies: each test makes what it needs under names of its own."""
    one = live.Daemon(tmp_path_factory.mktemp("daemon"))
    one.start()
    yield one
    one.stop()
