// What both ends of the socket pair between hanbatd and the root daemon agree on, beside the actions themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::host {

constexpr std::size_t kMessageLimit = 8u << 20;

/// What hanbatd sends: {"id": 1, "action": "apply_vpc", "arguments": {…}}. The answer carries the same id.
struct ActionCall {
  std::int64_t id = 0;
  std::string action;
  Json arguments;
};

/// Throws JsonError for what is no call. The root daemon's reader, so it takes nothing for granted.
inline ActionCall read_call(std::string_view bytes) {
  const Json json = Json::parse(bytes);
  if (!json.is_object() || !json.contains("id") || !json.contains("action")) throw JsonError("no call of an action");
  return {json.integer("id"), json.text("action"), json["arguments"]};
}

}  // namespace hanbat::host
