// Load balancers: made with a network interface in each subnet, and a public address on each when they face the
// internet.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "region/usage.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/load_balancers/certificates.h"
#include "services/elasticloadbalancing/load_balancers/interfaces.h"
#include "services/elasticloadbalancing/logs/log_delivery.h"
#include "services/elasticloadbalancing/pages.h"
#include "services/elasticloadbalancing/words.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::size_t kLongestName = 32;
constexpr int kDecreasesADay = 2;  // of a reservation, as AWS grants them

void check_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
  if (name.empty() || name.size() > kLongestName)
    throw validation_error(
        fmt::format("The load balancer name '{}' cannot be longer than '{}' characters", name, kLongestName));
  if (!plain)
    throw validation_error(fmt::format(
        "The load balancer name '{}' can only contain characters that are alphanumeric characters and hyphens(-)",
        name));
  if (name.starts_with("-") || name.ends_with("-"))
    throw validation_error(fmt::format("The load balancer name '{}' cannot begin or end with a hyphen(-)", name));
  if (name.starts_with("internal-"))
    throw validation_error(fmt::format("The load balancer name '{}' cannot begin with 'internal-'", name));
}

/// The groups, or the VPC's default one when none is given.
std::vector<std::string> require_security_groups(const Ec2AsService& ec2, const std::vector<std::string>& ids,
                                                 const std::string& vpc_id) {
  ec2::DescribeSecurityGroupsInput ask;
  ec2::Filter& in_vpc = ask.filters.emplace().emplace_back();
  in_vpc.name = "vpc-id";
  in_vpc.values = {{vpc_id}};
  ec2::Filter& which = ask.filters->emplace_back();
  which.name = ids.empty() ? "group-name" : "group-id";
  which.values = ids.empty() ? std::vector<std::string>{"default"} : ids;
  std::vector<std::string> found;
  if (const auto groups = ec2->describe_security_groups(ask).security_groups)
    for (const ec2::SecurityGroup& group : *groups) found.push_back(group.group_id.value_or(""));
  for (const std::string& id : ids)
    if (std::find(found.begin(), found.end(), id) == found.end())
      throw InvalidSecurityGroupException(fmt::format("One or more security groups are invalid: {}", id));
  return ids.empty() ? found : ids;
}

std::string arn_of_name(const Request& rq, std::string_view name) {
  return rq.arn("elasticloadbalancing", fmt::format("loadbalancer/app/{}/*", name));
}

}  // namespace

