#include "services/ec2/reachability/analysis.h"

#include "services/ec2/networks/network_spec.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

using Way = host::Direction;

std::string word_of_direction(Way direction) { return direction == Way::kIngress ? "ingress" : "egress"; }

/// Numbers as the analysis tells protocols of headers, names as it tells those of entries.
std::string number_of(const std::string& protocol) { return protocol == "udp" ? "17" : "6"; }
std::string name_of(const std::string& protocol) {
  if (protocol == "-1") return "all";
  if (protocol == "6") return "tcp";
  return protocol == "17" ? "udp" : protocol;
}

PortRange range_of(int first, int last) {
  PortRange out;
  out.from = first;
  out.to = last;
  return out;
}

/// Writes what a walk found in AWS's words.
class Writer {
 public:
  Writer(store::Tx& tx, const Place& place, const Resource<Vpc>& vpc, const std::string& protocol)
      : tx_(tx), place_(place), vpc_(vpc), protocol_(protocol) {
    if (const auto gateway = find_gateway_of(tx, vpc)) gateway_ = gateway->id;
  }

  AnalysisComponent component(std::string_view type, const std::string& id) const {
    AnalysisComponent out;
    out.id = id;
    out.arn = arn_of(place_, type, id);
    const auto tags = region::tags_of(tx_, *out.arn);
    if (const auto name = tags.find("Name"); name != tags.end()) out.name = name->second;
    return out;
  }

  AnalysisAclRule rule_of(const host::NetworkAclEntry& entry) const {
    AnalysisAclRule out;
    out.cidr = entry.cidr;
    out.egress = entry.direction == Way::kEgress;
    out.protocol = name_of(entry.protocol);
    out.rule_action = entry.action == host::AclAction::kAllow ? "allow" : "deny";
    out.rule_number = entry.number;
    if (entry.from_port >= 0) out.port_range = range_of(entry.from_port, entry.to_port);
    return out;
  }

  AnalysisSecurityGroupRule rule_of(const host::SecurityRule& rule) const {
    AnalysisSecurityGroupRule out;
    out.direction = word_of_direction(rule.direction);
    out.protocol = name_of(rule.protocol);
    if (rule.from_port >= 0) out.port_range = range_of(rule.from_port, rule.to_port);
    if (!rule.cidrs.empty()) out.cidr = rule.cidrs.front();
    if (!rule.groups.empty()) out.security_group_id = rule.groups.front();
    return out;
  }

  AnalysisRouteTableRoute route_of(const host::Route& route) const {
    AnalysisRouteTableRoute out;
    out.destination_cidr = route.destination;
    out.state = route.kind == host::RouteKind::kBlackhole ? "blackhole" : "active";
    out.origin = "createroute";
    switch (route.kind) {
      case host::RouteKind::kInternetGateway:
        out.gateway_id = gateway_;
        break;
      case host::RouteKind::kNatGateway:
        out.nat_gateway_id = route.target;
        break;
      case host::RouteKind::kInterface:
        if (!route.target.empty()) {
          out.network_interface_id = route.target;
          break;
        }
        out.gateway_id = "local";
        out.origin = "createroutetable";
        break;
      case host::RouteKind::kEndpoint:
      case host::RouteKind::kBlackhole:
        break;
    }
    return out;
  }

  AnalysisPacketHeader header_of(const Header& header) const {
    AnalysisPacketHeader out;
    out.protocol = number_of(protocol_);
    out.source_addresses = std::vector<std::string>{header.source + "/32"};
    out.destination_addresses = std::vector<std::string>{header.destination + "/32"};
    out.source_port_ranges = std::vector<PortRange>{range_of(header.source_ports.first, header.source_ports.last)};
    out.destination_port_ranges =
        std::vector<PortRange>{range_of(header.destination_ports.first, header.destination_ports.last)};
    return out;
  }

