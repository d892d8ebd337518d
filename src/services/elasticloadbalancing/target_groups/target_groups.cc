// Target groups: how targets are checked and spoken to.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/ids.h"
#include "base/text.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/attributes.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/pages.h"
#include "services/elasticloadbalancing/words.h"

namespace hanbat::elasticloadbalancing {
namespace {

void check_group_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
  if (name.empty() || name.size() > 32)
    throw validation_error(fmt::format("Target group name '{}' cannot be longer than '32' characters", name));
  if (!plain)
    throw validation_error(fmt::format(
        "Target group name '{}' can only contain characters that are alphanumeric characters and hyphens(-)", name));
  if (name.starts_with("-") || name.ends_with("-"))
    throw validation_error(fmt::format("Target group name '{}' cannot begin or end with a hyphen(-)", name));
}

void check_range(const std::optional<int>& value, int least, int most, std::string_view what) {
  if (value && (*value < least || *value > most))
    throw validation_error(fmt::format("{} must be between '{}' and '{}'", what, least, most));
}

/// "200", "200,202" or "200-299", all within 200 to 499.
void check_matcher(const std::string& matcher) {
  const auto valid = [](std::string_view code) {
    const auto number = parse_int(code);
    return number && *number >= 200 && *number <= 499;
  };
  for (const std::string& part : split(matcher, ','))
    for (const std::string& code : split(part, '-'))
      if (!valid(code))
        throw validation_error(
            fmt::format("Health check matcher HTTP code '{}' must be within '200-499' inclusive", matcher));
}

/// The rules that hold between the members, whoever set them.
void check_health_check(const TargetGroup& shape) {
  check_range(shape.health_check_interval_seconds, 5, 300, "Health check interval");
  check_range(shape.health_check_timeout_seconds, 2, 120, "Health check timeout");
  check_range(shape.healthy_threshold_count, 2, 10, "Healthy threshold count");
  check_range(shape.unhealthy_threshold_count, 2, 10, "Unhealthy threshold count");
  if (*shape.health_check_timeout_seconds >= *shape.health_check_interval_seconds)
    throw validation_error(
        fmt::format("Health check interval must be greater than the timeout.", *shape.health_check_interval_seconds));
  const std::string port = shape.health_check_port.value_or("traffic-port");
  if (port != "traffic-port" && (!parse_int(port) || *parse_int(port) < 1 || *parse_int(port) > 65535))
    throw validation_error(fmt::format("Health check port '{}' must be 'traffic-port' or a port", port));
  if (!shape.health_check_path->starts_with("/") || shape.health_check_path->size() > 1024)
    throw validation_error(
        fmt::format("Health check path '{}' must begin with a '/' character", *shape.health_check_path));
  check_matcher(*shape.matcher->http_code);
}

void require_vpc(Request& rq, const std::string& vpc_id) {
  ec2::DescribeVpcsInput ask;
  ask.vpc_ids = {{vpc_id}};
  try {
    Ec2AsService(rq)->describe_vpcs(ask);
  } catch (const wire::Error& error) {
    if (!error.code().starts_with("InvalidVpcI")) throw;
    throw validation_error(fmt::format("The VPC ID '{}' is not found", vpc_id));
  }
}

TargetGroup completed(Request& rq, const Resource<TargetGroup>& row) {
  TargetGroup shape = row.shape;
  shape.load_balancer_arns = balancers_of_group(rq.tx, row);
  return shape;
}

std::vector<TargetGroupAttribute> attributes_of(const Resource<TargetGroup>& row) {
  std::vector<TargetGroupAttribute> all;
  for (const AttributeFact& fact : group_attributes().facts)
    all.push_back({std::string(fact.key), text_attribute(row.own, fact.key)});
  return all;
}

constexpr std::string_view kCookieCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

InvalidConfigurationRequestException not_together(std::string message) {
  return InvalidConfigurationRequestException(std::move(message));
}

/// What holds between the attributes, whoever set them.
void check_together(const Resource<TargetGroup>& row) {
  const auto text = [&](std::string_view key) { return text_attribute(row.own, key); };
  const std::string cookie = text("stickiness.app_cookie.cookie_name");
  if (text("stickiness.enabled") == "true" && text("stickiness.type") == "app_cookie" && cookie.empty())
    throw not_together("You must set an application cookie name to enable stickiness of type 'app_cookie'");
  if (cookie.starts_with("AWSALB"))
    throw not_together(fmt::format("The cookie name '{}' is reserved for use by the load balancer", cookie));
  // RFC 6265 has more characters; those that end an argument of HAProxy's are not carried through to it.
  if (cookie.find_first_not_of(kCookieCharacters) != std::string::npos)
    throw wire::Error::not_implemented("ModifyTargetGroupAttributes",
                                       "Attributes.stickiness.app_cookie.cookie_name=" + cookie);
  const auto algorithm = require_word<host::BalancingAlgorithm>(text("load_balancing.algorithm.type"));
  if (text("slow_start.duration_seconds") != "0" && algorithm != host::BalancingAlgorithm::kRoundRobin)
    throw not_together(
        fmt::format("Slow start mode cannot be used with the '{}' load balancing algorithm", word_of(algorithm)));
}

}  // namespace

