// AWS Systems Manager: Parameter Store, and Run Command on the instances whose agents call.
#pragma once

#include <span>
#include <string>

#include "gen/ssm/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"

namespace hanbat::ssm {

class Ssm final : public Operations {
 public:
  explicit Ssm(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

#include "gen/ssm/methods.inc"

 private:
  std::string sealed(const region::Request& rq, const std::string& name, const std::string& value) const;
  std::string opened(const region::Request& rq, const std::string& name, const std::string& sealed) const;
  /// The version that a name with an optional ":version" or ":label" means, ready to answer. Throws ParameterNotFound,
  /// ParameterVersionNotFound.
  Parameter require_parameter(region::Request& rq, const std::string& selector, bool decrypt);
  Parameter answer(region::Request& rq, const store::Row& version, bool decrypt) const;
  /// Ends invocations whose time is over. Task ssm.deadline.
  void expire(store::TaskRun& run);

  region::Region& home_;
};

/// "arn:aws:ssm:…:parameter/a/b" for "/a/b" and for "a/b".
std::string parameter_arn(const region::Request& rq, const std::string& name);
/// rq.authorize of a parameter by its name or ARN, with an optional ":version" or ":label", with its tags.
void authorize(region::Request& rq, std::string_view action, const std::string& parameter,
               region::ConditionKeys keys = {});
/// The name in a parameter's ARN of the request's account and region; any other text unchanged.
std::string parameter_name(const region::Request& rq, const std::string& name_or_arn);

/// AWS's own parameters, which name the newest images: their value, or nothing when the name is none of them. Asks EC2.
std::optional<std::string> find_public_parameter(region::Request& rq, const std::string& name);
/// The names of those below a path.
std::vector<std::string> public_parameters(const std::string& path);

inline constexpr std::string_view kDeadline = "ssm.deadline";

/// The topic that wakes an instance's agent.
std::string message_topic(const std::string& account, const std::string& region, const std::string& instance);

}  // namespace hanbat::ssm
