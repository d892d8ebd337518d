#include "region/known_credentials.h"

#include <utility>

#include "region/region.h"

namespace hanbat::region {
namespace {

/// Past it all are read anew; a region with more keys at work at once has other worries.
constexpr std::size_t kMost = 1024;

}  // namespace

std::shared_ptr<const Credential> KnownCredentials::find(Region& home, const std::string& access_key_id) {
  // Before the read: it has all changes that are counted by now, and one that is counted later makes it count no more.
  const std::uint64_t changes = counted_ ? counted_->credential_changes() : 0;
  if (counted_)
    if (auto known = find_known(changes, access_key_id)) return known;
  auto read = home.db.read([&](store::Tx& tx) { return home.identity().find_credential(tx, access_key_id); });
  if (!read) return nullptr;
  auto credential = std::make_shared<const Credential>(std::move(*read));
  if (counted_) keep(changes, access_key_id, credential);
  return credential;
}

std::shared_ptr<const Credential> KnownCredentials::find_known(std::uint64_t changes,
                                                               const std::string& access_key_id) const {
  const std::lock_guard lock(mutex_);
  if (changes_ != changes) return nullptr;
  const auto found = known_.find(access_key_id);
  return found == known_.end() ? nullptr : found->second;
}

void KnownCredentials::keep(std::uint64_t changes, const std::string& access_key_id,
                            std::shared_ptr<const Credential> credential) {
  const std::lock_guard lock(mutex_);
  if (changes < changes_) return;  // read before a change that others have seen
  if (changes > changes_ || known_.size() >= kMost) known_.clear();
  changes_ = changes;
  known_[access_key_id] = std::move(credential);
}

}  // namespace hanbat::region
