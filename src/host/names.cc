// Names that both daemons compute alike.
#include "host/actions.h"

namespace hanbat::host {

std::string device_name(const std::string& interface_id) {
  // "hb" and the last 13 characters of the id, of which AWS's long ids have 17 random ones.
  const std::size_t dash = interface_id.find('-');
  std::string tail = dash == std::string::npos ? interface_id : interface_id.substr(dash + 1);
  if (tail.size() > 13) tail = tail.substr(tail.size() - 13);
  return "hb" + tail;
}

}  // namespace hanbat::host
