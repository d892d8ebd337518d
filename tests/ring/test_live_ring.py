"""The crash ring on a live region: both daemons are killed at each fault point that its chapters pass (chapters.py), `hanbat up`
starts them again, and what there is in the end, in the API and on the host (truth.py), is what an undisturbed run leaves.

    HANBAT_HOME=/var/lib/hanbat-ring python3 -m pytest -s tests/ring

A chapter is gone through with several kills, at points that lie far apart; when its end is wrong, once more for each of them alone.
HANBAT_RING_ONLY: the points whose names contain this; HANBAT_RING_SECONDS: how long it may walk (0, the default: all of them).
It takes root and a machine without another region.
"""
import os
import pathlib
import sys
import time
import traceback

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import chapters  # noqa: E402
import truth  # noqa: E402
from live_user import LiveUser, live  # noqa: E402

ONLY = os.environ.get("HANBAT_RING_ONLY", "")
SECONDS = float(os.environ.get("HANBAT_RING_SECONDS", "0"))
KILLS = int(os.environ.get("HANBAT_RING_KILLS", "8"))
NAMES = ("rest", "push_image", "serve", "deliver")  # the cheapest first: a point is walked where it costs least
SETTLED_S = 60


class Walk:
    def __init__(self, folder):
        self.folder, self.began = folder, time.monotonic()
        self.user = LiveUser(folder)
        self.user.start()
        self.region = chapters.Standing(self.user)
        self.wrong, self.killed, self.never = {}, [], []

    def say(self, text):
        print(f"{time.monotonic() - self.began:6.1f} s  {text}", flush=True)

    def state(self):
        return truth.of_the_api(self.user) | truth.of_the_host()

    def points_of(self, name):
        """The points that an undisturbed run of the chapter passes, in their order."""
        log = self.folder / f"points-{name}"
        log.touch()
        log.chmod(0o666)
        self.user.daemon.kill()
        self.user.start(log=log)
        began = time.monotonic()
        wrong = getattr(self.region, name)()
        assert wrong is None, wrong
        time.sleep(1)
        found = [point for point in log.read_text().split() if not point.startswith("supervisor:")]
        self.say(f"{name}: {len(found)} points in {time.monotonic() - began:.1f} s")
        return found

    def learn(self):
        """Chapter → its points, each point once."""
        points, seen = {}, set()
        for name in NAMES:
            points[name] = [one for one in dict.fromkeys(self.points_of(name)) if one not in seen]
            seen |= set(points[name])
        self.whole = self.settled()
        return {name: [one for one in some if ONLY in one] for name, some in points.items()}

    def settled(self):
        """The state when it has not changed for a while."""
        state, since, deadline = self.state(), time.monotonic(), time.monotonic() + SETTLED_S
        while time.monotonic() - since < 3 and time.monotonic() < deadline:
            now = self.state()
            if now != state:
                state, since = now, time.monotonic()
        return state

    def kill_at(self, name, faults):
        """Goes through the chapter with kills at these points, one after the other. What is wrong with the end,
        and at which points the daemons died."""
        user = self.user
        try:
            user.daemon.kill()
            user.start(faults)
            wrong = getattr(self.region, name)() or self.differs()
            if wrong is None:
                user.faults, user.armed = [], ""
                user.daemon.kill()
                user.start_next()  # which sweeps the blobs that nobody links to
                wrong = self.blobs()
        except Exception:
            wrong = traceback.format_exc(limit=-5)
        died = list(user.deaths)
        if wrong:
            self.mend()
        return wrong, died

    def differs(self):
        deadline = time.monotonic() + SETTLED_S
        while True:
            wrong = truth.differences(self.whole, self.state())
            if not wrong or time.monotonic() > deadline:
                return wrong or None
            time.sleep(0.3)

    def blobs(self):
        deadline = time.monotonic() + 10
        while True:
            orphans, missing = truth.of_the_store()
            if not orphans and not missing:
                return None
            if time.monotonic() > deadline:
                return {"blobs of nobody": orphans, "missing blobs": missing}
            time.sleep(0.3)

    def mend(self):
        """After a wrong end: the region as well as it can be had; what stays is how it is from now on."""
        user = self.user
        user.faults, user.armed = [], ""
        if user.daemon.runs():
            user.daemon.kill()
        user.start()
        chapters.Servers(user, "passing", "10.8", "", 1).take_down()
        self.whole = self.settled()

    def walk(self, points, seconds):
        began = time.monotonic()
        over = lambda: seconds and time.monotonic() - began > seconds  # noqa: E731
        queues = {name: list(some) for name, some in points.items()}
        # The chapter of which most is left: any beginning of the walk has some of everything.
        while any(queues.values()) and not over():
            name = max(NAMES, key=lambda one: len(queues[one]) / max(1, len(points[one])))
            queue = queues[name]
            stride = max(1, -(-len(queue) // KILLS))
            self.cycle(name, queue, queue[::stride])
        return sum(len(some) for some in queues.values())

    def cycle(self, name, queue, faults):
        """Takes out of the queue what was walked."""
        before = time.monotonic()
        wrong, died = self.kill_at(name, faults)
        self.say(f"{name}: {len(died)} kills of {len(faults)} in {time.monotonic() - before:.1f} s{', WRONG' if wrong else ''}")
        if wrong and len(faults) > 1:
            print(f"  {died}: {truth.told(wrong)}", flush=True)
            before = len(self.wrong)
            for point in died or faults[:1]:
                self.cycle(name, queue, [point])
            if len(self.wrong) == before:
                self.wrong[" and then ".join(died)] = wrong
            return
        for point in died:
            queue.remove(point)
            self.killed.append(point)
        if len(faults) == 1 and not died:
            queue.remove(faults[0])
            self.never.append(faults[0])
        if wrong:
            print(f"  {faults[0]}: {wrong if isinstance(wrong, str) else truth.told(wrong)}", flush=True)
            self.wrong[faults[0]] = wrong
        if not wrong and not died and len(faults) > 1:
            queue.remove(faults[0])
            self.never.append(faults[0])


@pytest.mark.skipif(os.geteuid() != 0, reason="a live region takes root")
def test_a_kill_of_both_daemons_at_any_fault_point_changes_nothing_of_the_end(tmp_path):
    # Not below a sticky folder: both daemons' users append to the list of points.
    folder = live.HOME.parent / f"hanbat-ring.{os.getpid()}"
    folder.mkdir()
    live.run(live.HANBAT, "reset", "--yes", check=False)
    try:
        walk = Walk(folder)
        points = walk.learn()
        left = walk.walk(points, SECONDS)
    finally:
        live.run(live.HANBAT, "reset", "--yes", check=False)
        live.run("rm", "-rf", folder)
    known = sum(len(some) for some in points.values())
    print(f"\nkilled at {len(walk.killed)} points, {len(walk.killed) - len(walk.wrong)} ended right"
          f" ({known} known, {left} left out for time, {len(walk.never)} not passed again)")
    for point in walk.wrong:
        print("  wrong: " + point)
    assert walk.killed and not walk.wrong
