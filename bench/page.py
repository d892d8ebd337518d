"""The page of the bench's newest results: docs/performance.md with its tables, docs/performance.svg with the ratios, docs/performance-growth.svg
with the curves. Why an aim is not reached is a sentence of bench/limits.json; its figures come from the results."""
import json
import statistics

import plots

FIRST = ("calls", "objects", "git", "balancer", "machines")  # the parts that there were before results named theirs


def write(root):
    files = sorted((root / "bench" / "results").glob("*.json"))
    if not files:
        raise SystemExit("bench/run: nothing was measured yet")
    measured = newest([(file.name, json.loads(file.read_text())) for file in files])
    limits = json.loads((root / "bench" / "limits.json").read_text())
    written = {"performance.md": markdown(measured, limits), "performance.svg": plots.ratios(measured, rows_of(measured))}
    if curves_of(measured):
        written["performance-growth.svg"] = plots.curves(curves_of(measured))
    for name, text in written.items():
        (root / "docs" / name).write_text(text)
    print("wrote " + ", ".join(f"docs/{name}" for name in written))


def newest(results):
    """Of each part what was measured last, with the names of the files that this is from; of a part that failed, also what was measured before.
    Older results do not say which part a row is of: it may be of any of that run."""
    rows, failed, skipped = {}, set(), {}
    for name, result in results:
        wanted, bad = set(result.get("wanted", FIRST)), set(result["failed"])
        failed = (failed - wanted) | bad
        rows = {key: row for key, row in rows.items() if not row["parts"] <= wanted - bad}
        rows |= {(row["group"], row["title"]): row | {"file": name, "parts": {row["part"]} if "part" in row else wanted} for row in result["rows"] if "title" in row}
        skipped = {key: row for key, row in skipped.items() if row.get("part") not in wanted} | {
            (row["skipped"], row.get("part")): row for row in result["rows"] if "skipped" in row}
    last = dict(results)[max(row["file"] for row in rows.values())]
    return last | {"rows": [*rows.values(), *skipped.values()], "failed": sorted(failed), "files": sorted({row["file"] for row in rows.values()})}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def cell(values):
    spread = f" ({number(min(values))} … {number(max(values))})" if len(values) > 1 else ""
    return number(statistics.median(values)) + spread


def rows_of(measured):
    return [row for row in measured["rows"] if "title" in row and "Hanbat" in row["ways"] and not row.get("curve")]


def curves_of(measured):
    return [row for row in measured["rows"] if row.get("curve") and "Hanbat" in row["ways"]]


def name_of(row):
    return f"{row['group']}: {row['title']}"


def aim_of(row):
    if row["aim"] is None:
        return ""
    sign = "≥" if row["better"] == "more" else "≤"
    mark = {True: "reached", False: "**not reached**", None: "not compared"}[row["holds"]]
    return f"{sign} {row['aim']:g} " + (f"× {row['of']}" if row["of"] else row["unit"]) + f": {mark}"


def ratio(row, peer):
    theirs = statistics.median(row["ways"][peer])
    return statistics.median(row["ways"]["Hanbat"]) / theirs if theirs else None


def table(measured):
    lines = ["| | what | Hanbat | beside it | ratio | aim |", "|---|---|---|---|---|---|"]
    for row in rows_of(measured):
        peers = [way for way in row["ways"] if way != "Hanbat"]
        ratios = [f"{seen:.2f}" for seen in (ratio(row, peer) for peer in peers) if seen is not None]
        lines.append(f"| {row['group']} | {row['title']} | {cell(row['ways']['Hanbat'])} {row['unit']} | " +
                     "<br>".join(f"{peer}: {cell(row['ways'][peer])}" for peer in peers) + f" | {'<br>'.join(ratios)} | {aim_of(row)} |")
    return lines


