#!/usr/bin/env python3
"""Writes a service's C++ from its model: plain structs, field tables, the abstract class of its operations, a client.

    tools/generate.py --service <name> --out <folder>

Reads models/<name>.json and src/services/<name>/operations.txt (tools/operations.py tells its form); generates only what
the operations named there reach.
"""
import argparse
import json
import pathlib
import re
import sys

import operations
from operations import Failure

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEYWORDS = set("""alignas alignof and and_eq asm auto bitand bitor bool break case catch char class compl concept const
continue decltype default delete do double else enum explicit export extern false float for friend goto if inline int
long mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected public register requires
return short signed sizeof static struct switch template this throw true try typedef typeid typename union unsigned
using virtual void volatile while xor xor_eq shape""".split())
TAKEN = {"Client", "Operations"}  # our own class names in the service's namespace
SCALARS = {
    "string": ("kString", "std::string"), "character": ("kString", "std::string"), "integer": ("kInteger", "int"),
    "long": ("kLong", "std::int64_t"), "float": ("kDouble", "double"), "double": ("kDouble", "double"),
    "boolean": ("kBoolean", "bool"), "timestamp": ("kTimestamp", "Timestamp"), "blob": ("kBlob", "std::string"),
}
PROTOCOLS = {"query": "kQuery", "ec2": "kEc2", "json": "kJson", "rest-json": "kRestJson", "rest-xml": "kRestXml",
             "smithy-rpc-v2-cbor": "kCbor"}
LOCATIONS = {"header": "kHeader", "headers": "kHeaders", "querystring": "kQuery", "uri": "kUri",
             "statusCode": "kStatusCode"}
TIMES = {"iso8601": "kIso8601", "unixTimestamp": "kUnix", "rfc822": "kHttpDate"}
# Secrets that AWS's models do not mark as `sensitive`: structure and member.
SECRETS = {
    "sts": {("Credentials", "SessionToken")},
    "ecr": {("AuthorizationData", "authorizationToken")},
    "ssm": {("StartSessionResponse", "TokenValue"), ("ResumeSessionResponse", "TokenValue")},
    "codebuild": {("EnvironmentVariable", "value"), ("Webhook", "secret"), ("SSMSession", "tokenValue")},
    "elasticloadbalancing": {("AuthenticateOidcActionConfig", "ClientSecret")},
}


def snake(name):
    """The name that boto3 gives an operation or parameter."""
    if "_" not in name:
        plural = re.search(r"[A-Z]{2,}s$", name)
        if plural:
            name = name[:plural.start()] + "_" + plural.group(0).lower()
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
        name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    return name.lower()


def identifier(name):
    name = re.sub(r"\W", "_", snake(name))
    return name + "_" if name in KEYWORDS or name[0].isdigit() else name


def text(value):
    """A C++ string literal."""
    out = []
    for byte in str(value).encode():
        char = chr(byte)
        if char in '"\\':
            out.append("\\" + char)
        elif 32 <= byte < 127:
            out.append(char)
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


