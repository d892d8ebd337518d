// YAML to JSON values and back, for documents that are written or read in either.
#pragma once

#include <stdexcept>
#include <string>

#include "base/json.h"

namespace hanbat::ssm {

/// What is no YAML, more than one document, or too deep or too large once its aliases are written out.
struct YamlError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Plain null, true, false and whole numbers are what they say; the rest and all that is quoted are texts. Throws
/// YamlError.
Json yaml_to_json(const std::string& text);
/// Texts in double quotes, so that they come back as texts.
std::string json_to_yaml(const Json& value);

}  // namespace hanbat::ssm
