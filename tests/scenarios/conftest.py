"""One region for all scenarios: started once, the commission provisioned and delivered once."""
import os
import pathlib

import pytest

import region as live

UNPROVEN = pathlib.Path(__file__).with_name("unproven.txt")


def pytest_collection_modifyitems(items):
    """Skips by name what has not been seen to pass yet; HANBAT_UNPROVEN=1 runs it."""
    if os.environ.get("HANBAT_UNPROVEN"):
        return
    lines = [line.strip() for line in UNPROVEN.read_text().splitlines() if line.strip() and not line.startswith("#")]
    for item in items:
        name = item.nodeid.rsplit("/", 1)[-1]
        if any(name == line or name.startswith(line + "::") for line in lines):
            item.add_marker(pytest.mark.skip(reason="not yet seen to pass: tests/scenarios/unproven.txt"))


@pytest.fixture(scope="session")
def region():
    """A running region; it is left running, whoever started it takes it down."""
    one = live.Region()
    one.up()
    return one


@pytest.fixture(scope="session")
def commission(region):
    """The region with the whole commission provisioned, and main and release delivered."""
    region.script("provision.sh")
    region.script("push.sh")
    for what in ("live", "image"):
        live.run(live.ROOT / "tools/wait-for", what, env=region.env)
    return region