class Model:
    """A service's model, cut to the operations that operations.txt names, with the permissions that they ask for."""

    def __init__(self, service, model, table):
        self.service = service
        self.unmodelled = table.unmodelled
        self.flags = table.flags
        self.values = table.values
        self.open = table.open
        self.metadata = model["metadata"]
        self.protocol = self.metadata["protocol"]
        # The others that it speaks, where the model tells them.
        self.also = [name for name in self.metadata.get("protocols", []) if name != self.protocol]
        self.all_operations = model["operations"]
        self.shapes = model["shapes"]
        self.pagination = model.get("pagination", {})
        self.wanted = wanted = table.modelled
        for name in wanted:
            if name not in self.all_operations:
                raise Failure(f"{service}/operations.txt: AWS has no operation {name}")
        self.errors = sorted({e for name in wanted for e in self.all_operations[name].get("errors", [])})
        for name in sorted(self.open):
            if "enum" not in self.shapes.get(name, {}):
                raise Failure(f"{service}/operations.txt: AWS has no enumeration {name}")
        self.inputs = set()  # shapes reached from inputs: those whose limits are checked
        self.reached = []    # in an order in which a struct follows what it holds
        self.box = set()     # (structure, member) that must lie on the heap
        seen = set()
        for name in wanted:
            operation = self.all_operations[name]
            if "input" in operation:
                self.collect(operation["input"]["shape"], self.inputs)
                self.visit(operation["input"]["shape"], seen, ())
            if "output" in operation:
                self.visit(operation["output"]["shape"], seen, ())
        for error in self.errors:
            self.visit(error, seen, ())

    def children(self, shape):
        for role in ("member", "key", "value"):
            if role in shape:
                yield role, shape[role]["shape"]
        for name, member in self.members(shape):
            yield name, member["shape"]

    def members(self, shape):
        if shape["type"] != "structure" or shape.get("document"):
            return []
        members = shape.get("members", {}).items()
        if shape.get("exception"):
            members = [(n, m) for n, m in members if n.lower() != "message"]
        return sorted(members)

    def collect(self, name, into):
        if name in into:
            return
        into.add(name)
        for _, child in self.children(self.shapes[name]):
            self.collect(child, into)

    def visit(self, name, seen, inside):
        """Depth first. `inside` is the chain of structures being visited that hold each other by value."""
        if name in seen:
            return
        seen.add(name)
        shape = self.shapes[name]
        if shape.get("eventstream"):
            raise Failure(f"{self.service}: event streams are not supported ({name})")
        by_value = shape["type"] == "structure"
        for role, child in self.children(shape):
            if by_value and child in inside + (name,):
                self.box.add((name, role))
                continue
            self.visit(child, seen, inside + (name,) if by_value else ())
        self.reached.append(name)

    def structure_name(self, name):
        clean = re.sub(r"\W", "_", name)
        clean = clean[0].upper() + clean[1:]
        return clean + "_" if clean in TAKEN else clean

    def bare_type(self, reference):
        shape = self.shapes[reference["shape"]]
        if shape.get("document") or reference.get("jsonvalue"):
            return "Json"
        if self.is_body(reference):
            return "wire::Body"
        kind = shape["type"]
        if kind == "structure":
            return self.structure_name(reference["shape"])
        if kind == "list":
            return f"std::vector<{self.bare_type(shape['member'])}>"
        if kind == "map":
            return f"std::map<std::string, {self.bare_type(shape['value'])}>"
        return SCALARS[kind][1]

    def is_body(self, reference):
        return bool(reference.get("streaming")) and self.shapes[reference["shape"]]["type"] == "blob"

    def member_type(self, owner, name, reference, required):
        bare = self.bare_type(reference)
        if (owner, name) in self.box:
            return f"wire::Box<{bare}>"
        return bare if required or bare == "wire::Body" else f"std::optional<{bare}>"

    def operation_type(self, name, side):
        return f"{name}{'Input' if side == 'input' else 'Output'}"


def check_path(model, operation, path):
    """Fails unless the dotted path leads to a member of the operation's input."""
    current = model.all_operations[operation].get("input", {}).get("shape")
    for step in path.split("."):
        while current and model.shapes[current]["type"] in ("list", "map"):
            shape = model.shapes[current]
            current = (shape.get("member") or shape.get("value"))["shape"]
        members = model.shapes[current].get("members", {}) if current else {}
        if step not in members:
            raise Failure(f"{model.service}/operations.txt: {operation} has no input member {path}")
        current = members[step]["shape"]


# model.h

def required_of(shape):
    return set(shape.get("required", []))


def struct_body(model, name, shape):
    lines = []
    for member, reference in model.members(shape):
        required = member in required_of(shape)
        kind = model.member_type(name, member, reference, required)
        start = "{}" if kind in ("int", "std::int64_t", "double", "bool") else ""
        lines.append(f"  {kind} {identifier(member)}{start};\n")
    return "".join(lines)