CreateTargetGroupOutput ElasticLoadBalancing::create_target_group(Request& rq, const CreateTargetGroupInput& in) {
  const std::string made = rq.arn("elasticloadbalancing", fmt::format("targetgroup/{}/*", in.name));
  authorize_making(rq, "elasticloadbalancing:CreateTargetGroup", made, made, in.tags);

  check_group_name(in.name);
  const auto not_built = [](const std::string& what) {
    return wire::Error::not_implemented("CreateTargetGroup", what);
  };
  if (in.target_type && !find_word<TargetType>(*in.target_type)) throw not_built("TargetType=" + *in.target_type);
  if (!in.protocol) throw validation_error("A protocol must be specified");
  if (!find_word<host::BalancerProtocol>(*in.protocol)) throw not_built("Protocol=" + *in.protocol);
  // Terraform sends an empty one for none.
  if (const std::string version = in.protocol_version.value_or("");
      !version.empty() && !find_word<ProtocolVersion>(version))
    throw not_built("ProtocolVersion=" + *in.protocol_version);
  if (in.ip_address_type && !find_word<IpAddressType>(*in.ip_address_type))
    throw not_built("IpAddressType=" + *in.ip_address_type);
  if (!in.health_check_enabled.value_or(true))
    throw validation_error("Health check enabled must be true for target groups with target type 'instance'");
  const std::string check_protocol = in.health_check_protocol.value_or("HTTP");
  if (!find_word<host::BalancerProtocol>(check_protocol))
    throw validation_error(fmt::format("Health check protocol '{}' must be one of 'HTTP, HTTPS'", check_protocol));
  if (!in.port) throw validation_error("A port must be specified");
  check_range(in.port, 1, 65535, "Port");
  if (!in.vpc_id) throw validation_error("A VPC ID must be specified");
  require_vpc(rq, *in.vpc_id);

  Resource<TargetGroup> row;
  row.id = rq.arn("elasticloadbalancing", fmt::format("targetgroup/{}/{}", in.name, random_hex(16)));
  row.place = {rq.account, rq.region};
  row.name = in.name;
  row.created = rq.now();
  TargetGroup& shape = row.shape;
  shape.target_group_arn = row.id;
  shape.target_group_name = in.name;
  shape.protocol = in.protocol;
  shape.protocol_version = word_of(ProtocolVersion::kHttp1);
  shape.port = in.port;
  shape.vpc_id = in.vpc_id;
  shape.target_type = word_of(require_word(in.target_type, TargetType::kInstance));
  shape.ip_address_type = word_of(IpAddressType::kIpv4);
  shape.health_check_enabled = true;
  shape.health_check_protocol = check_protocol;
  shape.health_check_port = in.health_check_port.value_or("traffic-port");
  shape.health_check_path = in.health_check_path.value_or("/");
  shape.health_check_interval_seconds = in.health_check_interval_seconds.value_or(30);
  shape.health_check_timeout_seconds = in.health_check_timeout_seconds.value_or(5);
  shape.healthy_threshold_count = in.healthy_threshold_count.value_or(5);
  shape.unhealthy_threshold_count = in.unhealthy_threshold_count.value_or(2);
  shape.matcher = in.matcher.value_or(Matcher{});
  if (!shape.matcher->http_code) shape.matcher->http_code = "200";
  check_health_check(shape);
  for (const auto& other : list<TargetGroup>(rq.tx, place_of(rq))) {
    if (other.name != in.name) continue;
    TargetGroup same = other.shape;
    same.target_group_arn = row.id;
    if (wire::to_json(same) == wire::to_json(shape)) return {.target_groups = {{completed(rq, other)}}};
    throw DuplicateTargetGroupNameException(
        fmt::format("A target group with the same name '{}' exists, but with different settings", in.name));
  }
  insert(rq.tx, row);
  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);

  return {.target_groups = {{completed(rq, row)}}};
}

