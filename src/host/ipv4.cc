// Strict parsing: what does not print back the same is refused.
#include "host/ipv4.h"

#include <arpa/inet.h>

#include "base/text.h"
#include "host/error.h"

namespace hanbat::host {

std::uint32_t require_address(std::string_view text, std::string_view what) {
  in_addr parsed{};
  const std::string copy(text);
  if (copy.size() <= 15 && ::inet_pton(AF_INET, copy.c_str(), &parsed) == 1) {
    const std::uint32_t address = ntohl(parsed.s_addr);
    if (to_text(address) == copy) return address;
  }
  throw HostError(HostErrorCode::kInvalid, std::string(what) + ": no IPv4 address: " + copy.substr(0, 40));
}

std::string to_text(std::uint32_t address) {
  return std::to_string(address >> 24) + "." + std::to_string(address >> 16 & 255) + "." +
         std::to_string(address >> 8 & 255) + "." + std::to_string(address & 255);
}

std::string Range::text() const { return to_text(base) + "/" + std::to_string(bits); }

Range require_range(std::string_view text, std::string_view what) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && slash <= 15) {
    const std::string_view bits = text.substr(slash + 1);
    if (!bits.empty() && bits.size() <= 2 && bits.find_first_not_of("0123456789") == std::string_view::npos) {
      Range range{require_address(text.substr(0, slash), what), std::stoi(std::string(bits))};
      if (range.bits <= 32 && (range.base & ~range.mask()) == 0 && range.text() == text) return range;
    }
  }
  throw HostError(HostErrorCode::kInvalid, std::string(what) + ": no IPv4 range: " + std::string(text.substr(0, 40)));
}

}  // namespace hanbat::host