def write_model_header(model):
    out = [f"// The structs of {model.metadata['serviceId']}'s operations. Written by tools/generate.py; not to be edited.\n"
           "#pragma once\n\n#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n#include <utility>\n"
           "#include <vector>\n\n#include \"base/json.h\"\n#include \"base/time.h\"\n#include \"wire/body.h\"\n"
           "#include \"wire/error.h\"\n#include \"wire/operation.h\"\n#include \"wire/shape.h\"\n\n"
           f"namespace hanbat::{model.service} {{\n\n"
           "/// The service and its operations as data.\nconst wire::ServiceModel& service_model();\n\n"]
    structures = [n for n in model.reached if model.shapes[n]["type"] == "structure" and not model.shapes[n].get("document")]
    for name in structures:
        out.append(f"struct {model.structure_name(name)};\n")
    out.append("\n")
    for name in structures:
        shape = model.shapes[name]
        struct = model.structure_name(name)
        if shape.get("exception"):
            continue
        out.append(f"struct {struct} {{\n{struct_body(model, name, shape)}\n  static const wire::Shape& shape();\n}};\n\n")
    for name in structures:
        shape = model.shapes[name]
        if not shape.get("exception"):
            continue
        struct = model.structure_name(name)
        code, status, query_code = error_facts(model, name)
        fields = struct_body(model, name, shape)
        base = ""
        extra = ""
        if fields:
            out.append(f"struct {struct}Members {{\n{fields}\n  static const wire::Shape& shape();\n}};\n")
            base = f", public {struct}Members"
            extra = (f"  const wire::Shape* members_shape() const override {{ return &{struct}Members::shape(); }}\n"
                     f"  const void* members() const override {{ return static_cast<const {struct}Members*>(this); }}\n")
        query = f" with_query_code({text(query_code)}); " if query_code else ""
        out.append(f"struct {struct} : wire::Error{base} {{\n"
                   f"  explicit {struct}(std::string message = {{}}) : wire::Error({text(code)}, {status}, "
                   f"std::move(message)) {{{query}}}\n{extra}}};\n\n")
    names = {model.structure_name(n) for n in structures}
    for operation in model.wanted:
        for side in ("input", "output"):
            alias = model.operation_type(operation, side)
            reference = model.all_operations[operation].get(side)
            if reference:
                target = model.structure_name(reference["shape"])
                if target != alias:
                    if alias in names:
                        raise Failure(f"{model.service}: {alias} is already a shape")
                    out.append(f"using {alias} = {target};\n")
            elif alias not in names:
                out.append(f"struct {alias} {{\n  static const wire::Shape& shape();\n}};\n")
    out.append(f"\n}}  // namespace hanbat::{model.service}\n")
    return "".join(out)


def error_facts(model, name):
    shape = model.shapes[name]
    error = shape.get("error", {})
    status = error.get("httpStatusCode", 500 if shape.get("fault") else 400)
    if model.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        code = name
        query_code = error.get("code", "") if model.metadata.get("awsQueryCompatible") is not None else ""
        return code, status, query_code if query_code != name else ""
    return error.get("code", name), status, ""


# model.cc

def shape_constant(name):
    return "k" + re.sub(r"\W", "_", name) + "_"


def number(value):
    return repr(float(value)) if abs(float(value)) < 1e15 else repr(float(value))


