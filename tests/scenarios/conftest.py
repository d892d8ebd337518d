"""One region for all scenarios: started once, the commission provisioned and delivered once."""
import os
import socket

import pytest

import probe
import region as live

# Walks of minutes: ./test --long.
collect_ignore = [] if os.environ.get("HANBAT_LONG") else ["test_9_import.py", "test_9_wild_competitor.py", "test_9_terraform_kinds.py", "test_9_terraform_network.py", "test_9_terraform_strangers.py", "test_9_tutorial_lamp.py"]


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


@pytest.fixture(scope="session")
def open_port():
    """A port that listens on every address of the host, so that what does not reach it was kept from it."""
    with socket.create_server(("0.0.0.0", 0), backlog=100) as listening:
        port = listening.getsockname()[1]
        for address in probe.host_addresses():
            socket.create_connection((address, port), timeout=2).close()
        yield port
