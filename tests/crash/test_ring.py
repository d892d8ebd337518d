"""The crash ring without the host side: the scenario of ring.py once for each fault point that it passes, with a daemon that
is killed there. Whatever the point, the end is that of an undisturbed run.

HANBAT_RING_SECONDS (45): how long it may walk; 0 walks all. HANBAT_RING_ONLY: the points whose names contain this.
"""
import concurrent.futures
import os
import pathlib
import shutil
import tempfile
import threading
import time
import traceback

import pytest

import ring
import ring_state
import ring_user

SECONDS = float(os.environ.get("HANBAT_RING_SECONDS", "45"))
ONLY = os.environ.get("HANBAT_RING_ONLY", "")
SIDE_BY_SIDE = 2


def settle(user):
    """Until nothing is left to do, seen twice, as the daemon may die of the last of it. Then it is killed, and what the next one finds
    is the end."""
    deadline, quiet = time.monotonic() + 30, 0
    while quiet < 2:
        assert time.monotonic() < deadline, "tasks stay due"
        time.sleep(0.02)
        if user.daemon.process.poll() is not None:
            user.revive()
        quiet = 0 if ring_state.tasks_due(user.daemon) else quiet + 1
    user.daemon.kill()
    user.start()


def undisturbed(folder):
    """The end state, the files, and the points that were passed on the way."""
    folder.mkdir()
    user = ring_user.KilledOnce(folder, log=folder / "points")
    try:
        kept, commits = ring.run(user)
        settle(user)
        dump = ring_state.Dump(user, commits)
        dump.everything()
        assert not ring_state.difference(dump, dump.lines)
        return dump.lines, ring_state.files(user, kept), (folder / "points").read_text().split()
    finally:
        if user.daemon.process.poll() is None:
            user.daemon.kill()


def first_start(folder):
    """What a first start leaves, and the points that it passes."""
    folder.mkdir()
    user = ring_user.KilledOnce(folder, log=folder / "points")
    settle(user)
    user.daemon.kill()
    return folder / "state", (folder / "points").read_text().split()


def killed_at(point, folder, begun, wanted, files):
    """(whether the daemon died there, what is wrong with the end). `begun` is a state to begin with, or None."""
    folder.mkdir()
    if begun:
        shutil.copytree(begun, folder / "state")
    user = ring_user.KilledOnce(folder, fault=point)
    try:
        kept, commits = ring.run(user)
        settle(user)
        dump = ring_state.Dump(user, commits)
        dump.everything()
        wrong = ring_state.difference(dump, wanted)
        found = ring_state.files(user, kept)
        if found != files:
            wrong["files"] = (set(found[0]) ^ set(files[0]), f"{found[1]} blobs, not {files[1]}")
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


@pytest.fixture
def memory():
    """A folder in memory where there is one: what a process wrote outlives its kill wherever it lies."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hanbat-ring.", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None))
    yield folder
    shutil.rmtree(folder)


def test_a_kill_at_any_fault_point_changes_nothing_of_the_end(memory, capsys):
    wanted, files, points = undisturbed(memory / "undisturbed")
    begun, at_first = first_start(memory / "begun")
    assert len(wanted["codepipeline executions of line"]) == 3 and len(wanted["logs lines of /aws/events/pushes"]) == 4, wanted
    # What a task does depends on what it was asked: its second run is another one.
    points += [point + "#2" for point in points if ":task:" in point]
    points = [point for point in spread(points) if ONLY in point]
    began, lock, results = time.monotonic(), threading.Lock(), {}

    def walk(number):
        if SECONDS and time.monotonic() - began > SECONDS:
            return
        point = points[number]
        outcome = killed_at(point, memory / str(number), None if point in at_first else begun, wanted, files)
        with lock:
            results[point] = outcome

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
