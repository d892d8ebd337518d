"""One region for all scenarios: started once, the commission provisioned and delivered once."""
import pytest

import region as live


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
