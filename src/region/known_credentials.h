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

/// Safe from all threads.
class KnownCredentials {
 public:
  /// What Identity::find_credential says, with every change that was answered before this was called; null when the key
  /// is nobody's. Keeps nothing where the identity does not count changes.
  std::shared_ptr<const Credential> find(Region& home, const std::string& access_key_id);

 private:
  std::shared_ptr<const Credential> find_known(std::uint64_t changes, const std::string& access_key_id) const;
  void keep(std::uint64_t changes, const std::string& access_key_id, std::shared_ptr<const Credential> credential);

  mutable std::mutex mutex_;
  std::uint64_t changes_ = 0;  // Identity::credential_changes, before what is known was read
  std::map<std::string, std::shared_ptr<const Credential>, std::less<>> known_;
};

}  // namespace hanbat::region
