// The instance metadata service: what an instance is told of itself at 169.254.169.254.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "region/held_keys.h"
#include "region/identity.h"
#include "region/region.h"

namespace hanbat::ec2 {

/// Keeps what the metadata service hands out and has to know again: session tokens, and roles' keys while they are
/// good. Safe from all threads. All of it may be lost: an instance asks anew.
class Metadata {
 public:
  static constexpr Seconds kKeyLifetime = std::chrono::hours(6);

  /// A token of the instance for that long. An instance has at most 256; one more ends its oldest.
  std::string issue_token(const std::string& instance_id, Timestamp now, Seconds lifetime);
  bool is_token(const std::string& instance_id, std::string_view token, Timestamp now);
  /// Keys of the role for the instance, the same until they near their end.
  /// `session_keys` are the condition keys that tell of the instance wherever the keys are used.
  region::TemporaryCredentials keys(region::Region& home, const std::string& instance_id, const std::string& role_arn,
                                    const std::map<std::string, std::string>& session_keys);

 private:
  struct Token {
    std::string value;
    Timestamp expires{0};
  };
  std::mutex mutex_;
  std::map<std::string, std::deque<Token>, std::less<>> tokens_;  // by instance, the oldest first
  region::HeldKeys keys_{kKeyLifetime, std::chrono::hours(1)};    // by role and what its sessions say of the instance
};

/// The same number when it may be an HttpPutResponseHopLimit (1 to 64); throws InvalidParameterValue.
/// Source: EC2 API reference, InstanceMetadataOptionsRequest.
int require_hop_limit(int hops);

}  // namespace hanbat::ec2
