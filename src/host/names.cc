// Names that both daemons compute alike.
#include "host/networks/spec.h"

namespace hanbat::host {

std::string device_name(const std::string& interface_id) {
  // The last 12 characters of the id, of which AWS's long ids have 17 random ones: a link's name has at most 15.
  const std::size_t dash = interface_id.find('-');
  std::string tail = dash == std::string::npos ? interface_id : interface_id.substr(dash + 1);
  if (tail.size() > 12) tail = tail.substr(tail.size() - 12);
  return "hb-" + tail;
}

}  // namespace hanbat::host
