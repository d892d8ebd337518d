"""Rows of the bench: what was measured of each way, round by round, beside the others of the same run.

A script of a folder makes Row objects, adds what it measures, and is run by `run(main)`, which prints them at the end, also where it ends by an
error or a signal, and, where bench/run asks for it by the variable BENCH_ROWS, adds them to that file as JSON lines."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys

import profiles

QUICK = bool(os.environ.get("BENCH_QUICK"))
ROOT = pathlib.Path(__file__).resolve().parents[1]
_rows, _skipped, _explained = [], [], []


class Row:
    """`unit` is that of the values; `aim` a ratio (ours to the peer's) or a limit in the unit, with `of` naming the peer it is of.
    `curve` names the ways of a row that is one curve, the smallest first; the last of them is "Hanbat"."""

    def __init__(self, group, title, unit, better="more", aim=None, of=None, curve=None):
        assert better in ("more", "less")
        self.group, self.title, self.unit, self.better, self.aim, self.of, self.curve = group, title, unit, better, aim, of, curve
        self.ways, self.profile = {}, None
        _rows.append(self)

    def add(self, way, value):
        self.ways.setdefault(way, []).append(value)

    def median(self, way):
        return statistics.median(self.ways[way])

    def ratio(self, way="Hanbat", to=None):
        to = to or self.of
        return self.median(way) / self.median(to) if way in self.ways and to in self.ways and self.median(to) else None

    def holds(self):
        """Whether the aim is reached; None where there is none or its peer was not measured."""
        if self.aim is None or "Hanbat" not in self.ways:
            return None
        seen = self.ratio() if self.of else self.median("Hanbat")
        if seen is None:
            return None
        return seen >= self.aim if self.better == "more" else seen <= self.aim

    def explain(self, work, pids=None):
        """Should the row be behind its aim, `work` is done once more at the end of what is measured, with perf watching the processes that
        `pids()` names then (else the whole machine), and the row says where the time went. What it returns is not kept."""
        _explained.append((self, work, pids))

    def as_json(self):
        names = ("group", "title", "unit", "better", "aim", "of", "curve", "ways", "profile")
        return {name: getattr(self, name) for name in names if getattr(self, name) is not None or name in ("aim", "of")} | {"holds": self.holds()}


def explain():
    """Does the rounds that are not measured, of rows behind their aims: to be called while what they ask still runs."""
    for row, work, pids in _explained:
        if row.holds() is False:
            found = profiles.watched(work, pids() if pids else None)
            if "top" in found:
                row.profile = found
            else:
                skip(f"where the time of \"{row.group}: {row.title}\" goes", found["why"])
    _explained.clear()


def skip(what, why):
    _skipped.append({"skipped": what, "why": why})
    print(f"  skipped: {what}: {why}", flush=True)


def has(program, what):
    if shutil.which(program):
        return True
    skip(what, f"{program} is not installed")
    return False


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end(process, limit_s=10):
    """Ends a process that was started with a session of its own, and its workers with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def load_generator(folder):
    """bench/load.cc, compiled into the folder."""
    program = os.path.join(folder, "load")
    subprocess.run(["g++", "-std=c++20", "-O2", "-o", program, ROOT / "bench" / "load.cc", "-pthread"], check=True)
    return program


def loaded(program, port, clients, seconds, requests):
    """(answers a second, milliseconds within which 99 of 100 came) of the requests, each sent in its turn by that many clients."""
    if isinstance(requests, bytes):
        requests = [requests]
    told = b"".join(b"%d\n%s" % (len(one), one) for one in requests)
    words = subprocess.run([program, str(port), str(clients), str(seconds)], input=told, check=True, stdout=subprocess.PIPE).stdout.decode().split()
    return float(words[0]), float(words[words.index("99%") + 1])


def cpu_of(pid):
    """Seconds of processor time that the process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_processors():
    """Seconds of processor time that this machine has used since it started, of all its processors together."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")  # without what it was idle or waited for a disk


def memory_of(pid):
    """MiB of its own that the process has in memory (proportional set size)."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def finish():
    measured = [row for row in _rows if row.ways]
    for row in measured:
        for way, values in row.ways.items():
            ratio = f", {row.ratio(to=way):.2f} of it" if way != "Hanbat" and row.ratio(to=way) is not None else ""
            print(f"  {row.group + ': ' + row.title:58} {way:24} {statistics.median(values):10.2f} {row.unit:12} "
                  f"({min(values):.2f} … {max(values):.2f}){ratio}", flush=True)
        for share, where, symbol in row.profile["top"] if row.profile else ():
            print(f"      {share:5.1f} % {where:24} {symbol}", flush=True)
    if os.environ.get("BENCH_ROWS"):
        with open(os.environ["BENCH_ROWS"], "a", encoding="utf-8") as out:
            for one in [*(row.as_json() for row in measured), *_skipped]:
                out.write(json.dumps(one) + "\n")
    _rows.clear()
    _skipped.clear()


def run(main):
    """A script's whole run. A signal to end is an error in it, so that what it began is taken down."""
    for one in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(one, lambda number, _: sys.exit(128 + number))
    try:
        main()
    finally:
        finish()
