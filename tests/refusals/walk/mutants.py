"""What may be wrong with a valid input, one thing at a time: each member in turn is left out, or given what its type's facts in the model
forbid, or what names nothing that there is."""
import copy
import dataclasses
import functools
import re

ABSENT_MEMBER = object()
LONGEST = 70_000  # of a text that is made too long; larger bounds are not walked
MANY = 210  # and of a list
CANDIDATES = ("no such?", "~!한글", "-", "a b\u00e9*", "<>#%", "-" * 40, "?" * 64, "A" * 300)
DRAWN = re.compile(r"A[A-Z0-9]{15,}|(p|r|ou-[a-z0-9]+)-[a-z0-9]{4,}")  # ids of IAM and Organizations
HEXADECIMAL = re.compile(r"[0-9a-f]{8,}$")
# What makes a thing of a name takes any; all else names one that there is.
MAKES = re.compile(r"(Create|Put|Register|Import|Add|Tag|Run|Request|Simulate|Test|Validate|Upload|Set|Send|Copy)")
# What people write as they like.
FREE = re.compile(r"(Description|Message|Summary|Reason|Comment|Key|Value|Prefix|ClientToken|^ID)$", re.I)
# The kinds whose success needs a reason.
MALFORMED = ("missing", "short", "long", "pattern", "enum", "low", "high", "few", "many", "form", "service", "account", "malformed")


@dataclasses.dataclass
class Mutant:
    path: str
    kind: str
    value: dict


@functools.cache
def compiled(pattern):
    for java, python in (("\\p{L}", "^\\W\\d_"), ("\\p{N}", "\\d"), ("\\p{Z}", "\\s"), ("\\p{IsLetter}", "^\\W\\d_")):
        pattern = pattern.replace(java, python)
    try:
        return re.compile(pattern)
    except re.error:
        return None


def broken(shape, value):
    """A text within the lengths that the pattern does not have, or None."""
    pattern = compiled(shape["pattern"])
    if pattern is None or "\\p" in shape["pattern"]:
        return None
    for one in (*CANDIDATES, value + "?", value + "\u0007", value + "\n~"):
        if shape.get("min", 0) <= len(one) <= shape.get("max", 1 << 20) and not pattern.fullmatch(one):
            return one
    return None


def sample(model, shape_name, depth=0):
    """Something that can be read as the shape."""
    shape = model.shapes[shape_name]
    kind = shape["type"]
    if kind == "structure":
        members = list(model.members(shape_name).items())
        names = shape.get("required") or [name for name, _ in members[:1]]
        return {name: sample(model, member, depth + 1) for name, member in members if name in names} if depth < 6 else {}
    if kind == "list":
        return [sample(model, shape["member"]["shape"], depth + 1)]
    if kind == "map":
        return {sample(model, shape["key"]["shape"], depth + 1): sample(model, shape["value"]["shape"], depth + 1)}
    if kind == "string":
        return shape["enum"][0] if "enum" in shape else "a" * max(shape.get("min", 1), 1)
    if kind == "boolean":
        return True
    if kind == "blob":
        return "YQ=="
    return 1_700_000_000 if kind == "timestamp" else int(shape.get("min", 1))


def texts(shape, value, template, operation, name):
    """[(kind, text)] of a text."""
    out = []
    given = isinstance(value, str)
    value = value if given else "a" * max(int(shape.get("min", 1)), 1)
    if shape.get("min", 0) >= 1:
        out.append(("short", value[:int(shape["min"]) - 1]))
    if shape.get("max", LONGEST) < LONGEST:
        out.append(("long", value + "a" * (int(shape["max"]) + 1 - len(value))))
    if "enum" in shape:
        out.append(("enum", "NoSuchValue"))
        return out
    if shape.get("pattern"):
        one = broken(shape, value)
        if one is not None:
            out.append(("pattern", one))
    elif "max" not in shape and not FREE.search(name):
        out.append(("odd", "no such thing?"))
    if given and value.startswith("arn:"):
        parts = value.split(":", 5)
        out.append(("form", "arn:aws:nonsense"))
        if len(parts) == 6:
            out.append(("service", ":".join([*parts[:2], "sqs", *parts[3:]])))
            if parts[4] and parts[4].isdigit():
                out.append(("account", ":".join([*parts[:4], "210987654321", parts[5]])))
    if "${" in str(template):
        out.append(("malformed", "nonsense"))
    named = (name.lower() in ("name", "id", "arn") or re.search(r"(Name|Id|ID|Arn|ARN|Alias)s?$", name)) and not name.lower().startswith("new")
    if given and ("${" in str(template) or (named and not MAKES.match(operation))):
        out.append(("absent", nowhere(value)))
    return out


