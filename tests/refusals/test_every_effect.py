"""Every member of every input, set once, makes a difference: to the answer, to what the region keeps, or by a refusal. What makes none stands in
walk/unseen.txt with the reason why; tools/members.txt has what no source of the service reads at all.
What one call alone can do to a thing (Delete and the like) is set in copies of the region."""
import fnmatch
import os

import daemon as live
import pytest
from host import HostOfMemory
from test_every_member import SERVICES
from walk.effects import Effects
from walk.once import Once
from walk.walker import FOLDER, inputs_of

WALKED = os.environ.get("HANBAT_WALK", "").split(",") if os.environ.get("HANBAT_WALK") else SERVICES
LONG = pytest.mark.skipif(not os.environ.get("HANBAT_LONG"), reason="takes minutes: ./test --long")
# What a region that was started anew has not.
NOT_OF_A_COPY = {("ecr", "UploadLayerPart"): "an upload that was under way", ("ecr", "CompleteLayerUpload"): "the same"}


def reasons():
    """[service, operations, members, reason]"""
    lines = (FOLDER / "unseen.txt").read_text().splitlines()
    return [line.split(maxsplit=3) for line in lines if line and not line.startswith("#")]


def without_reason(found, service):
    """Of (operation, member), those that no line tells why."""
    def fits(one, line):
        return fnmatch.fnmatchcase(one[0], line[1]) and (one[1] == line[2] if "*" in (one[1], line[2]) else fnmatch.fnmatchcase(one[1], line[2]))
    lines = [line for line in reasons() if line[0] == service]
    assert [" ".join(line) for line in lines if len(line) < 4] == []
    return sorted(one for one in found if not any(fits(one, line) for line in lines))


@pytest.fixture(name="region")
def one_with_a_host_of_memory(tmp_path):
    one = live.Daemon(tmp_path)
    one.host = HostOfMemory()
    one.start()
    yield one
    one.stop()
    one.host.close()


@pytest.mark.parametrize("service", WALKED)
def test_a_member_that_is_set_makes_a_difference(service, region, tmp_path):
    effects = Effects(region, service, inputs_of(tmp_path))
    effects.walk()
    print(f"{len(effects.seen)} members seen, {len(effects.unseen)} not, {len(effects.untried)} operations not tried: {effects.untried}")
    assert without_reason(effects.unseen | {(operation, "*") for operation in effects.untried}, service) == []


@LONG
@pytest.mark.parametrize("service", WALKED)
def test_a_member_of_what_is_done_once_makes_a_difference(service, region, tmp_path):
    once = Once(region, service, inputs_of(tmp_path), tmp_path / "copy")
    once.walk()
    print(f"{len(once.seen)} members seen, {len(once.unseen)} not: {sorted(once.unseen)}; not tried: {once.untried}")
    assert without_reason(once.unseen, service) == []
    assert {(service, operation) for operation in once.untried} <= NOT_OF_A_COPY.keys()
