"""Reads a service's authorization.txt: which permissions each of its operations asks for.

The file's lines, `#` starts a comment:

    resource <type> <arn> [with <key>…]      a kind of resource, and the condition keys that it brings to every question
    every <prefix> [with] <key>…             keys of every action of that prefix
    <Operation> <permission>                 the operation's first permission; more follow on indented lines
    <Operation> nothing                      AWS lets everybody do it

A permission is `<action>[?] [or <action>…] on <type>… [with <key>…]`. Every call that succeeds has asked one of its actions
on one of its types; `?` after the first action says: only when the input calls for it. The type `*` is no resource in
particular. `${Name}` in an ARN or a key stands for any text.
"""
import dataclasses
import re

ACTION = re.compile(r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]*$")
KEY = re.compile(r"^[a-z0-9-]+:[A-Za-z0-9_/${}.-]+$")
VARIABLE = re.compile(r"\$\{\w+\}")


class Failure(Exception):
    pass


@dataclasses.dataclass(frozen=True)
class Resource:
    name: str
    arn: str
    keys: tuple


@dataclasses.dataclass(frozen=True)
class Permission:
    actions: tuple
    always: bool
    resources: tuple  # of Resource
    keys: tuple


ANY = Resource("*", "*", ())


def pattern(text):
    """An ARN or key of the reference with `*` for each variable."""
    return VARIABLE.sub("*", text)


def split_keys(words):
    """Words before `with`, and the keys after it."""
    if "with" not in words:
        return words, ()
    at = words.index("with")
    keys = tuple(words[at + 1:])
    wrong = [key for key in keys if not KEY.match(key)]
    if not keys or wrong:
        raise Failure(f"after `with` come condition keys: {' '.join(wrong)}")
    return words[:at], keys


class Table:
    """The permissions of a service: `operations` maps an operation to its list, which is empty for `nothing`."""

    def __init__(self, path):
        self.path = path
        self.resources = {"*": ANY}
        self.every = {}  # prefix of actions → keys
        self.operations = {}
        self.used = {"*"}
        if not path.exists():
            raise Failure(f"{path}: is missing")
        current = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                if line[0].isspace():
                    if not self.operations.get(current):
                        raise Failure("an indented line goes on with the permissions of an operation")
                    self.operations[current].append(self.permission(words))
                elif words[0] == "resource":
                    self.resource(words[1:])
                elif words[0] == "every":
                    prefix, keys = split_keys(words[1:])
                    self.every[" ".join(prefix)] = keys
                else:
                    current = words[0]
                    if current in self.operations:
                        raise Failure(f"{current} has an entry already")
                    self.operations[current] = [] if words[1:] == ["nothing"] else [self.permission(words[1:])]
            except Failure as failure:
                raise Failure(f"{path}:{number}: {failure}") from None
        unused = sorted(set(self.resources) - self.used)
        if unused:
            raise Failure(f"{path}: no operation is about the resource {', '.join(unused)}")

    def resource(self, words):
        words, keys = split_keys(words)
        if len(words) != 2 or not words[1].startswith("arn:"):
            raise Failure("a resource has a name and an ARN")
        if words[0] in self.resources:
            raise Failure(f"the resource {words[0]} is named twice")
        self.resources[words[0]] = Resource(words[0], words[1], keys)

    def permission(self, words):
        words, keys = split_keys(words)
        if "on" not in words:
            raise Failure("a permission is: action on resource")
        at = words.index("on")
        actions, types = words[:at], words[at + 1:]
        always = bool(actions) and not actions[0].endswith("?")
        if actions and not always:
            actions[0] = actions[0][:-1]
        if len(actions) % 2 == 0 or any(word != "or" for word in actions[1::2]):
            raise Failure("actions are parted by `or`")
        actions = actions[0::2]
        for action in actions:
            if not ACTION.match(action):
                raise Failure(f"{action} is no action")
        if not types:
            raise Failure("a permission is: action on resource")
        for name in types:
            if name not in self.resources:
                raise Failure(f"there is no resource {name}")
        self.used |= set(types)
        prefixes = {action.split(":")[0] for action in actions}
        general = [key for prefix in sorted(prefixes) for key in self.every.get(prefix, ())]
        return Permission(tuple(actions), always, tuple(self.resources[name] for name in types),
                          tuple(dict.fromkeys([*keys, *general])))

    def check(self, operations):
        """Fails unless exactly these operations have entries."""
        for name in operations:
            if name not in self.operations:
                raise Failure(f"{self.path}: {name} has no entry")
        for name in self.operations:
            if name not in operations:
                raise Failure(f"{self.path}: there is no operation {name}")