class Tables:
    """The field tables of one service."""

    def __init__(self, model):
        self.model = model
        self.lines = []

    def namespace_of(self, reference, shape):
        space = reference.get("xmlNamespace") or {}
        if isinstance(space, str):
            space = {"uri": space}
        own = shape.get("xmlNamespace") or {}
        if isinstance(own, str):
            own = {"uri": own}
        return {**own, **space}

    def member(self, owner, name, reference, role):
        model = self.model
        shape = model.shapes[reference["shape"]]
        fields = [f".name = {text(name)}", f".wire_name = {text(reference.get('locationName', name))}"]
        constant = "wire::kBodyShape" if model.is_body(reference) else shape_constant(reference["shape"])
        if reference.get("jsonvalue"):
            constant = "wire::kDocumentShape"
            fields_extra = [".json_value = true"]
        else:
            fields_extra = []
        fields.append(f".shape = &{constant}")
        owner_shape = model.shapes[owner]
        if role == "structure":
            required = name in required_of(owner_shape)
            kind = model.member_type(owner, name, reference, required)
            fields.append(".slot = " + (f"SlotOf<{kind}>::kSlot" if kind.startswith(("std::optional", "wire::Box"))
                                        else "wire::kPlain"))
            holder = model.structure_name(owner) + ("Members" if owner_shape.get("exception") else "")
            fields.append(f".offset = offsetof({holder}, {identifier(name)})")
            if "location" in reference:
                fields.append(f".location = wire::Location::{LOCATIONS[reference['location']]}")
        else:
            required = False
            fields.append(".slot = wire::kPlain")
        if "timestampFormat" in reference:
            fields.append(f".time_format = wire::TimeFormat::{TIMES[reference['timestampFormat']]}")
        if required:
            fields.append(".required = true")
        if reference.get("flattened"):
            fields.append(".flattened = true")
        if reference.get("xmlAttribute"):
            fields.append(".xml_attribute = true")
        if reference.get("idempotencyToken"):
            fields.append(".idempotency_token = true")
        fields += fields_extra
        if reference.get("sensitive") or (owner, name) in SECRETS.get(model.service, ()):
            fields.append(".secret = true")
        if "queryName" in reference:
            fields.append(f".query_name = {text(reference['queryName'])}")
        space = self.namespace_of(reference, shape)
        if space.get("prefix"):
            fields.append(f".xml_prefix = {text(space['prefix'])}")
        if space.get("uri"):
            fields.append(f".xml_uri = {text(space['uri'])}")
        return "{" + ", ".join(fields) + "}"

    def limits(self, name, shape):
        if name not in self.model.inputs:
            return None
        fields = []
        if "min" in shape:
            fields += [f".min = {number(shape['min'])}"]
        if "max" in shape:
            fields += [f".max = {number(shape['max'])}"]
        if "min" in shape:
            fields += [".has_min = true"]
        if "max" in shape:
            fields += [".has_max = true"]
        if "pattern" in shape:
            fields.append(f".pattern = {text(shape['pattern'])}")
        constant = shape_constant(name)
        if "enum" in shape and name not in self.model.open:
            values = ", ".join(text(v) for v in shape["enum"])
            self.lines.append(f"constexpr std::string_view {constant}values[] = {{{values}}};\n")
            fields.append(f".values = {constant}values")
        if not fields:
            return None
        self.lines.append(f"constexpr wire::Limits {constant}limits{{{', '.join(fields)}}};\n")
        return f"&{constant}limits"

    def shape(self, name):
        model = self.model
        shape = model.shapes[name]
        constant = shape_constant(name)
        kind = shape["type"]
        fields = [f".name = {text(name)}"]
        limits = self.limits(name, shape)
        if shape.get("document"):
            fields.append(".type = wire::Type::kDocument")
        elif kind == "structure":
            members = model.members(shape)
            fields.append(".type = wire::Type::kStructure")
            if members:
                rows = ",\n    ".join(self.member(name, n, r, "structure") for n, r in members)
                self.lines.append(f"constinit const wire::Member {constant}members[] = {{\n    {rows}}};\n")
                fields.append(f".members = {constant}members")
            if "payload" in shape:
                index = [n for n, _ in members].index(shape["payload"])
                fields.append(f".payload = &{constant}members[{index}]")
        elif kind == "list":
            reference = shape["member"]
            self.lines.append(f"constinit const wire::Member {constant}element = "
                              f"{self.member(name, 'member', reference, 'element')};\n")
            fields += [".type = wire::Type::kList", f".element = &{constant}element",
                       f".list = &ListOf<{model.bare_type(reference)}>::kOps"]
        elif kind == "map":
            self.lines.append(f"constinit const wire::Member {constant}key = {self.member(name, 'key', shape['key'], 'key')};\n")
            self.lines.append(f"constinit const wire::Member {constant}element = "
                              f"{self.member(name, 'value', shape['value'], 'element')};\n")
            fields += [".type = wire::Type::kMap", f".element = &{constant}element", f".key = &{constant}key",
                       f".map = &MapOf<{model.bare_type(shape['value'])}>::kOps"]
        else:
            fields.append(f".type = wire::Type::{SCALARS[kind][0]}")
        if limits:
            fields.append(f".limits = {limits}")
        if shape.get("flattened"):
            fields.append(".flattened = true")
        if shape.get("union"):
            fields.append(".is_union = true")
        if shape.get("sensitive"):
            fields.append(".sensitive = true")
        if "timestampFormat" in shape:
            fields.append(f".time_format = wire::TimeFormat::{TIMES[shape['timestampFormat']]}")
        if "locationName" in shape:
            fields.append(f".wire_name = {text(shape['locationName'])}")
        space = self.namespace_of({}, shape)
        if space.get("prefix"):
            fields.append(f".xml_prefix = {text(space['prefix'])}")
        if space.get("uri"):
            fields.append(f".xml_uri = {text(space['uri'])}")
        self.lines.append(f"constinit const wire::Shape {constant}{{{', '.join(fields)}}};\n")


def uses_members(model, name):
    return bool(model.members(model.shapes[name]))


