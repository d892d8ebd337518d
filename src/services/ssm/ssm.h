// AWS Systems Manager: Parameter Store, Run Command on the instances whose agents call, State Manager,
// Session Manager.
#pragma once

#include <span>
#include <string>

#include "gen/ssm/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/ssm/associations/runs.h"
#include "services/ssm/commands/deadlines.h"
#include "services/ssm/parameters/store.h"
#include "services/ssm/parameters/tags.h"
#include "services/ssm/sessions/sessions.h"

namespace hanbat::ssm {

/// How a SecureString's value is answered.
enum class Decryption { kLeaveSealed, kDecrypt };

class Ssm final : public Operations {
 public:
  explicit Ssm(region::Region& home) : home_(home), deadlines_(home), association_runs_(home), sessions_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override {
    deadlines_.start();
    association_runs_.start();
    sessions_.start();
  }

  /// The open sessions, for the endpoint of their channels.
  Sessions& sessions() { return sessions_; }

#include "gen/ssm/methods.inc"

 private:
  std::string sealed(const region::Request& rq, const std::string& name, const std::string& value) const;
  std::string opened(const region::Request& rq, const std::string& name, const std::string& sealed) const;
  /// The version that a name with an optional ":version" or ":label" means, ready to answer. Throws ParameterNotFound,
  /// ParameterVersionNotFound.
  Parameter selected(region::Request& rq, const std::string& selector, Decryption decryption);
  Parameter answer(region::Request& rq, const ParameterRow& parameter, const VersionRow& version,
                   Decryption decryption) const;
  /// One of AWS's own parameters.
  std::optional<Parameter> find_public(region::Request& rq, const std::string& name) const;

  region::Region& home_;
  Deadlines deadlines_;
  AssociationRuns association_runs_;
  Sessions sessions_;
};

/// rq.authorize of a parameter by its name or ARN, with an optional ":version" or ":label", with its tags.
void authorize(region::Request& rq, std::string_view action, const std::string& parameter,
               region::ConditionKeys keys = {});
/// The name in a parameter's ARN of the request's account and region; any other text unchanged.
std::string parameter_name(const region::Request& rq, const std::string& name_or_arn);

/// AWS's own parameters, which name the newest images: their value, or nothing when the name is none of them. Asks EC2.
std::optional<std::string> find_public_parameter(region::Request& rq, const std::string& name);
/// Throws ParameterNotFound for a name of AWS's public parameters that there is none of here, and says which there are.
void refuse_absent_public_parameter(region::Request& rq, const std::string& name);
/// The secret of Secrets Manager that a name below /aws/reference/secretsmanager means, read on behalf of the request's
/// caller; nothing for any other name. Throws ParameterNotFound, and ValidationException when it is to stay sealed.
std::optional<Parameter> find_secret_reference(region::Request& rq, const std::string& selector, Decryption decryption);
/// The names of AWS's own parameters below a path.
std::vector<std::string> public_parameters(const std::string& path);

/// Asks whether the caller may do the action to the instance, with its tags.
void authorize_instance(region::Request& rq, std::string_view action, const std::string& id);

/// The topic that wakes an instance's agent.
std::string message_topic(const std::string& account, const std::string& region, const std::string& instance);

}  // namespace hanbat::ssm
