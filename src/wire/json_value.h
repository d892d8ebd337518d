// A request's JSON, read by field tables. Internal to wire.
#pragma once

#include "base/json.h"
#include "wire/decoding.h"
#include "wire/json_scalar.h"
#include "wire/shape.h"

namespace hanbat::wire {

/// A request's JSON; of an empty text an empty object. Malformed is also what holds more than 100,000 values: each
/// takes many times its bytes, and AWS's largest (PutLogEvents of 10,000 events) has a third of that.
Json parse_json(const Decoding& decoding, std::string_view text);

/// By which names members are found: the wire's, of what travels in the body, or the model's, of all members.
enum class Names { kOfWire, kOfModel };

/// Reads a structure's members. `seen` has a flag per member. Throws the service's error on a wrong kind.
void json_into(Decoding& decoding, Names names, const Shape& structure, const Json& json, void* value,
               std::vector<bool>& seen, const Path* path);
/// Reads one value of the member's shape.
void json_into(Decoding& decoding, Names names, const Member& member, const Json& json, void* value, const Path& path);

}  // namespace hanbat::wire
