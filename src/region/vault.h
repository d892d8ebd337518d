// Secrets at rest: what must be had back in clear (secret access keys, SecureString parameters) lies in the database
// only sealed, with AES-256-GCM under a key that is a file of the state folder and no part of the database.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat::region {

/// Seals and opens texts. Objects on the same state folder open each other's. Safe from all threads.
class Vault {
 public:
  /// Reads `<state folder>/secrets.key`, which is made (0600) when there is none. Throws std::system_error.
  explicit Vault(const std::string& state_folder);

  /// base64 of nonce, ciphertext and tag. `purpose` ("iam.secret:AKIA…") must be the same when it is opened, so that a
  /// sealed text cannot be moved to another place.
  std::string seal(std::string_view secret, std::string_view purpose) const;
  /// Nothing when it was changed, was sealed for another purpose, or under another key.
  std::optional<std::string> open(std::string_view sealed, std::string_view purpose) const;

 private:
  std::string key_;
};

}  // namespace hanbat::region
