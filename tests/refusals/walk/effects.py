"""Every member of every input is set once: it shows an effect in the answer, in what the region keeps, or in a refusal. What a call keeps is
read in the region's database, by rows: what made it differ from the same call without the member."""
import collections
import copy
import itertools
import re
import sqlite3

from walk.models import model
from walk.mutants import sample
from walk.walker import Walker, filled, steps_of

# What differs from one call to the next whatever was asked: ids, times, keys, what is counted.
MADE_UP = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|[0-9a-f]{8,}|\d{9,}|\d{4}-\d\d-\d\dT[\d:.]+Z?|\bA[A-Z0-9]{15,}\b|[A-Za-z0-9+/_=.-]{28,}|ip-\d+-\d+-\d+-\d+|\d+\.\d+\.\d+\.\d+"
                     r"|([0-9a-f]{2}:){5}[0-9a-f]{2}")
ASIDE = re.compile(r"(trail|task|billed|bill_|ec2_client_tokens|monitoring_|carried|sqlite|queue|event_)")
# One call of these is all that a thing takes: what a member of theirs does is seen in the services' tests.
ONCE = re.compile(r"(Delete|Terminate|Detach|Disassociate|Release|Remove|Deregister|Cancel|Stop|Untag|Abort|Complete|Unassign|Revoke|Disable|Retry|Move|Reset)")
NAMES = re.compile(r"(Name|Alias|Bucket|Email|Url|Key|Id)$", re.I)


def plain(text, suffix):
    return MADE_UP.sub("#", str(text).replace(suffix, ""))


class Rows:
    """What the region keeps."""

    def __init__(self, path):
        self.connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        self.tables = [name for name, in self.connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'") if not ASIDE.match(name)]

    def now(self):
        """Multiset of rows as they are."""
        found = collections.Counter()
        self.connection.execute("BEGIN")
        for table in self.tables:
            for row in self.connection.execute(f'SELECT * FROM "{table}"'):
                found[table, tuple(len(one) if isinstance(one, bytes) else one for one in row)] += 1
        self.connection.rollback()
        return found


def told_in(headers):
    return str(sorted((name, value) for name, value in headers.items() if name not in ("date", "content-length", "x-amz-request-id", "x-amzn-requestid", "x-amz-id-2")))


def change(before, after, suffix):
    """What came and what went, without what was made up."""
    def plainly(rows):
        found = collections.Counter()
        for (table, row), count in rows.items():
            found[table, tuple(plain(one, suffix) for one in row)] += count
        return found
    came, went = plainly(after - before), plainly(before - after)
    return came - went, went - came


def tries(told, shape_name):
    """Values of the shape, one of which makes a difference when anything does."""
    shape = told.shapes[shape_name]
    if shape["type"] == "boolean":
        return [True, False]
    if "enum" in shape:
        return shape["enum"]
    if shape["type"] in ("integer", "long", "double", "float"):
        least = int(shape.get("min", 1))
        return [least, least + 1]
    if shape["type"] == "string":
        return [sample(told, shape_name), "2"]
    return [sample(told, shape_name)]


class Effects(Walker):
    """`unseen`: {(operation, member)} that made no difference; `untried`: {operation: why}."""

    def __init__(self, daemon, service, names):
        super().__init__(daemon, service, names)
        self.rows = Rows(daemon.state / "region.db")
        self.numbers = itertools.count(1)
        self.seen, self.unseen, self.untried = set(), set(), {}

    def walk(self):
        for step in steps_of(self.service):
            value = filled(step.template, self.names)
            told = model(step.service)
            try:
                self.take(told, step, value, f"{self.service}.steps:{step.line}: {step.operation}")
            except AssertionError:
                # What was made to see an effect is in the way of what ends the steps, as a group's members are of its deletion.
                if not ONCE.match(step.operation):
                    raise
                continue
            if step.walked and not step.error:
                self.members_of(told, step, value)
        self.unseen -= self.seen
        self.untried = {operation: why for operation, why in self.untried.items() if not any(one == operation for one, _ in self.seen | self.unseen)}

    def ask(self, told, operation, value, suffix):
        before = self.rows.now()
        answer = self.caller.call(told, operation, self.numbered(value))
        return answer, change(before, self.rows.now(), suffix), plain(answer.text + told_in(answer.headers), suffix)

    def renamings(self, step, value):
        """Ways in which a call becomes one about another thing."""
        found = [()]
        noun = re.sub(r"^[A-Z][a-z]+", "", step.operation).lower()
        paths = [path for path, text in self.texts(step.template) if "walk" in text and NAMES.search(path[-1])]
        paths.sort(key=lambda path: path[-1].lower() not in (noun + "name", "name", noun, noun + "id"))
        return found + [(path,) for path in paths] + ([tuple(paths)] if len(paths) > 1 else [])

    def texts(self, value, path=()):
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from self.texts(inner, (*path, name))
        elif isinstance(value, str):
            yield path, value

    def renamed(self, value, paths, suffix):
        changed = copy.deepcopy(value)
        for path in paths:
            at = changed
            for name in path[:-1]:
                at = at[name]
            at[path[-1]] = at[path[-1]].replace("walk", "walk" + suffix)
        return changed

    def members_of(self, told, step, value):
        operation = step.operation
        shape = told.input_shape(operation)
        unset = [] if not shape else [(name, member) for name, member in sorted(told.members(shape).items())
                                      if name not in value and (name,) not in told.refused(operation) and told.shapes[shape]["members"][name].get("location") != "uri"]
        unset = [one for one in unset if (operation, one[0]) not in self.seen]
        if not unset:
            return
        if ONCE.match(operation):
            return
        for paths in self.renamings(step, value):
            controls = []
            for _ in range(2):
                suffix = f"x{next(self.numbers)}x"
                controls.append(self.ask(told, operation, self.renamed(value, paths, suffix), suffix))
            if all(answer.status < 300 for answer, _, _ in controls):
                break
        else:
            self.untried[operation] = f"not repeatable: {controls[-1][0].code}"
            return
        usual = [(rows, text) for _, rows, text in controls]
        for name, member in unset:
            for one in tries(told, member):
                suffix = f"x{next(self.numbers)}x"
                answer, rows, text = self.ask(told, operation, {**self.renamed(value, paths, suffix), name: one}, suffix)
                if answer.status >= 300 or (rows, text) not in usual:
                    self.seen.add((operation, name))
                    break
            else:
                self.unseen.add((operation, name))


