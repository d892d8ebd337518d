"""Every member of every input, set once, makes a difference: to the answer, to what the region keeps, or by a refusal. What makes none stands in
walk/unseen.txt with the reason why; tools/members.txt has what no source of the service reads at all.
What one call alone can do to a thing (Delete and the like) is not set here."""
import fnmatch
import os

import daemon as live
import pytest
from host import HostOfMemory
from test_every_member import SERVICES
from walk.effects import Effects
from walk.walker import FOLDER, inputs_of

def reasons():
    """[service, operations, members, reason]"""
    lines = (FOLDER / "unseen.txt").read_text().splitlines()
    return [line.split(maxsplit=3) for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("service", os.environ.get("HANBAT_WALK", "").split(",") if os.environ.get("HANBAT_WALK") else SERVICES)
def test_a_member_that_is_set_makes_a_difference(service, tmp_path):
    daemon = live.Daemon(tmp_path)
    daemon.host = HostOfMemory()
    daemon.start()
    try:
        effects = Effects(daemon, service, inputs_of(tmp_path))
        effects.walk()
    finally:
        daemon.stop()
        daemon.host.close()
    found = {(operation, member) for operation, member in effects.unseen} | {(operation, "*") for operation in effects.untried}
    lines = [line for line in reasons() if line[0] == service]
    fits = lambda one, line: fnmatch.fnmatchcase(one[0], line[1]) and (one[1] == line[2] if "*" in (one[1], line[2]) else fnmatch.fnmatchcase(one[1], line[2]))
    print(f"{len(effects.seen)} members seen, {len(effects.unseen)} not, {len(effects.untried)} operations not tried: {effects.untried}")
    assert sorted(one for one in found if not any(fits(one, line) for line in lines)) == []
    assert [" ".join(line) for line in lines if len(line) < 4] == []