def route(model, name):
    operation = model.all_operations[name]
    http = operation["http"]
    needed = []
    if model.protocol.startswith("rest"):
        rivals = [o for o in model.all_operations.values()
                  if (o["http"]["method"], o["http"]["requestUri"]) == (http["method"], http["requestUri"])]
        if len(rivals) > 1 and "input" in operation:
            shape = model.shapes[operation["input"]["shape"]]
            for member in shape.get("required", []):
                reference = shape["members"][member]
                mark = {"querystring": "?", "header": ":"}.get(reference.get("location"))
                if mark:
                    needed.append(mark + reference.get("locationName", member))
    return f"{{{text(http['method'])}, {text(http['requestUri'])}, {text(' '.join(needed))}}}"


def is_streaming(model, reference):
    if not reference:
        return False
    shape = model.shapes[reference["shape"]]
    return "payload" in shape and model.is_body(shape["members"][shape["payload"]])


def mode(entry):
    return {"reads": [".read_only = true"], "writes": [], "issues-keys": [".issues_keys = true"]}[entry.mode]


def only_list(value):
    return value if isinstance(value, list) else [value]


# Members that are a list's token, and its page's size, though AWS's paginators do not have the operation.
TOKENS = ("NextToken", "nextToken", "Marker", "nextMarker")
LIMITS = ("MaxResults", "maxResults", "Limit", "limit", "MaxItems", "maxItems")


def page(model, name):
    """The operation's fields that say how its list is cut into pages; none when it is no list in pages."""
    operation = model.all_operations[name]
    members = [set(model.shapes[operation[side]["shape"]].get("members", {})) if side in operation else set()
               for side in ("input", "output")]
    known = model.pagination.get(name)
    if known is None:
        both = [token for token in TOKENS if token in members[0] and token in members[1]]
        limits = [limit for limit in LIMITS if limit in members[0]]
        known = {"input_token": both[0], "output_token": both[0]} if both else {}
        known |= {"limit_key": limits[0]} if limits else {}
    tokens = [token for token in only_list(known.get("input_token", [])) if token in members[0]]
    if not tokens:
        return []
    # An expression ("NextMarker || Contents[-1].Key") names the member that comes first in it.
    given = [re.split(r"\W", token)[0] for token in only_list(known["output_token"])]
    fields = [f".tokens = {{{', '.join(text(token) for token in tokens)}}}",
              f".next_tokens = {{{', '.join(text(token) for token in given)}}}"]
    if known.get("limit_key") in members[0]:
        fields.append(f".limit = {text(known['limit_key'])}")
    results = [re.split(r"\W", key)[0] for key in only_list(known.get("result_key", []))]
    if results:
        fields.append(f".result = {text(results[0])}")
    return [f".page = {{{', '.join(fields)}}}"]


class Permissions:
    """The tables of permissions, equal lists written once."""

    def __init__(self):
        self.lines = []
        self.lists = {}

    def listed(self, kind, items):
        """The name of a constant array of the items; "" when there are none."""
        if not items:
            return ""
        known = self.lists.get((kind, items))
        if not known:
            known = self.lists[(kind, items)] = f"kList{len(self.lists)}"
            self.lines.append(f"constexpr {kind} {known}[] = {{{', '.join(items)}}};\n")
        return known

    def texts(self, items):
        return self.listed("std::string_view", tuple(text(operations.pattern(item)) for item in items))

    def resource(self, resource):
        keys = self.texts(resource.keys)
        return f"{{{text(operations.pattern(resource.arn))}, {keys or '{}'}}}"

    def fields(self, entry):
        """The operation's fields that say what it asks for."""
        rows = []
        for one in entry.permissions:
            parts = [f".actions = {self.texts(one.actions)}",
                     f".resources = {self.listed('wire::ResourceType', tuple(self.resource(r) for r in one.resources))}"]
            if one.keys:
                parts.append(f".keys = {self.texts(one.keys)}")
            if not one.always:
                parts.append(".always = false")
            rows.append("{" + ", ".join(parts) + "}")
        if not rows:
            return [".asks_nothing = true"]
        return [f".permissions = {self.listed('wire::Permission', tuple(rows))}"]