CreateLoadBalancerOutput ElasticLoadBalancing::create_load_balancer(Request& rq, const CreateLoadBalancerInput& in) {
  const std::string made = arn_of_name(rq, in.name);
  const Scheme scheme = require_word(in.scheme, Scheme::kInternetFacing);
  region::ConditionKeys keys{{"elasticloadbalancing:Scheme", {std::string(word_of(scheme))}}};
  if (in.security_groups) keys["elasticloadbalancing:SecurityGroup"] = *in.security_groups;
  if (auto ids = subnet_ids(in.subnets, in.subnet_mappings); !ids.empty())
    keys["elasticloadbalancing:Subnet"] = std::move(ids);
  authorize_making(rq, "elasticloadbalancing:CreateLoadBalancer", made, made, in.tags, std::move(keys));

  check_name(in.name);
  if (in.type && !find_word<LoadBalancerType>(*in.type))
    throw wire::Error::not_implemented("CreateLoadBalancer", "Type=" + *in.type);
  if (in.ip_address_type) require_ip_address_type(*in.ip_address_type);
  const Json asked = wire::to_json(in);
  for (const auto& other : list<LoadBalancer>(rq.tx, place_of(rq))) {
    if (other.name != in.name) continue;
    if (other.own["asked"] == asked) return {.load_balancers = {{other.shape}}};
    throw DuplicateLoadBalancerNameException(
        fmt::format("A load balancer with the same name '{}' exists, but with different settings", in.name));
  }
  const Ec2AsService ec2(rq);
  const std::vector<ec2::Subnet> subnets = require_subnets(ec2, subnet_ids(in.subnets, in.subnet_mappings));
  const std::string vpc_id = subnets.front().vpc_id.value_or("");
  const bool facing = scheme == Scheme::kInternetFacing;
  if (facing) require_internet_gateway(ec2, vpc_id);
  const auto groups = require_security_groups(ec2, in.security_groups.value_or(std::vector<std::string>{}), vpc_id);

  Resource<LoadBalancer> row;
  const std::string path = fmt::format("app/{}/{}", in.name, random_hex(16));
  row.id = rq.arn("elasticloadbalancing", "loadbalancer/" + path);
  row.place = {rq.account, rq.region};
  row.name = in.name;
  row.created = rq.now();
  row.own["asked"] = asked;
  row.own["interfaces"] = Json::array();
  if (!facing) row.own["attributes"]["ipv6.deny_all_igw_traffic"] = "true";
  const std::string dns_name = fmt::format("{}{}-{}.{}.elb.amazonaws.com", facing ? "" : "internal-", in.name,
                                           random_from("0123456789", 10), rq.region);
  LoadBalancer& shape = row.shape;
  shape.load_balancer_arn = row.id;
  shape.load_balancer_name = in.name;
  shape.dns_name = dns_name;
  shape.canonical_hosted_zone_id = "ZWKZPGTI48KDX";
  shape.created_time = row.created;
  shape.scheme = word_of(scheme);
  shape.type = word_of(LoadBalancerType::kApplication);
  shape.ip_address_type = word_of(IpAddressType::kIpv4);
  shape.vpc_id = vpc_id;
  shape.security_groups = groups;
  shape.state.emplace().code = std::string(word_of(BalancerState::kProvisioning));
  stand_in(ec2, row, subnets);
  insert(rq.tx, row);
  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);
  touch(rq);

  return {.load_balancers = {{row.shape}}};
}

DescribeLoadBalancersOutput ElasticLoadBalancing::describe_load_balancers(Request& rq,
                                                                          const DescribeLoadBalancersInput& in) {
  rq.authorize("elasticloadbalancing:DescribeLoadBalancers", "*");

  const region::Pager pager(rq, in, kPageSizes);
  if (!in.load_balancer_arns && !in.names) {
    auto page = pick_by_age<LoadBalancer>(rq, pager, [](const Resource<LoadBalancer>&) { return true; });
    return {.load_balancers = std::move(page.items), .next_marker = std::move(page.next_token)};
  }
  // What is named twice is told once.
  std::set<std::string> arns, names;
  if (in.load_balancer_arns) arns.insert(in.load_balancer_arns->begin(), in.load_balancer_arns->end());
  if (in.names) names.insert(in.names->begin(), in.names->end());
  for (const std::string& arn : arns) require_arn_of(rq, KindOf<LoadBalancer>::kThing, arn);
  std::vector<Resource<LoadBalancer>> found;
  for (auto& row : list<LoadBalancer>(rq.tx, place_of(rq))) {
    const bool by_arn = arns.erase(row.id) > 0, by_name = names.erase(*row.name) > 0;
    if (by_arn || by_name) found.push_back(std::move(row));
  }
  if (!names.empty())
    throw LoadBalancerNotFoundException(fmt::format("Load balancers '[{}]' not found", fmt::join(names, ", ")));
  if (!arns.empty()) KindOf<LoadBalancer>::missing();

  auto page = cut_page(pager, by_age(std::move(found)));
  return {.load_balancers = std::move(page.items), .next_marker = std::move(page.next_token)};
}

