// Tags of load balancers, target groups, listeners and rules.
#include "services/elasticloadbalancing/elasticloadbalancing.h"

namespace hanbat::elasticloadbalancing {
namespace {

void require_any(Request& rq, const std::string& arn) {
  if (arn.find(":targetgroup/") != std::string::npos) {
    require<TargetGroup>(rq, arn);
  } else if (arn.find(":listener-rule/") != std::string::npos) {
    require<Rule>(rq, arn);
  } else if (arn.find(":listener/") != std::string::npos) {
    require<Listener>(rq, arn);
  } else if (arn.find(":loadbalancer/") != std::string::npos) {
    require<LoadBalancer>(rq, arn);
  } else {
    throw validation_error("'" + arn + "' is not a valid load balancer, target group, listener or listener rule ARN");
  }
}

void require_arns(const std::vector<std::string>& arns) {
  if (arns.empty()) throw validation_error("A resource ARN must be specified");
}

}  // namespace

AddTagsOutput ElasticLoadBalancing::add_tags(Request& rq, const AddTagsInput& in) {
  require_arns(in.resource_arns);
  for (const std::string& arn : in.resource_arns)
    authorize(rq, "elasticloadbalancing:AddTags", arn, region::request_tag_keys(region::tag_map(in.tags)));

  for (const std::string& arn : in.resource_arns) require_any(rq, arn);

  for (const std::string& arn : in.resource_arns) region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);
  return {};
}

RemoveTagsOutput ElasticLoadBalancing::remove_tags(Request& rq, const RemoveTagsInput& in) {
  require_arns(in.resource_arns);
  for (const std::string& arn : in.resource_arns)
    authorize(rq, "elasticloadbalancing:RemoveTags", arn, region::removed_tag_keys(in.tag_keys));

  for (const std::string& arn : in.resource_arns) require_any(rq, arn);

  for (const std::string& arn : in.resource_arns) region::remove_tags(rq.tx, arn, in.tag_keys, kTagRules);
  return {};
}

DescribeTagsOutput ElasticLoadBalancing::describe_tags(Request& rq, const DescribeTagsInput& in) {
  rq.authorize("elasticloadbalancing:DescribeTags", "*");

  DescribeTagsOutput out;
  out.tag_descriptions.emplace();
  for (const std::string& arn : in.resource_arns) {
    require_any(rq, arn);
    TagDescription& one = out.tag_descriptions->emplace_back();
    one.resource_arn = arn;
    one.tags = region::tag_list<Tag>(region::tags_of(rq.tx, arn));
  }
  return out;
}

}  // namespace hanbat::elasticloadbalancing
