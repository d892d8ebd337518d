// What load balancing keeps. Load balancers, target groups, listeners and rules are rows of the region's store: the ARN
// is their id; a listener's name is its port and a rule's its priority, within its parent as scope. The targets of
// groups are a pure relation and have a table of their own, in target_groups/store.h.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "gen/elasticloadbalancing/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "region/tags.h"
#include "store/database.h"

namespace hanbat {

/// What is said when one is missing stands beside the kind.
template <>
struct region::KindOf<elasticloadbalancing::LoadBalancer> {
  static constexpr std::string_view kRows = "elasticloadbalancing/loadbalancer";
  static constexpr std::string_view kThing = "load balancer";
  static std::string arn(const region::Resource<elasticloadbalancing::LoadBalancer>& row) { return row.id; }
  [[noreturn]] static void missing() {
    throw elasticloadbalancing::LoadBalancerNotFoundException("One or more load balancers not found");
  }
};
template <>
struct region::KindOf<elasticloadbalancing::TargetGroup> {
  static constexpr std::string_view kRows = "elasticloadbalancing/targetgroup";
  static constexpr std::string_view kThing = "target group";
  static std::string arn(const region::Resource<elasticloadbalancing::TargetGroup>& row) { return row.id; }
  [[noreturn]] static void missing() {
    throw elasticloadbalancing::TargetGroupNotFoundException("One or more target groups not found");
  }
};
template <>
struct region::KindOf<elasticloadbalancing::Listener> {
  static constexpr std::string_view kRows = "elasticloadbalancing/listener";
  static constexpr std::string_view kThing = "listener";
  static std::string arn(const region::Resource<elasticloadbalancing::Listener>& row) { return row.id; }
  [[noreturn]] static void missing() {
    throw elasticloadbalancing::ListenerNotFoundException("One or more listeners not found");
  }
};
template <>
struct region::KindOf<elasticloadbalancing::Rule> {
  static constexpr std::string_view kRows = "elasticloadbalancing/rule";
  static constexpr std::string_view kThing = "listener rule";
  static std::string arn(const region::Resource<elasticloadbalancing::Rule>& row) { return row.id; }
  [[noreturn]] static void missing() {
    throw elasticloadbalancing::RuleNotFoundException("One or more rules not found");
  }
};

}  // namespace hanbat

namespace hanbat::elasticloadbalancing {

using region::find;
using region::find_named;
using region::insert;
using region::KindOf;
using region::list;
using region::list_all;
using region::list_of;
using region::Place;
using region::remove;
using region::Request;
using region::Resource;
using region::update;

inline Place place_of(const Request& rq) { return {rq.account, rq.region}; }

/// Throws AWS's ValidationError for what is no ARN of such a thing ("load balancer", "target group", "listener",
/// "listener rule") in the caller's account and the request's region.
void require_arn_of(const Request& rq, std::string_view thing, std::string_view arn);

/// The caller's own in the request's region. Throws AWS's "not found", or the above.
template <class T>
Resource<T> require(Request& rq, std::string_view arn) {
  require_arn_of(rq, KindOf<T>::kThing, arn);
  auto found = find<T>(rq.tx, place_of(rq), arn);
  if (!found) KindOf<T>::missing();
  return std::move(*found);
}

/// Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Tag.html
extern const region::TagRules kTagRules;

/// The ARNs of the load balancers whose listeners or rules forward to a group, by the group's ARN.
std::map<std::string, std::set<std::string>> balancers_by_group(store::Tx& tx, const region::Place& place);
std::vector<std::string> balancers_of_group(store::Tx& tx, const Resource<TargetGroup>& group);
/// The ARNs of the groups that the actions forward to.
std::vector<std::string> groups_of(const std::optional<std::vector<Action>>& actions);

/// The last part of an ARN: "…/50dc6c495c0c9188" → "50dc6c495c0c9188".
std::string_view last_part(std::string_view arn);

/// AWS's "ValidationError".
wire::Error validation_error(std::string message);

/// rq.authorize of a resource by an ARN that the caller gave, with its tags. Throws AWS's ValidationError when it is no
/// ARN of what the action is about.
void authorize(Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys = {});
/// rq.authorize of making something; its name is known and its ARN is not yet. Asks for AddTags too when it gets tags.
/// `arn` is that of what the action is about, `made` that of what is made, with '*' for what is not known.
void authorize_making(Request& rq, std::string_view action, const std::string& arn, const std::string& made,
                      const std::optional<std::vector<Tag>>& tags, region::ConditionKeys keys = {});

}  // namespace hanbat::elasticloadbalancing
