#!/usr/bin/python3
"""Writes docs/support.md: per service, every operation of AWS's model and whether it is built, from the same
operations.txt that the code is generated from. `support.py --check` fails when the page is not current.
"""
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "support.md"
OPENING = """# What is supported

Written by `tools/support.py` from each service's `operations.txt`, which the code is generated from; not edited by hand.

An operation that is listed works, and its answer is the truth: success means that the effect has happened or is under
way. A parameter under "not" is refused with `NotImplemented` (501) naming it, and so is every operation that is not
listed. Nothing is accepted and ignored.
"""


def operations(folder):
    """Operation → (the parameters that are refused, the only ones that are taken)."""
    found = {}
    for line in (folder / "operations.txt").read_text().splitlines():
        words = line.split("#")[0].split()
        if words:
            found[words[0]] = ([w[1:] for w in words[1:] if w[0] == "-"], [w[1:] for w in words[1:] if w[0] == "+"])
    return found


def section(folder):
    model = json.loads((ROOT / "models" / f"{folder.name}.json").read_text())
    built = operations(folder)
    missing = [name for name in sorted(model["operations"]) if name not in built]
    title = model["metadata"].get("serviceId", folder.name)
    lines = [f"## {title}", "", f"{len(built)} of {len(model['operations'])} operations.", ""]
    lines += ["| operation | not |", "|---|---|"]
    for name in sorted(built):
        refused, only = built[name]
        if only:
            note = "anything but " + ", ".join(f"`{one}`" for one in only)
        else:
            note = ", ".join(f"`{one}`" for one in refused)
        lines.append(f"| {name} | {note} |")
    if missing:
        lines += ["", "Not built: " + ", ".join(missing) + "."]
    return lines + [""]


def page():
    lines = [OPENING]
    for path in sorted((ROOT / "src" / "services").glob("*/operations.txt")):
        lines += section(path.parent)
    return "\n".join(lines).rstrip() + "\n"


def main():
    text = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != text:
            print("docs/support.md is not current; run tools/support.py")
            return 1
        return 0
    PAGE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
