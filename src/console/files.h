// The console's files as they are built into the daemon; the table is written by tools/embed_files.py.
#pragma once

#include <string_view>

namespace hanbat::console {

struct File {
  std::string_view name;  // "core/dom.js"
  std::string_view type;  // what Content-Type says
  std::string_view tag;   // of its content
  std::string_view content;
  std::string_view packed;  // the same, by gzip
};

/// The file of that name, or null.
const File* find_file(std::string_view name);

}  // namespace hanbat::console
