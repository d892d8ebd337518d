"""The crash ring without the host side: the scenario of ring.py once for each fault point that it passes, with a daemon that
is killed there. Whatever the point, the end is that of an undisturbed run.

HANBAT_RING_SECONDS (45): how long it may walk; 0 walks all. HANBAT_RING_ONLY: the points whose names contain this.
"""
import concurrent.futures
import os
import shutil
import threading
import time
import traceback

import ring

SECONDS = float(os.environ.get("HANBAT_RING_SECONDS", "45"))
ONLY = os.environ.get("HANBAT_RING_ONLY", "")
SIDE_BY_SIDE = 2


def ends_as(user, pushed, wanted):
    """Waits until the state is the wanted one and nothing is left to do. The state when that does not come about."""
    deadline = time.monotonic() + 30
    while True:
        state = ring.end_state(user, pushed)
        if state == wanted and not ring.tasks_due(user) and ring.end_state(user, pushed) == wanted:
            return None
        if time.monotonic() > deadline:
            return {key: (state[key], wanted[key]) for key in wanted if state[key] != wanted[key]} or "tasks stay due"
        time.sleep(0.1)


def undisturbed(folder):
    """The end state, the number of its blobs, and the points that were passed on the way."""
    folder.mkdir()
    user = ring.User(folder, log=folder / "points")
    try:
        kept, pushed = ring.run(user)
        state, settled = None, time.monotonic()
        while time.monotonic() - settled < 2:
            now = ring.end_state(user, pushed)
            if now != state or ring.tasks_due(user):
                state, settled = now, time.monotonic()
            time.sleep(0.1)
        points = (folder / "points").read_text().split()
        return state, ring.require_whole(user, kept), points
    finally:
        if user.daemon.process.poll() is None:
            user.daemon.kill()


def killed_at(point, folder, state, blobs):
    """(whether the daemon died there, what is wrong with the end)."""
    folder.mkdir()
    user = ring.User(folder, fault=point)
    try:
        kept, pushed = ring.run(user)
        wrong = ends_as(user, pushed, state)
        if wrong is None and user.deaths:
            found = ring.require_whole(user, kept)
            wrong = None if found == blobs else f"{found} blobs, not {blobs}"
        return user.deaths, wrong
    except Exception:
        return user.deaths, traceback.format_exc(limit=-4) + user.daemon.log[-600:]
    finally:
        if user.daemon.process.poll() is None:
            user.daemon.kill()
        shutil.rmtree(folder, ignore_errors=True)


def spread(points):
    """In an order in which any beginning of it has some of everything."""
    return [points[at] for step in range(7) for at in range(step, len(points), 7)]


def test_a_kill_at_any_fault_point_changes_nothing_of_the_end(tmp_path, capsys):
    state, blobs, points = undisturbed(tmp_path / "undisturbed")
    assert state["executions of each push"] == [1, 1] and state["told of each push"] == [True, True], state
    points = [point for point in spread(points) if ONLY in point]
    began, lock, results = time.monotonic(), threading.Lock(), {}

    def walk(number):
        if SECONDS and time.monotonic() - began > SECONDS:
            return
        outcome = killed_at(points[number], tmp_path / str(number), state, blobs)
        with lock:
            results[points[number]] = outcome

    with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(walk, range(len(points))))
    killed = {point: wrong for point, (deaths, wrong) in results.items() if deaths}
    missed = {point: wrong for point, (deaths, wrong) in results.items() if not deaths}
    bad = {point: wrong for point, wrong in {**killed, **missed}.items() if wrong}
    with capsys.disabled():
        print(f"\nkilled at {len(killed)} points, {sum(not wrong for wrong in killed.values())} ended right"
              f" ({len(points)} known, {len(points) - len(results)} left out for time, {len(missed)} not passed again)")
        for point, wrong in bad.items():
            print(f"  {point}: {wrong}")
    assert killed and not bad
