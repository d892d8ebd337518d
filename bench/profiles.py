"""Where the time goes while some work is done: perf's top lines of the processes that do it, or the threads that used the processor where perf
cannot look. Sampled by the kernel's clock, so a machine without counters of its own is enough."""
import collections
import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

LINES, WIDTH = 8, 90
NAMELESS = "(what has no name there)"


def watched(work, pids=None):
    """{"how", "busy", "top": [[share in per cent, where, symbol]…]} of what the processes (all of the machine without `pids`) did during
    `work()`; `busy` is the processors that they kept busy. {"why"} where nothing could be seen."""
    with tempfile.TemporaryDirectory(prefix="hanbat-perf.", dir="/var/tmp") as folder:
        data, perf, said = os.path.join(folder, "data"), None, "perf is not installed"
        if shutil.which("perf"):
            whom = ["-p", ",".join(map(str, pids))] if pids else ["-a"]
            perf = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "499", "-o", data, *whom], stdout=subprocess.PIPE,
                                    stderr=subprocess.STDOUT, text=True, start_new_session=True)
            time.sleep(0.3)
        before, begun = threads(pids), time.monotonic()
        try:
            work()
        finally:
            took, after = time.monotonic() - begun, threads(pids)
            if perf:
                with contextlib.suppress(ProcessLookupError):
                    perf.send_signal(signal.SIGINT)
                try:
                    said = perf.communicate(timeout=30)[0].strip().split("\n")[0] or said
                except subprocess.TimeoutExpired:
                    perf.kill()
                    perf.wait()
        used = collections.Counter({one: seconds - before.get(one, 0) for one, seconds in after.items() if seconds > before.get(one, 0)})
        found = {"how": "perf, by the processor's clock", "busy": round(sum(used.values()) / took, 2)}
        if perf and os.path.exists(data):
            told = subprocess.run(["perf", "report", "-i", data, "--stdio", "-q", "-F", "overhead,comm,symbol" if not pids else "overhead,dso,symbol", "-t", "\t"],
                                  capture_output=True, text=True, check=False).stdout
            if top := lines_of(told):
                return found | {"top": top}
        if not used:
            return {"why": said.strip()}
        names = collections.Counter()
        for (_, _, name), seconds in used.items():
            names[name] += seconds
        whole = sum(names.values())
        return found | {"how": f"processor time of threads ({said.strip()})",
                        "top": [[round(100 * seconds / whole, 1), "thread", name] for name, seconds in names.most_common(LINES)]}


def lines_of(report):
    """The first lines of perf's report as [share, where, symbol]: the idle process of a machine left out, and what has no name in a program counted
    as one line."""
    found = collections.Counter()
    for line in report.splitlines():
        parts = [part.strip() for part in line.split("\t")]
        if len(parts) < 3 or not re.fullmatch(r"[\d.]+%", parts[0]) or parts[1].startswith("swapper"):
            continue
        kind, _, symbol = parts[2].partition(" ")
        where = "kernel" if "kernel" in parts[1] else f"{parts[1]} in the kernel" if kind == "[k]" and not parts[1].startswith("[") else parts[1]
        found[where, NAMELESS if symbol.strip().startswith("0x") else shortened(symbol.strip())] += float(parts[0][:-1])
    return [[round(share, 1), where, symbol] for (where, symbol), share in found.most_common(LINES)]


def shortened(symbol):
    """A symbol without its parameters, and not longer than a line."""
    symbol = re.sub(r"\(anonymous namespace\)::", "", symbol)
    bare = re.sub(r"\(.*", "", symbol) or symbol
    return bare if len(bare) <= WIDTH else bare[:WIDTH - 1] + "…"


def threads(pids):
    """(process, thread, name) → seconds of processor time, of the processes or of all."""
    found, tick = {}, os.sysconf("SC_CLK_TCK")
    for pid in pids or [int(name) for name in os.listdir("/proc") if name.isdigit()]:
        for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"):
            with contextlib.suppress(OSError):
                text = stat.read_text()
                fields = text.rsplit(")", 1)[1].split()
                found[pid, int(stat.parent.name), text.split("(", 1)[1].rsplit(")", 1)[0]] = (int(fields[11]) + int(fields[12])) / tick
    return found
