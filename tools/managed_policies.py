#!/usr/bin/env python3
"""Writes src/services/iam/managed_policies/aws.tsv: the policies that AWS itself keeps, a line for each, as IAM told them.

    tools/managed_policies.py POLICIES.json

POLICIES.json is an object of policies by name, each with Path, DefaultVersionId, CreateDate, UpdateDate and Document, as
ListPolicies and GetPolicyVersion answer for the scope AWS; the package moto keeps such a text (moto.iam.aws_managed_policies).
"""
import json
import pathlib
import sys

OUT = pathlib.Path(__file__).resolve().parents[1] / "src/services/iam/managed_policies/aws.tsv"
COLUMNS = ("name", "path", "version", "created", "updated", "document")
ORDER = ("Version", "Id", "Statement", "Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")


def ordered(value):
    """The members of policies and statements in the order in which people write them."""
    if isinstance(value, list):
        return [ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: ordered(value[name]) for name in sorted(value, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name))}


def line(name, policy):
    document = json.dumps(ordered(policy["Document"]), separators=(",", ":"), ensure_ascii=False)
    cells = (name, policy["Path"], policy["DefaultVersionId"], policy["CreateDate"], policy["UpdateDate"], document)
    assert not any("\t" in cell or "\n" in cell for cell in cells), name
    return "\t".join(cells)


policies = json.loads(pathlib.Path(sys.argv[1]).read_text())
OUT.write_text("\n".join(["\t".join(COLUMNS), *(line(name, policies[name]) for name in sorted(policies))]) + "\n")
