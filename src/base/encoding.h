// Bytes as text: hex, base64 and percent-encoding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat {

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
/// Decodes standard base64; white space is passed over, padding may be absent; nothing when it is malformed.
std::optional<std::string> from_base64(std::string_view text);
/// Percent-encodes all but RFC 3986's unreserved characters and those of `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = "");
/// Decodes %XX; nothing when a '%' is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
/// Decodes a form value: '+' is a space, then %XX.
std::optional<std::string> form_decode(std::string_view text);

}  // namespace hanbat
