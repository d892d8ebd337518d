#include "services/iam/authorizer.h"

#include <spdlog/spdlog.h>

#include "region/region.h"
#include "region/service.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using region::policy::Decision;
using region::policy::DocumentKind;
using region::policy::Question;
using region::policy::Source;

std::string_view principal_type(Caller::Kind kind) {
  switch (kind) {
    case Caller::Kind::kAnonymous:
      return "Anonymous";
    case Caller::Kind::kRoot:
      return "Account";
    case Caller::Kind::kUser:
      return "User";
    case Caller::Kind::kAssumedRole:
      return "AssumedRole";
    case Caller::Kind::kFederatedUser:
      return "FederatedUser";
    case Caller::Kind::kService:
      return "Service";
  }
  return "";
}

/// The refusal in a form that only a caller with sts:DecodeAuthorizationMessage can read.
Json explain(const Question& question, const Decision& decision) {
  Json matched = Json::array();
  for (const region::policy::Match& match : decision.matched)
    matched.push_back(Json::object({{"sourcePolicyId", match.source_id}, {"sourcePolicyType", match.source_type}}));
  return Json::object(
      {{"allowed", false},
       {"explicitDeny", decision.outcome == Decision::Outcome::kExplicitDeny},
       {"matchedStatements", Json::object({{"items", matched}})},
       {"failures", Json::object({{"items", Json::array()}})},
       {"context",
        Json::object({{"principal", Json::object({{"id", question.caller->user_id}, {"arn", question.caller->arn}})},
                      {"action", question.action},
                      {"resource", question.resource},
                      {"conditions", Json::object({{"items", Json::array()}})}})}});
}

/// Whether the service says "on resource: *" of an action that is about no resource in particular.
bool names_everything(const wire::ServiceModel& service) {
  return service.protocol != wire::Protocol::kEc2 && service.protocol != wire::Protocol::kRestXml &&
         service.folder != "elasticloadbalancing";
}

}  // namespace

void set_global_keys(region::policy::Context& context, const Caller& caller, const Tags& principal_tags, Timestamp now,
                     std::string_view region) {
  context.set("aws:CurrentTime", iso8601(now));
  context.set("aws:EpochTime", std::to_string(now.ms / 1000));
  context.set("aws:RequestedRegion", std::string(region));
  context.set("aws:SecureTransport", caller.secure_transport ? "true" : "false");
  context.set("aws:PrincipalType", std::string(principal_type(caller.kind)));
  context.set("aws:ViaAWSService", caller.via_service.empty() ? "false" : "true");
  context.set("aws:PrincipalIsAWSService", caller.kind == Caller::Kind::kService ? "true" : "false");
  if (!caller.user_agent.empty()) context.set("aws:UserAgent", caller.user_agent);
  // A service that acts on the caller's behalf comes from an address of its own.
  if (!caller.source_ip.empty() && caller.via_service.empty()) context.set("aws:SourceIp", caller.source_ip);
  if (!caller.via_service.empty())
    for (const std::string_view key : {"aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast"})
      context.set(key, caller.via_service);

  if (caller.kind == Caller::Kind::kAnonymous) return;
  if (caller.kind == Caller::Kind::kService) {
    context.set("aws:PrincipalServiceName", caller.name);
    context.set("aws:SourceAccount", caller.account);
    return;
  }
  context.set("aws:PrincipalAccount", caller.account);
  context.set("aws:PrincipalArn", caller.principal_arn);
  context.set("aws:userid", caller.user_id);
  if (caller.kind == Caller::Kind::kUser) context.set("aws:username", caller.name);
  for (const auto& [key, value] : principal_tags) context.set("aws:PrincipalTag/" + key, value);
  for (const auto& [key, value] : caller.session_tags) context.set("aws:PrincipalTag/" + key, value);
  if (!caller.source_identity.empty()) context.set("aws:SourceIdentity", caller.source_identity);
  if (caller.token_issued_at) {
    context.set("aws:TokenIssueTime", iso8601(*caller.token_issued_at));
    context.set("aws:MultiFactorAuthPresent", "false");
  }
}

