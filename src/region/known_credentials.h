// What an access key opens is asked at every call, and seldom changes: it is read once and kept until a commit that may
// have changed it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "region/identity.h"

namespace hanbat::region {

class Region;

/// Who counts what changes credentials. The iam service does.
class CredentialChanges {
 public:
  /// How many commits may have changed what Identity::find_credential says of a key that it knew, each counted before
  /// its call is answered. Any thread, no transaction.
  virtual std::uint64_t credential_changes() const = 0;

 protected:
  ~CredentialChanges() = default;
};

/// Safe from all threads.
class KnownCredentials {
 public:
  /// Without `counted` nothing is kept.
  explicit KnownCredentials(const CredentialChanges* counted) : counted_(counted) {}

  /// What Identity::find_credential says, with every change that was answered before this was called; null when the key
  /// is nobody's.
  std::shared_ptr<const Credential> find(Region& home, const std::string& access_key_id);

 private:
  std::shared_ptr<const Credential> find_known(std::uint64_t changes, const std::string& access_key_id) const;
  void keep(std::uint64_t changes, const std::string& access_key_id, std::shared_ptr<const Credential> credential);

  const CredentialChanges* const counted_;
  mutable std::mutex mutex_;
  std::uint64_t changes_ = 0;  // how many there were before what is known was read
  std::map<std::string, std::shared_ptr<const Credential>, std::less<>> known_;
};

}  // namespace hanbat::region