def nowhere(value):
    """A name of the same form that nothing has."""
    if re.fullmatch(r"d-[0-9A-Z]{9}", value):
        return "d-000000000"
    if re.fullmatch(r"v\d+", value):
        return "v99"
    if DRAWN.fullmatch(value):
        few = "ab" if value[-1].islower() else "AB" if value[-1].isupper() else "12"
        return value[:-1] + (few[1] if value[-1] == few[0] else few[0])
    found = HEXADECIMAL.search(value)
    if found:
        digits = found.group()
        return value[:found.start()] + ("0" if digits[0] != "0" else "1") * len(digits)
    return value + "-absent" if not value.isdigit() else "9" * len(value)


class Walk:
    """The mutants of one operation's input. `template` is the input before its names were put in."""

    def __init__(self, model, operation, value, template):
        self.model, self.operation, self.value, self.template = model, operation, value, template
        self.out = []
        self.seen = set()
        self.refused = {path[0] for path in model.refused(operation) if len(path) == 1}

    def mutants(self):
        shape = self.model.input_shape(self.operation)
        if shape:
            self.structure(shape, self.value, self.template, ())
            for name in sorted(self.refused):
                if name in self.model.members(shape):
                    self.add((name,), "unsupported", sample(self.model, self.model.members(shape)[name]))
        return self.out

    def add(self, path, kind, value):
        text = ".".join(str(one) for one in path)
        if (text, kind) in self.seen:
            return
        self.seen.add((text, kind))
        changed = copy.deepcopy(self.value)
        at = changed
        for step in path[:-1]:
            at = at[step]
        if value is ABSENT_MEMBER:
            del at[path[-1]]
        else:
            at[path[-1]] = value
        self.out.append(Mutant(text, kind, changed))

    def structure(self, shape_name, value, template, path):
        shape = self.model.shapes[shape_name]
        top = not path
        for name, member in sorted(shape.get("members", {}).items()):
            if top and name in self.refused:
                continue
            if name in value:
                here = template.get(name) if isinstance(template, dict) else template
                if name in shape.get("required", []) and "location" not in member:
                    self.add((*path, name), "missing", ABSENT_MEMBER)
                self.of(member, value[name], here, (*path, name), name)
            elif top or len(path) == 1:
                self.unset(member["shape"], (*path, name), name)

    def unset(self, shape_name, path, name):
        """What is not in the valid input: texts and numbers, and lists of them."""
        shape = self.model.shapes[shape_name]
        if shape["type"] == "list":
            inner = self.model.shapes[shape["member"]["shape"]]
            if inner["type"] in ("string", "integer", "long"):
                for kind, one in self.wrong(inner, None, "", name):
                    self.add(path, kind, [one])
        elif shape["type"] in ("string", "integer", "long", "double", "float"):
            for kind, one in self.wrong(shape, None, "", name):
                self.add(path, kind, one)

    def of(self, member, value, template, path, name):
        shape = self.model.shapes[member["shape"]]
        in_path = member.get("location") == "uri"  # without what is in path, query or headers the request is another one
        if shape["type"] == "structure" and isinstance(value, dict):
            self.structure(member["shape"], value, template, path)
        elif shape["type"] == "list" and isinstance(value, list):
            in_json = self.model.protocol == "json"
            if shape.get("min", 0) >= 1 and in_json:
                self.add(path, "few", [])
            if value and shape.get("max", MANY) < MANY:
                self.add(path, "many", [value[0]] * (int(shape["max"]) + 1))
            if value:
                self.of(shape["member"], value[0], template[0] if isinstance(template, list) else template, (*path, 0), name)
        elif shape["type"] == "map" and isinstance(value, dict) and value:
            key = next(iter(value))
            self.of(shape["value"], value[key], template.get(key) if isinstance(template, dict) else template, (*path, key), name)
            for kind, one in self.wrong(self.model.shapes[shape["key"]["shape"]], key, "", name):
                if kind != "absent":
                    self.add(path, "key-" + kind, {one: value[key]})
        else:
            for kind, one in self.wrong(shape, value, template, name):
                if not (in_path and kind == "short"):
                    self.add(path, kind, one)

    def wrong(self, shape, value, template, name):
        if shape["type"] == "string":
            return texts(shape, value, template, self.operation, name)
        if shape["type"] in ("integer", "long", "double", "float"):
            out = []
            if "min" in shape:
                out.append(("low", int(shape["min"]) - 1))
            else:
                out.append(("negative", -5))
            if "max" in shape and shape["max"] < 2**31 - 1:
                out.append(("high", int(shape["max"]) + 1))
            return out
        return []