DeleteLoadBalancerOutput ElasticLoadBalancing::delete_load_balancer(Request& rq, const DeleteLoadBalancerInput& in) {
  authorize(rq, "elasticloadbalancing:DeleteLoadBalancer", in.load_balancer_arn);

  auto row = find<LoadBalancer>(rq.tx, in.load_balancer_arn);
  if (!row || row->place.account != rq.account) return {};  // as AWS: it is gone, that is what was wanted
  if (text_attribute(row->own, "deletion_protection.enabled") == "true")
    throw OperationNotPermittedException(
        fmt::format("Load balancer '{}' cannot be deleted because deletion protection is enabled", row->id));

  for (const auto& listener : list_of<Listener>(rq.tx, row->id)) {
    for (const auto& rule : list_of<Rule>(rq.tx, listener.id)) remove(rq.tx, rule);
    remove(rq.tx, listener);
  }
  note_certificates(rq.tx, row->place, row->id);
  change_logs(rq, row->id, logged_balancer(*row), std::nullopt);
  const Ec2AsService ec2(rq);
  leave_subnets(ec2, *row);
  region::meter(rq.tx, rq.now(), row->place, row->id, {});
  remove(rq.tx, *row);
  touch(rq);
  return {};
}

SetSecurityGroupsOutput ElasticLoadBalancing::set_security_groups(Request& rq, const SetSecurityGroupsInput& in) {
  authorize(rq, "elasticloadbalancing:SetSecurityGroups", in.load_balancer_arn,
            {{"elasticloadbalancing:SecurityGroup", in.security_groups}});

  auto row = require<LoadBalancer>(rq, in.load_balancer_arn);
  const Ec2AsService ec2(rq);
  const auto groups = require_security_groups(ec2, in.security_groups, row.shape.vpc_id.value_or(""));

  for (const Json& interface : row.own["interfaces"].items()) {
    ec2::ModifyNetworkInterfaceAttributeInput change;
    change.network_interface_id = interface.text("id");
    change.groups = groups;
    ec2->modify_network_interface_attribute(change);
  }
  row.shape.security_groups = groups;
  update(rq.tx, row);
  return {.security_group_ids = groups};
}

DescribeLoadBalancerAttributesOutput ElasticLoadBalancing::describe_load_balancer_attributes(
    Request& rq, const DescribeLoadBalancerAttributesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeLoadBalancerAttributes", "*");

  const auto row = require<LoadBalancer>(rq, in.load_balancer_arn);
  DescribeLoadBalancerAttributesOutput out;
  out.attributes.emplace();
  for (const AttributeFact& fact : balancer_attributes().facts)
    out.attributes->push_back({std::string(fact.key), text_attribute(row.own, fact.key)});
  return out;
}

ModifyLoadBalancerAttributesOutput ElasticLoadBalancing::modify_load_balancer_attributes(
    Request& rq, const ModifyLoadBalancerAttributesInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyLoadBalancerAttributes", in.load_balancer_arn);

  auto row = require<LoadBalancer>(rq, in.load_balancer_arn);
  const auto logged_before = logged_balancer(row);
  for (const LoadBalancerAttribute& one : in.attributes)
    set_attribute(row.own, balancer_attributes(), "ModifyLoadBalancerAttributes", one.key.value_or(""),
                  one.value.value_or(""));
  check_log_attributes(row.own);

  change_logs(rq, row.id, logged_before, logged_balancer(row));
  update(rq.tx, row);
  touch(rq);
  ModifyLoadBalancerAttributesOutput out;
  out.attributes.emplace();
  for (const AttributeFact& fact : balancer_attributes().facts)
    out.attributes->push_back({std::string(fact.key), text_attribute(row.own, fact.key)});
  return out;
}

/// Nobody reserves capacity here: a balancer has what the host has.
DescribeCapacityReservationOutput ElasticLoadBalancing::describe_capacity_reservation(
    Request& rq, const DescribeCapacityReservationInput& in) {
  rq.authorize("elasticloadbalancing:DescribeCapacityReservation", "*");

  require<LoadBalancer>(rq, in.load_balancer_arn);
  return {.capacity_reservation_state = std::vector<ZonalCapacityReservationState>{},
          .decrease_requests_remaining = kDecreasesADay};
}

}  // namespace hanbat::elasticloadbalancing