DescribeTargetGroupsOutput ElasticLoadBalancing::describe_target_groups(Request& rq,
                                                                        const DescribeTargetGroupsInput& in) {
  rq.authorize("elasticloadbalancing:DescribeTargetGroups", "*");

  if (in.load_balancer_arn) require<LoadBalancer>(rq, *in.load_balancer_arn);
  const region::Pager pager(rq, in, kPageSizes);
  const auto by_group = balancers_by_group(rq.tx, place_of(rq));
  const auto takes = [&](Resource<TargetGroup>& row) {
    const auto balancers = by_group.find(row.id);
    row.shape.load_balancer_arns.emplace();
    if (balancers != by_group.end())
      row.shape.load_balancer_arns->assign(balancers->second.begin(), balancers->second.end());
    return !in.load_balancer_arn || std::ranges::count(*row.shape.load_balancer_arns, *in.load_balancer_arn) > 0;
  };
  if (!in.target_group_arns && !in.names) {
    auto page = pick_by_age<TargetGroup>(rq, pager, takes);
    return {.next_marker = std::move(page.next_token), .target_groups = std::move(page.items)};
  }
  // What is named twice is told once.
  std::set<std::string> arns, names;
  if (in.target_group_arns) arns.insert(in.target_group_arns->begin(), in.target_group_arns->end());
  if (in.names) names.insert(in.names->begin(), in.names->end());
  for (const std::string& arn : arns) require_arn_of(rq, KindOf<TargetGroup>::kThing, arn);
  std::vector<Resource<TargetGroup>> found;
  for (auto& row : list<TargetGroup>(rq.tx, place_of(rq))) {
    const bool named = arns.contains(row.id) || names.contains(*row.name);
    if (!named || !takes(row)) continue;
    arns.erase(row.id);
    names.erase(*row.name);
    found.push_back(std::move(row));
  }
  if (!arns.empty() || !names.empty()) KindOf<TargetGroup>::missing();

  auto page = cut_page(pager, by_age(std::move(found)));
  return {.next_marker = std::move(page.next_token), .target_groups = std::move(page.items)};
}

ModifyTargetGroupOutput ElasticLoadBalancing::modify_target_group(Request& rq, const ModifyTargetGroupInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyTargetGroup", in.target_group_arn);

  auto row = require<TargetGroup>(rq, in.target_group_arn);
  if (!in.health_check_enabled.value_or(true))
    throw validation_error("Health check enabled must be true for target groups with target type 'instance'");
  TargetGroup& shape = row.shape;
  const auto take = [](auto& member, const auto& wanted) {
    if (wanted) member = wanted;
  };
  take(shape.health_check_protocol, in.health_check_protocol);
  take(shape.health_check_port, in.health_check_port);
  take(shape.health_check_path, in.health_check_path);
  take(shape.health_check_interval_seconds, in.health_check_interval_seconds);
  take(shape.health_check_timeout_seconds, in.health_check_timeout_seconds);
  take(shape.healthy_threshold_count, in.healthy_threshold_count);
  take(shape.unhealthy_threshold_count, in.unhealthy_threshold_count);
  if (in.matcher && in.matcher->http_code) shape.matcher = in.matcher;
  check_health_check(shape);

  update(rq.tx, row);
  touch(rq);
  return {.target_groups = {{completed(rq, row)}}};
}

DeleteTargetGroupOutput ElasticLoadBalancing::delete_target_group(Request& rq, const DeleteTargetGroupInput& in) {
  authorize(rq, "elasticloadbalancing:DeleteTargetGroup", in.target_group_arn);

  const auto row = find<TargetGroup>(rq.tx, in.target_group_arn);
  if (!row || row->place.account != rq.account) return {};
  if (!balancers_of_group(rq.tx, *row).empty())
    throw ResourceInUseException(fmt::format("Target group '{}' is currently in use by a listener or a rule", row->id));

  for (const TargetRow& target : list_targets(rq.tx, row->id)) remove_target(rq.tx, target);
  remove(rq.tx, *row);
  return {};
}

DescribeTargetGroupAttributesOutput ElasticLoadBalancing::describe_target_group_attributes(
    Request& rq, const DescribeTargetGroupAttributesInput& in) {
  rq.authorize("elasticloadbalancing:DescribeTargetGroupAttributes", "*");

  return {.attributes = attributes_of(require<TargetGroup>(rq, in.target_group_arn))};
}

ModifyTargetGroupAttributesOutput ElasticLoadBalancing::modify_target_group_attributes(
    Request& rq, const ModifyTargetGroupAttributesInput& in) {
  authorize(rq, "elasticloadbalancing:ModifyTargetGroupAttributes", in.target_group_arn);

  auto row = require<TargetGroup>(rq, in.target_group_arn);
  for (const TargetGroupAttribute& one : in.attributes) {
    if (one.key == "stickiness.type" && one.value.value_or("").starts_with("source_ip"))
      throw not_together(fmt::format("Stickiness type '{}' is not supported for target groups with the {} protocol",
                                     *one.value, row.shape.protocol.value_or("HTTP")));
    set_attribute(row.own, group_attributes(), "ModifyTargetGroupAttributes", one.key.value_or(""),
                  one.value.value_or(""));
  }
  check_together(row);

  update(rq.tx, row);
  touch(rq);
  return {.attributes = attributes_of(row)};
}

}  // namespace hanbat::elasticloadbalancing
