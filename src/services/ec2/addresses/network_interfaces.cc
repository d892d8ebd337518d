// Network interfaces: of instances, of NAT gateways and balancers (managed by these), and those that wait for a use.
#include <algorithm>

#include "base/words.h"
#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/addresses/interface_states.h"
#include "services/ec2/calls/operators.h"
#include "services/ec2/calls/resource_keys.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

/// What DescribeNetworkInterfaceAttribute can be asked for.
enum class InterfaceAttributeName { kDescription, kGroupSet, kSourceDestCheck, kAttachment };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::InterfaceAttributeName> = std::to_array<Word<ec2::InterfaceAttributeName>>(
    {{ec2::InterfaceAttributeName::kDescription, "description"},
     {ec2::InterfaceAttributeName::kGroupSet, "groupSet"},
     {ec2::InterfaceAttributeName::kSourceDestCheck, "sourceDestCheck"},
     {ec2::InterfaceAttributeName::kAttachment, "attachment"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostInterfaceGroups = 5;

constexpr FilterPath kNetworkInterfacesPaths[] = {
    {"network-interface-id", "NetworkInterfaceId"},
    {"subnet-id", "SubnetId"},
    {"vpc-id", "VpcId"},
    {"availability-zone", "AvailabilityZone"},
    {"availability-zone-id", "AvailabilityZoneId"},
    {"description", "Description"},
    {"group-id", "Groups.GroupId"},
    {"group-name", "Groups.GroupName"},
    {"interface-type", "InterfaceType"},
    {"mac-address", "MacAddress"},
    {"owner-id", "OwnerId"},
    {"private-ip-address", "PrivateIpAddress"},
    {"private-dns-name", "PrivateDnsName"},
    {"addresses.private-ip-address", "PrivateIpAddresses.PrivateIpAddress"},
    {"addresses.primary", "PrivateIpAddresses.Primary"},
    {"addresses.association.public-ip", "PrivateIpAddresses.Association.PublicIp"},
    {"addresses.association.owner-id", "PrivateIpAddresses.Association.IpOwnerId"},
    {"association.allocation-id", "Association.AllocationId"},
    {"association.association-id", "Association.AssociationId"},
    {"association.ip-owner-id", "Association.IpOwnerId"},
    {"association.public-ip", "Association.PublicIp"},
    {"association.public-dns-name", "Association.PublicDnsName"},
    {"attachment.attachment-id", "Attachment.AttachmentId"},
    {"attachment.attach-time", "Attachment.AttachTime"},
    {"attachment.delete-on-termination", "Attachment.DeleteOnTermination"},
    {"attachment.device-index", "Attachment.DeviceIndex"},
    {"attachment.instance-id", "Attachment.InstanceId"},
    {"attachment.instance-owner-id", "Attachment.InstanceOwnerId"},
    {"attachment.status", "Attachment.Status"},
    {"requester-id", "RequesterId"},
    {"requester-managed", "RequesterManaged"},
    {"source-dest-check", "SourceDestCheck"},
    {"status", "Status"},
    {"ipv6-addresses.ipv6-address", "Ipv6Addresses.Ipv6Address"},
    {"operator.managed", "Operator.Managed"},
    {"operator.principal", "Operator.Principal"}};

/// What AWS makes beside plain ones. Source: CreateNetworkInterface in EC2's API reference, InterfaceType.
constexpr std::string_view kOtherInterfaceTypes[] = {"efa", "efa-only", "branch", "trunk"};

void set_status(Resource<NetworkInterface>& row, InterfaceStatus status) {
  row.shape.status = std::string(word_of(status));
}

void pass(Resource<NetworkInterface>& row, InterfaceEvent event) {
  const auto status = require_word<InterfaceStatus>(row.shape.status.value_or(""));
  if (const auto next = find_next(kInterfaceTransitions, status, event)) set_status(row, *next);
}

}  // namespace

void refuse_managed(const Request& rq, const Resource<NetworkInterface>& interface) {
  if (interface.shape.requester_managed.value_or(false) && rq.caller.kind != region::Caller::Kind::kService)
    throw Error("OperationNotPermitted", 400, "You are not allowed to manage 'ela-attach' attachments.");
}

std::string private_dns_name(std::string_view region, std::string_view ip) {
  return fmt::format("ip-{}.{}", replace_all(ip, ".", "-"), internal_domain(region));
}

std::set<Ipv4> taken_addresses(store::Tx& tx, const Resource<Subnet>& subnet) {
  std::set<Ipv4> taken;
  for (const auto& interface : list_in<NetworkInterface>(tx, subnet.scope))
    if (interface.shape.subnet_id == subnet.id) {
      taken.insert(*parse_ipv4(*interface.shape.private_ip_address));
      for (const FurtherAddress& one : further_addresses(interface)) taken.insert(*parse_ipv4(one.ip));
    }
  return taken;
}

std::vector<std::string> group_ids(const std::optional<std::vector<GroupIdentifier>>& groups) {
  std::vector<std::string> ids;
  if (groups)
    for (const GroupIdentifier& group : *groups) ids.push_back(group.group_id.value_or(""));
  return ids;
}

Resource<NetworkInterface> make_interface(const Making& at, const Resource<Subnet>& subnet, const InterfacePlan& plan,
                                          const Tags& tags) {
  if (plan.groups.size() > kMostInterfaceGroups)
    throw Error("SecurityGroupsPerInterfaceLimitExceeded", 400,
                "The maximum number of security groups per interface has been reached.");
  auto interface = make<NetworkInterface>(at, subnet.scope);
  NetworkInterface& shape = interface.shape;
  // A NAT gateway's interface belongs to no security group; every other one to at least one.
  shape.groups.emplace();
  if (plan.type != InterfaceType::kNatGateway)
    shape.groups = require_groups(at.tx, at.place, subnet.scope, plan.groups);
  shape.network_interface_id = interface.id;
  shape.subnet_id = subnet.id;
  shape.vpc_id = subnet.scope;
  shape.availability_zone = subnet.shape.availability_zone;
  shape.availability_zone_id = subnet.shape.availability_zone_id;
  shape.owner_id = at.place.account;
  shape.description = plan.description;
  shape.interface_type = word_of(plan.type);
  shape.mac_address = mac_of(interface.id);
  auto taken = taken_addresses(at.tx, subnet);
  // Those that are asked for are nobody else's, then any that are left.
  std::vector<FurtherAddress> further;
  const auto first = plan.private_ip ? choose_address(subnet, taken, plan.private_ip) : std::string();
  for (const std::string& ip : plan.further) further.push_back({choose_address(subnet, taken, ip), std::nullopt});
  shape.private_ip_address = first.empty() ? choose_address(subnet, taken, std::nullopt) : first;
  for (int i = 0; i < plan.any_further; ++i)
    further.push_back({choose_address(subnet, taken, std::nullopt), std::nullopt});
  if (!further.empty()) put_further_addresses(interface, further);
  shape.requester_managed = !plan.requester.empty();
  if (!plan.requester.empty()) shape.requester_id = plan.requester;
  shape.source_dest_check = plan.type != InterfaceType::kNatGateway;
  set_status(interface, plan.requester.empty() ? InterfaceStatus::kAvailable : InterfaceStatus::kInUse);
  shape.ipv6_addresses.emplace();
  interface.name = *shape.private_ip_address;
  create(at.tx, interface, tags);
  return interface;
}

void attach(const Making& at, Resource<NetworkInterface>& interface, const std::string& instance_id,
            AtTermination at_termination) {
  pass(interface, InterfaceEvent::kAttached);
  interface.parent = instance_id;
  NetworkInterfaceAttachment& attachment = interface.shape.attachment.emplace();
  attachment.attachment_id = ec2_id("eni-attach");
  attachment.attach_time = at.now;
  attachment.delete_on_termination = at_termination == AtTermination::kDelete;
  attachment.device_index = 0;
  attachment.network_card_index = 0;
  attachment.instance_id = instance_id;
  attachment.instance_owner_id = at.place.account;
  attachment.status = std::string(word_of(AttachmentStatus::kAttached));
  update(at.tx, interface);
}

void detach(store::Tx& tx, Resource<NetworkInterface>& interface) {
  pass(interface, InterfaceEvent::kDetached);
  interface.parent.clear();
  interface.shape.attachment.reset();
  update(tx, interface);
}

void give_public_address(const Making& at, const host::EdgeRange& edge, Resource<NetworkInterface>& interface) {
  NetworkInterfaceAssociation& association = interface.shape.association.emplace();
  association.ip_owner_id = "amazon";
  association.public_ip = take_public_ip(at.tx, edge, interface.id);
  update(at.tx, interface);
  meter(at.tx, at.now, interface);
}

void take_public_address(const Making& at, Resource<NetworkInterface>& interface) {
  if (!interface.shape.association) return;
  if (interface.shape.association->allocation_id) {
    if (auto address = find<Address>(at.tx, *interface.shape.association->allocation_id)) disassociate(at, *address);
  } else {
    mark_free(at.tx, *interface.shape.association->public_ip);
  }
  interface.shape.association.reset();
  update(at.tx, interface);
  meter(at.tx, at.now, interface);
}

void delete_interface(const Making& at, Resource<NetworkInterface>& interface) {
  take_public_address(at, interface);
  for (const FurtherAddress& one : further_addresses(interface))
    if (one.association)
      if (auto elastic = find<Address>(at.tx, one.association->allocation_id.value_or(""))) disassociate(at, *elastic);
  remove(at.tx, interface);
}

void fill_interface(store::Tx& tx, Resource<NetworkInterface>& row) {
  NetworkInterface& shape = row.shape;
  shape.operator_ = own_operator();
  const auto vpc = find<Vpc>(tx, row.scope);
  if (vpc && has_dns_hostnames(*vpc)) {
    shape.private_dns_name = private_dns_name(row.place.region, *shape.private_ip_address);
    if (shape.association)
      shape.association->public_dns_name = public_dns_name(row.place.region, *shape.association->public_ip);
  }
  NetworkInterfacePrivateIpAddress& address = shape.private_ip_addresses.emplace().emplace_back();
  address.primary = true;
  address.private_ip_address = shape.private_ip_address;
  address.private_dns_name = shape.private_dns_name;
  address.association = shape.association;
  for (FurtherAddress& one : further_addresses(row)) {
    NetworkInterfacePrivateIpAddress& further = shape.private_ip_addresses->emplace_back();
    further.primary = false;
    further.private_ip_address = one.ip;
    if (vpc && has_dns_hostnames(*vpc)) {
      further.private_dns_name = private_dns_name(row.place.region, one.ip);
      if (one.association)
        one.association->public_dns_name = public_dns_name(row.place.region, *one.association->public_ip);
    }
    further.association = std::move(one.association);
  }
}

CreateNetworkInterfaceOutput Ec2::create_network_interface(Request& rq, const CreateNetworkInterfaceInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "network-interface");
  authorize_making(rq, "CreateNetworkInterface", "network-interface", tags);
  authorize(rq, "CreateNetworkInterface", "subnet", in.subnet_id);
  for (const std::string& group : in.groups.value_or(std::vector<std::string>{}))
    authorize(rq, "CreateNetworkInterface", "security-group", group);
  authorize_tagging(rq, "network-interface", tags);

  if (in.interface_type && find_word<InterfaceType>(*in.interface_type) != InterfaceType::kInterface)
    throw std::ranges::find(kOtherInterfaceTypes, *in.interface_type) != std::end(kOtherInterfaceTypes)
        ? not_done(rq, "InterfaceType=" + *in.interface_type)
        : invalid_parameter(fmt::format("Value ({}) for parameter interfaceType is invalid.", *in.interface_type));
  const Json asked = wire::to_json(in);
  if (const auto earlier = earlier_result(rq, in.client_token, asked)) {
    auto row = require<NetworkInterface>(rq.tx, place_of(rq), *earlier);
    fill_interface(rq.tx, row);
    CreateNetworkInterfaceOutput same;
    same.network_interface = tagged(rq.tx, row);
    same.client_token = in.client_token;
    return same;
  }
  const auto subnet = require<Subnet>(rq.tx, place_of(rq), in.subnet_id);

  InterfacePlan plan;
  plan.description = in.description.value_or("");
  AddressesAsked addresses =
      addresses_asked(in.private_ip_address, in.private_ip_addresses, in.secondary_private_ip_address_count);
  plan.private_ip = std::move(addresses.first);
  plan.further = std::move(addresses.further);
  plan.any_further = addresses.count;
  plan.groups = in.groups.value_or(std::vector<std::string>{});
  if (rq.caller.kind == region::Caller::Kind::kService)
    plan.requester = rq.caller.name.starts_with("elasticloadbalancing.") ? std::string(kBalancers) : rq.caller.name;
  auto interface = make_interface(making(rq), subnet, plan, tags);
  if (plan.requester.empty()) {  // managed by nobody else, and yet asked for by somebody
    interface.shape.requester_id = rq.caller.user_id;
    update(rq.tx, interface);
  }
  record_result(rq, in.client_token, asked, interface.id);
  touch_vpc(rq.tx, home_.tasks, interface.scope);

  fill_interface(rq.tx, interface);
  CreateNetworkInterfaceOutput out;
  out.network_interface = tagged(rq.tx, interface);
  if (plan.requester.empty()) out.network_interface->status = std::string(word_of(InterfaceStatus::kPending));
  out.client_token = in.client_token;
  return out;
}

DescribeNetworkInterfacesOutput Ec2::describe_network_interfaces(Request& rq,
                                                                 const DescribeNetworkInterfacesInput& in) {
  authorize(rq, "DescribeNetworkInterfaces");
  const region::Pager pager(rq, in, kPageSizes);
  refuse_page_of_named(pager, in.network_interface_ids, "networkInterfaceIdSet");

  prepare(rq);
  auto page = describe_page<NetworkInterface>(rq, pager, in.network_interface_ids, in.filters, kNetworkInterfacesPaths,
                                              [&](Resource<NetworkInterface>& row) { fill_interface(rq.tx, row); });
  DescribeNetworkInterfacesOutput out;
  out.network_interfaces = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DeleteNetworkInterfaceOutput Ec2::delete_network_interface(Request& rq, const DeleteNetworkInterfaceInput& in) {
  authorize(rq, "DeleteNetworkInterface", "network-interface", in.network_interface_id);

  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  refuse_managed(rq, interface);
  if (interface.shape.attachment)
    throw invalid_parameter(fmt::format("Network interface '{}' is currently in use.", interface.id));

  delete_interface(making(rq), interface);
  touch_vpc(rq.tx, home_.tasks, interface.scope);
  return {};
}

ModifyNetworkInterfaceAttributeOutput Ec2::modify_network_interface_attribute(
    Request& rq, const ModifyNetworkInterfaceAttributeInput& in) {
  std::optional<std::string> description, source_dest_check;
  if (in.description) description = in.description->value.value_or("");
  if (in.source_dest_check) source_dest_check = truth(in.source_dest_check->value.value_or(true));
  authorize(rq, "ModifyNetworkInterfaceAttribute", "network-interface", in.network_interface_id,
            attribute_keys({{"Description", description}, {"SourceDestCheck", source_dest_check}}));
  for (const std::string& group : in.groups.value_or(std::vector<std::string>{}))
    authorize(rq, "ModifyNetworkInterfaceAttribute", "security-group", group);

  auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  refuse_managed(rq, interface);
  if (in.groups) {
    if (in.groups->size() > kMostInterfaceGroups)
      throw Error("SecurityGroupsPerInterfaceLimitExceeded", 400,
                  "The maximum number of security groups per interface has been reached.");
    interface.shape.groups = require_groups(rq.tx, place_of(rq), interface.scope, *in.groups);
  }
  if (in.description) interface.shape.description = in.description->value.value_or("");
  if (in.source_dest_check) interface.shape.source_dest_check = in.source_dest_check->value.value_or(true);
  if (in.attachment) {
    if (!interface.shape.attachment || interface.shape.attachment->attachment_id != in.attachment->attachment_id)
      throw Error("InvalidAttachmentID.NotFound", 400,
                  fmt::format("The attachment '{}' does not exist.", in.attachment->attachment_id.value_or("")));
    if (in.attachment->ena_queue_count || in.attachment->default_ena_queue_count)
      throw not_done(rq, "Attachment.EnaQueueCount");
    interface.shape.attachment->delete_on_termination = in.attachment->delete_on_termination.value_or(true);
  }
  update(rq.tx, interface);
  touch_vpc(rq.tx, home_.tasks, interface.scope);
  return {};
}

DescribeNetworkInterfaceAttributeOutput Ec2::describe_network_interface_attribute(
    Request& rq, const DescribeNetworkInterfaceAttributeInput& in) {
  authorize(rq, "DescribeNetworkInterfaceAttribute");

  prepare(rq);
  const auto interface = require<NetworkInterface>(rq.tx, place_of(rq), in.network_interface_id);
  DescribeNetworkInterfaceAttributeOutput out;
  out.network_interface_id = interface.id;
  switch (require_attribute<InterfaceAttributeName>(in.attribute.value_or(""))) {
    case InterfaceAttributeName::kDescription:
      out.description.emplace().value = interface.shape.description;
      break;
    case InterfaceAttributeName::kGroupSet:
      out.groups = interface.shape.groups;
      break;
    case InterfaceAttributeName::kSourceDestCheck:
      out.source_dest_check.emplace().value = interface.shape.source_dest_check;
      break;
    case InterfaceAttributeName::kAttachment:
      out.attachment = interface.shape.attachment;
      break;
  }
  return out;
}

}  // namespace hanbat::ec2
