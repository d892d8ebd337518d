// Who beside its owner may use a network interface: a service to which a role's holder hands one over (CodeBuild does
// so with the interfaces of its builds, which are made with the role that its user gave).
#include "base/ids.h"
#include "services/ec2/addresses/interface_states.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

enum class InterfacePermission { kInstanceAttach, kEipAssociate };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::InterfacePermission> =
    std::to_array<Word<ec2::InterfacePermission>>({{ec2::InterfacePermission::kInstanceAttach, "INSTANCE-ATTACH"},
                                                   {ec2::InterfacePermission::kEipAssociate, "EIP-ASSOCIATE"}});

}  // namespace hanbat

namespace hanbat::ec2 {

/// AWS lets nobody but its own services name a service (API_CreateNetworkInterfacePermission: AwsService is "currently
/// not supported"), and there is nothing here that another account could attach an interface to.
CreateNetworkInterfacePermissionOutput Ec2::create_network_interface_permission(
    Request& rq, const CreateNetworkInterfacePermissionInput& in) {
  region::ConditionKeys keys{{"ec2:Permission", {in.permission}}};
  if (in.aws_service) keys["ec2:AuthorizedService"] = {*in.aws_service};
  authorize(rq, "CreateNetworkInterfacePermission", "network-interface", in.network_interface_id, std::move(keys));

  if (!in.aws_service) throw Error("MissingParameter", 400, "The request must contain the parameter AwsAccountId");
  if (require_word<InterfacePermission>(in.permission) != InterfacePermission::kInstanceAttach)
    throw not_done(rq, "Permission=" + in.permission);
  if (rq.caller.held_by != *in.aws_service) throw not_done(rq, "AwsService");
  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  NetworkInterface& shape = interface.shape;
  if (shape.status != word_of(InterfaceStatus::kAvailable))
    throw invalid_parameter(fmt::format("Network interface '{}' is currently in use.", interface.id));

  shape.requester_managed = true;
  shape.requester_id = rq.caller.user_id;
  shape.status = std::string(word_of(InterfaceStatus::kInUse));
  update(rq.tx, interface);
  touch_vpc(rq.tx, home_.tasks, interface.scope);

  CreateNetworkInterfacePermissionOutput out;
  NetworkInterfacePermission& permission = out.interface_permission.emplace();
  permission.network_interface_permission_id = ec2_id("eni-perm");
  permission.network_interface_id = interface.id;
  permission.aws_service = in.aws_service;
  permission.permission = in.permission;
  permission.permission_state.emplace().state = "granted";
  return out;
}

}  // namespace hanbat::ec2
