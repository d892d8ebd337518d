// Endpoints of VPCs: calls that come by one never leave the VPC, have its endpoint's policy above them, and say so in
// condition keys. A service keeps the endpoints (EC2); whoever asks finds it here.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "region/region.h"

namespace hanbat::region {

/// The tags of the listeners for such calls begin with this and a ':'.
inline constexpr std::string_view kEntranceTag = "vpce";

/// An endpoint as a request came by it.
struct Entrance {
  std::string id;      // vpce-…
  std::string vpc_id;  // vpc-…
};

/// Implemented by the service that keeps the endpoints.
class EntranceKeeper {
 public:
  virtual ~EntranceKeeper() = default;
  /// The signing name of the one service that can be had by the listener.
  virtual std::string_view service_behind(std::string_view listener_tag) const = 0;
  /// By which endpoint the request came. Throws wire::Error AccessDenied when that is gone.
  virtual Entrance entrance_of(const http::RequestHead& head) const = 0;
  /// The policy of the endpoint: a document; nothing when it is gone.
  virtual std::optional<std::string> policy_of(store::Tx& tx, std::string_view endpoint_id) const = 0;
};

/// Null in a region without such a service.
const EntranceKeeper* find_entrance_keeper(const Region& home);
/// The service that alone is behind the listener; null where all are.
Service* service_behind(const Region& home, std::string_view listener_tag);

/// The condition keys of a call that came by the entrance from an address of its VPC, as Caller::request_keys has them.
/// Source: IAM User Guide, "AWS global condition context keys", "Properties of the network".
std::map<std::string, std::string> keys_of(const Entrance& entrance, const std::string& address);
/// The endpoint's id in a caller's keys; nothing when the caller came by none, or a service calls on its behalf.
std::optional<std::string> entrance_id(const Caller& caller);

}  // namespace hanbat::region
