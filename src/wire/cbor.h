// CBOR (RFC 8949) as the protocol rpc-v2-cbor carries it: structures are maps by the model's names, timestamps are
// seconds under tag 1, blobs are byte strings. Internal to wire.
// Source: https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "wire/decoding.h"
#include "wire/shape.h"

namespace hanbat::wire {

/// Reads a request's body, one map, into a structure; an empty body is an empty map. Members that the structure does
/// not have are passed over. Throws the service's error for what is no CBOR, for a value of another kind, for more than
/// 400,000 values and for more than 100 levels.
void cbor_into(Decoding& decoding, std::string_view bytes, const Shape& structure, void* value);

/// Appends a structure as a map.
void append_cbor(std::string& out, const Shape& structure, const void* value);
/// Appends the structure's members as they stand inside a map.
void append_cbor_members(std::string& out, const Shape& structure, const void* value);
void append_cbor_text(std::string& out, std::string_view text);
/// A map of members that are counted by what ends it.
void open_cbor_map(std::string& out);
void close_cbor_map(std::string& out);

/// Any one CBOR value as JSON: blobs as base64, times as seconds. For tests and fuzzers, who read what we wrote. Throws
/// BadValue.
Json json_of_cbor(std::string_view bytes);

}  // namespace hanbat::wire
