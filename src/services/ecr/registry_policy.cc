#include "services/ecr/registry_policy.h"

#include "region/policy/document.h"
#include "services/ecr/ecr.h"

namespace hanbat::ecr {
namespace {

namespace policy = region::policy;
using PolicyRow = region::Resource<RegistryPolicy>;

std::string policy_id(const region::Place& registry) { return registry.account + "/" + registry.region; }

PolicyRow require_registry_policy(const region::Request& rq) {
  if (auto row = region::find<RegistryPolicy>(rq.tx, policy_id({rq.account, rq.region}))) return *std::move(row);
  throw RegistryPolicyNotFoundException("Registry policy does not exist in the registry with id '" + rq.account + "'");
}

}  // namespace

std::optional<Json> find_registry_policy(store::Tx& tx, const region::Place& registry) {
  const auto row = region::find<RegistryPolicy>(tx, policy_id(registry));
  if (!row) return std::nullopt;
  return Json::parse(row->shape.text);
}

PutRegistryPolicyOutput Ecr::put_registry_policy(region::Request& rq, const PutRegistryPolicyInput& in) {
  rq.authorize("ecr:PutRegistryPolicy", "*");
  try {
    const auto document = policy::parse_document(in.policy_text, policy::DocumentKind::kResource);
    if (home_.identity().find_unknown_principal(rq.tx, document))
      throw invalid_parameter("PolicyText", "Principal not found");
  } catch (const policy::DocumentError& error) {
    throw InvalidParameterException(
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid registry policy provided' (" +
        std::string(error.what()) + ")");
  }
  PolicyRow row;
  row.place = {rq.account, rq.region};
  row.id = policy_id(row.place);
  row.shape.text = home_.identity().bind_principals(rq.tx, in.policy_text);
  if (region::find<RegistryPolicy>(rq.tx, row.id))
    region::update(rq.tx, row);
  else
    region::insert(rq.tx, row);
  return {.policy_text = in.policy_text, .registry_id = rq.account};
}

GetRegistryPolicyOutput Ecr::get_registry_policy(region::Request& rq, const GetRegistryPolicyInput&) {
  rq.authorize("ecr:GetRegistryPolicy", "*");
  const PolicyRow row = require_registry_policy(rq);
  return {.policy_text = home_.identity().show_principals(rq.tx, row.shape.text), .registry_id = rq.account};
}

DeleteRegistryPolicyOutput Ecr::delete_registry_policy(region::Request& rq, const DeleteRegistryPolicyInput&) {
  rq.authorize("ecr:DeleteRegistryPolicy", "*");
  const PolicyRow row = require_registry_policy(rq);
  region::remove(rq.tx, row);
  return {.policy_text = home_.identity().show_principals(rq.tx, row.shape.text), .registry_id = rq.account};
}

}  // namespace hanbat::ecr
