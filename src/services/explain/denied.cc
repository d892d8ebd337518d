// A denied call: who asked what, which policy of which kind said no or said nothing.
#include <algorithm>

#include "base/arn.h"
#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

constexpr int kMostPages = 40;  // of fifty events
constexpr const char* kOwnPrincipal = "explain.amazonaws.com";

/// IAM's events are those of this region, as on AWS.
constexpr const char* kRegionOfIam = "us-east-1";

bool is_denied(const Json& record) {
  const std::string code = record.text("errorCode");
  return !code.empty() && is_denial(code, record.text("errorMessage"));
}

/// The newest event of the region that is meant: with the request's id, or denied. What was asked to explain something
/// is no call of the caller's own.
Json find_event(Story& story, const std::string& region, const std::string& request_id) {
  Json in = Json::object({{"MaxResults", 50}});
  Json only_by_id;
  for (int page = 0; page < kMostPages; ++page) {
    const Answer answer = story.ask_in(region, "cloudtrail", "LookupEvents", in);
    if (!answer || !answer["Events"].is_array()) break;
    for (const Json& event : answer["Events"].items()) {
      const std::string text = event.text("CloudTrailEvent");
      if (!request_id.empty() && text.find(request_id) == std::string::npos) continue;
      Json record = Json::parse(text.empty() ? "{}" : text);
      if (record["userIdentity"].text("invokedBy") == kOwnPrincipal) continue;
      if (!request_id.empty() && record.text("requestID") != request_id && record.text("eventID") != request_id)
        continue;
      if (is_denied(record)) return record;
      if (!request_id.empty() && only_by_id.is_null()) only_by_id = std::move(record);
    }
    const std::string token = answer.body.text("NextToken");
    if (token.empty()) break;
    in["NextToken"] = token;
  }
  return only_by_id;
}

Json entry(const std::string& key, const std::string& value, const char* type = "string") {
  return Json::object({{"ContextKeyName", key}, {"ContextKeyValues", Json::array({value})}, {"ContextKeyType", type}});
}

/// The condition keys that the event tells of.
Json context_of(const Json& record) {
  Json out = Json::array();
  if (!record.text("sourceIPAddress").empty() &&
      record.text("sourceIPAddress").find(".amazonaws.com") == std::string::npos)
    out.push_back(entry("aws:SourceIp", record.text("sourceIPAddress"), "ip"));
  if (!record.text("userAgent").empty()) out.push_back(entry("aws:UserAgent", record.text("userAgent")));
  if (!record.text("awsRegion").empty()) out.push_back(entry("aws:RequestedRegion", record.text("awsRegion")));
  if (!record.text("eventTime").empty()) out.push_back(entry("aws:CurrentTime", record.text("eventTime"), "date"));
  return out;
}

/// The user or role whose policies count; "" when it is none.
std::string source_of(const Json& record, const Refusal& refusal) {
  const std::string issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"].text("arn");
  if (!issuer.empty()) return issuer;
  const auto arn = parse_arn(refusal.principal);
  if (!arn) return "";
  if (arn->resource.starts_with("assumed-role/"))
    return make_arn("iam", "", arn->account, "role/" + split(arn->resource, '/')[1]);
  return arn->resource.starts_with("user/") ? refusal.principal : "";
}

