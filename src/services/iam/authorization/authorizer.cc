#include "services/iam/authorization/authorizer.h"

#include <spdlog/spdlog.h>

#include "region/entrances.h"
#include "region/region.h"
#include "region/service.h"
#include "services/iam/authorization/denial.h"
#include "services/iam/authorization/global_keys.h"
#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using region::policy::Decision;
using region::policy::DocumentKind;
using region::policy::Question;

/// Services without regions of their own are asked in this one, whatever the client signs.
constexpr std::string_view kHomeOfGlobals = "us-east-1";

constexpr const char* kAllowsNothing =
    R"({"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]})";

bool is_global(const wire::ServiceModel& service) {
  return service.folder == "iam" || service.folder == "organizations";
}

/// Whether the service says "on resource: *" of an action that is about no resource in particular.
bool names_everything(const wire::ServiceModel& service) {
  return service.protocol != wire::Protocol::kEc2 && service.protocol != wire::Protocol::kRestXml &&
         service.folder != "elasticloadbalancing";
}

}  // namespace

void IamAuthorizer::authorize(region::Request& rq, const region::AccessQuestion& asked) {
  const Caller& caller = rq.caller;
  const PrincipalFacts facts = policies_.gather(rq.tx, caller);
  const auto membership = rq.home.find_membership(rq.tx, caller.account);
  record_use(rq);

  Question question{.action = asked.action,
                    .resource = asked.resource,
                    .resource_account = asked.resource_account,
                    .caller = &caller,
                    .identity = facts.identity,
                    .boundary = facts.boundary,
                    .resource_policy_role = asked.resource_policy_role};
  set_global_keys(question.context,
                  {.caller = caller,
                   .principal_tags = facts.tags,
                   .now = rq.now(),
                   .region = is_global(rq.service.model()) ? std::string(kHomeOfGlobals) : rq.region,
                   .caller_membership = membership,
                   .resource_account = asked.resource_account,
                   .resource_membership = asked.resource_account == caller.account
                                              ? membership
                                              : rq.home.find_membership(rq.tx, asked.resource_account)});
  for (const auto& [key, values] : asked.keys) question.context.set(key, values);
  if (membership) question.service_control = policies_.service_control(*membership);
  if (caller.session_policies.is_array()) {
    question.session.emplace();
    for (const Json& document : caller.session_policies.items())
      question.session->push_back({"session", "none", policies_.parse(document.dump(), DocumentKind::kIdentity)});
  }
  // What a service does on the caller's behalf leaves from the service's side.
  if (const auto endpoint = region::entrance_id(caller)) {
    const auto* keeper = region::find_entrance_keeper(rq.home);
    const auto policy = keeper ? keeper->policy_of(rq.tx, *endpoint) : std::nullopt;
    // Of one that is gone nothing is allowed any more.
    const auto document = policies_.parse(policy.value_or(kAllowsNothing), DocumentKind::kResource);
    question.endpoint = {*endpoint, "endpoint", document};
  }
  const auto kind = asked.action.starts_with("sts:") ? DocumentKind::kTrust : DocumentKind::kResourceImplied;
  for (const Json& policy : asked.resource_policies) {
    const std::string kept = policy.is_string() ? policy.as_string() : policy.dump();
    question.resource_policies.push_back(
        {asked.resource, "resource", policies_.parse(rq.home.identity().show_principals(rq.tx, kept), kind)});
  }

  const Decision decision = evaluate(question);
  if (!decision.allowed()) refuse(rq, question, decision);
}

void IamAuthorizer::refuse(const region::Request& rq, const Question& question, const Decision& decision) const {
  const wire::Protocol protocol = rq.service.model().protocol;
  const Caller& caller = *question.caller;
  // S3 explains itself only within the account of the bucket.
  const bool stranger = caller.kind == Caller::Kind::kAnonymous || caller.account != question.resource_account;
  if (protocol == wire::Protocol::kRestXml && stranger) throw wire::Error("AccessDenied", 403, "Access Denied");

  const std::string quote = protocol == wire::Protocol::kRestXml ? "\"" : "";
  std::string message = "User: " + (caller.kind == Caller::Kind::kAnonymous ? std::string("anonymous") : caller.arn) +
                        " is not authorized to perform: " + question.action;
  // Nor is S3's way to name all of its buckets said.
  const bool everything = question.resource == "*" || question.resource == "arn:aws:s3:::*";
  if (!everything || names_everything(rq.service.model()))
    message += " on resource: " + quote + question.resource + quote;
  // AssumeRole does not tell which of the two sides is missing.
  if (question.action != "sts:AssumeRole" || decision.outcome == Decision::Outcome::kExplicitDeny)
    message += " " + reason(decision, question.action);

  if (const auto line = refusals_.line_for(message, rq.now())) spdlog::info("{} refused: {}", rq.request_id, *line);
  switch (protocol) {
    case wire::Protocol::kEc2:
      throw wire::Error("UnauthorizedOperation", 403,
                        "You are not authorized to perform this operation. " + message +
                            ". Encoded authorization failure message: " +
                            vault_.seal(explain_denial(question, decision).dump(), kAuthorizationMessage));
    case wire::Protocol::kJson:
      throw wire::Error("AccessDeniedException", 400, message);
    case wire::Protocol::kRestJson:
      throw wire::Error("AccessDeniedException", 403, message);
    case wire::Protocol::kQuery:
    case wire::Protocol::kRestXml:
    case wire::Protocol::kCbor:  // whose services spoke the query protocol before
      break;
  }
  throw wire::Error("AccessDenied", 403, message);
}

void IamAuthorizer::record_use(const region::Request& rq) const {
  const Caller& caller = rq.caller;
  if (!caller.via_service.empty() || !caller.held_by.empty()) return;
  const Use use{{rq.now().ms - rq.now().ms % 1000}, std::string(rq.service.model().signing_name), rq.region};
  if (caller.access_key_id.starts_with("AKIA")) uses_.note(caller.access_key_id, use);
  if (caller.kind == Caller::Kind::kAssumedRole) uses_.note(caller.user_id.substr(0, caller.user_id.find(':')), use);
}

}  // namespace hanbat::iam
