#!/usr/bin/python3
"""Members of inputs that are taken and that no source of their service names: a parameter must have an effect, be refused, or stand in
members.txt beside this file with the reason why it is taken without one.

    tools/members.py             a line for each that is neither; exits with 1 when there is one
    tools/members.py --service S[,S…]

It is a look at names, so it misses a member whose name the service uses for something else; what it finds is a fault for sure, or a line
in members.txt: <service> <operations, as a pattern> <paths, as a pattern> <reason>. A line that nothing needs is told too.
"""
import fnmatch
import json
import pathlib
import re
import sys

import generate
import operations

ROOT = pathlib.Path(__file__).resolve().parent.parent


def words_of(folder):
    """What the service's sources name, tests and comments left out."""
    texts = [path.read_text() for path in folder.rglob("*") if path.suffix in (".cc", ".h") and not path.name.endswith("_test.cc")]
    return set(re.findall(r"\w+", re.sub(r"//.*", "", "\n".join(texts))))


def pager_members(model, name):
    """Tokens and sizes of pages, which region/page.h reads for every list."""
    pages = model.pagination.get(name, {})
    named = [pages.get("input_token", []), pages.get("limit_key", [])]
    return {member for one in named for member in ([one] if isinstance(one, str) else one)}


def unread_members(service):
    """(operation, path) of each."""
    folder = ROOT / "src/services" / service
    table = operations.Operations(folder / "operations.txt")
    model = generate.Model(service, json.loads((ROOT / "models" / f"{service}.json").read_text()), table)
    known = words_of(folder)
    found = []

    def walk(shape_name, operation, entry, path, seen):
        shape = model.shapes[shape_name]
        for role in ("member", "value"):
            if role in shape:
                walk(shape[role]["shape"], operation, entry, path, seen)
        if shape["type"] != "structure" or shape_name in seen:
            return
        seen.add(shape_name)
        for name, member in model.members(shape):
            here = f"{path}.{name}" if path else name
            if here in entry.refused or (not path and entry.only and name not in entry.only and name not in shape.get("required", [])):
                continue
            if not path and name in pager_members(model, operation):
                continue
            if generate.identifier(name) in known:
                walk(member["shape"], operation, entry, here, seen)
            else:
                found.append((operation, here))

    for operation, entry in table.modelled.items():
        if "input" in model.all_operations[operation]:
            walk(model.all_operations[operation]["input"]["shape"], operation, entry, "", set())
    return found


def reasons():
    """Lines of members.txt: [service, operations, paths, reason]."""
    lines = (ROOT / "tools/members.txt").read_text().splitlines()
    return [line.split(maxsplit=3) for line in lines if line and not line.startswith("#")]


def breaches(services=None):
    wanted = services or sorted(path.parent.name for path in ROOT.glob("src/services/*/operations.txt"))
    lines = reasons()
    used = set()
    found = []
    for service in wanted:
        for operation, path in unread_members(service):
            fits = [number for number, (of, operations_, paths, *_) in enumerate(lines)
                    if of == service and fnmatch.fnmatchcase(operation, operations_) and fnmatch.fnmatchcase(path, paths)]
            used.update(fits)
            if not fits:
                found.append(f"src/services/{service}/operations.txt: {operation} takes {path}, which nothing reads; read it, refuse it by -{path}, or give the reason in tools/members.txt")
    found += [f"tools/members.txt: nothing needs the line: {' '.join(line[:3])}" for number, line in enumerate(lines) if number not in used and line[0] in wanted]
    found += [f"tools/members.txt: no reason: {' '.join(line)}" for line in lines if len(line) < 4]
    return found


if __name__ == "__main__":
    asked = sys.argv[sys.argv.index("--service") + 1].split(",") if "--service" in sys.argv else None
    wrong = breaches(asked)
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)
