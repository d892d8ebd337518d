#!/usr/bin/env python3
"""Writes gen/<service>/data.{h,cc} from the JSON and TSV files in the folders of a service that hold data: the files' texts."""
import argparse
import pathlib

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--service", required=True)
parser.add_argument("--out", required=True, type=pathlib.Path)
parser.add_argument("folders", nargs="+", type=pathlib.Path)
options = parser.parse_args()

name = options.service
options.out.mkdir(parents=True, exist_ok=True)
(options.out / "data.h").write_text(
    f"""// Written by tools/embed_data.py.
#pragma once

#include <span>
#include <string_view>

namespace hanbat::{name} {{

struct DataFile {{
  std::string_view name;  // without its ending
  std::string_view content;
}};

/// The data files of src/services/{name}/<folder>, in order of names.
std::span<const DataFile> data(std::string_view folder);

}}  // namespace hanbat::{name}
""")

tables, cases = [], []
for folder in options.folders:
    # A string literal has at most 65,536 characters by the standard, so long texts are put together of several.
    rows = []
    for path in sorted([*folder.glob("*.json"), *folder.glob("*.tsv")]):
        text = path.read_text()
        parts = [text[i:i + 8000] for i in range(0, len(text), 8000)]
        literal = "\n     ".join(f'R"json_text({part})json_text"' for part in parts)
        # With its length, which no compiler has to count in a text of megabytes.
        rows.append(f'    {{"{path.stem}",\n     {{{literal},\n      {len(text.encode())}}}}},')
    tables.append(f"constexpr DataFile k_{folder.name}[] = {{\n" + "\n".join(rows) + "\n};\n")
    cases.append(f'  if (folder == "{folder.name}") return k_{folder.name};')
(options.out / "data.cc").write_text(
    f"""// Written by tools/embed_data.py.
#include "gen/{name}/data.h"

namespace hanbat::{name} {{
namespace {{

{"".join(tables)}
}}  // namespace

std::span<const DataFile> data(std::string_view folder) {{
{chr(10).join(cases)}
  return {{}};
}}

}}  // namespace hanbat::{name}
""")
