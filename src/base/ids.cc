#include "base/ids.h"

#include <sys/random.h>

#include <stdexcept>

namespace hanbat {

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got = getrandom(out.data() + have, count - have, 0);
    if (got <= 0) throw std::runtime_error("getrandom failed");
    have += static_cast<std::size_t>(got);
  }
  return out;
}

std::string random_from(std::string_view alphabet, std::size_t count) {
  std::string out;
  const unsigned fair = 256 - 256 % static_cast<unsigned>(alphabet.size());
  while (out.size() < count)
    for (const char c : random_bytes(count))
      if (const unsigned byte = static_cast<unsigned char>(c); byte < fair && out.size() < count)
        out += alphabet[byte % alphabet.size()];
  return out;
}

std::string random_hex(std::size_t count) { return random_from("0123456789abcdef", count); }

std::string random_uuid() {
  std::string hex = random_hex(32);
  hex[12] = '4';
  hex[16] = random_from("89ab", 1)[0];
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

std::string ec2_id(std::string_view prefix) { return std::string(prefix) + "-" + random_hex(17); }

}  // namespace hanbat
