// Elastic Load Balancing v2: application load balancers, on HAProxy. A call writes rows; a task hands the whole wanted
// set of balancers to the host side; an observer keeps what the balancers see of their targets' health.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "gen/elasticloadbalancing/operations.h"
#include "host/actions.h"
#include "region/region.h"
#include "services/elasticloadbalancing/store.h"

namespace hanbat::elasticloadbalancing {

class ElasticLoadBalancing final : public Operations {
 public:
  explicit ElasticLoadBalancing(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;

  // Load balancers
  CreateLoadBalancerOutput create_load_balancer(Request& rq, const CreateLoadBalancerInput& in) override;
  DescribeLoadBalancersOutput describe_load_balancers(Request& rq, const DescribeLoadBalancersInput& in) override;
  DeleteLoadBalancerOutput delete_load_balancer(Request& rq, const DeleteLoadBalancerInput& in) override;
  DescribeLoadBalancerAttributesOutput describe_load_balancer_attributes(
      Request& rq, const DescribeLoadBalancerAttributesInput& in) override;
  ModifyLoadBalancerAttributesOutput modify_load_balancer_attributes(
      Request& rq, const ModifyLoadBalancerAttributesInput& in) override;
  SetSecurityGroupsOutput set_security_groups(Request& rq, const SetSecurityGroupsInput& in) override;

  // Target groups
  CreateTargetGroupOutput create_target_group(Request& rq, const CreateTargetGroupInput& in) override;
  DescribeTargetGroupsOutput describe_target_groups(Request& rq, const DescribeTargetGroupsInput& in) override;
  ModifyTargetGroupOutput modify_target_group(Request& rq, const ModifyTargetGroupInput& in) override;
  DeleteTargetGroupOutput delete_target_group(Request& rq, const DeleteTargetGroupInput& in) override;
  DescribeTargetGroupAttributesOutput describe_target_group_attributes(
      Request& rq, const DescribeTargetGroupAttributesInput& in) override;
  ModifyTargetGroupAttributesOutput modify_target_group_attributes(Request& rq,
                                                                   const ModifyTargetGroupAttributesInput& in) override;

  // Targets
  RegisterTargetsOutput register_targets(Request& rq, const RegisterTargetsInput& in) override;
  DeregisterTargetsOutput deregister_targets(Request& rq, const DeregisterTargetsInput& in) override;
  DescribeTargetHealthOutput describe_target_health(Request& rq, const DescribeTargetHealthInput& in) override;

  // Listeners
  CreateListenerOutput create_listener(Request& rq, const CreateListenerInput& in) override;
  DescribeListenersOutput describe_listeners(Request& rq, const DescribeListenersInput& in) override;
  ModifyListenerOutput modify_listener(Request& rq, const ModifyListenerInput& in) override;
  DeleteListenerOutput delete_listener(Request& rq, const DeleteListenerInput& in) override;

  // Rules
  CreateRuleOutput create_rule(Request& rq, const CreateRuleInput& in) override;
  DescribeRulesOutput describe_rules(Request& rq, const DescribeRulesInput& in) override;
  ModifyRuleOutput modify_rule(Request& rq, const ModifyRuleInput& in) override;
  DeleteRuleOutput delete_rule(Request& rq, const DeleteRuleInput& in) override;
  SetRulePrioritiesOutput set_rule_priorities(Request& rq, const SetRulePrioritiesInput& in) override;

  // Tags
  AddTagsOutput add_tags(Request& rq, const AddTagsInput& in) override;
  RemoveTagsOutput remove_tags(Request& rq, const RemoveTagsInput& in) override;
  DescribeTagsOutput describe_tags(Request& rq, const DescribeTagsInput& in) override;

 private:
  /// Group's last part, address, port.
  using HealthKey = std::tuple<std::string, std::string, int>;

  /// With the request's commit: bring the balancers to what the rows say.
  void touch(Request& rq);
  void apply(store::TaskRun& run);
  void drain(store::TaskRun& run);
  void observe(const std::stop_token& stop);
  void follow_instances();
  TargetHealth health_of(Request& rq, const Resource<TargetGroup>& group, const TargetRow& target,
                         std::string_view unused_because);

  region::Region& home_;
  std::mutex applying_;  // so that an older state never goes out after a newer one
  std::mutex health_mutex_;
  std::map<HealthKey, host::TargetHealth> health_;  // guarded by health_mutex_
  std::jthread observer_;                           // the last member: it ends first
};

}  // namespace hanbat::elasticloadbalancing
