// Holds a JSON value against a JSON Schema (draft 2020-12, as much of it as our own schemas use).
#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace hanbat::cli::task {

/// What does not fit, and where: "items[3].points".
struct SchemaFault {
  std::string place;
  std::string message;
};

/// All that does not fit, in the value's order. The schema may say: $ref to #/$defs/…, type, enum, properties,
/// required, additionalProperties: false, items, minItems, minLength, minimum, pattern; what only describes
/// ($schema, title, description, $defs) is passed over. Throws std::invalid_argument for any other word: a rule that
/// nobody holds is none.
std::vector<SchemaFault> hold_against_schema(const Json& value, const Json& schema);

}  // namespace hanbat::cli::task