/// Which policies say so, by IAM's simulation: as evidence of the last cause.
void simulate(Story& story, const Json& record, const Refusal& refusal) {
  const std::string source = source_of(record, refusal);
  if (source.empty()) return;
  Json in = Json::object({{"PolicySourceArn", source}, {"ActionNames", Json::array({refusal.action})}});
  if (refusal.resource != "*") in["ResourceArns"] = Json::array({refusal.resource});
  if (Json context = context_of(record); !context.empty()) in["ContextEntries"] = std::move(context);
  const Answer answer = story.ask("iam", "SimulatePrincipalPolicy", in);
  if (!answer || answer["EvaluationResults"].empty()) return;
  const Json& result = answer["EvaluationResults"].items().front();
  std::string said = source + " " + refusal.action + " on " + refusal.resource + ": " + result.text("EvalDecision");
  if (result["MatchedStatements"].is_array())
    for (const Json& one : result["MatchedStatements"].items())
      said += "\n" + one.text("SourcePolicyType") + " policy " + one.text("SourcePolicyId") + ", lines " +
              std::to_string(one["StartPosition"].integer("Line")) + " to " +
              std::to_string(one["EndPosition"].integer("Line"));
  const Json& boundary = result["PermissionsBoundaryDecisionDetail"];
  if (boundary.is_object())
    said += boundary.flag("AllowedByPermissionsBoundary") ? "\nthe permissions boundary allows it"
                                                          : "\nthe permissions boundary does not allow it";
  const Json& organization = result["OrganizationsDecisionDetail"];
  if (organization.is_object())
    said += organization.flag("AllowedByOrganizations") ? "\nthe organization allows it"
                                                        : "\nthe organization does not allow it";
  const std::vector<std::string> missing = result.texts("MissingContextValues");
  if (!missing.empty()) said += "\nconditions ask for what the call did not have: " + join(missing, ", ");
  story.show("iam:SimulatePrincipalPolicy", said);
}

/// The trust policy of the role that was not given.
void show_trust(Story& story, const Refusal& refusal) {
  const auto arn = parse_arn(refusal.resource);
  if (!arn || !arn->resource.starts_with("role/")) return;
  const std::string name = arn->resource.substr(arn->resource.rfind('/') + 1);
  const Answer role = story.ask("iam", "GetRole", Json::object({{"RoleName", name}}));
  if (role) return story.show("iam:GetRole", role["Role"].text("AssumeRolePolicyDocument"));
  if (role.code != "NoSuchEntity") return;
  story.add({.code = "ROLE_MISSING",
             .subject = refusal.resource,
             .sentence = {.en = "There is no role " + name + ".", .ko = "역할 " + name + "이(가) 없습니다."},
             .remedy = {.en = "Create it, or mend the name.", .ko = "만들거나 이름을 고치십시오."}});
  story.show("iam:GetRole", role.message);
}

}  // namespace

void explain_denied(Story& story, const std::string& what) {
  Json record = Json::object();
  std::string message = what;
  if (!read_refusal(what)) {
    const std::string id = what == "last" ? "" : what;
    record = find_event(story, story.region(), id);
    if (story.region() != kRegionOfIam) {
      // The newer of the two when the last one is meant.
      Json other = find_event(story, kRegionOfIam, id);
      if (record.is_null() || (!other.is_null() && other.text("eventTime") > record.text("eventTime")))
        record = std::move(other);
    }
    if (record.is_null()) {
      if (!id.empty() && story.told().unseen.empty())
        throw ResourceNotFoundException("No call with the request id " + id +
                                        " is in the trail. Calls of data (S3's objects, log events) are in none: give "
                                        "the error's message instead of the id.");
      return;
    }
    message = record.text("errorMessage");
    story.told().subject = record.text("requestID");
    if (!is_denied(record)) return;
  }
  const std::string subject =
      record.empty() ? "the call" : record.text("eventName") + " of " + record.text("eventTime");
  const auto refusal = read_refusal(message);
  if (!refusal) {
    story.add({.code = "DENIED",
               .subject = subject,
               .sentence = {.en = "The call was denied: " + message, .ko = "호출이 거부되었습니다: " + message}});
    return story.show("cloudtrail:LookupEvents", record.dump());
  }
  story.add(finding_of(*refusal, subject));
  story.show(record.empty() ? "the message" : "cloudtrail:LookupEvents",
             (record.empty() ? ""
                             : record.text("eventTime") + " " + record.text("eventSource") + " " +
                                   record.text("eventName") + ": ") +
                 without_encoded_message(message));
  if (refusal->action == "sts:AssumeRole") return show_trust(story, *refusal);
  simulate(story, record, *refusal);
}

}  // namespace hanbat::explain
