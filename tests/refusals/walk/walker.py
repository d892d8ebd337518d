"""The walk: a service's steps, in their order, each of which is a valid call; before each all that may be wrong with it is tried. A step is a
line of steps/<service>.steps:

    [!|+][service:]Operation {input} [=> code] [-> name=path …] [path==text …]

`!` leaves the mutants out (what is only there for later steps), `+` makes the valid call before them; `=> code` is the error that this region
has to give to the valid input, which misses something that no such test has; `%{name}` is a number; `name=path` keeps what an answer tells
for `${name}` of later inputs; `path==text` is waited for; `${n}` is another number in each call. A text with "walk" in it that no call before
had is a new thing's name: a call that is wrong about something else has another, so that one that is taken is in nobody's way.
"""
import base64
import dataclasses
import json
import pathlib
import re
import time

import inputs
from walk.models import model
from walk.mutants import Walk
from walk.wire import Caller

FOLDER = pathlib.Path(__file__).parent
PATIENCE_S = 10


def framed(*fields):
    return b"".join(len(one).to_bytes(4, "big") + one for one in fields)


def inputs_of(folder):
    """The names that steps begin with: who is walked, when, and keys."""
    now = time.time()
    key = "ssh-rsa " + base64.b64encode(framed(b"ssh-rsa", b"\1\0\1", b"\0" + b"\xc3" * 256)).decode() + " walk"
    made = inputs.certificate(folder)
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in (("tls", made["certificate"]), ("tlskey", made["private_key"]), ("sshblob", key))}

    def day(ahead):
        return time.strftime("%Y-%m-%d", time.gmtime(now + ahead * 86400))
    return {"account": "123456789012", "region": "ap-northeast-2", "now": str(int(now)), "ago": str(int(now) - 3600), "ms": str(int(now * 1000)), "month": day(-20), "today": day(0),
            "tomorrow": day(1), "later": day(10), "lock": day(2) + "T00:00:00Z", "ssh": key, **encoded}


@dataclasses.dataclass
class Step:
    service: str
    operation: str
    template: dict
    walked: bool
    first: bool  # before its mutants
    error: str
    kept: dict
    waited: dict
    line: int


def steps_of(service):
    found = []
    for number, line in enumerate((FOLDER / "steps" / f"{service}.steps").read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        text, arrow, after = line.partition(" -> ")
        text, refused, error = text.partition(" => ")
        head, brace, rest = text.partition(" {")
        words = re.fullmatch(r"([!+]?)(?:([a-z0-9]+):)?(\w+)", head.strip())
        assert words, f"{service}.steps:{number}: {line}"
        waited = dict(one.split("==", 1) for one in after.split() if "==" in one)
        kept = dict(one.split("=", 1) for one in after.split() if "==" not in one)
        try:
            template = json.loads(brace.strip() + rest) if brace else {}
        except ValueError as problem:
            raise AssertionError(f"{service}.steps:{number}: {problem}: {line}") from None
        found.append(Step(words[2] or service, words[3], template, words[1] != "!", words[1] == "+", error.strip(), kept, waited, number))
    return found


def filled(value, names):
    if isinstance(value, dict):
        return {filled(key, names): filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, names) for inner in value]
    if isinstance(value, str):
        if value.startswith("%{"):
            return int(names[value[2:-1]])
        return re.sub(r"\$\{(\w+)\}", lambda found: names[found[1]] if found[1] in names else found[0], value)
    return value


def texts_of(value):
    if isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
    elif isinstance(value, str):
        yield value


def renamed(value, texts, number):
    if isinstance(value, dict):
        return {key: renamed(inner, texts, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, texts, number) for inner in value]
    return value.replace("walk", "walk" + number) if isinstance(value, str) and value in texts else value


class Walker:
    """One service's walk. `outcomes`: {(operation, path, kind): "code status" or "200"}."""

    def __init__(self, daemon, service, names):
        self.service, self.caller = service, Caller(daemon.port, daemon.key)
        self.names = {**names, "access": daemon.key[0]}
        self.outcomes, self.messages, self.asked, self.known = {}, {}, 0, set()

    def walk(self):
        for step in steps_of(self.service):
            value = filled(step.template, self.names)
            told = model(step.service)
            where = f"{self.service}.steps:{step.line}: {step.operation}"
            if step.first:
                self.take(told, step, value, where)
            if step.walked:
                new = set() if step.first else {text for text in texts_of(step.template) if "walk" in text} - self.known
                for one in Walk(told, step.operation, value, step.template).mutants():
                    self.try_one(told, step.operation, one, new)
            if not step.first:
                self.take(told, step, value, where)
            self.known |= set(texts_of(step.template))

    def try_one(self, told, operation, mutant, new):
        key = operation, mutant.path, mutant.kind
        if key in self.outcomes:
            return
        answer = self.caller.call(told, operation, self.numbered(mutant.value, new))
        self.outcomes[key] = f"{answer.code} {answer.status}" if answer.status >= 400 else "200"
        self.messages[key] = answer.message if answer.status >= 400 else ""

    def numbered(self, value, new=()):
        """With a number of its own for each `${n}`, and for what is new."""
        self.asked += 1
        return renamed(filled(value, {"n": str(self.asked)}), new, str(self.asked))

    def take(self, told, step, value, where):
        until = time.monotonic() + PATIENCE_S
        value = self.numbered(value)
        while True:
            answer = self.caller.call(told, step.operation, value)
            code = answer.code
            kept = {name: answer.at(path) for name, path in step.kept.items()} if code == step.error else {}
            if code == step.error and all(str(answer.at(path)).lower() == text.lower() for path, text in step.waited.items()) and None not in kept.values():
                break
            assert (step.waited or step.kept or step.error == code) and time.monotonic() < until, f"{where}: {answer.status} {answer.text[:600]}"
            time.sleep(0.05)
        for name, found in kept.items():
            assert isinstance(found, (str, int)), f"{where}: {name} is {found}"
            self.names[name] = str(found)
