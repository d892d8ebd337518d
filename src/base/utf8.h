// UTF-8, which is all that AWS's protocols, JSON and XML carry.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hanbat {

/// Whether the bytes are UTF-8: no overlong form, no surrogate, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
/// The text with U+FFFD in the place of every byte that is not part of UTF-8.
std::string to_utf8(std::string_view bytes);
/// How many characters (code points) the text has, which is UTF-8.
std::size_t utf8_length(std::string_view text);

}  // namespace hanbat
