#include "services/iam/principals/identity.h"

#include "base/arn.h"
#include "base/text.h"
#include "region/caller_json.h"
#include "region/policy/evaluation.h"
#include "region/tags.h"
#include "services/iam/authorization/global_keys.h"
#include "services/iam/principals/principals.h"
#include "services/iam/principals/secrets.h"
#include "wire/error.h"

namespace hanbat::iam {
namespace {

using region::Caller;
using Who = Caller::Kind;

std::string secret_purpose(std::string_view access_key_id) { return "iam.secret:" + std::string(access_key_id); }

}  // namespace

void Uses::note(std::string_view id, Use use) {
  const std::lock_guard lock(mutex_);
  uses_.insert_or_assign(std::string(id), std::move(use));
}

std::optional<Use> Uses::find(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const auto found = uses_.find(id);
  if (found == uses_.end()) return std::nullopt;
  return found->second;
}

std::map<std::string, Use> Uses::take_all() {
  const std::lock_guard lock(mutex_);
  std::map<std::string, Use> out(uses_.begin(), uses_.end());
  uses_.clear();
  return out;
}

Caller IamIdentity::user_caller(const Entity& user) {
  Caller c;
  c.kind = Who::kUser;
  c.account = user.account;
  c.arn = c.principal_arn = user.arn;
  c.user_id = user.id;
  c.name = user.name;
  return c;
}

std::optional<region::Credential> IamIdentity::find_credential(store::Tx& tx, std::string_view access_key_id) {
  if (access_key_id.starts_with("ASIA")) {
    const auto session = rows::find_session(tx, access_key_id);
    if (!session) return std::nullopt;
    const auto opened = needs_.vault.open(session->sealed_secret, secret_purpose(access_key_id));
    if (!opened) return std::nullopt;
    const Json secret = Json::parse(*opened);
    region::Credential out{.caller = region::read_caller(session->caller),
                           .secret_access_key = secret.text("secret"),
                           .session_token = secret.text("token"),
                           .expiration = session->expires};
    out.caller.access_key_id = access_key_id;
    out.caller.token_issued_at = session->issued;
    return out;
  }

  const auto key = rows::find_access_key(tx, access_key_id);
  if (!key) return std::nullopt;
  const auto user = rows::find_by_id(tx, key->user_id);
  const auto secret = needs_.vault.open(key->sealed_secret, secret_purpose(access_key_id));
  if (!user || !secret) return std::nullopt;
  region::Credential out{
      .caller = user_caller(*user), .secret_access_key = *secret, .active = key->status == KeyStatus::kActive};
  out.caller.access_key_id = access_key_id;
  return out;
}

std::optional<std::string> IamIdentity::find_key_account(store::Tx& tx, std::string_view access_key_id) {
  if (const auto key = rows::find_access_key(tx, access_key_id)) return key->account;
  if (const auto session = rows::find_session(tx, access_key_id)) return session->caller.text("account");
  return std::nullopt;
}

std::optional<Caller> IamIdentity::find_git_caller(store::Tx& tx, std::string_view user_name,
                                                   std::string_view password) {
  const auto credential = rows::find_service_credential_by_name(tx, user_name);
  if (!credential || credential->status != KeyStatus::kActive || credential->service != "codecommit.amazonaws.com")
    return std::nullopt;
  if (!password_matches(password, credential->password_hash)) return std::nullopt;
  const auto user = rows::find_by_id(tx, credential->user_id);
  if (!user) return std::nullopt;
  return user_caller(*user);
}

std::optional<region::SshKey> IamIdentity::find_ssh_key(store::Tx& tx, std::string_view key_id) {
  const auto key = rows::find_ssh_key(tx, key_id);
  if (!key || key->status != KeyStatus::kActive) return std::nullopt;
  const auto user = rows::find_by_id(tx, key->user_id);
  if (!user) return std::nullopt;
  return region::SshKey{key->line, user_caller(*user)};
}

std::optional<region::RoleFacts> IamIdentity::find_role(store::Tx& tx, std::string_view role_arn) {
  const auto role = rows::find_by_arn(tx, role_arn);
  if (!role || role->kind != Kind::kRole) return std::nullopt;
  return region::RoleFacts{.arn = role->arn,
                           .id = role->id,
                           .name = role->name,
                           .account = role->account,
                           .trust = Json::parse(current_trust(tx, *role)),
                           .longest_session = Seconds(role->body.integer("max_session", 3600)),
                           .tags = region::tags_of(tx, role->arn)};
}

Caller IamIdentity::open_session(const region::RoleFacts& role, std::string_view session_name,
                                 const region::SessionOptions& options) {
  Caller c;
  c.kind = Who::kAssumedRole;
  c.account = role.account;
  c.arn = make_arn("sts", "", role.account, "assumed-role/" + role.name + "/" + std::string(session_name));
  c.principal_arn = role.arn;
  c.user_id = role.id + ":" + std::string(session_name);
  c.name = role.name;
  c.session_name = session_name;
  c.session_policies = options.policies;
  c.session_tags = options.tags;
  c.source_identity = options.source_identity;
  c.token_issued_at = needs_.clock.now();
  return c;
}

Caller IamIdentity::assume_role(store::Tx& tx, std::string_view role_arn, std::string_view service_principal,
                                std::string_view session_name, std::string_view source_arn) {
  const auto denied = [&] {
    return wire::Error("AccessDenied", 403,
                       std::string(service_principal) +
                           " is not authorized to perform: sts:AssumeRole on resource: " + std::string(role_arn));
  };
  const auto role = find_role(tx, role_arn);
  if (!role) throw denied();

  Caller service = service_caller(role->account, service_principal);
  service.source_arn = source_arn;
  region::policy::Question question{.action = "sts:AssumeRole",
                                    .resource = role->arn,
                                    .resource_account = role->account,
                                    .caller = &service,
                                    .resource_policy_role = region::ResourcePolicyRole::kMustAllow};
  set_global_keys(question.context, {.caller = service,
                                     .now = needs_.clock.now(),
                                     .region = needs_.default_region,
                                     .caller_membership = needs_.memberships.find_membership(tx, role->account),
                                     .resource_account = role->account});
  question.context.set("sts:RoleSessionName", std::string(session_name));
  question.resource_policies.push_back(
      {role->arn, "role", policies_.parse(role->trust.dump(), region::policy::DocumentKind::kTrust)});
  if (!evaluate(question).allowed()) throw denied();
  uses.note(role->id, {needs_.clock.now(), std::string(service_principal), needs_.default_region});
  return open_session(*role, session_name, {});
}

Json IamIdentity::find_managed_policy(store::Tx& tx, std::string_view policy_arn) {
  const auto text = policies_.managed_text(tx, policy_arn);
  return text ? Json::parse(*text) : Json();
}

std::optional<std::string> IamIdentity::find_unknown_principal(store::Tx& tx,
                                                               const region::policy::Document& document) {
  return iam::find_unknown_principal(tx, document);
}

std::string IamIdentity::bind_principals(store::Tx& tx, std::string_view policy) {
  return iam::bind_principals(tx, policy);
}

std::string IamIdentity::show_principals(store::Tx& tx, std::string_view policy) {
  return iam::show_principals(tx, policy);
}

region::TemporaryCredentials IamIdentity::issue_keys(store::Tx& tx, const Caller& session, Seconds lifetime) {
  region::TemporaryCredentials out{.access_key_id = make_access_key_id("ASIA"),
                                   .secret_access_key = make_secret_access_key(),
                                   .session_token = make_session_token(),
                                   .expiration = needs_.clock.now() + lifetime,
                                   .caller = session};
  // What the client reads is whole seconds.
  out.expiration.ms -= out.expiration.ms % 1000;
  out.caller.access_key_id = out.access_key_id;
  out.caller.token_issued_at = needs_.clock.now();
  const Json secret = Json::object({{"secret", out.secret_access_key}, {"token", out.session_token}});
  rows::insert(tx, SessionRow{.access_key_id = out.access_key_id,
                              .sealed_secret = needs_.vault.seal(secret.dump(), secret_purpose(out.access_key_id)),
                              .caller = region::write_caller(session),
                              .issued = needs_.clock.now(),
                              .expires = out.expiration});
  return out;
}

Caller IamIdentity::service_caller(std::string_view account, std::string_view service_principal) {
  Caller c;
  c.kind = Who::kService;
  c.account = account;
  c.arn = c.principal_arn = c.user_id = c.name = service_principal;
  return c;
}

}  // namespace hanbat::iam
