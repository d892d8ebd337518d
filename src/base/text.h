// Small questions about text that the whole system asks the same way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat {

std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string replace_all(std::string_view text, std::string_view what, std::string_view with);
/// The whole text as a decimal integer; nothing when any of it is something else.
std::optional<std::int64_t> parse_int(std::string_view text);
/// Shell-like match of the whole text: `*` any run, `?` any one character, as IAM and resource ARNs use it.
bool wildcard_match(std::string_view pattern, std::string_view text);
/// Equality ignoring ASCII case.
bool iequals(std::string_view a, std::string_view b);
/// Equality in time that does not depend on where the difference is; for secrets.
bool constant_time_equals(std::string_view a, std::string_view b);

}  // namespace hanbat