void IamAuthorizer::authorize(region::Request& rq, const region::AccessQuestion& asked) {
  const Caller& caller = rq.caller;
  const PrincipalFacts facts = policies_.gather(rq.tx, caller);
  note_use(rq);

  Question question{.action = asked.action,
                    .resource = asked.resource,
                    .resource_account = asked.resource_account,
                    .caller = &caller,
                    .identity = facts.identity,
                    .boundary = facts.boundary,
                    .resource_policy_role = asked.resource_policy_role};
  set_global_keys(question.context, caller, facts.tags, rq.now(), rq.region);
  if (!asked.resource_account.empty()) question.context.set("aws:ResourceAccount", asked.resource_account);
  for (const auto& [key, values] : asked.keys) question.context.set(key, values);
  if (caller.session_policies.is_array()) {
    question.session.emplace();
    for (const Json& document : caller.session_policies.items())
      question.session->push_back({"session", "none", policies_.parse(document.dump(), DocumentKind::kIdentity)});
  }
  if (!asked.resource_policy.is_null()) {
    const std::string text =
        asked.resource_policy.is_string() ? asked.resource_policy.as_string() : asked.resource_policy.dump();
    const bool trust = asked.action.starts_with("sts:");
    question.resource_policy =
        Source{asked.resource, "resource",
               policies_.parse(text, trust ? DocumentKind::kTrust : DocumentKind::kResourceImplied)};
  }

  const Decision decision = evaluate(question);
  if (!decision.allowed()) refuse(rq, question, decision);
}

void IamAuthorizer::refuse(const region::Request& rq, const Question& question, const Decision& decision) const {
  const wire::Protocol protocol = rq.service.model().protocol;
  const Caller& caller = *question.caller;
  if (caller.kind == Caller::Kind::kAnonymous && protocol == wire::Protocol::kRestXml)
    throw wire::Error("AccessDenied", 403, "Access Denied");

  const std::string quote = protocol == wire::Protocol::kRestXml ? "\"" : "";
  std::string message = "User: " + (caller.kind == Caller::Kind::kAnonymous ? std::string("anonymous") : caller.arn) +
                        " is not authorized to perform: " + question.action;
  if (question.resource != "*" || names_everything(rq.service.model()))
    message += " on resource: " + quote + question.resource + quote;
  // AssumeRole does not tell which of the two sides is missing.
  if (question.action != "sts:AssumeRole" || decision.outcome == Decision::Outcome::kExplicitDeny)
    message += " " + reason(decision, question.action);

  spdlog::info("{} refused: {}", rq.request_id, message);
  switch (protocol) {
    case wire::Protocol::kEc2:
      throw wire::Error("UnauthorizedOperation", 403,
                        "You are not authorized to perform this operation. " + message +
                            ". Encoded authorization failure message: " +
                            vault_.seal(explain(question, decision).dump(), kAuthorizationMessage));
    case wire::Protocol::kJson:
      throw wire::Error("AccessDeniedException", 400, message);
    case wire::Protocol::kRestJson:
      throw wire::Error("AccessDeniedException", 403, message);
    case wire::Protocol::kQuery:
    case wire::Protocol::kRestXml:
      break;
  }
  throw wire::Error("AccessDenied", 403, message);
}

void IamAuthorizer::note_use(const region::Request& rq) const {
  const Caller& caller = rq.caller;
  if (!caller.via_service.empty()) return;
  const Use use{{rq.now().ms - rq.now().ms % 1000}, std::string(rq.service.model().signing_name), rq.region};
  if (caller.access_key_id.starts_with("AKIA")) uses_.note(caller.access_key_id, use);
  if (caller.kind == Caller::Kind::kAssumedRole) uses_.note(caller.user_id.substr(0, caller.user_id.find(':')), use);
}

}  // namespace hanbat::iam
