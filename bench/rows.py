"""Rows of the bench: what was measured of each way, round by round, beside the others of the same run.

A script of a folder makes Row objects, adds what it measures, and ends with `finish()`, which prints them and, where bench/run asks for
it by the variable BENCH_ROWS, adds them to that file as JSON lines."""
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess

QUICK = bool(os.environ.get("BENCH_QUICK"))
ROOT = pathlib.Path(__file__).resolve().parents[1]
_rows, _skipped = [], []


class Row:
    """`unit` is that of the values; `aim` a ratio (ours to the peer's) or a limit in the unit, with `of` naming the peer it is of."""

    def __init__(self, group, title, unit, better="more", aim=None, of=None):
        assert better in ("more", "less")
        self.group, self.title, self.unit, self.better, self.aim, self.of = group, title, unit, better, aim, of
        self.ways = {}
        _rows.append(self)

    def add(self, way, value):
        self.ways.setdefault(way, []).append(value)

    def median(self, way):
        return statistics.median(self.ways[way])

    def ratio(self, way="Hanbat", to=None):
        to = to or self.of
        return self.median(way) / self.median(to) if to in self.ways and self.median(to) else None

    def holds(self):
        """Whether the aim is reached; None where there is none or its peer was not measured."""
        if self.aim is None or "Hanbat" not in self.ways:
            return None
        seen = self.ratio() if self.of else self.median("Hanbat")
        if seen is None:
            return None
        return seen >= self.aim if self.better == "more" else seen <= self.aim

    def as_json(self):
        return {name: getattr(self, name) for name in ("group", "title", "unit", "better", "aim", "of", "ways")} | {"holds": self.holds()}


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


def load_generator(folder):
    """bench/load.cc, compiled into the folder."""
    program = os.path.join(folder, "load")
    subprocess.run(["g++", "-std=c++20", "-O2", "-o", program, ROOT / "bench" / "load.cc", "-pthread"], check=True)
    return program


def cpu_of(pid):
    """Seconds of processor time that the process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid):
    """MiB of its own that the process has in memory (proportional set size)."""
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def finish():
    for row in _rows:
        for way, values in row.ways.items():
            ratio = f", {row.ratio(to=way):.2f} of it" if way != "Hanbat" and "Hanbat" in row.ways else ""
            print(f"  {row.group + ': ' + row.title:58} {way:24} {statistics.median(values):10.2f} {row.unit:12} "
                  f"({min(values):.2f} … {max(values):.2f}){ratio}", flush=True)
    if os.environ.get("BENCH_ROWS"):
        with open(os.environ["BENCH_ROWS"], "a", encoding="utf-8") as out:
            for one in [*(row.as_json() for row in _rows), *_skipped]:
                out.write(json.dumps(one) + "\n")
