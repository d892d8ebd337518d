"""Whether an answer of now says what the recorded one said. What a region makes up (ids, times, keys) differs from one to the next:
it must be of the same kind, in the same place, and the same thing wherever it comes up again."""
import json
import re
import urllib.parse
import xml.etree.ElementTree

import cbor

SECRET = "(secret)"
DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
# What a region makes up, by its form. Times have no identity; all else is bound: one thing then is one thing now.
KINDS = {
    "time": rf"\d{{4}}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?|(?:{DAYS}), \d\d \w{{3}} \d{{4}} \d\d:\d\d:\d\d GMT",
    "secret": r":secret:[\w/+=.@-]+-[A-Za-z0-9]{6}(?![\w-])",
    "uuid": r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b",
    "octets": r"\b(?:[0-9A-Fa-f]{2}:){5,}[0-9A-Fa-f]{2}\b",
    "door": r"\b127\.0\.0\.1:\d+\b",
    "address": r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\bip-\d{1,3}(?:-\d{1,3}){3}\b|\bec2-\d{1,3}(?:-\d{1,3}){3}\b",
    "identity": r"\bA[A-Z]{3}[A-Z2-7]{12,17}\b",
    "hexadecimal": r"\b(?:0x)?[0-9a-fA-F]{16,128}\b",
    "account": r"\b\d{12}\b",
    "number": r"(?<=-)\d{8,10}(?=\.)",
    "version": r"(?<![\w.-])[A-Za-z0-9_.-]{32}(?![\w.-])",
    "page": r"(?<![\w/+=])[\w/+]{56,}={0,2}(?![\w/+=])",  # a list's token, sealed
}
TOKEN = re.compile("|".join(f"(?P<{name}>{form})" for name, form in KINDS.items()))
# What an instance's checks say until some minutes after its start, and what they say then: a recording may have been slower.
BY_TIME = {"passed": "initializing", "ok": "initializing"}
# What tells one call from all others.
OF_THE_CALL = {"RequestId", "HostId"}
NOW = (1_600_000_000, 2_600_000_000)


class Difference(Exception):
    def __init__(self, where, recorded, now):
        super().__init__(f"{where or 'the answer'}: recorded {short(recorded)}, now {short(now)}")


def short(value):
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 200 else text[:200] + "…"


def is_time(number):
    return any(NOW[0] * scale < number < NOW[1] * scale for scale in (1, 1000))


class Bindings:
    """What the recording's region made up → what this one did. A trial that fails leaves none of its own behind."""

    def __init__(self):
        self.now, self.then, self.made = {}, {}, []

    def bind(self, recorded, now):
        if self.now.get(recorded, now) != now or self.then.get(now, recorded) != recorded:
            return False
        if recorded not in self.now:
            self.now[recorded], self.then[now] = now, recorded
            self.made.append(recorded)
        return True

    def take_back(self, mark):
        for recorded in self.made[mark:]:
            del self.then[self.now.pop(recorded)]
        del self.made[mark:]

    def translate(self, text):
        """The text with this region's things in the place of the recorded one's. What no answer has told of yet is the asker's own, and
        stays what it is in all answers."""
        def of_now(found):
            if found.lastgroup != "time":
                self.bind(found.group(), self.now.get(found.group(), found.group()))
            return self.now.get(found.group(), found.group())

        return TOKEN.sub(of_now, text)


def tree_of(body):
    """JSON, CBOR as the JSON it would be, XML as {name: [what is below]}, or the text itself."""
    if cbor.is_map(body[:1].encode("latin-1")):
        return cbor.loads(body.encode("latin-1"))
    text = body.encode("latin-1").decode("utf-8", "replace")
    if text[:1] in ("{", "["):
        return json.loads(text)
    if text[:1] == "<":
        root = xml.etree.ElementTree.fromstring(text.encode())
        return {root.tag: [below(root)]}
    return text


def below(element):
    found = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        found.setdefault(child.tag, []).append(below(child))
    if not len(element):
        return {**found, "": element.text or ""} if found else element.text or ""
    return found


class Likeness:
    def __init__(self, bindings):
        self.bindings = bindings

    def require(self, recorded, now):
        """Throws Difference, and then has bound nothing."""
        mark = len(self.bindings.made)
        try:
            self.compare("", recorded, now)
        except Difference:
            self.bindings.take_back(mark)
            raise

    def compare(self, where, recorded, now):
        if isinstance(recorded, dict) and isinstance(now, dict):
            if set(recorded) != set(now):
                raise Difference(where + ", its members", sorted(set(recorded) - set(now)), sorted(set(now) - set(recorded)))
            for name, value in recorded.items():
                if name not in OF_THE_CALL:
                    self.compare(f"{where}/{name.split('}')[-1]}", value, now[name])
        elif isinstance(recorded, list) and isinstance(now, list):
            self.compare_lists(where, recorded, now)
        elif isinstance(recorded, str) and isinstance(now, str):
            if not self.alike(recorded, now):
                raise Difference(where, recorded, now)
        elif type(recorded) is not type(now) and not (isinstance(recorded, (int, float)) and isinstance(now, (int, float))):
            raise Difference(where, recorded, now)
        elif recorded != now and not (isinstance(recorded, (int, float)) and is_time(recorded) and is_time(now)):
            raise Difference(where, recorded, now)

    def compare_lists(self, where, recorded, now):
        """In order; where things are sorted by what the region made up, in any order."""
        if len(recorded) != len(now):
            raise Difference(f"{where}, its length", recorded, now)
        mark = len(self.bindings.made)
        try:
            for i, (one, other) in enumerate(zip(recorded, now)):
                self.compare(f"{where}[{i}]", one, other)
            return
        except Difference:
            self.bindings.take_back(mark)
            if not all(TOKEN.search(json.dumps(one)) for one in recorded):
                raise
            if len(recorded) == 1:
                raise
        left = list(range(len(now)))
        for i, one in enumerate(recorded):
            for j in left:
                before = len(self.bindings.made)
                try:
                    self.compare(f"{where}[{i}]", one, now[j])
                    left.remove(j)
                    break
                except Difference:
                    self.bindings.take_back(before)
            else:
                self.bindings.take_back(mark)
                raise Difference(f"{where}[{i}], in any order", one, [now[j] for j in left])

    def alike(self, recorded, now):
        if SECRET in recorded:
            return bool(now)
        if BY_TIME.get(recorded) == now:
            return True
        if "%" in recorded and "%" in now:
            recorded, now = urllib.parse.unquote(recorded), urllib.parse.unquote(now)
        return self.bind_all(recorded, now)

    def bind_all(self, recorded, now):
        """The same text around things of the same kinds, which are bound to each other."""
        at_recorded = at_now = 0
        for one, other in zip(TOKEN.finditer(recorded), TOKEN.finditer(now)):
            if recorded[at_recorded:one.start()] != now[at_now:other.start()] or one.lastgroup != other.lastgroup:
                return False
            if one.lastgroup != "time" and not self.bindings.bind(one.group(), other.group()):
                return False
            at_recorded, at_now = one.end(), other.end()
        return recorded[at_recorded:] == now[at_now:]
