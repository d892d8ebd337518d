"""Reads a service's operations.txt, where each operation that is built is named once: whether it reads or writes, which of
its parameters are refused, and which permissions it asks for.

The file's lines, `#` starts a comment:

    service <fact>…                          what sets the service apart from others of its protocol (FACTS below)
    resource <type> <arn> [with <key>…]      a kind of resource, and the condition keys that it brings to every question
    every <prefix> [with] <key>…             keys of every action of that prefix
    open <Enumeration>…                      enumerations of the model whose values the operations judge, as AWS's have their own
                                             error for one that there is not
    <Operation> <mode>                       an operation of the model; what belongs to it follows on indented lines
    !<Name> <mode>                           what the service does for requests that are no modelled operation (git's)

The mode is `reads` (it runs beside others, in a snapshot), `writes`, or `issues-keys` (it writes, and AWS's trail counts it
as reading, since it only answers with keys that it made). Indented below an operation stand, in this order:

    -<path>…       input members that are refused (dotted, lists implicit)
    +<member>…     or the only top-level members that are taken
    answers 204    the status of success, where AWS's is another than its model says
    answer <Name> [is-text]   rest-xml: the root element of the answer, which AWS's model does not name; its one member is its text
    <permission>   one a line; or `nothing`, when AWS lets everybody do it

A permission is `<action>[?] [or <action>…] on <type>… [with <key>…]`. Every call that succeeds has asked one of its actions
on one of its types; `?` after the first action says: only when the input calls for it. The type `*` is no resource in
particular. `${Name}` in an ARN or a key stands for any text.
"""
import dataclasses
import re

ACTION = re.compile(r"^[a-z0-9-]+:[A-Z][A-Za-z0-9]*$")
KEY = re.compile(r"^[a-z0-9-]+:[A-Za-z0-9_/${}.-]+$")
VARIABLE = re.compile(r"\$\{\w+\}")
MODES = ("reads", "writes", "issues-keys")
# What a service may say of itself: the flags, and what has a value. Each is a member of wire::ServiceModel, told there.
# A validation-code may say after a '/' how what breaks the model is worded: src/wire/violation.cc has the words.
FLAGS = ("anonymous-callers", "bare-errors", "bucket-hosts", "host-ids", "lower-case-headers", "millisecond-times",
         "own-patterns", "s3-signatures", "unnamed-forms", "unnamed-requests")
VALUES = ("validation-code", "xml-uri")


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


@dataclasses.dataclass
class Entry:
    name: str
    mode: str
    modelled: bool
    refused: list
    only: list
    permissions: list
    asks_nothing: bool = False
    status: int = 0  # 0: the model's
    answer: str = ""
    answer_is_text: bool = False


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


class Operations:
    """What a service's operations.txt says: `entries` by name, `resources` by the name that the file gives them."""

    def __init__(self, path):
        self.path = path
        self.resources = {"*": ANY}
        self.every = {}  # prefix of actions → keys
        self.open = set()
        self.flags = set()
        self.values = {}
        self.entries = {}
        self.used = {"*"}
        entry = None
        if not path.exists():
            raise Failure(f"{path}: is missing")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            try:
                if line[0].isspace():
                    if entry is None:
                        raise Failure("an indented line belongs to an operation")
                    self.detail(entry, words)
                elif words[0] == "service":
                    self.service(words[1:])
                elif words[0] == "resource":
                    self.resource(words[1:])
                elif words[0] == "open":
                    self.open |= set(words[1:])
                elif words[0] == "every":
                    prefix, keys = split_keys(words[1:])
                    self.every[" ".join(prefix)] = keys
                else:
                    entry = self.entry(words)
            except Failure as failure:
                raise Failure(f"{path}:{number}: {failure}") from None
        for entry in self.entries.values():
            if not entry.permissions and not entry.asks_nothing:
                raise Failure(f"{path}: {entry.name} says neither which permissions it asks for nor `nothing`")
        unused = sorted(set(self.resources) - self.used)
        if unused:
            raise Failure(f"{path}: no operation is about the resource {', '.join(unused)}")

    @property
    def modelled(self):
        return {name: self.entries[name] for name in sorted(self.entries) if self.entries[name].modelled}

    @property
    def unmodelled(self):
        return {name: self.entries[name] for name in sorted(self.entries) if not self.entries[name].modelled}

    def entry(self, words):
        modelled = not words[0].startswith("!")
        name = words[0] if modelled else words[0][1:]
        if name in self.entries:
            raise Failure(f"{name} is named twice")
        if len(words) != 2 or words[1] not in MODES:
            raise Failure(f"{name} says one of: {', '.join(MODES)}")
        self.entries[name] = Entry(name, words[1], modelled, [], [], [])
        return self.entries[name]

    def detail(self, entry, words):
        for mark, into in (("-", entry.refused), ("+", entry.only)):
            if words[0].startswith(mark):
                if entry.permissions or entry.asks_nothing or not all(word.startswith(mark) for word in words):
                    raise Failure("parameters stand before the permissions, each as -path or +member")
                into += [word[1:] for word in words]
                return
        if words[0] == "answers":
            if entry.permissions or entry.asks_nothing or entry.status or len(words) != 2 or not re.fullmatch("2[0-9][0-9]", words[1]):
                raise Failure("the status of success is one of 200 to 299, named before the permissions")
            entry.status = int(words[1])
            return
        if words[0] == "answer":
            if entry.permissions or entry.asks_nothing or entry.answer or words[2:] not in ([], ["is-text"]) or len(words) < 2:
                raise Failure("an answer is one element, named before the permissions")
            entry.answer, entry.answer_is_text = words[1], bool(words[2:])
            return
        if entry.asks_nothing or (words == ["nothing"] and entry.permissions):
            raise Failure("`nothing` stands alone")
        if words == ["nothing"]:
            entry.asks_nothing = True
        else:
            entry.permissions.append(self.permission(words))

    def service(self, words):
        for word in words:
            name, equals, value = word.partition("=")
            if name in self.flags or name in self.values:
                raise Failure(f"the service says {name} twice")
            if equals and value and name in VALUES:
                self.values[name] = value
            elif not equals and name in FLAGS:
                self.flags.add(name)
            else:
                raise Failure(f"{word} is nothing that a service says of itself")

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
