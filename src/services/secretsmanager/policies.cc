// The resource policies of secrets.
#include "region/policy/public_access.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {
namespace {

constexpr const char* kSyntax = "This resource policy contains a syntax error.";
constexpr const char* kPrincipal = "This resource policy contains an unsupported principal.";
constexpr const char* kPublic = "This resource policy grants broad access to the secret.";
constexpr const char* kLocksOut = "This resource policy takes from its author the permission to change it.";

/// Which checks a policy does not pass, by name, and why.
using Findings = std::vector<ValidationErrorsEntry>;

void add(Findings& findings, const std::string& check, const std::string& message) {
  findings.push_back({.check_name = check, .error_message = message});
}

}  // namespace

region::policy::Document SecretsManager::require_policy(region::Request& rq, const std::string& text) const {
  try {
    auto document = region::policy::parse_document(text, region::policy::DocumentKind::kResource);
    if (home_.identity().find_unknown_principal(rq.tx, document)) throw MalformedPolicyDocumentException(kPrincipal);
    return document;
  } catch (const region::policy::DocumentError&) {
    throw MalformedPolicyDocumentException(kSyntax);
  }
}

GetResourcePolicyOutput SecretsManager::get_resource_policy(region::Request& rq, const GetResourcePolicyInput& in) {
  const SecretRow secret = require_secret(rq, "secretsmanager:GetResourcePolicy", in.secret_id);

  GetResourcePolicyOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  if (secret.shape.policy) out.resource_policy = home_.identity().show_principals(rq.tx, *secret.shape.policy);
  return out;
}

PutResourcePolicyOutput SecretsManager::put_resource_policy(region::Request& rq, const PutResourcePolicyInput& in) {
  const bool block = in.block_public_policy.value_or(false);
  SecretRow secret = require_secret(rq, "secretsmanager:PutResourcePolicy", in.secret_id,
                                    {{"secretsmanager:BlockPublicPolicy", {block ? "true" : "false"}}});

  if (is_public(require_policy(rq, in.resource_policy)) && block) throw PublicPolicyException(kPublic);

  secret.shape.policy = home_.identity().bind_principals(rq.tx, in.resource_policy);
  secret.shape.changed = rq.now();
  region::update(rq.tx, secret);

  PutResourcePolicyOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  return out;
}

DeleteResourcePolicyOutput SecretsManager::delete_resource_policy(region::Request& rq,
                                                                  const DeleteResourcePolicyInput& in) {
  SecretRow secret = require_secret(rq, "secretsmanager:DeleteResourcePolicy", in.secret_id);

  if (secret.shape.policy) {
    secret.shape.policy.reset();
    secret.shape.changed = rq.now();
    region::update(rq.tx, secret);
  }

  DeleteResourcePolicyOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  return out;
}

ValidateResourcePolicyOutput SecretsManager::validate_resource_policy(region::Request& rq,
                                                                      const ValidateResourcePolicyInput& in) {
  std::optional<SecretRow> secret;
  for (const std::string_view action : {"secretsmanager:ValidateResourcePolicy", "secretsmanager:PutResourcePolicy"})
    if (in.secret_id)
      secret = require_secret(rq, action, *in.secret_id);
    else
      rq.authorize(action, "*");

  Findings findings;
  try {
    if (is_public(require_policy(rq, in.resource_policy))) add(findings, "PublicPolicyCheck", kPublic);
    if (secret) {
      secret->shape.policy = home_.identity().bind_principals(rq.tx, in.resource_policy);
      ask(rq, "secretsmanager:PutResourcePolicy", *secret, {});
    }
  } catch (const MalformedPolicyDocumentException& malformed) {
    add(findings, "SyntaxCheck", malformed.message());
  } catch (const wire::Error&) {
    add(findings, "LockoutCheck", kLocksOut);
  }

  ValidateResourcePolicyOutput out;
  out.policy_validation_passed = findings.empty();
  out.validation_errors = std::move(findings);
  return out;
}

}  // namespace hanbat::secretsmanager
