// /aws/reference/secretsmanager/<secret>[:<label or version>]: a secret of Secrets Manager, read with the caller's
// rights. Source: Systems Manager User Guide, "Referencing AWS Secrets Manager secrets from Parameter Store
// parameters".
#include <algorithm>

#include "gen/secretsmanager/client.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

constexpr std::string_view kSecretsFolder = "/aws/reference/secretsmanager/";

/// Whether what follows the secret's name is a version's id, a UUID mostly, and no label.
bool is_version_id(const std::string& text) {
  return text.size() >= 32 &&
         std::ranges::all_of(text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) || c == '-'; });
}

/// What Secrets Manager answered, as Parameter Store passes it on.
std::string source_of(const secretsmanager::GetSecretValueOutput& secret) {
  Json source = Json::object({{"ARN", *secret.arn}, {"name", *secret.name}, {"versionId", *secret.version_id}});
  source["secretString"] = *secret.secret_string;
  source["versionStages"] = Json(secret.version_stages.value_or(std::vector<std::string>()));
  source["createdDate"] = format_utc(*secret.created_date, "%b %-d, %Y, %-I:%M:%S %p");
  return source.dump();
}

}  // namespace

std::optional<Parameter> find_secret_reference(region::Request& rq, const std::string& selector,
                                               Decryption decryption) {
  const std::string text = parameter_name(rq, selector);
  if (!text.starts_with(kSecretsFolder)) return std::nullopt;
  if (decryption != Decryption::kDecrypt)
    throw wire::Error("ValidationException", 400,
                      "WithDecryption flag must be True for retrieving a Secret Manager secret.");
  const std::string name = text.substr(0, text.find(':'));
  const std::string chosen = text.substr(std::min(text.size(), name.size() + 1));
  secretsmanager::GetSecretValueInput in{.secret_id = name.substr(kSecretsFolder.size())};
  if (!chosen.empty()) (is_version_id(chosen) ? in.version_id : in.version_stage) = chosen;

  secretsmanager::GetSecretValueOutput secret;
  try {
    secret = secretsmanager::Client(rq).get_secret_value(in);
  } catch (const wire::Error& error) {
    if (error.code() != "ResourceNotFoundException") throw;
    throw ParameterNotFound("An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret " + text +
                            " not found.");
  }
  if (!secret.secret_string)
    throw wire::Error::not_implemented(rq.operation.name, "a reference to a secret with a binary value");

  Parameter p;
  p.name = name;
  p.arn = secret.arn;
  p.type = "SecureString";
  p.value = *secret.secret_string;
  p.version = 0;
  if (!chosen.empty()) p.selector = ":" + chosen;
  p.last_modified_date = secret.created_date;
  p.source_result = source_of(secret);
  return p;
}

}  // namespace hanbat::ssm
