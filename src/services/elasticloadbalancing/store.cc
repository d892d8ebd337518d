#include "services/elasticloadbalancing/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "base/arn.h"
#include "region/tag_refusals.h"
#include "wire/error.h"

namespace hanbat::elasticloadbalancing {

namespace {

constexpr std::size_t kMostTags = 50;

/// Two faults have errors of their own in the model; the others break its constraints.
constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTags", "The quota for the number of tags that can be assigned has been reached"},
    .reserved = {"ValidationError", "Tag keys that begin with 'aws:' are reserved: {key}"},
    .duplicate = {"DuplicateTagKeys", "Duplicate tag key specified in request: {key}"},
    .empty_key = {"ValidationError", "A tag key cannot be empty"},
    .long_key = {"ValidationError", "The tag key '{key}' cannot be longer than '128' characters"},
    .long_value = {"ValidationError", "The value of the tag '{key}' cannot be longer than '256' characters"},
    .key_character = {"ValidationError", "The tag '{key}' has characters that are not allowed"},
    .value_character = {"ValidationError", "The tag '{key}' has characters that are not allowed"}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>, .most = kMostTags};

std::vector<std::string> groups_of(const std::optional<std::vector<Action>>& actions) {
  std::vector<std::string> arns;
  if (!actions) return arns;
  for (const Action& action : *actions) {
    if (action.forward_config && action.forward_config->target_groups)
      for (const TargetGroupTuple& one : *action.forward_config->target_groups)
        arns.push_back(one.target_group_arn.value_or(""));
    else if (action.target_group_arn)
      arns.push_back(*action.target_group_arn);
  }
  return arns;
}

std::map<std::string, std::set<std::string>> balancers_by_group(store::Tx& tx, const region::Place& place) {
  std::map<std::string, std::set<std::string>> balancers;
  const auto add = [&](const std::optional<std::vector<Action>>& actions, const std::string& balancer) {
    for (const std::string& group : groups_of(actions)) balancers[group].insert(balancer);
  };
  for (const auto& listener : list<Listener>(tx, place)) {
    add(listener.shape.default_actions, listener.parent);
    for (const auto& rule : list_of<Rule>(tx, listener.id)) add(rule.shape.actions, listener.parent);
  }
  return balancers;
}

std::vector<std::string> balancers_of_group(store::Tx& tx, const Resource<TargetGroup>& group) {
  const auto all = balancers_by_group(tx, group.place);
  const auto found = all.find(group.id);
  if (found == all.end()) return {};
  return {found->second.begin(), found->second.end()};
}

std::string_view last_part(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

void require_arn_of(const Request& rq, std::string_view thing, std::string_view arn) {
  static constexpr std::pair<std::string_view, std::string_view> kForms[] = {{"load balancer", "loadbalancer/"},
                                                                             {"target group", "targetgroup/"},
                                                                             {"listener", "listener/"},
                                                                             {"listener rule", "listener-rule/"}};
  const auto form = std::ranges::find(kForms, thing, &std::pair<std::string_view, std::string_view>::first);
  const auto parsed = parse_arn(arn);
  if (!parsed || parsed->service != "elasticloadbalancing" || !parsed->resource.starts_with(form->second) ||
      parsed->account != rq.account || parsed->region != rq.region)
    throw validation_error(fmt::format("'{}' is not a valid {} ARN", arn, thing));
}

wire::Error validation_error(std::string message) { return wire::Error("ValidationError", 400, std::move(message)); }

namespace {

/// What an action's ARN is of, in AWS's words.
std::string_view thing_of(std::string_view action) {
  const auto about = [&](std::string_view word) { return action.find(word) != std::string_view::npos; };
  if (about("TargetGroup") || about("Targets")) return "target group";
  if (about("CreateRule")) return "listener";
  if (about("Rule")) return "listener rule";
  return about("Listener") && !about("CreateListener") ? "listener" : "load balancer";
}

/// The tags of the caller's own resource; another's are not told.
region::TagMap own_tags(Request& rq, const std::string& arn) {
  const auto parsed = parse_arn(arn);
  return parsed && parsed->account == rq.account ? region::tags_of(rq.tx, arn) : region::TagMap{};
}

}  // namespace

void authorize(Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys) {
  if (!rq.names_resource(action, arn))
    throw validation_error(fmt::format(
        "'{}' is not a valid {} ARN", arn,
        action.ends_with("Tags") ? "load balancer, target group, listener or listener rule" : thing_of(action)));
  region::add_resource_tags(keys, own_tags(rq, arn), "elasticloadbalancing");
  rq.authorize(action, arn, keys);
}

void authorize_making(Request& rq, std::string_view action, const std::string& arn, const std::string& made,
                      const std::optional<std::vector<Tag>>& tags, region::ConditionKeys keys) {
  region::ConditionKeys tag_keys = region::request_tag_keys(region::tag_map(tags));
  keys.insert(tag_keys.begin(), tag_keys.end());
  authorize(rq, action, arn, std::move(keys));
  if (tag_keys.empty()) return;
  tag_keys["elasticloadbalancing:CreateAction"] = {std::string(rq.operation.name)};
  rq.authorize("elasticloadbalancing:AddTags", made, tag_keys);
}

}  // namespace hanbat::elasticloadbalancing
