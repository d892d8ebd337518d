// Reading what the kernel says over netlink: attributes one after another. Pure.
#pragma once

#include <linux/netlink.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <span>
#include <string>

namespace hanbat::host {

using Bytes = std::span<const char>;

/// The attributes that lie in the bytes, by their types; what is cut off is left out.
inline std::map<int, Bytes> attributes_of(Bytes bytes) {
  std::map<int, Bytes> all;
  while (bytes.size() >= NLA_HDRLEN) {
    nlattr head{};
    std::memcpy(&head, bytes.data(), sizeof head);
    if (head.nla_len < NLA_HDRLEN || head.nla_len > bytes.size()) break;
    all[head.nla_type & NLA_TYPE_MASK] = bytes.subspan(NLA_HDRLEN, head.nla_len - NLA_HDRLEN);
    bytes = bytes.subspan(std::min<std::size_t>(NLA_ALIGN(head.nla_len), bytes.size()));
  }
  return all;
}

inline std::uint8_t byte_at(Bytes bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<std::uint8_t>(bytes[at]) : std::uint8_t{0};
}

/// A number of at most eight bytes in the network's order.
inline std::uint64_t number_of(Bytes bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < bytes.size() && i < 8; ++i) number = number << 8 | byte_at(bytes, i);
  return number;
}

/// Text up to its zero.
inline std::string text_of(Bytes bytes) { return {bytes.data(), ::strnlen(bytes.data(), bytes.size())}; }

}  // namespace hanbat::host
