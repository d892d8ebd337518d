"""What models/*.json and operations.txt say of a service's inputs and errors."""
import functools
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import operations  # noqa: E402

# Codes that any operation of a service may answer with, though its model lists them nowhere. Sources: "Common errors" in each service's API
# reference; EC2's "Error codes for the Amazon EC2 API"; the models of JSON services name what is their own.
COMMON = {
    "json": {"ValidationException", "SerializationException", "AccessDeniedException"},
    "query": {"ValidationError", "MissingParameter", "InvalidParameterValue", "InvalidParameterCombination", "MalformedQueryString", "MalformedInput", "AccessDenied"},
    "ec2": set(), "rest-xml": set(),
}


class Model:
    def __init__(self, service):
        self.service = service
        told = json.loads((ROOT / "models" / f"{service}.json").read_text())
        self.metadata, self.shapes, self.all = told["metadata"], told["shapes"], told["operations"]
        # What speaks several protocols is asked in JSON.
        self.protocol = "json" if "json" in self.metadata.get("protocols", []) else self.metadata["protocol"]
        table = operations.Operations(ROOT / "src/services" / service / "operations.txt")
        self.entries = table.modelled
        self.validation_code = table.values.get("validation-code", "").partition("/")[0]

    def operation(self, name):
        return self.all[name]

    def input_shape(self, name):
        return self.all[name].get("input", {}).get("shape")

    def members(self, shape_name):
        """{name: its shape's name}"""
        return {name: one["shape"] for name, one in self.shapes[shape_name].get("members", {}).items()}

    def refused(self, operation):
        """Paths that answer 501: (name, …)."""
        entry, shape = self.entries[operation], self.input_shape(operation)
        paths = [tuple(path.split(".")) for path in entry.refused]
        if entry.only and shape:
            needed = self.shapes[shape].get("required", [])
            paths += [(name,) for name in self.members(shape) if name not in entry.only and name not in needed]
        return paths

    def errors(self, operation):
        """The codes that the operation documents."""
        codes = set(COMMON[self.protocol])
        if self.validation_code:
            codes.add(self.validation_code)
        for name in self.all[operation].get("errors", []):
            codes |= {name, self.shapes[name].get("error", {}).get("code", name)}
        return codes


@functools.cache
def model(service):
    return Model(service)
