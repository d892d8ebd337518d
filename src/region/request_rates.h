// How many requests an account may make: a bucket of tokens for each, as AWS throttles its APIs, so that one account's
// requests keep nobody else's waiting. Source: "Request throttling for the Amazon EC2 API",
// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/account_limits.h"

namespace hanbat::region {

/// What a request takes of the bucket. One that moves data (S3's objects, layers of images, git's packs) is one of many
/// that a single command of a user's makes, and a tenth of a call.
enum class Load { kCall, kData };

/// Safe from all threads.
class RequestRates {
 public:
  /// `exempt` is the account of the region's operator.
  RequestRates(AccountLimits limits, std::string exempt) : limits_(limits), exempt_(std::move(exempt)) {}

  /// Takes what the request costs out of the bucket of the account, or of an address of who has none; false when it has
  /// not that much.
  bool take(std::string_view account, Load load, Timestamp now);

 private:
  struct Bucket {
    double tokens;
    Timestamp at;
  };
  const AccountLimits limits_;
  const std::string exempt_;
  std::mutex mutex_;
  std::map<std::string, Bucket, std::less<>> buckets_;  // guarded by mutex_
};

/// Holds the requests that this thread carries out to the rates, as long as it lives.
class RatesScope {
 public:
  explicit RatesScope(RequestRates& rates);
  ~RatesScope();
  RatesScope(const RatesScope&) = delete;
  RatesScope& operator=(const RatesScope&) = delete;

  /// Those of this thread; null outside of any scope, as in tests of a service.
  static RequestRates* current();

 private:
  RequestRates* const before_;
};

}  // namespace hanbat::region