  std::vector<PathComponent> components(const std::vector<Hop>& hops) const {
    std::vector<PathComponent> out;
    for (const Hop& hop : hops) {
      const bool begins = out.empty();
      PathComponent one;
      one.vpc = component("vpc", vpc_.id);
      if (!hop.subnet_id.empty()) one.subnet = component("subnet", hop.subnet_id);
      (hop.direction == Way::kIngress && !begins ? one.inbound_header : one.outbound_header) = header_of(hop.header);
      switch (hop.kind) {
        case HopKind::kInterface:
          add_interface(hop, std::move(one), begins, out);
          continue;
        case HopKind::kSecurityGroup:
          one.component = component("security-group", hop.id);
          one.security_group_rule = rule_of(*hop.rule);
          break;
        case HopKind::kNetworkAcl:
          one.component = component("network-acl", hop.id);
          one.acl_rule = rule_of(*hop.entry);
          break;
        case HopKind::kRouteTable:
          one.component = component("route-table", hop.id);
          one.route_table_route = route_of(*hop.route);
          break;
        case HopKind::kInternetGateway:
          one.component = component("internet-gateway", gateway_);
          break;
        case HopKind::kNatGateway:
          one.component = component("natgateway", hop.id);
          break;
        case HopKind::kEndpoint:
          for (const auto& endpoint : list_in<VpcEndpoint>(tx_, vpc_.id))
            one.component = component("vpc-endpoint", endpoint.id);
          break;
      }
      out.push_back(std::move(one));
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i].sequence_number = static_cast<int>(i) + 1;
    return out;
  }

  Explanation explanation(const Obstacle& obstacle) const {
    Explanation out;
    out.explanation_code = obstacle.code;
    out.direction = word_of_direction(obstacle.direction);
    out.vpc = component("vpc", vpc_.id);
    if (!obstacle.interface_id.empty()) out.network_interface = component("network-interface", obstacle.interface_id);
    if (!obstacle.subnet_id.empty()) out.subnet = component("subnet", obstacle.subnet_id);
    if (!obstacle.nat_gateway_id.empty()) out.nat_gateway = component("natgateway", obstacle.nat_gateway_id);
    if (!obstacle.route_table_id.empty()) out.route_table = component("route-table", obstacle.route_table_id);
    if (obstacle.route) out.route_table_route = route_of(*obstacle.route);
    if (obstacle.code.starts_with("IGW_") && !gateway_.empty())
      out.internet_gateway = component("internet-gateway", gateway_);
    if (!obstacle.group_ids.empty()) out.security_groups.emplace();
    for (const std::string& group : obstacle.group_ids)
      out.security_groups->push_back(component("security-group", group));
    if (!obstacle.acl_id.empty()) {
      out.acl = component("network-acl", obstacle.acl_id);
      out.acl_rule =
          obstacle.entry
              ? rule_of(*obstacle.entry)
              : rule_of(host::NetworkAclEntry{
                    .number = 32767, .direction = obstacle.direction, .protocol = "-1", .cidr = "0.0.0.0/0"});
    }
    out.addresses = std::vector<std::string>{obstacle.header.source, obstacle.header.destination};
    out.port_ranges = std::vector<PortRange>{
        range_of(obstacle.header.destination_ports.first, obstacle.header.destination_ports.last)};
    out.protocols = std::vector<std::string>{protocol_};
    return out;
  }

 private:
  /// An interface, and the instance that has it before or behind it.
  void add_interface(const Hop& hop, PathComponent one, bool begins, std::vector<PathComponent>& out) const {
    one.component = component("network-interface", hop.id);
    const auto row = find<NetworkInterface>(tx_, hop.id);
    std::string instance;
    if (row && row->shape.attachment) instance = row->shape.attachment->instance_id.value_or("");
    if (!instance.empty()) one.attached_to = component("instance", instance);
    PathComponent machine;
    machine.component = component("instance", instance);
    machine.vpc = one.vpc;
    machine.subnet = one.subnet;
    if (!instance.empty() && begins) out.push_back(machine);
    out.push_back(std::move(one));
    if (!instance.empty() && !begins) out.push_back(std::move(machine));
  }

  store::Tx& tx_;
  const Place& place_;
  const Resource<Vpc>& vpc_;
  const std::string& protocol_;
  std::string gateway_;
};

ResolvedEnd of_interface(store::Tx& tx, const Resource<NetworkInterface>& row, const std::string& address) {
  ResolvedEnd out{.end = {.interface_id = row.id, .address = address}, .vpc_id = row.scope};
  if (row.shape.attachment) out.instance_id = row.shape.attachment->instance_id.value_or("");
  if (out.instance_id.empty()) return out;
  if (const auto instance = find<Instance>(tx, out.instance_id); instance && instance->shape.state)
    out.instance_state = instance->shape.state->name.value_or("");
  return out;
}

