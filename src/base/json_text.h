// What reading and writing JSON share.
#pragma once

namespace hanbat {

/// Whether the byte stands for itself within quotes, when it is read and when it is written.
inline bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

}  // namespace hanbat
