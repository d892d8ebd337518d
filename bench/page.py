"""The page of the bench's newest results: docs/performance.md with its table, docs/performance.svg with the ratios."""
import html
import json
import statistics


def write(root):
    files = sorted((root / "bench" / "results").glob("*.json"))
    if not files:
        raise SystemExit("bench/run: nothing was measured yet")
    measured = newest([(file.name, json.loads(file.read_text())) for file in files])
    (root / "docs" / "performance.md").write_text(markdown(measured))
    (root / "docs" / "performance.svg").write_text(svg(measured))
    print("wrote docs/performance.md and docs/performance.svg")


def newest(results):
    """Of each row what was measured last, with the names of the files that this is from."""
    rows, failed, skipped = {}, set(), []
    for name, result in results:
        failed = (failed - set(result.get("wanted", ()))) | set(result["failed"])
        skipped = [row for row in result["rows"] if "skipped" in row]  # of the last run
        rows |= {(row["group"], row["title"]): row | {"file": name} for row in result["rows"] if "title" in row}
    last = dict(results)[max(row["file"] for row in rows.values())]
    return last | {"rows": [*rows.values(), *skipped], "failed": sorted(failed), "files": sorted({row["file"] for row in rows.values()})}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(values):
    spread = f" ({number(min(values))} … {number(max(values))})" if len(values) > 1 else ""
    return number(statistics.median(values)) + spread


def rows_of(measured):
    return [row for row in measured["rows"] if "title" in row and "Hanbat" in row["ways"]]


def aim_of(row):
    if row["aim"] is None:
        return ""
    sign = "≥" if row["better"] == "more" else "≤"
    mark = {True: "reached", False: "**not reached**", None: "not compared"}[row["holds"]]
    return f"{sign} {row['aim']:g} " + (f"× {row['of']}" if row["of"] else row["unit"]) + f": {mark}"


def markdown(measured):
    machine = measured["machine"]
    lines = ["# Measured", "", "Written by `bench/run` from " + ", ".join(f"`bench/results/{name}`" for name in measured["files"]) + "; no figure here was written by hand.", "",
             f"{measured['date']}, commit {measured['commit']}, on {machine['processors']}, {machine['memory']} of memory, Linux {machine['kernel']}; "
             f"the load before was {machine['load before']}. " +
             "; ".join(f"{what}: {version}" for what, version in measured["versions"].items()) + ". Medians of rounds in turns, the least and the most in brackets.", "",
             "| | what | Hanbat | beside it | ratio | aim |", "|---|---|---|---|---|---|"]
    for row in rows_of(measured):
        peers = [way for way in row["ways"] if way != "Hanbat"]
        ours = statistics.median(row["ways"]["Hanbat"])
        ratios = [f"{ours / statistics.median(row['ways'][peer]):.2f}" for peer in peers if statistics.median(row["ways"][peer])]
        lines.append(f"| {row['group']} | {row['title']} | {cell(row['ways']['Hanbat'])} {row['unit']} | " +
                     "<br>".join(f"{peer}: {cell(row['ways'][peer])}" for peer in peers) + f" | {'<br>'.join(ratios)} | {aim_of(row)} |")
    skipped = [row for row in measured["rows"] if "skipped" in row]
    if skipped or measured["failed"]:
        lines += ["", "Not measured: " + "; ".join([f"{row['skipped']} ({row['why']})" for row in skipped] + [f"{row} failed" for row in measured["failed"]]) + "."]
    lines += ["", "![Hanbat beside its peers, as ratios](performance.svg)", ""]
    return "\n".join(lines)


def svg(measured):
    """A bar for each row that has a peer: how much better Hanbat is, on a scale of powers of two around "the same"."""
    bars = []
    for row in rows_of(measured):
        for peer, values in row["ways"].items():
            theirs = statistics.median(values)
            if peer == "Hanbat" or not theirs:
                continue
            ratio = statistics.median(row["ways"]["Hanbat"]) / theirs
            if ratio > 0:
                bars.append((f"{row['group']}: {row['title']} (beside {peer})", ratio if row["better"] == "more" else 1 / ratio))
    import math
    left, width, step, top = 470, 420, 20, 46
    most = max([1.0, *(abs(math.log2(ratio)) for _, ratio in bars)])
    middle, scale = left + width / 2, width / 2 / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 80}" height="{top + step * len(bars) + 12}" font-family="sans-serif" font-size="11">',
           '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="10" y="18" font-size="14">Times better than the peer, of the same run ({html.escape(measured["date"])})</text>',
           f'<text x="{middle}" y="36" text-anchor="middle" fill="#555">the same</text>',
           f'<line x1="{middle}" y1="40" x2="{middle}" y2="{top + step * len(bars)}" stroke="#555"/>']
    for at, (title, ratio) in enumerate(bars):
        y, length = top + at * step, math.log2(ratio) * scale
        begin = min(middle, middle + length)
        colour = "#1f6f5c" if ratio >= 1 else "#b5533c"
        out += [f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{html.escape(title)}</text>',
                f'<rect x="{begin:.1f}" y="{y + 2}" width="{abs(length):.1f}" height="13" fill="{colour}"/>',
                f'<text x="{middle + length + (5 if length >= 0 else -5):.1f}" y="{y + 12}" text-anchor="{"start" if length >= 0 else "end"}">{ratio:.2f}</text>']
    return "\n".join([*out, "</svg>", ""])
