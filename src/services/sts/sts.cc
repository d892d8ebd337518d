#include "services/sts/sts.h"

#include <algorithm>
#include <map>

#include "base/arn.h"
#include "base/text.h"
#include "region/policy/document.h"
#include "region/tag_keys.h"
#include "region/tag_refusals.h"

namespace hanbat::sts {
namespace {

using Kind = region::Caller::Kind;

/// The name that identity.h's implementation seals authorization messages under.
constexpr std::string_view kAuthorizationMessage = "sts.authorization-message";
constexpr Seconds kChained{3600};
constexpr Seconds kDay{86400};

wire::Error invalid(const std::string& message) { return wire::Error("ValidationError", 400, message); }

/// Percent of the packed session policies' and tags' allowance; nothing when there are none. AWS packs the inline
/// policy, the ARNs of managed ones and the tags, and tells no size for it: we count their characters against 8,192.
template <class In>
std::optional<int> packed_size(const In& in) {
  std::size_t size = in.policy.value_or("").size();
  for (const PolicyDescriptorType& managed : in.policy_arns.value_or(std::vector<PolicyDescriptorType>()))
    size += managed.arn.value_or("").size();
  for (const Tag& tag : in.tags.value_or(std::vector<Tag>())) size += tag.key.size() + tag.value.size();
  if (size == 0) return std::nullopt;
  const auto percent = static_cast<int>(size * 100 / 8192);
  if (percent > 100)
    throw PackedPolicyTooLargeException("Packed size of the session policies and tags is " + std::to_string(percent) +
                                        "% of the allowed size.");
  return percent;
}

// Of a session: the keys of its tags that the sessions after it inherit, a line each.
constexpr const char* kTransitive = "sts:TransitiveTagKeys";

/// The tags that a session hands on.
std::map<std::string, std::string> transitive_tags(const region::Caller& session) {
  std::map<std::string, std::string> tags;
  const auto kept = session.session_keys.find(kTransitive);
  if (kept == session.session_keys.end()) return tags;
  for (const std::string& key : split(kept->second, '\n'))
    if (const auto tag = session.session_tags.find(key); tag != session.session_tags.end()) tags.insert(*tag);
  return tags;
}

constexpr region::TagRefusals kSessionTagRefusals{
    .too_many = {"InvalidParameterValue", "The number of session tags exceeds the limit."},
    .reserved = {"InvalidParameterValue", "Tag keys that begin with \"aws:\" are reserved for system use."},
    .duplicate = {"InvalidParameterValue", "Duplicate tag keys found. Please note that Tag keys are case insensitive."},
    .empty_key = {"InvalidParameterValue", "The tag with the key '{key}' is not valid."},
    .long_key = {"InvalidParameterValue", "The tag with the key '{key}' is not valid."},
    .long_value = {"InvalidParameterValue", "The tag with the key '{key}' is not valid."},
    .key_character = {"InvalidParameterValue", "The tag with the key '{key}' is not valid."},
    .value_character = {"InvalidParameterValue", "The tag with the key '{key}' is not valid."}};
const region::TagRules kSessionTagRules{.error = region::refuse_by<kSessionTagRefusals>,
                                        .keys = region::TagRules::Case::kFolded};

/// The tags of a new session, and which of them the sessions after it inherit.
struct SessionTags {
  std::map<std::string, std::string> all;
  std::vector<std::string> transitive;
};

/// Throws InvalidParameterValue for a key that is inherited already, and for one that is no tag's. Keys are told apart
/// without regard to case.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining
SessionTags session_tags(const AssumeRoleInput& in, const region::Caller& caller) {
  const auto refuse = [](const char* message) { return wire::Error("InvalidParameterValue", 400, message); };
  SessionTags out{.all = transitive_tags(caller)};
  for (const auto& [key, value] : out.all) out.transitive.push_back(key);
  const auto inherited = out.transitive;
  const auto tags = in.tags.value_or(std::vector<Tag>());
  region::merged_tags({}, region::tag_pairs(tags), kSessionTagRules);
  for (const Tag& tag : tags) {
    if (std::ranges::any_of(inherited, [&](const std::string& key) { return iequals(key, tag.key); }))
      throw refuse(
          "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from "
          "the calling session.");
    out.all[tag.key] = tag.value;
  }
  for (const std::string& key : in.transitive_tag_keys.value_or(std::vector<std::string>())) {
    const auto tag = std::ranges::find_if(tags, [&](const Tag& one) { return iequals(one.key, key); });
    if (tag == tags.end()) throw refuse("The specified transitive tag key must be included in the requested tags.");
    out.transitive.push_back(tag->key);
  }
  return out;
}

}  // namespace

Credentials Sts::issue(Request& rq, const region::Caller& session, Seconds lifetime) const {
  const region::TemporaryCredentials keys = home_.identity().issue_keys(rq.tx, session, lifetime);
  return {.access_key_id = keys.access_key_id,
          .expiration = keys.expiration,
          .secret_access_key = keys.secret_access_key,
          .session_token = keys.session_token};
}

Json Sts::session_policies(Request& rq, const std::optional<std::string>& inline_policy,
                           const std::optional<std::vector<PolicyDescriptorType>>& managed) const {
  Json out;
  if (inline_policy) {
    try {
      region::policy::parse_document(*inline_policy, region::policy::DocumentKind::kIdentity);
    } catch (const region::policy::DocumentError& refusal) {
      throw MalformedPolicyDocumentException(refusal.what());
    }
    out.push_back(Json::parse(*inline_policy));
  }
  for (const PolicyDescriptorType& descriptor : managed.value_or(std::vector<PolicyDescriptorType>())) {
    const Json document = home_.identity().find_managed_policy(rq.tx, descriptor.arn.value_or(""));
    if (document.is_null())
      throw MalformedPolicyDocumentException("Policy " + descriptor.arn.value_or("") + " does not exist.");
    out.push_back(document);
  }
  return out;
}

GetCallerIdentityOutput Sts::get_caller_identity(Request& rq, const GetCallerIdentityInput&) {
  // AWS lets everybody ask who they are, whatever their policies say.
  GetCallerIdentityOutput out;
  out.account = rq.account;
  out.arn = rq.caller.arn;
  out.user_id = rq.caller.user_id;
  return out;
}

AssumeRoleOutput Sts::assume_role(Request& rq, const AssumeRoleInput& in) {
  const auto arn = parse_arn(in.role_arn);
  if (!arn || !rq.names_resource("sts:AssumeRole", in.role_arn)) throw invalid(in.role_arn + " is invalid");
  if (rq.caller.kind == Kind::kRoot)
    throw wire::Error("AccessDenied", 403, "Roles may not be assumed by root accounts.");
  const auto role = home_.identity().find_role(rq.tx, in.role_arn);
  region::AccessQuestion question{.action = "sts:AssumeRole",
                                  .resource = in.role_arn,
                                  .keys = region::request_tag_keys(region::tag_map(in.tags)),
                                  .resource_account = arn->account,
                                  .resource_policy_role = region::ResourcePolicyRole::kMustAllow};
  if (role) question.resource_policies.push_back(role->trust);
  if (role) region::add_resource_tags(question.keys, role->tags, "iam");
  question.keys["sts:RoleSessionName"] = {in.role_session_name};
  if (in.external_id) question.keys["sts:ExternalId"] = {*in.external_id};
  if (in.source_identity) question.keys["sts:SourceIdentity"] = {*in.source_identity};
  const SessionTags tags = session_tags(in, rq.caller);
  if (!tags.transitive.empty()) question.keys[kTransitive] = tags.transitive;
  // A role that does not exist answers as one that does not trust the caller.
  rq.authorize(question);
  if (!tags.all.empty()) {
    question.action = "sts:TagSession";
    rq.authorize(question);
  }
  if (in.source_identity) {
    question.action = "sts:SetSourceIdentity";
    rq.authorize(question);
  }

  const bool chained = rq.caller.kind == Kind::kAssumedRole;
  const Seconds lifetime(in.duration_seconds.value_or(3600));
  if (lifetime > role->longest_session)
    throw invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  if (chained && lifetime > kChained)
    throw invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
  region::SessionOptions options{.policies = session_policies(rq, in.policy, in.policy_arns)};
  options.tags = tags.all;
  options.source_identity = in.source_identity.value_or(rq.caller.source_identity);
  const std::optional<int> packed = packed_size(in);

  region::Caller session = home_.identity().open_session(*role, in.role_session_name, options);
  if (!tags.transitive.empty()) session.session_keys[kTransitive] = join(tags.transitive, "\n");
  AssumeRoleOutput out;
  out.credentials = issue(rq, session, lifetime);
  out.assumed_role_user = AssumedRoleUser{.arn = session.arn, .assumed_role_id = session.user_id};
  out.packed_policy_size = packed;
  if (!options.source_identity.empty()) out.source_identity = options.source_identity;
  return out;
}

GetSessionTokenOutput Sts::get_session_token(Request& rq, const GetSessionTokenInput& in) {
  // No policy can refuse this; only keys that end may not beget others.
  if (rq.caller.kind != Kind::kUser && rq.caller.kind != Kind::kRoot)
    throw wire::Error("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");
  if (rq.caller.token_issued_at)
    throw wire::Error("AccessDenied", 403, "Cannot call GetSessionToken with session credentials");

  GetSessionTokenOutput out;
  out.credentials = issue(rq, rq.caller, Seconds(in.duration_seconds.value_or(43200)));
  return out;
}

GetFederationTokenOutput Sts::get_federation_token(Request& rq, const GetFederationTokenInput& in) {
  const std::string arn = make_arn("sts", "", rq.account, "federated-user/" + in.name);
  const auto tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  rq.authorize("sts:GetFederationToken", arn, tag_keys);
  if (!tag_keys.empty()) rq.authorize("sts:TagSession", arn, tag_keys);
  if (rq.caller.kind != Kind::kUser || rq.caller.token_issued_at)
    throw wire::Error("AccessDenied", 403, "Cannot call GetFederationToken with session credentials");

  region::Caller session = rq.caller;
  session.kind = Kind::kFederatedUser;
  session.arn = arn;
  session.principal_arn = rq.caller.arn;
  session.user_id = rq.account + ":" + in.name;
  session.session_name = in.name;
  session.session_policies = session_policies(rq, in.policy, in.policy_arns);
  // Without a session policy a federated user may do nothing.
  if (session.session_policies.is_null()) session.session_policies = Json::array();
  for (const auto& [key, value] : region::merged_tags({}, region::tag_pairs(in.tags), kSessionTagRules))
    session.session_tags[key] = value;
  const std::optional<int> packed = packed_size(in);

  GetFederationTokenOutput out;
  out.credentials = issue(rq, session, Seconds(in.duration_seconds.value_or(43200)));
  out.federated_user = FederatedUser{.arn = session.arn, .federated_user_id = session.user_id};
  out.packed_policy_size = packed.value_or(0);
  return out;
}

GetAccessKeyInfoOutput Sts::get_access_key_info(Request& rq, const GetAccessKeyInfoInput& in) {
  rq.authorize("sts:GetAccessKeyInfo", "*");

  const auto account = home_.identity().find_key_account(rq.tx, in.access_key_id);
  if (!account) throw invalid("Invalid type for parameter AccessKeyId: " + in.access_key_id);

  GetAccessKeyInfoOutput out;
  out.account = *account;
  return out;
}

DecodeAuthorizationMessageOutput Sts::decode_authorization_message(Request& rq,
                                                                   const DecodeAuthorizationMessageInput& in) {
  rq.authorize("sts:DecodeAuthorizationMessage", "*");

  const auto message = home_.vault.open(in.encoded_message, kAuthorizationMessage);
  if (!message) throw InvalidAuthorizationMessageException("Unable to decode the authorization message.");

  DecodeAuthorizationMessageOutput out;
  out.decoded_message = *message;
  return out;
}

}  // namespace hanbat::sts
