// How buildspecs and variables of the type SECRETS_MANAGER name what is in a secret:
//     <secret-id>[:<json-key>[:<version-stage>[:<version-id>]]]
// where the secret's id is a name or an ARN, and each of the others may be empty.
// Source: the CodeBuild user guide, "Build specification reference", "env/secrets-manager".
#pragma once

#include <stdexcept>
#include <string>

#include "base/json.h"

namespace hanbat::guest {

/// The reference is wrong, or the secret holds nothing of the kind; the message names no value.
struct SecretReferenceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct SecretReference {
  std::string secret_id;
  std::string json_key;       ///< "" = the whole text
  std::string version_stage;  ///< "" = as Secrets Manager has it
  std::string version_id;     ///< likewise

  /// Throws SecretReferenceError.
  static SecretReference parse(const std::string& text);
  /// The input of GetSecretValue.
  Json request() const;
  /// What the variable is, of what GetSecretValue answered. Throws SecretReferenceError.
  std::string value(const Json& answer) const;
};

}  // namespace hanbat::guest
