"""One competitor runs wild beside nine others: what the others' calls take alone, beside it, and beside it without limits."""
import json
import pathlib
import subprocess
import sys
import uuid

import pytest

from contest import EXAMPLES
from region import HANBAT, HOME, run

CALLERS = pathlib.Path(__file__).with_name("callers.py")
LIMITS = HOME / "limits.json"


@pytest.fixture(scope="module")
def keys(region):
    """The keys of ten competitors."""
    names = [f"wild-{uuid.uuid4().hex[:6]}" for _ in range(10)]
    run(HANBAT, "task", "start", EXAMPLES / "first-server", "--competitor", *names)
    yield [[entry["keys"]["id"], entry["keys"]["secret"]] for entry in (json.loads((HOME / "task" / name / "entry.json").read_text()) for name in names)]
    run(HANBAT, "task", "stop", "--competitor", *names, check=False)


def begin(region, keys, seconds, threads, pause):
    one = subprocess.Popen([sys.executable, CALLERS, str(seconds), str(threads), str(pause)], env=region.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    one.stdin.write(json.dumps(keys))
    one.stdin.close()
    return one


def end(one):
    found = json.loads(one.stdout.read())
    assert one.wait() == 0
    return found


def beside_a_wild_one(region, keys):
    wild = [begin(region, keys[:1], 14, 30, 0) for _ in range(2)]
    nine = end(begin(region, keys[1:], 10, 1, 0.2))
    return nine, [end(one) for one in wild]


def restart(region):
    run(HANBAT, "down")
    region.up()


def test_nine_others_go_on_beside_a_competitor_who_runs_wild(region, keys):
    alone = end(begin(region, keys[1:], 10, 1, 0.2))
    nine, wild = beside_a_wild_one(region, keys)
    LIMITS.write_text(json.dumps({"requests_per_second": 1e6, "burst": 1e6}))
    try:
        restart(region)
        without, unlimited = beside_a_wild_one(region, keys)
    finally:
        LIMITS.unlink()
        restart(region)
    print("alone", alone, "\nbeside", nine, wild, "\nwithout limits", without, unlimited)
    assert alone["other"] == nine["other"] == nine["throttled"] == 0
    assert sum(one["throttled"] for one in wild) > 0
    assert sum(one["answered"] for one in wild) < 300 + 50 * 20
    assert nine["p95_ms"] < without["p95_ms"]
