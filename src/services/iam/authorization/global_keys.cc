#include "services/iam/authorization/global_keys.h"

#include <vector>

#include "region/entrances.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using CallerKind = Caller::Kind;

std::string_view principal_type(CallerKind kind) {
  switch (kind) {
    case CallerKind::kAnonymous:
      return "Anonymous";
    case CallerKind::kRoot:
      return "Account";
    case CallerKind::kUser:
      return "User";
    case CallerKind::kAssumedRole:
      return "AssumedRole";
    case CallerKind::kFederatedUser:
      return "FederatedUser";
    case CallerKind::kService:
      return "Service";
  }
  return "";
}

/// All names of a service's principal: "events.amazonaws.com", "events.ap-northeast-2.amazonaws.com".
std::vector<std::string> service_names(const std::string& service, const std::string& region) {
  std::vector<std::string> out{service};
  if (const std::size_t dot = service.find('.'); dot != std::string::npos)
    out.push_back(service.substr(0, dot) + "." + region + service.substr(dot));
  return out;
}

void set_service_keys(region::policy::Context& context, const KeyFacts& facts) {
  const Caller& caller = facts.caller;
  context.set("aws:PrincipalServiceName", caller.name);
  context.set("aws:PrincipalServiceNamesList", service_names(caller.name, facts.region));
  context.set("aws:SourceAccount", caller.account);
  if (!caller.source_arn.empty()) context.set("aws:SourceArn", caller.source_arn);
  if (facts.caller_membership) {
    context.set("aws:SourceOrgID", facts.caller_membership->organization_id);
    context.set("aws:SourceOrgPaths", std::vector<std::string>{facts.caller_membership->path});
  }
}

void set_principal_keys(region::policy::Context& context, const KeyFacts& facts) {
  const Caller& caller = facts.caller;
  context.set("aws:PrincipalAccount", caller.account);
  // Of a session of a role it is the role's, of a federated user the session's own.
  context.set("aws:PrincipalArn", caller.kind == CallerKind::kFederatedUser ? caller.arn : caller.principal_arn);
  context.set("aws:userid", caller.user_id);
  if (caller.kind == CallerKind::kUser) context.set("aws:username", caller.name);
  for (const auto& [key, value] : facts.principal_tags) context.set("aws:PrincipalTag/" + key, value);
  for (const auto& [key, value] : caller.session_tags) context.set("aws:PrincipalTag/" + key, value);
  for (const auto& [key, value] : caller.session_keys) context.set(key, value);
  // A service that calls with the caller's rights signs for itself.
  if (caller.via_service.empty())
    for (const auto& [key, value] : caller.request_keys) context.set(key, value);
  if (!caller.source_identity.empty()) context.set("aws:SourceIdentity", caller.source_identity);
  if (caller.token_issued_at) {
    context.set("aws:TokenIssueTime", iso8601(*caller.token_issued_at));
    context.set("aws:MultiFactorAuthPresent", "false");
  }
  if (facts.caller_membership) {
    context.set("aws:PrincipalOrgID", facts.caller_membership->organization_id);
    context.set("aws:PrincipalOrgPaths", std::vector<std::string>{facts.caller_membership->path});
  }
}

/// Who comes by an endpoint of a VPC has an address in the VPC, which request_keys tell, and none on the internet.
void set_origin(region::policy::Context& context, const Caller& caller) {
  if (!region::entrance_id(caller)) {
    if (!caller.source_ip.empty()) context.set("aws:SourceIp", caller.source_ip);
    return;
  }
  for (const char* key : {"aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"})
    context.set(key, caller.request_keys.at(key));
}

}  // namespace

void set_global_keys(region::policy::Context& context, const KeyFacts& facts) {
  const Caller& caller = facts.caller;
  context.set("aws:CurrentTime", iso8601(facts.now));
  context.set("aws:EpochTime", std::to_string(facts.now.ms / 1000));
  context.set("aws:RequestedRegion", facts.region);
  // What the region's own services ask never leaves the daemon; only what came over a connection can have come in
  // clear.
  const bool came_in_clear = !caller.secure_transport && !caller.source_ip.empty() && caller.via_service.empty();
  context.set("aws:SecureTransport", came_in_clear ? "false" : "true");
  context.set("aws:PrincipalType", std::string(principal_type(caller.kind)));
  context.set("aws:PrincipalIsAWSService", caller.kind == CallerKind::kService ? "true" : "false");
  context.set("aws:ViaAWSService", caller.via_service.empty() ? "false" : "true");
  if (!caller.user_agent.empty()) context.set("aws:UserAgent", caller.user_agent);
  if (!caller.referer.empty()) context.set("aws:Referer", caller.referer);
  // A service that acts on the caller's behalf comes from an address of its own.
  if (caller.via_service.empty()) set_origin(context, caller);
  if (!caller.via_service.empty())
    for (const std::string_view key : {"aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"})
      context.set(key, caller.via_service);
  if (!facts.resource_account.empty()) context.set("aws:ResourceAccount", facts.resource_account);
  if (facts.resource_membership) {
    context.set("aws:ResourceOrgID", facts.resource_membership->organization_id);
    context.set("aws:ResourceOrgPaths", std::vector<std::string>{facts.resource_membership->path});
  }

  if (caller.kind == CallerKind::kAnonymous) return;
  if (caller.kind == CallerKind::kService) return set_service_keys(context, facts);
  set_principal_keys(context, facts);
}

}  // namespace hanbat::iam
