// Scalars as text: what headers, query strings, forms and XML share. Internal to wire.
#pragma once

#include <string>
#include <string_view>

#include "wire/shape.h"

namespace hanbat::wire {

/// A text or JSON value that is not of the kind its shape asks for; the codecs turn it into the service's error.
struct BadValue {
  std::string what;
};

/// The format to use: the member's, else the shape's, else the protocol's own for that place.
TimeFormat time_format(const Member& member, TimeFormat fallback);

/// The scalar (no structure, list, map or body) as text; blobs as base64, doubles in their shortest form.
std::string scalar_to_text(const Shape& shape, TimeFormat format, const void* value);
/// Reads it back. Throws BadValue.
void scalar_from_text(const Shape& shape, std::string_view text, void* value);

/// Whether every name and text in a document is UTF-8.
bool all_utf8(const Json& json);
/// Whether so many seconds after 1970 lie in the years 0 to 9999, which every format of a timestamp can tell.
bool is_timestamp(double seconds);

std::string number_text(double value);
std::string timestamp_text(Timestamp at, TimeFormat format);

}  // namespace hanbat::wire
