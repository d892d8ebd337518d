// A YAML file as a JSON value, and on which line of the file each part of it stands, so that an error can name it.
#pragma once

#include <map>
#include <stdexcept>
#include <string>

#include "base/json.h"

namespace hanbat::cli::task {

/// What is no YAML, or more than a task's description can be. `line` counts from 1.
struct YamlError : std::runtime_error {
  YamlError(int at, const std::string& why) : std::runtime_error(why), line(at) {}
  int line;
};

struct YamlText {
  Json value;
  /// The place of a value, as "items[3].title.ko" ("" is the whole), → its line, from 1.
  std::map<std::string, int> lines;

  /// The line of the place, or of the nearest thing around it.
  int line_of(std::string place) const;
};

/// Reads one document by YAML 1.2's core schema: what is in quotes is a text, plain `3.1` a number, plain `true` a
/// boolean. A name that is given twice is an error. Throws YamlError.
YamlText read_yaml(const std::string& text);

}  // namespace hanbat::cli::task
