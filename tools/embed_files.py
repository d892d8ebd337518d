#!/usr/bin/env python3
"""Writes one C++ file with the files of a folder, as they are and packed by gzip: what the daemon serves as the console."""
import argparse
import gzip
import hashlib
import pathlib

TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
         ".svg": "image/svg+xml"}

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--folder", required=True, type=pathlib.Path)
parser.add_argument("--out", required=True, type=pathlib.Path)
options = parser.parse_args()


def literal(data):
    """The bytes as C++ string literals of 1,000 bytes each: an octal escape ends after three digits, whatever follows."""
    def one(byte):
        character = chr(byte)
        return character if character.isalnum() and byte < 128 or character in " .,;:(){}[]<>=+-*/'_&|!#$%^~@" else f"\\{byte:03o}"
    pieces = ["".join(map(one, data[at:at + 1000])) for at in range(0, len(data), 1000)] or [""]
    return "\n        ".join(f'"{piece}"' for piece in pieces)


rows = []
for path in sorted(options.folder.rglob("*")):
    if path.suffix not in TYPES:
        continue
    content = path.read_bytes()
    packed = gzip.compress(content, 9, mtime=0)
    rows.append(f"""    {{"{path.relative_to(options.folder).as_posix()}", "{TYPES[path.suffix]}", "{hashlib.sha256(content).hexdigest()[:32]}",
     std::string_view(
        {literal(content)}, {len(content)}),
     std::string_view(
        {literal(packed)}, {len(packed)})}},""")
options.out.parent.mkdir(parents=True, exist_ok=True)
options.out.write_text("""// Written by tools/embed_files.py.
#include "console/files.h"

namespace hanbat::console {
namespace {

using namespace std::string_view_literals;

constexpr File kFiles[] = {
""" + "\n".join(rows) + """
};

}  // namespace

const File* find_file(std::string_view name) {
  for (const File& file : kFiles)
    if (file.name == name) return &file;
  return nullptr;
}

}  // namespace hanbat::console
""")
