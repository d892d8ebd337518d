#include "host/networks/saved_spec.h"

#include "host/codec.h"

namespace hanbat::host {

VpcSpec read_saved_spec(std::string_view text) {
  Json spec = Json::parse(text);
  if (!spec.contains("dhcp")) spec["dhcp"] = encode(Dhcp());
  for (Json& interface : spec["interfaces"].items())
    if (!interface.contains("secondaries")) interface["secondaries"] = Json::array();
  for (Json& subnet : spec["subnets"].items())
    if (!subnet.contains("zone")) subnet["zone"] = "";
  return decode<VpcSpec>(spec);
}

}  // namespace hanbat::host
