#!/usr/bin/env python3
"""Reduces AWS's published API models to the facts that the build needs, one line per operation and per shape.

    tools/distill.py <folder of published models> [service ...]

What stays: operations with their HTTP traits and errors, shapes with members, wire traits, limits and marks of secrets,
error codes, pagination. What goes: prose, endpoint rules, waiters, deprecation notes. The result lies in
models/<service>.json under the name that the service's folder has in src/services.
"""
import json
import pathlib
import sys

# Our folder name and the published file's.
SERVICES = {
    "sts": "sts", "iam": "iam", "ec2": "ec2", "elasticloadbalancing": "elbv2", "s3": "s3", "logs": "logs",
    "events": "events", "ssm": "ssm", "codecommit": "codecommit", "codebuild": "codebuild", "codedeploy": "codedeploy",
    "codepipeline": "codepipeline", "ecr": "ecr", "cloudtrail": "cloudtrail", "organizations": "organizations",
    "secretsmanager": "secretsmanager", "acm": "acm", "ce": "ce", "budgets": "budgets", "monitoring": "cloudwatch",
}
METADATA = ("apiVersion", "protocol", "jsonVersion", "targetPrefix", "serviceId", "endpointPrefix", "signingName",
            "xmlNamespace", "awsQueryCompatible", "protocols")
OPERATION = ("http", "input", "output", "errors", "authtype", "httpChecksum", "requestcompression")
SHAPE = ("type", "members", "required", "member", "key", "value", "payload", "flattened", "locationName", "xmlNamespace",
         "timestampFormat", "min", "max", "pattern", "enum", "exception", "error", "fault", "union", "document",
         "eventstream", "event", "sensitive")
REFERENCE = ("shape", "location", "locationName", "queryName", "flattened", "xmlAttribute", "xmlNamespace",
             "timestampFormat", "streaming", "idempotencyToken", "jsonvalue", "eventpayload", "eventheader", "sensitive")
PAGINATION = ("input_token", "output_token", "limit_key", "result_key", "more_results")


def pick(source, keys):
    return {key: source[key] for key in keys if key in source}


def distill_operation(operation):
    kept = pick(operation, OPERATION)
    kept["http"] = pick(operation["http"], ("method", "requestUri", "responseCode"))
    if "input" in kept:
        kept["input"] = pick(kept["input"], ("shape", "locationName", "xmlNamespace"))
    if "output" in kept:
        kept["output"] = pick(kept["output"], ("shape", "resultWrapper", "locationName"))
    if "errors" in kept:
        kept["errors"] = [error["shape"] for error in kept["errors"]]
    if "httpChecksum" in kept:
        kept["httpChecksum"] = {"required": True} if kept["httpChecksum"].get("requestChecksumRequired") else {}
    if not kept.get("httpChecksum"):
        kept.pop("httpChecksum", None)
    return kept


def distill_shape(shape):
    kept = pick(shape, SHAPE)
    if "members" in kept:
        kept["members"] = {name: pick(member, REFERENCE) for name, member in kept["members"].items()}
    for role in ("member", "key", "value"):
        if role in kept:
            kept[role] = pick(kept[role], REFERENCE)
    if "error" in kept:
        kept["error"] = pick(kept["error"], ("code", "httpStatusCode"))
    return kept


def dump(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def section(entries):
    return "{\n" + ",\n".join(f"{dump(name)}:{dump(entry)}" for name, entry in sorted(entries.items())) + "\n}"


def distill(source):
    model = json.loads(source.read_text())
    parts = {
        "metadata": dump(pick(model["metadata"], METADATA)),
        "operations": section({name: distill_operation(op) for name, op in model["operations"].items()}),
        "pagination": section({name: pick(page, PAGINATION) for name, page in model.get("pagination", {}).items()}),
        "shapes": section({name: distill_shape(shape) for name, shape in model["shapes"].items()}),
    }
    return "{\n" + ",\n".join(f"{dump(name)}:{text}" for name, text in parts.items()) + "\n}\n"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    published = pathlib.Path(sys.argv[1])
    models = pathlib.Path(__file__).resolve().parent.parent / "models"
    for service in sys.argv[2:] or SERVICES:
        text = distill(published / f"{SERVICES[service]}.json")
        (models / f"{service}.json").write_text(text)
        print(f"{service}: {len(text)} bytes")


if __name__ == "__main__":
    main()
