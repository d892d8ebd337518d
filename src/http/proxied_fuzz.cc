// The PROXY protocol's header: any bytes are a header with both ends' addresses, or none.
#include <string_view>

#include "base/fuzzing.h"
#include "http/proxied.h"

using hanbat::fuzzing::require;
using namespace hanbat::http;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = proxied_size(bytes);
  if (!whole || *whole > bytes.size()) return 0;
  require(*whole >= kProxiedHeadSize && *whole <= kLongestProxiedHeader, "a size within the limits");
  if (const auto ends = read_proxied_header(bytes.substr(0, *whole))) {
    require(hanbat::is_ip_address(ends->client.address), "the client has an address");
    require(hanbat::is_ip_address(ends->server.address), "the server has an address");
  }
  return 0;
}
