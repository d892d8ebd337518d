// Public keys for git over SSH. The iam service keeps them and implements this; CodeCommit asks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "region/identity.h"

namespace hanbat::region {

/// A public key, and whose it is.
struct SshKey {
  std::string line;  // "ssh-rsa AAAA…"
  Caller caller;
};

class SshKeys {
 public:
  /// A key by its id (APKA…), when it is active. Reads in the caller's transaction.
  virtual std::optional<SshKey> find_ssh_key(store::Tx& tx, std::string_view key_id) = 0;

 protected:
  ~SshKeys() = default;
};

}  // namespace hanbat::region
