#include "http/proxied.h"

#include <arpa/inet.h>

#include <cstdint>

namespace hanbat::http {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr unsigned char kProxyCommand = 0x21;  // version 2, PROXY; LOCAL is the proxy's own connection
constexpr unsigned char kTcp4 = 0x11, kTcp6 = 0x21;

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                                    static_cast<unsigned char>(bytes[at + 1]));
}

std::string address_at(int family, std::string_view bytes, std::size_t at) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(family, bytes.data() + at, text, sizeof text);
  return text;
}

}  // namespace

std::optional<std::size_t> proxied_size(std::string_view bytes) {
  if (bytes.size() < kProxiedHeadSize || !bytes.starts_with(kSignature)) return std::nullopt;
  const std::size_t size = kProxiedHeadSize + number_at(bytes, 14);
  if (size > kLongestProxiedHeader) return std::nullopt;
  return size;
}

std::optional<ProxiedEnds> read_proxied_header(std::string_view header) {
  if (proxied_size(header) != header.size() || static_cast<unsigned char>(header[12]) != kProxyCommand)
    return std::nullopt;
  const auto kind = static_cast<unsigned char>(header[13]);
  if (kind != kTcp4 && kind != kTcp6) return std::nullopt;
  const int family = kind == kTcp4 ? AF_INET : AF_INET6;
  const std::size_t width = kind == kTcp4 ? 4 : 16, ports = kProxiedHeadSize + 2 * width;
  if (header.size() < ports + 4) return std::nullopt;
  return ProxiedEnds{{address_at(family, header, kProxiedHeadSize), number_at(header, ports)},
                     {address_at(family, header, kProxiedHeadSize + width), number_at(header, ports + 2)}};
}

}  // namespace hanbat::http
