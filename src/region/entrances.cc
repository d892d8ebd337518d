#include "region/entrances.h"

#include "region/service.h"

namespace hanbat::region {
namespace {

constexpr const char* kEndpointKey = "aws:SourceVpce";

}  // namespace

const EntranceKeeper* find_entrance_keeper(const Region& home) {
  for (const auto& service : home.services())
    if (const auto* keeper = dynamic_cast<const EntranceKeeper*>(service.get())) return keeper;
  return nullptr;
}

Service* service_behind(const Region& home, std::string_view listener_tag) {
  if (!listener_tag.starts_with(std::string(kEntranceTag) + ":")) return nullptr;
  const EntranceKeeper* keeper = find_entrance_keeper(home);
  return keeper ? &home.require_service(keeper->service_behind(listener_tag)) : nullptr;
}

std::map<std::string, std::string> keys_of(const Entrance& entrance, const std::string& address) {
  return {{kEndpointKey, entrance.id}, {"aws:SourceVpc", entrance.vpc_id}, {"aws:VpcSourceIp", address}};
}

std::optional<std::string> entrance_id(const Caller& caller) {
  const auto found = caller.request_keys.find(kEndpointKey);
  if (found == caller.request_keys.end() || !caller.via_service.empty()) return std::nullopt;
  return found->second;
}

}  // namespace hanbat::region
