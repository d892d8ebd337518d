#include "guest/build_runner/secret_reference.h"

#include <vector>

#include "base/text.h"

namespace hanbat::guest {

SecretReference SecretReference::parse(const std::string& text) {
  constexpr std::size_t kOfArn = 7;  // arn:aws:secretsmanager:<region>:<account>:secret:<name>
  std::vector<std::string> parts = split(text, ':');
  const std::size_t own = text.starts_with("arn:") ? kOfArn : 1;
  if (parts.size() < own || parts.size() > own + 3 || parts[own - 1].empty())
    throw SecretReferenceError(text + " is not of the form secret-id:json-key:version-stage:version-id");
  parts.resize(own + 3);
  const auto end = parts.begin() + static_cast<std::ptrdiff_t>(own);
  return {join({parts.begin(), end}, ":"), parts[own], parts[own + 1], parts[own + 2]};
}

Json SecretReference::request() const {
  Json request = Json::object({{"SecretId", secret_id}});
  if (!version_stage.empty()) request["VersionStage"] = version_stage;
  if (!version_id.empty()) request["VersionId"] = version_id;
  return request;
}

std::string SecretReference::value(const Json& answer) const {
  const Json* text = answer.find("SecretString");
  if (!text || !text->is_string()) throw SecretReferenceError("the secret " + secret_id + " holds no text");
  if (json_key.empty()) return text->as_string();
  Json members;
  try {
    members = Json::parse(text->as_string());
  } catch (const JsonError&) {
    // Not with the parser's message, which shows a piece of the value.
    throw SecretReferenceError("the secret " + secret_id + " is no JSON, so it has no key " + json_key);
  }
  const Json* found = members.find(json_key);
  if (!found) throw SecretReferenceError("the secret " + secret_id + " has no JSON key " + json_key);
  return found->is_string() ? found->as_string() : found->dump();
}

}  // namespace hanbat::guest
