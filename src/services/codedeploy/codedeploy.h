// AWS CodeDeploy: applications, deployment groups, revisions and deployments to EC2 instances in place.
#pragma once

#include <span>
#include <string>

#include "gen/codedeploy/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/codedeploy/deployments/workflow.h"
#include "services/codedeploy/store.h"

namespace hanbat::codedeploy {

class CodeDeploy final : public Operations {
 public:
  explicit CodeDeploy(region::Region& home) : home_(home), workflow_(home, store_) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

  CreateApplicationOutput create_application(region::Request& rq, const CreateApplicationInput& in) override;
  GetApplicationOutput get_application(region::Request& rq, const GetApplicationInput& in) override;
  BatchGetApplicationsOutput batch_get_applications(region::Request& rq, const BatchGetApplicationsInput& in) override;
  ListApplicationsOutput list_applications(region::Request& rq, const ListApplicationsInput& in) override;
  UpdateApplicationOutput update_application(region::Request& rq, const UpdateApplicationInput& in) override;
  DeleteApplicationOutput delete_application(region::Request& rq, const DeleteApplicationInput& in) override;
  CreateDeploymentConfigOutput create_deployment_config(region::Request& rq,
                                                        const CreateDeploymentConfigInput& in) override;
  GetDeploymentConfigOutput get_deployment_config(region::Request& rq, const GetDeploymentConfigInput& in) override;
  ListDeploymentConfigsOutput list_deployment_configs(region::Request& rq,
                                                      const ListDeploymentConfigsInput& in) override;
  DeleteDeploymentConfigOutput delete_deployment_config(region::Request& rq,
                                                        const DeleteDeploymentConfigInput& in) override;
  CreateDeploymentGroupOutput create_deployment_group(region::Request& rq,
                                                      const CreateDeploymentGroupInput& in) override;
  UpdateDeploymentGroupOutput update_deployment_group(region::Request& rq,
                                                      const UpdateDeploymentGroupInput& in) override;
  GetDeploymentGroupOutput get_deployment_group(region::Request& rq, const GetDeploymentGroupInput& in) override;
  BatchGetDeploymentGroupsOutput batch_get_deployment_groups(region::Request& rq,
                                                             const BatchGetDeploymentGroupsInput& in) override;
  ListDeploymentGroupsOutput list_deployment_groups(region::Request& rq, const ListDeploymentGroupsInput& in) override;
  DeleteDeploymentGroupOutput delete_deployment_group(region::Request& rq,
                                                      const DeleteDeploymentGroupInput& in) override;
  RegisterApplicationRevisionOutput register_application_revision(region::Request& rq,
                                                                  const RegisterApplicationRevisionInput& in) override;
  GetApplicationRevisionOutput get_application_revision(region::Request& rq,
                                                        const GetApplicationRevisionInput& in) override;
  BatchGetApplicationRevisionsOutput batch_get_application_revisions(
      region::Request& rq, const BatchGetApplicationRevisionsInput& in) override;
  ListApplicationRevisionsOutput list_application_revisions(region::Request& rq,
                                                            const ListApplicationRevisionsInput& in) override;
  CreateDeploymentOutput create_deployment(region::Request& rq, const CreateDeploymentInput& in) override;
  GetDeploymentOutput get_deployment(region::Request& rq, const GetDeploymentInput& in) override;
  BatchGetDeploymentsOutput batch_get_deployments(region::Request& rq, const BatchGetDeploymentsInput& in) override;
  ListDeploymentsOutput list_deployments(region::Request& rq, const ListDeploymentsInput& in) override;
  StopDeploymentOutput stop_deployment(region::Request& rq, const StopDeploymentInput& in) override;
  ListDeploymentTargetsOutput list_deployment_targets(region::Request& rq,
                                                      const ListDeploymentTargetsInput& in) override;
  GetDeploymentTargetOutput get_deployment_target(region::Request& rq, const GetDeploymentTargetInput& in) override;
  BatchGetDeploymentTargetsOutput batch_get_deployment_targets(region::Request& rq,
                                                               const BatchGetDeploymentTargetsInput& in) override;
  ListDeploymentInstancesOutput list_deployment_instances(region::Request& rq,
                                                          const ListDeploymentInstancesInput& in) override;
  GetDeploymentInstanceOutput get_deployment_instance(region::Request& rq,
                                                      const GetDeploymentInstanceInput& in) override;
  BatchGetDeploymentInstancesOutput batch_get_deployment_instances(region::Request& rq,
                                                                   const BatchGetDeploymentInstancesInput& in) override;
  TagResourceOutput tag_resource(region::Request& rq, const TagResourceInput& in) override;
  UntagResourceOutput untag_resource(region::Request& rq, const UntagResourceInput& in) override;
  ListTagsForResourceOutput list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) override;

 private:
  /// rq.authorize of an application or group by its ARN, with its tags.
  void authorize(region::Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
  /// The same of an ARN that the caller gave, for operations about tags; then throws when it names nothing.
  void authorize_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                        region::ConditionKeys keys = {});
  /// Authorizes for the group of a deployment, which its name alone does not tell; then throws when there is none.
  Deployment require_deployment(region::Request& rq, std::string_view action, const std::string& id);
  void check_group(region::Request& rq, DeploymentGroupInfo& group);

  void plan(store::TaskRun& run);
  void move_traffic(store::TaskRun& run);
  void wake(store::TaskRun& run);
  void publish_agent(store::TaskRun& run);

  region::Region& home_;
  Store store_;
  Workflow workflow_;
};

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// A page of a list that is at hand: from the token's place on, and the next token.
struct Paging {
  std::size_t offset = 0;

  /// Throws InvalidNextTokenException.
  explicit Paging(const std::optional<std::string>& token);
  /// Cuts the list to its page; returns the token of the next one.
  template <class T>
  std::optional<std::string> cut(std::vector<T>& items, std::size_t limit = 100) const {
    items.erase(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(std::min(offset, items.size())));
    if (items.size() <= limit) return std::nullopt;
    items.resize(limit);
    return token(offset + limit);
  }
  static std::string token(std::size_t offset);
};

}  // namespace hanbat::codedeploy
