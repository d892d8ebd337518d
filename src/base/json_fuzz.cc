// JSON text: what is read comes back from what is written, compact and pretty; what is refused is refused by JsonError.
#include <cmath>

#include "base/fuzzing.h"
#include "base/json.h"
#include "base/utf8.h"

using hanbat::Json;
using hanbat::fuzzing::require;

namespace {

/// A number beyond a double's range reads as infinity, and is written as null: the one value that changes.
bool finite(const Json& value) {
  if (value.is_number()) return std::isfinite(value.as_double());
  if (value.is_array())
    for (const Json& item : value.items())
      if (!finite(item)) return false;
  if (value.is_object())
    for (const auto& [name, item] : value.members())
      if (!finite(item)) return false;
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Json value;
  try {
    value = Json::parse(text);
  } catch (const hanbat::JsonError&) {
    return 0;
  }
  const std::string compact = value.dump();
  require(finite(value), "a number that is read is finite");
  require(hanbat::is_utf8(compact), "what is written is UTF-8");
  if (!hanbat::is_utf8(text)) return 0;
  require(Json::parse(compact) == value, "compact text reads as the value it was written from");
  require(Json::parse(value.pretty()) == value, "pretty text reads as the value it was written from");
  // A negative zero is read as a whole number, which has no sign; nothing else changes, and that once.
  const std::string second = Json::parse(compact).dump();
  require(Json::parse(second).dump() == second, "writing is stable");
  if (value.is_object())
    for (const auto& [name, item] : value.members()) require(value.find(name) == &item, "an object holds a name once");
  return 0;
}
