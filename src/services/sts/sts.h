// AWS Security Token Service: who am I, and keys that end by themselves.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/sts/operations.h"
#include "region/region.h"

namespace hanbat::sts {

using region::Request;

class Sts final : public Operations {
 public:
  explicit Sts(region::Region& home) : home_(home) {}

#include "gen/sts/methods.inc"

 private:
  Credentials issue(Request& rq, const region::Caller& session, Seconds lifetime) const;
  /// The session policies that a caller gave, checked; null when none. Throws MalformedPolicyDocument.
  Json session_policies(Request& rq, const std::optional<std::string>& inline_policy,
                        const std::optional<std::vector<PolicyDescriptorType>>& managed) const;

  region::Region& home_;
};

}  // namespace hanbat::sts
