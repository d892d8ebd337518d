// AWS CodeDeploy: applications, deployment groups, revisions and deployments to EC2 instances in place.
#pragma once

#include <span>
#include <string>

#include "gen/codedeploy/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codedeploy/store.h"
#include "services/codedeploy/workers/workers.h"

namespace hanbat::codedeploy {

/// Who passes roles to CodeDeploy, and as whom it takes them on.
inline constexpr const char* kPrincipal = "codedeploy.amazonaws.com";

class CodeDeploy final : public Operations {
 public:
  explicit CodeDeploy(region::Region& home) : home_(home), workflow_(home), workers_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override { workers_.start(); }

#include "gen/codedeploy/methods.inc"

 private:
  /// rq.authorize of an application or group by its ARN, with its tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
  /// The same of an ARN that the caller gave, for operations about tags; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});
  /// Authorizes for the group of a deployment, which its id alone does not say; then throws when there is none.
  Deployment require_deployment(region::Request& rq, std::string_view action, const std::string& id);
  void check_group(region::Request& rq, DeploymentGroupInfo& group);

  region::Region& home_;
  Workflow workflow_;
  Workers workers_;
};

}  // namespace hanbat::codedeploy