def growth(measured):
    """The lists as a table, a column for each number that there is."""
    rows = curves_of(measured)
    if not rows:
        return []
    counts = [f"{count:,}" for count in rows[0]["curve"].values()]
    lines = ["", "## As what there is grows", "", f"What a page of a list takes, in {rows[0]['unit']}, when there are so many; the pages are as long in each.", "",
             f"| list | {' | '.join(counts)} | {counts[-1]} to {counts[-2]} | aim |", "|---" * (len(counts) + 3) + "|"]
    for row in rows:
        seen = [cell(row["ways"][way]) if way in row["ways"] else "" for way in row["curve"]]
        times = ratio(row, row["of"]) if row["of"] in row["ways"] else None
        lines.append(f"| {row['title']} | {' | '.join(seen)} | {'' if times is None else f'{times:.2f}'} | {aim_of(row)} |")
    return [*lines, "", "![The time of a page, as what there is grows](performance-growth.svg)"]


def shown(measured, name, way):
    """The figure of another row as a sentence's proof, or that there is none."""
    row = next((one for one in measured["rows"] if "title" in one and name_of(one) == name), None)
    if row is None or way not in row["ways"]:
        return f"{name} ({way}): not measured"
    return f"{name} ({way}): {cell(row['ways'][way])} {row['unit']}"


def reason(row, measured, limit):
    """Why the aim is not reached, with the figures that show it; `near` is how near to the row's own the first of them has to be, so that a sentence
    does not outlive what it was true of."""
    proofs = "; ".join(shown(measured, *one) for one in limit["shown_by"])
    first = next((one["ways"].get(limit["shown_by"][0][1]) for one in measured["rows"] if "title" in one and name_of(one) == limit["shown_by"][0][0]), None)
    if "near" in limit:
        ours, its = statistics.median(row["ways"]["Hanbat"]), statistics.median(first) if first else 0
        if min(ours, its) < limit["near"] * max(ours, its):
            return f"Why is not shown by these figures: what was thought to bound it is {proofs}."
    return f"Why: {limit['why']} Shown by {proofs}."


def behind(measured, limits):
    """A paragraph for each row that is behind its aim: why, by which figures, and where the time goes."""
    lines = []
    for row in [*rows_of(measured), *curves_of(measured)]:
        if row["holds"] is not False:
            continue
        seen = f"{ratio(row, row['of']):.2f} × {row['of']}" if row["of"] else f"{cell(row['ways']['Hanbat'])} {row['unit']}"
        lines += ["", f"### {name_of(row)}", "", f"{seen}; the aim is {aim_of(row).split(':')[0]}."]
        if limit := limits.get(name_of(row)):
            lines += ["", reason(row, measured, limit)]
        if profile := row.get("profile"):
            lines += ["", f"Where the time goes ({profile['how']}; {profile['busy']:.2f} processors busy):", "", "| % | where | what |", "|---|---|---|"]
            lines += [f"| {share:.1f} | {where} | `{symbol}` |" for share, where, symbol in profile["top"]]
    return ["", "## Behind their aims", *lines] if lines else []


def markdown(measured, limits):
    machine = measured["machine"]
    lines = ["# Measured", "", "Written by `bench/run` from " + ", ".join(f"`bench/results/{name}`" for name in measured["files"]) + "; no figure here was written by hand.", "",
             f"{measured['date']}, commit {measured['commit']}, on {machine['processors']}, {machine['memory']} of memory, Linux {machine['kernel']}; "
             f"the load before was {machine['load before']}. " +
             "; ".join(f"{what}: {version}" for what, version in measured["versions"].items()) + ". Medians of rounds in turns, the least and the most in brackets.", "",
             *table(measured)]
    skipped = [row for row in measured["rows"] if "skipped" in row]
    if skipped or measured["failed"]:
        lines += ["", "Not measured: " + "; ".join([f"{row['skipped']} ({row['why']})" for row in skipped] + [f"{row} failed" for row in measured["failed"]]) + "."]
    lines += ["", "![Hanbat beside its peers, as ratios](performance.svg)", *growth(measured), *behind(measured, limits), ""]
    return "\n".join(lines)