def write_operation(model, name, lines):
    operation = model.all_operations[name]
    entry = model.wanted[name]
    for path in entry.refused + entry.only:
        check_path(model, name, path)
    fields = [f".name = {text(name)}", ".service = &kService", f".route = {route(model, name)}"]
    if (status := entry.status or operation["http"].get("responseCode", 200)) != 200:
        fields.append(f".success_status = {status}")
    for side in ("input", "output"):
        reference = operation.get(side)
        fields.append(f".{side} = &" + (shape_constant(reference["shape"]) if reference
                                        else shape_constant(f"Empty{model.operation_type(name, side)}")))
    if "output" not in operation:
        fields.append(".has_output = false")
    given = operation.get("input", {})
    if "locationName" in given:
        fields.append(f".input_element = {text(given['locationName'])}")
    if "xmlNamespace" in given:
        space = given["xmlNamespace"]
        fields.append(f".input_xml_uri = {text(space if isinstance(space, str) else space['uri'])}")
    wrapper = operation.get("output", {}).get("resultWrapper")
    if "query" in (model.protocol, *model.also):
        fields.append(f".result_wrapper = {text(wrapper or name + 'Result')}")
    if operation.get("errors"):
        rows = ", ".join(f"{{{text(e)}, {text(error_facts(model, e)[0])}, {error_facts(model, e)[1]}}}"
                         for e in operation["errors"])
        lines.append(f"constexpr wire::ErrorModel k{name}_errors[] = {{{rows}}};\n")
        fields.append(f".errors = k{name}_errors")
    for what, paths in (("unsupported", entry.refused), ("only_supported", entry.only)):
        if paths:
            lines.append(f"constexpr std::string_view k{name}_{what}[] = {{{', '.join(text(p) for p in paths)}}};\n")
            fields.append(f".{what} = k{name}_{what}")
    if entry.answer:
        fields.append(f".answer_element = {text(entry.answer)}")
    if entry.answer_is_text:
        fields.append(".answer_is_text = true")
    if is_streaming(model, operation.get("input")):
        fields.append(".streaming_input = true")
    if is_streaming(model, operation.get("output")):
        fields.append(".streaming_output = true")
    if operation.get("httpChecksum", {}).get("required"):
        fields.append(".checksum_required = true")
    if operation.get("authtype") == "none":
        fields.append(".unsigned_allowed = true")
    fields += mode(entry) + page(model, name)
    return "{" + ", ".join(fields) + "}"


