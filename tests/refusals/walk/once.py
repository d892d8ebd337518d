"""Members of what a thing takes once (Delete and the like, and what cannot be asked twice): each is set in a copy of the region, as it was
before the call, so that every try finds the thing there."""
import copy
import fnmatch
import pathlib
import shutil
import sqlite3
import stat

import daemon as live
from host import HostOfMemory
from walk.effects import ONCE, Rows, change, plain, told_in, tries
from walk.models import model
from walk.walker import FOLDER, Walker, filled, steps_of
from walk.wire import Caller

CONTROLS = 3  # what differs between these is no member's doing
KEPT_BY_HOST = ("networks", "machine_specs", "running", "balancers", "log_batches", "counted")


def not_repeatable(service):
    """Patterns of the operations that the walk of effects cannot ask twice."""
    lines = (FOLDER / "unseen.txt").read_text().splitlines()
    return [line.split()[1] for line in lines if line and not line.startswith("#") and line.split()[0] == service and line.split()[2] == "*"]


class Copy:
    """A region that begins as another one is now."""

    def __init__(self, of, folder):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(of.state, self.folder / "state", symlinks=True, ignore=self.left_out)
        database = sqlite3.connect(of.state / "region.db")
        kept = sqlite3.connect(self.folder / "state" / "region.db")
        with kept:
            database.backup(kept)
        kept.close()
        database.close()
        self.daemon = live.Daemon(self.folder)
        self.daemon.host = HostOfMemory()
        for name in KEPT_BY_HOST:
            setattr(self.daemon.host, name, copy.deepcopy(getattr(of.host, name)))
        self.daemon.start()

    @staticmethod
    def left_out(folder, names):
        return [name for name in names if name.startswith("region.db") or stat.S_ISSOCK((pathlib.Path(folder) / name).lstat().st_mode)]

    def close(self):
        self.daemon.kill()
        self.daemon.host.close()
        shutil.rmtree(self.folder)


class Once(Walker):
    """`unseen`: {(operation, member)} that made no difference; `untried`: {operation: code} of what a copy refuses."""

    def __init__(self, daemon, service, names, folder):
        super().__init__(daemon, service, names)
        self.daemon, self.folder = daemon, folder
        self.others = not_repeatable(service)
        self.seen, self.unseen, self.untried = set(), set(), {}

    def walk(self):
        for step in steps_of(self.service):
            value = filled(step.template, self.names)
            told = model(step.service)
            if step.walked and not step.error and self.is_once(step.operation):
                self.members_of(told, step.operation, value)
            self.take(told, step, value, f"{self.service}.steps:{step.line}: {step.operation}")
        self.unseen -= self.seen

    def is_once(self, operation):
        return ONCE.match(operation) or any(fnmatch.fnmatchcase(operation, pattern) for pattern in self.others)

    def ask(self, told, operation, value):
        """(status, rows that came and went, the answer) of the call in a region of its own."""
        one = Copy(self.daemon, self.folder)
        try:
            rows = Rows(one.daemon.state / "region.db")
            before = rows.now()
            answer = Caller(one.daemon.port, one.daemon.key).call(told, operation, value)
            return answer.status, change(before, rows.now(), ""), plain(answer.text + told_in(answer.headers), "")
        finally:
            one.close()

    def members_of(self, told, operation, value):
        shape = told.input_shape(operation)
        unset = [(name, member) for name, member in sorted(told.members(shape).items())
                 if name not in value and (name,) not in told.refused(operation) and told.shapes[shape]["members"][name].get("location") != "uri"
                 and (operation, name) not in self.seen] if shape else []
        if not unset:
            return
        value = self.numbered(value)
        usual = [self.ask(told, operation, value) for _ in range(CONTROLS)]
        if any(status >= 300 for status, _, _ in usual):
            self.untried[operation] = usual[0][2]
            return
        for name, member in unset:
            if any(self.ask(told, operation, {**value, name: one}) not in usual for one in tries(told, member)):
                self.seen.add((operation, name))
            else:
                self.unseen.add((operation, name))
