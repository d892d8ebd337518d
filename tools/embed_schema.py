#!/usr/bin/env python3
"""Writes gen/<service>/schema.{h,cc} from a service's schema/NNN_name.sql files: its migrations, as data."""
import argparse
import pathlib
import re

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--service", required=True)
parser.add_argument("--schema", required=True, type=pathlib.Path)
parser.add_argument("--out", required=True, type=pathlib.Path)
options = parser.parse_args()

steps = []
for path in sorted(options.schema.glob("*.sql")):
    number = re.match(r"(\d+)_", path.name)
    if not number:
        raise SystemExit(f"{path}: a migration's name begins with its number and '_'")
    steps.append((int(number.group(1)), path.read_text()))
if [number for number, _ in steps] != list(range(1, len(steps) + 1)):
    raise SystemExit(f"{options.schema}: migrations must be numbered 1, 2, 3 …")

name = options.service
options.out.mkdir(parents=True, exist_ok=True)
(options.out / "schema.h").write_text(
    f"""// Written by tools/embed_schema.py.
#pragma once

#include <span>

#include "store/database.h"

namespace hanbat::{name} {{

/// The migrations of src/services/{name}/schema.
std::span<const store::Migration> schema();

}}  // namespace hanbat::{name}
""")
body = "\n".join(f'    {{"{name}", {number}, R"sql_text({sql})sql_text"}},' for number, sql in steps)
(options.out / "schema.cc").write_text(
    f"""// Written by tools/embed_schema.py.
#include "gen/{name}/schema.h"

#include <vector>

namespace hanbat::{name} {{

std::span<const store::Migration> schema() {{
  static const std::vector<store::Migration> kSteps = {{
{body}
  }};
  return kSteps;
}}

}}  // namespace hanbat::{name}
""")