Packet packet_of(const NetworkInsightsPath& path) {
  Packet out{.protocol = path.protocol.value_or("tcp")};
  if (path.destination_port) out.destination_ports = {*path.destination_port, *path.destination_port};
  if (!path.filter_at_source) return out;
  const PathFilter& filter = *path.filter_at_source;
  if (filter.source_port_range)
    out.source_ports = {filter.source_port_range->from_port.value_or(0),
                        filter.source_port_range->to_port.value_or(65535)};
  if (filter.destination_port_range)
    out.destination_ports = {filter.destination_port_range->from_port.value_or(0),
                             filter.destination_port_range->to_port.value_or(65535)};
  return out;
}

std::string text_or(const std::optional<std::string>& first, const std::optional<std::string>& second) {
  return first && !first->empty() ? *first : second.value_or("");
}

}  // namespace

ResolvedEnd resolve_end(store::Tx& tx, const Place& place, const std::string& resource, const std::string& address) {
  const std::string id = resource.substr(resource.rfind('/') + 1);
  const std::string_view type = type_of_id(id);
  if (type == "instance") {
    require<Instance>(tx, place, id);
    std::optional<Resource<NetworkInterface>> first;
    for (auto& row : list<NetworkInterface>(tx, place))
      if (row.shape.attachment && row.shape.attachment->instance_id == id &&
          (!first || row.shape.attachment->device_index == 0))
        first = std::move(row);
    if (first) return of_interface(tx, *first, address);
    return {.end = {.interface_id = id, .address = address}, .instance_id = id, .instance_state = "terminated"};
  }
  if (type == "network-interface") return of_interface(tx, require<NetworkInterface>(tx, place, id), address);
  if (type == "internet-gateway") {
    const auto gateway = require<InternetGateway>(tx, place, id);
    const bool attached = gateway.shape.attachments && !gateway.shape.attachments->empty();
    if (!attached) throw invalid_parameter(fmt::format("The internet gateway {} is attached to no VPC.", id));
    return {.end = {.interface_id = "", .address = address},
            .vpc_id = gateway.shape.attachments->front().vpc_id.value_or("")};
  }
  throw invalid_parameter(
      fmt::format("The resource {} is not supported as the source or destination of a path.", resource));
}

void analyze(store::Tx& tx, const NetworkInsightsPath& path, const Place& place, const host::EdgeRange& edge,
             NetworkInsightsAnalysis& analysis) {
  const PathFilter filter = path.filter_at_source.value_or(PathFilter());
  const ResolvedEnd from = resolve_end(tx, place, *path.source, text_or(path.source_ip, filter.source_address));
  const std::string address = text_or(path.destination_ip, filter.destination_address);
  ResolvedEnd to{.end = {.interface_id = "", .address = address}, .vpc_id = from.vpc_id};
  if (path.destination) to = resolve_end(tx, place, *path.destination, address);
  const auto vpc = find<Vpc>(tx, from.vpc_id.empty() ? to.vpc_id : from.vpc_id);
  const std::string protocol = path.protocol.value_or("tcp");
  analysis.status = "succeeded";
  analysis.explanations.emplace();
  if (!vpc) {
    Explanation& gone = analysis.explanations->emplace_back();
    gone.explanation_code = "NO_POSSIBLE_DESTINATION";
    analysis.network_path_found = false;
    return;
  }
  const Writer writer(tx, place, *vpc, protocol);
  for (const ResolvedEnd* end : std::initializer_list<const ResolvedEnd*>{&from, &to})
    if (!end->instance_state.empty() && end->instance_state != "running") {
      Explanation& stopped = analysis.explanations->emplace_back();
      stopped.explanation_code = "BAD_STATE";
      stopped.state = end->instance_state;
      stopped.component = writer.component("instance", end->instance_id);
      stopped.vpc = writer.component("vpc", vpc->id);
    }
  const host::VpcSpec spec = render_whole_vpc(tx, *vpc, edge);
  // Into another VPC there is no way but by the internet, as there are no peerings.
  PathEnd target = to.end;
  if (!to.vpc_id.empty() && to.vpc_id != vpc->id) {
    const auto interface = find<NetworkInterface>(tx, to.end.interface_id);
    target = {.interface_id = "",
              .address = address.empty() && interface ? interface->shape.private_ip_address.value_or("") : address};
  }
  const Walk walked = walk(spec, from.end, target, packet_of(path));
  for (const Obstacle& obstacle : walked.obstacles) analysis.explanations->push_back(writer.explanation(obstacle));
  analysis.network_path_found = analysis.explanations->empty();
  analysis.forward_path_components = writer.components(walked.forward);
  analysis.return_path_components = writer.components(walked.back);
}

}  // namespace hanbat::ec2
