#include "console/sign_in.h"

#include <algorithm>
#include <utility>

#include "base/ids.h"
#include "crypto/digest.h"

namespace hanbat::console {

std::string SignIn::keep(Session session) {
  std::string token = random_hex(64);
  const Timestamp now = clock_.now();
  const std::lock_guard lock(mutex_);
  forget_old(now);
  if (kept_.size() >= kMostTokens) {
    const auto by_age = [](const auto& a, const auto& b) { return a.second.until < b.second.until; };
    kept_.erase(std::min_element(kept_.begin(), kept_.end(), by_age));
  }
  kept_[crypto::sha256(token)] = {std::move(session), now + kTokenLife};
  return token;
}

std::optional<Session> SignIn::take(std::string_view token) {
  const std::lock_guard lock(mutex_);
  forget_old(clock_.now());
  // By its hash: how long the search takes says nothing about a token that is right in part.
  const auto found = kept_.find(crypto::sha256(token));
  if (found == kept_.end()) return std::nullopt;
  Session session = std::move(found->second.session);
  kept_.erase(found);
  return session;
}

bool SignIn::may_try() {
  const std::lock_guard lock(mutex_);
  forget_old(clock_.now());
  return failures_.size() < kMostFailures;
}

void SignIn::failed() {
  const std::lock_guard lock(mutex_);
  failures_.push_back(clock_.now());
}

void SignIn::forget_old(Timestamp now) {
  std::erase_if(kept_, [&](const auto& one) { return one.second.until <= now; });
  while (!failures_.empty() && failures_.front() + kFailureWindow <= now) failures_.pop_front();
}

}  // namespace hanbat::console
