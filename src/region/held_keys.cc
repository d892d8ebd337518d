#include "region/held_keys.h"

#include <optional>

#include "region/region.h"

namespace hanbat::region {

TemporaryCredentials HeldKeys::get(Region& home, const std::string& name,
                                   const std::function<Caller(store::Tx&)>& open) {
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(held_, [&](const auto& item) { return item.second.expiration - home.clock.now() <= renew_before_; });
    const auto found = held_.find(name);
    if (found != held_.end()) return found->second;
  }
  // Not under the lock, as others wait for it: two who ask at once may get two pairs of keys, and the later is held.
  TemporaryCredentials fresh =
      home.db.write([&](store::Tx& tx) { return home.identity().issue_keys(tx, open(tx), lifetime_); });
  const std::lock_guard lock(mutex_);
  return held_[name] = std::move(fresh);
}

}  // namespace hanbat::region