def write_model_source(model):
    tables = Tables(model)
    out = [f"// The field tables of {model.metadata['serviceId']}. Written by tools/generate.py; not to be edited.\n"
           f"#include \"gen/{model.service}/model.h\"\n\n#include <cstddef>\n#include <string_view>\n\n"
           "#pragma GCC diagnostic ignored \"-Winvalid-offsetof\"\n\n"
           f"namespace hanbat::{model.service} {{\n\nnamespace {{\n\nusing wire::ListOf;\nusing wire::MapOf;\n"
           "using wire::SlotOf;\n\nextern const wire::ServiceModel kService;\n"]
    reached = [n for n in model.reached if not model.shapes[n].get("exception") or uses_members(model, n)]
    for name in reached:
        out.append(f"extern const wire::Shape {shape_constant(name)};\n")
    out.append("\n")
    for name in reached:
        tables.shape(name)
    for operation in model.wanted:
        for side in ("input", "output"):
            if side not in model.all_operations[operation]:
                alias = model.operation_type(operation, side)
                tables.lines.append(f"constinit const wire::Shape {shape_constant('Empty' + alias)}{{.name = {text(alias)}}};\n")
    out += tables.lines
    out.append("\n")
    asks = Permissions()
    rows = [write_operation(model, name, out)[:-1] + ", " + ", ".join(asks.fields(entry)) + "}"
            for name, entry in model.wanted.items()]
    unmodelled = [f"{{{', '.join([f'.name = {text(name)}', '.service = &kService', *mode(entry), *asks.fields(entry)])}}}"
                  for name, entry in model.unmodelled.items()]
    out += asks.lines
    if unmodelled:
        out.append("constinit const wire::OperationModel kUnmodelled[] = {\n    " + ",\n    ".join(unmodelled) + "};\n")
    if rows:
        out.append("constinit const wire::OperationModel kOperations[] = {\n    " + ",\n    ".join(rows) + "};\n")
    absent = [n for n in sorted(model.all_operations) if n not in model.wanted]
    if absent:
        rows_absent = ",\n    ".join(f"{{{text(n)}, {route(model, n)}}}" for n in absent)
        out.append(f"constexpr wire::AbsentOperation kAbsent[] = {{\n    {rows_absent}}};\n")
    meta = model.metadata
    space = model.values.get("xml-uri") or meta.get("xmlNamespace", "")
    fields = [f".folder = {text(model.service)}", f".service_id = {text(meta['serviceId'])}",
              f".api_version = {text(meta['apiVersion'])}", ".protocol = wire::Protocol::{protocol}",
              f".json_version = {text(meta.get('jsonVersion', ''))}", f".target_prefix = {text(meta.get('targetPrefix', ''))}",
              f".signing_name = {text(meta.get('signingName', meta['endpointPrefix']))}",
              f".endpoint_prefix = {text(meta['endpointPrefix'])}",
              f".xml_uri = {text(space if isinstance(space, str) else space.get('uri', ''))}"]
    if meta.get("awsQueryCompatible") is not None:
        fields.append(".query_compatible = true")
    if "validation-code" in model.values:
        fields.append(f".validation_code = {text(model.values['validation-code'])}")
    fields += [f".{flag.replace('-', '_')} = true" for flag in operations.FLAGS if flag in model.flags]
    if rows:
        fields.append(".operations = kOperations{suffix}")
    if absent:
        fields.append(".absent = kAbsent")
    if unmodelled:
        fields.append(".unmodelled = kUnmodelled")
    if any("requestcompression" in model.all_operations[name] for name in model.wanted):
        fields.append(".compressed_requests = true")
    told = ", ".join(fields)
    others = []
    for protocol in model.also:
        constant = PROTOCOLS[protocol]
        others.append(f"&kService{constant}")
        out.append(f"extern const wire::ServiceModel kService{constant};\n")
        spoken = ",\n    ".join(row.replace(".service = &kService", f".service = &kService{constant}") for row in rows)
        out.append(f"constinit const wire::OperationModel kOperations{constant}[] = {{\n    {spoken}}};\n")
        told_so = told.replace("{protocol}", constant).replace("{suffix}", constant)
        out.append(f"constinit const wire::ServiceModel kService{constant}{{{told_so}}};\n")
    if others:
        out.append(f"constexpr const wire::ServiceModel* kAlso[] = {{{', '.join(others)}}};\n")
        told += ", .also = kAlso"
    told = told.replace("{protocol}", PROTOCOLS[model.protocol]).replace("{suffix}", "")
    out.append(f"constinit const wire::ServiceModel kService{{{told}}};\n\n}}  // namespace\n\n")
    out.append("const wire::ServiceModel& service_model() { return kService; }\n")
    for name in reached:
        shape = model.shapes[name]
        if shape["type"] != "structure" or shape.get("document"):
            continue
        struct = model.structure_name(name) + ("Members" if shape.get("exception") else "")
        out.append(f"const wire::Shape& {struct}::shape() {{ return {shape_constant(name)}; }}\n")
    names = {model.structure_name(n) for n in model.reached}
    for operation in model.wanted:
        for side in ("input", "output"):
            alias = model.operation_type(operation, side)
            if side not in model.all_operations[operation] and alias not in names:
                out.append(f"const wire::Shape& {alias}::shape() {{ return {shape_constant('Empty' + alias)}; }}\n")
    out.append(f"\n}}  // namespace hanbat::{model.service}\n")
    return "".join(out)


# operations.h, operations.cc, client.h, client.cc

def write_operations_header(model):
    methods = "".join(
        f"  virtual {n}Output {identifier(n)}(region::Request& rq, const {n}Input& in) = 0;\n" for n in model.wanted)
    return (f"// What a {model.metadata['serviceId']} service carries out. Written by tools/generate.py; not to be edited.\n"
            f"#pragma once\n\n#include <string_view>\n\n#include \"gen/{model.service}/model.h\"\n"
            "#include \"region/request.h\"\n#include \"region/service.h\"\n\n"
            f"namespace hanbat::{model.service} {{\n\nclass Operations : public region::Service {{\n public:\n{methods}\n"
            "  const wire::ServiceModel& model() const final;\n"
            "  const region::Operation* find_operation(std::string_view name) const final;\n};\n\n"
            f"}}  // namespace hanbat::{model.service}\n")


def write_methods(model):
    """What stands inside the service's class: the declarations of its methods, so that nobody types them again."""
    space = f"hanbat::{model.service}::"
    return ("// The operations that are carried out, declared. Written by tools/generate.py; not to be edited.\n"
            + "".join(f"{space}{n}Output {identifier(n)}(hanbat::region::Request& rq, const {space}{n}Input& in) override;\n"
                      for n in model.wanted))


