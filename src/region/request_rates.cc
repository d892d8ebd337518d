#include "region/request_rates.h"

#include <algorithm>

namespace hanbat::region {
namespace {

constexpr std::size_t kMostBuckets = 20000;

thread_local RequestRates* current_rates = nullptr;

}  // namespace

bool RequestRates::take(std::string_view account, Load load, Timestamp now) {
  if (account == exempt_) return true;
  const double cost = load == Load::kData ? 0.1 : 1;
  const std::lock_guard lock(mutex_);
  auto found = buckets_.find(account);
  // Addresses come and go; who is forgotten begins with a whole burst, so only a great many at once gain by it.
  if (found == buckets_.end() && buckets_.size() >= kMostBuckets) buckets_.clear();
  if (found == buckets_.end()) found = buckets_.emplace(std::string(account), Bucket{limits_.burst, now}).first;
  Bucket& bucket = found->second;
  // A clock that was set back gives nothing and takes nothing.
  const double passed = static_cast<double>(std::max<std::int64_t>(now.ms - bucket.at.ms, 0)) / 1000.0;
  bucket.tokens = std::min(limits_.burst, bucket.tokens + passed * limits_.requests_per_second);
  bucket.at = now;
  if (bucket.tokens < cost) return false;
  bucket.tokens -= cost;
  return true;
}

RatesScope::RatesScope(RequestRates& rates) : before_(current_rates) { current_rates = &rates; }
RatesScope::~RatesScope() { current_rates = before_; }
RequestRates* RatesScope::current() { return current_rates; }

}  // namespace hanbat::region
