// Values as JSON by their field tables: how they are written, and how one is read. Internal to wire.
#pragma once

#include "base/json.h"
#include "wire/shape.h"

namespace hanbat::wire {

/// A structure as the JSON protocols send it; members bound to other places than the body are left out.
Json json_of(const Shape& structure, const void* value);
/// One value as the JSON protocols send it.
Json json_of(const Member& member, const void* value);

/// Reads a value that is no structure, list or map. Throws BadValue for one of another kind.
void read_scalar(const Member& member, const Shape& shape, const Json& json, void* value);
/// What AWS's errors call the kind of a JSON value: "START_OBJECT".
const char* kind_of(const Json& json);

}  // namespace hanbat::wire