def write_operations_source(model):
    rows = "".join(
        f"    {{&service_model().operations[{i}], &call<{n}Input, {n}Output, &Operations::{identifier(n)}>, &make<{n}Input>,\n"
        f"     &make<{n}Output>}},\n" for i, n in enumerate(model.wanted))
    table = (f"  static const region::Operation operations[] = {{\n{rows}  }};\n"
             "  for (const auto& operation : operations)\n    if (operation.model->name == name) return &operation;\n"
             if rows else "  (void)name;\n")
    helpers = """template <class In, class Out, Out (Operations::*method)(region::Request&, const In&)>
void call(region::Service& service, region::Request& rq, const void* input, void* output) {
  Out result((static_cast<Operations&>(service).*method)(rq, *static_cast<const In*>(input)));
  region::end_dry_run(*static_cast<const In*>(input));
  std::destroy_at(static_cast<Out*>(output));
  std::construct_at(static_cast<Out*>(output), std::move(result));
}

template <class T>
void destroy(void* value) {
  delete static_cast<T*>(value);
}

template <class T>
std::shared_ptr<void> make() {
  return std::shared_ptr<void>(static_cast<void*>(new T()), &destroy<T>);
}
""" if rows else ""
    return (f"// The dispatch of {model.metadata['serviceId']}. Written by tools/generate.py; not to be edited.\n"
            f"#include \"gen/{model.service}/operations.h\"\n\nnamespace hanbat::{model.service} {{\n\nnamespace {{\n\n"
            f"{helpers}\n}}  // namespace\n\n"
            "const wire::ServiceModel& Operations::model() const { return service_model(); }\n\n"
            f"const region::Operation* Operations::find_operation(std::string_view name) const {{\n{table}  return nullptr;\n}}\n\n"
            f"}}  // namespace hanbat::{model.service}\n")


def write_client_header(model):
    methods = "".join(f"  {n}Output {identifier(n)}(const {n}Input& in) const;\n" for n in model.wanted)
    return (f"// Calls of {model.metadata['serviceId']} by other services in this process. Written by tools/generate.py; not to "
            f"be edited.\n#pragma once\n\n#include <string>\n#include <utility>\n\n#include \"gen/{model.service}/model.h\"\n"
            f"#include \"region/actor.h\"\n\nnamespace hanbat::{model.service} {{\n\n"
            "/// Every method authorizes, validates and runs the operation as a call from outside would; it throws wire::Error.\n"
            "class Client : region::ClientBase {\n public:\n"
            "  /// `Client(rq)` calls as the request's caller, `Client(rq.as(role))` as another in its transaction,\n"
            "  /// `Client(home.as(role, region))` in transactions of their own.\n"
            f"  explicit Client(region::Actor actor) : ClientBase(std::move(actor), {text(model.service)}) {{}}\n"
            "  Client(region::Region& home, region::Caller caller, std::string region)\n"
            "      : Client(region::Actor(home, std::move(caller), std::move(region))) {}\n"
            f"\n{methods}}};\n\n"
            f"}}  // namespace hanbat::{model.service}\n")


def write_client_source(model):
    methods = "".join(f"{n}Output Client::{identifier(n)}(const {n}Input& in) const {{\n  {n}Output out{{}};\n"
                      f"  call({text(n)}, &in, &out);\n  return out;\n}}\n\n" for n in model.wanted)
    return (f"// Written by tools/generate.py; not to be edited.\n#include \"gen/{model.service}/client.h\"\n\n"
            f"namespace hanbat::{model.service} {{\n\n{methods}}}  // namespace hanbat::{model.service}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--service", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--model", type=pathlib.Path, help="instead of models/<service>.json")
    parser.add_argument("--operations", type=pathlib.Path, help="instead of src/services/<service>/operations.txt")
    arguments = parser.parse_args()
    name = arguments.service
    try:
        folder = ROOT / "src/services" / name
        table = operations.Operations(arguments.operations or folder / "operations.txt")
        model = Model(name, json.loads((arguments.model or ROOT / "models" / f"{name}.json").read_text()), table)
        files = {"model.h": write_model_header, "model.cc": write_model_source, "operations.h": write_operations_header, "methods.inc": write_methods,
                 "operations.cc": write_operations_source, "client.h": write_client_header, "client.cc": write_client_source}
        written = {file: write(model) for file, write in files.items()}
    except Failure as failure:
        sys.exit(f"generate: {failure}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for file, content in written.items():
        path = arguments.out / file
        # What is as it was keeps its time, so that nothing is compiled again for it.
        if not path.exists() or path.read_text() != content:
            path.write_text(content)


if __name__ == "__main__":
    main()
