// Elastic IP addresses and the pool that all public addresses come from.
#include <algorithm>

#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostAddresses = 5;
/// Of the public range all but its first and last 256 addresses.
struct Pool {
  explicit Pool(const host::EdgeRange& edge)
      : first(edge.public_range().base + 256), last(edge.public_range().last() - 257) {}
  Ipv4 first;
  Ipv4 last;
};

constexpr FilterPath kAddressesPaths[] = {{"allocation-id", "AllocationId"},
                                          {"association-id", "AssociationId"},
                                          {"domain", "Domain"},
                                          {"instance-id", "InstanceId"},
                                          {"network-border-group", "NetworkBorderGroup"},
                                          {"network-interface-id", "NetworkInterfaceId"},
                                          {"network-interface-owner-id", "NetworkInterfaceOwnerId"},
                                          {"private-ip-address", "PrivateIpAddress"},
                                          {"public-ip", "PublicIp"}};

Resource<NetworkInterface> interface_for(Request& rq, const AssociateAddressInput& in) {
  if (in.network_interface_id) return require<NetworkInterface>(rq.tx, place_of(rq), *in.network_interface_id);
  if (!in.instance_id)
    throw Error("MissingParameter", 400, "Either instance ID or network interface ID must be specified");
  const auto instance = require<Instance>(rq.tx, place_of(rq), *in.instance_id);
  auto interfaces = list_of<NetworkInterface>(rq.tx, instance.id);
  if (interfaces.empty())
    throw Error("IncorrectInstanceState", 400,
                fmt::format("The instance '{}' is not in a valid state for this operation.", instance.id));
  return std::move(interfaces.front());
}

void set_association(Resource<NetworkInterface>& interface, const std::string& private_ip,
                     std::optional<NetworkInterfaceAssociation> association) {
  auto addresses = further_addresses(interface);
  for (FurtherAddress& one : addresses)
    if (one.ip == private_ip) one.association = association;
  put_further_addresses(interface, addresses);
}

/// A thing is named in one way of two.
void refuse_both(const std::optional<std::string>& one, const std::optional<std::string>& other, const char* what) {
  if (one && other)
    throw Error("InvalidParameterCombination", 400,
                fmt::format("You may specify {}, but not both in the same call", what));
}

}  // namespace

std::string take_public_ip(store::Tx& tx, const host::EdgeRange& edge, std::string_view holder) {
  const Pool pool(edge);
  const std::uint64_t size = pool.last - pool.first + 1;
  for (int tries = 0; tries < 10'000; ++tries) {
    const std::string random = random_bytes(4);
    std::uint32_t number = 0;
    for (const char c : random) number = (number << 8) | static_cast<unsigned char>(c);
    const Ipv4 address = pool.first + static_cast<Ipv4>(number % size);
    if ((address & 255) == 0 || (address & 255) == 255) continue;
    const std::string ip = ipv4_text(address);
    if (is_taken(tx, ip)) continue;
    mark_taken(tx, ip, holder);
    return ip;
  }
  throw Error("InsufficientAddressCapacity", 500, "There are no public addresses available in the pool.");
}

void take_public_ip(store::Tx& tx, const host::EdgeRange& edge, std::string_view ip, std::string_view holder) {
  const Pool pool(edge);
  const auto address = parse_ipv4(ip);
  if (!address || *address < pool.first || *address > pool.last || is_taken(tx, ip))
    throw Error("InvalidAddress.NotFound", 400, fmt::format("Address '{}' not found.", ip));
  mark_taken(tx, ip, holder);
}

std::string public_dns_name(std::string_view region, std::string_view ip) {
  const std::string dashed = replace_all(ip, ".", "-");
  if (region == "us-east-1") return fmt::format("ec2-{}.compute-1.amazonaws.com", dashed);
  return fmt::format("ec2-{}.{}.compute.amazonaws.com", dashed, region);
}

Resource<Address> require_address(store::Tx& tx, const Place& place, const std::optional<std::string>& allocation_id,
                                  const std::optional<std::string>& public_ip) {
  if (allocation_id) return require<Address>(tx, place, *allocation_id);
  if (!public_ip) throw Error("MissingParameter", 400, "Either public IP or allocation id must be specified");
  if (auto found = find_named<Address>(tx, place, "", *public_ip)) return std::move(*found);
  if (!parse_ipv4(*public_ip))
    throw Error("InvalidAddress.Malformed", 400, fmt::format("Invalid IPv4 address: \"{}\"", *public_ip));
  throw Error("InvalidAddress.NotFound", 400, fmt::format("Address '{}' not found.", *public_ip));
}

/// The id of the address that a call names by its id or itself; "*" when there is none.
template <class In>
std::string allocation_asked(Request& rq, const In& in) {
  if (in.allocation_id) return *in.allocation_id;
  const auto found = find_named<Address>(rq.tx, place_of(rq), "", in.public_ip.value_or(""));
  return found ? found->id : "*";
}

void associate(const Making& at, Resource<Address>& address, Resource<NetworkInterface>& interface,
               const std::string& private_ip) {
  const bool first = private_ip == interface.shape.private_ip_address;
  if (first) take_public_address(at, interface);
  for (const FurtherAddress& one : further_addresses(interface))
    if (one.ip == private_ip && one.association)
      if (auto before = find<Address>(at.tx, one.association->allocation_id.value_or(""))) disassociate(at, *before);
  interface = *find<NetworkInterface>(at.tx, interface.id);
  address.shape.association_id = ec2_id("eipassoc");
  address.shape.network_interface_id = interface.id;
  address.shape.network_interface_owner_id = at.place.account;
  address.shape.private_ip_address = private_ip;
  address.shape.instance_id = std::nullopt;
  if (interface.shape.attachment && interface.shape.attachment->instance_id)
    address.shape.instance_id = interface.shape.attachment->instance_id;
  update(at.tx, address);
  meter(at.tx, at.now, address);

  NetworkInterfaceAssociation association;
  association.allocation_id = address.id;
  association.association_id = address.shape.association_id;
  association.ip_owner_id = at.place.account;
  association.public_ip = address.shape.public_ip;
  if (first)
    interface.shape.association = std::move(association);
  else
    set_association(interface, private_ip, std::move(association));
  update(at.tx, interface);
}

void disassociate(const Making& at, Resource<Address>& address) {
  if (auto interface = find<NetworkInterface>(at.tx, address.shape.network_interface_id.value_or(""))) {
    if (address.shape.private_ip_address == interface->shape.private_ip_address)
      interface->shape.association.reset();
    else
      set_association(*interface, address.shape.private_ip_address.value_or(""), std::nullopt);
    update(at.tx, *interface);
  }
  address.shape.association_id.reset();
  address.shape.network_interface_id.reset();
  address.shape.network_interface_owner_id.reset();
  address.shape.private_ip_address.reset();
  address.shape.instance_id.reset();
  update(at.tx, address);
  meter(at.tx, at.now, address);
}

AllocateAddressOutput Ec2::allocate_address(Request& rq, const AllocateAddressInput& in) {
  const Tags tags = requested_tags(in.tag_specifications, "elastic-ip");
  authorize_making(rq, "AllocateAddress", "elastic-ip", tags);
  authorize_tagging(rq, "elastic-ip", tags);

  prepare(rq);
  if (in.domain && *in.domain == "standard") throw Error("UnsupportedOperation", 400, "EC2-Classic is not supported.");
  if (in.public_ipv4_pool && in.address)
    throw Error("InvalidParameterCombination", 400,
                "The parameter PublicIpv4Pool cannot be used with the parameter Address");
  if (in.public_ipv4_pool && *in.public_ipv4_pool != "amazon")
    throw invalid_parameter(fmt::format("invalid value for parameter pool: {}", *in.public_ipv4_pool));
  if (in.network_border_group && *in.network_border_group != rq.region)
    throw invalid_parameter(fmt::format("NetworkBorderGroup {} is invalid.", *in.network_border_group));
  const bool managed = rq.caller.kind == region::Caller::Kind::kService;
  std::size_t count = 0;
  for (const auto& other : list<Address>(rq.tx, place_of(rq)))
    if (!other.shape.service_managed) ++count;
  if (!managed && count >= kMostAddresses)
    throw Error("AddressLimitExceeded", 400, "The maximum number of addresses has been reached.");

  auto address = make<Address>(making(rq));
  Address& shape = address.shape;
  if (in.address) {
    take_public_ip(rq.tx, rq.home.settings.edge, *in.address, address.id);
    shape.public_ip = *in.address;
  } else {
    shape.public_ip = take_public_ip(rq.tx, rq.home.settings.edge, address.id);
  }
  address.name = *shape.public_ip;
  shape.allocation_id = address.id;
  shape.domain = "vpc";
  shape.network_border_group = rq.region;
  shape.public_ipv4_pool = "amazon";
  if (managed) shape.service_managed = "alb";
  create(rq.tx, address, tags);
  meter(rq.tx, rq.now(), address);

  AllocateAddressOutput out;
  out.allocation_id = address.id;
  out.domain = shape.domain;
  out.network_border_group = shape.network_border_group;
  out.public_ip = shape.public_ip;
  out.public_ipv4_pool = shape.public_ipv4_pool;
  return out;
}

AssociateAddressOutput Ec2::associate_address(Request& rq, const AssociateAddressInput& in) {
  authorize(rq, "AssociateAddress", "elastic-ip", allocation_asked(rq, in));
  if (in.instance_id) authorize(rq, "AssociateAddress", "instance", *in.instance_id);
  if (in.network_interface_id) authorize(rq, "AssociateAddress", "network-interface", *in.network_interface_id);

  refuse_both(in.public_ip, in.allocation_id, "public IP or allocation id");
  refuse_both(in.instance_id, in.network_interface_id, "instance ID or network interface ID");
  auto address = require_address(rq.tx, place_of(rq), in.allocation_id, in.public_ip);
  auto interface = interface_for(rq, in);
  const auto vpc = require<Vpc>(rq.tx, place_of(rq), interface.scope);
  const std::string private_ip = in.private_ip_address.value_or(*interface.shape.private_ip_address);
  const auto further = further_addresses(interface);
  if (private_ip != interface.shape.private_ip_address &&
      std::ranges::find(further, private_ip, &FurtherAddress::ip) == further.end())
    throw invalid_parameter(fmt::format("The private IP address {} is not assigned to interface {}.",
                                        *in.private_ip_address, interface.id));
  if (!find_gateway_of(rq.tx, vpc))
    throw Error("Gateway.NotAttached", 400, fmt::format("Network {} is not attached to any internet gateway", vpc.id));
  if (address.shape.network_interface_id == interface.id && address.shape.private_ip_address == private_ip) {
    AssociateAddressOutput same;
    same.association_id = address.shape.association_id;
    return same;
  }
  // By the public address alone (the form of old) reassociation is always allowed.
  if (address.shape.association_id && in.allocation_id && !in.allow_reassociation.value_or(false))
    throw Error("Resource.AlreadyAssociated", 400,
                fmt::format("resource {} is already associated with associate-id {}", address.id,
                            *address.shape.association_id));

  if (address.shape.association_id) {
    const auto before = find<NetworkInterface>(rq.tx, *address.shape.network_interface_id);
    disassociate(making(rq), address);
    if (before && before->scope != vpc.id) touch_vpc(rq.tx, home_.tasks, before->scope);
  }
  interface = *find<NetworkInterface>(rq.tx, interface.id);
  associate(making(rq), address, interface, private_ip);
  touch_vpc(rq.tx, home_.tasks, vpc.id);

  AssociateAddressOutput out;
  out.association_id = address.shape.association_id;
  return out;
}

DisassociateAddressOutput Ec2::disassociate_address(Request& rq, const DisassociateAddressInput& in) {
  std::optional<Resource<Address>> address;
  for (auto& one : list<Address>(rq.tx, place_of(rq)))
    if ((in.association_id && one.shape.association_id == *in.association_id) ||
        (!in.association_id && in.public_ip && one.shape.public_ip == *in.public_ip))
      address = std::move(one);
  authorize(rq, "DisassociateAddress", "elastic-ip", address ? address->id : "*");

  refuse_both(in.public_ip, in.association_id, "public IP or association id");
  if (!address)
    throw Error(
        "InvalidAssociationID.NotFound", 400,
        fmt::format("The association ID '{}' does not exist", in.association_id.value_or(in.public_ip.value_or(""))));
  const auto interface = find<NetworkInterface>(rq.tx, address->shape.network_interface_id.value_or(""));
  if (interface && interface->shape.requester_managed.value_or(false) &&
      rq.caller.kind != region::Caller::Kind::kService)
    throw Error("AuthFailure", 400, "You do not have permission to access the specified resource.");

  disassociate(making(rq), *address);
  if (interface) touch_vpc(rq.tx, home_.tasks, interface->scope);
  return {};
}

ReleaseAddressOutput Ec2::release_address(Request& rq, const ReleaseAddressInput& in) {
  authorize(rq, "ReleaseAddress", "elastic-ip", allocation_asked(rq, in));

  refuse_both(in.public_ip, in.allocation_id, "public IP or allocation id");
  const auto address = require_address(rq.tx, place_of(rq), in.allocation_id, in.public_ip);
  if (in.network_border_group && in.network_border_group != address.shape.network_border_group)
    throw Error("InvalidAddress.NotFound", 400, fmt::format("Address '{}' not found.", *address.shape.public_ip));
  if (address.shape.association_id)
    throw Error("InvalidIPAddress.InUse", 400, fmt::format("Address {} is in use.", *address.shape.public_ip));

  mark_free(rq.tx, *address.shape.public_ip);
  end_metering(rq.tx, rq.now(), address);
  remove(rq.tx, address);
  return {};
}

DescribeAddressesOutput Ec2::describe_addresses(Request& rq, const DescribeAddressesInput& in) {
  authorize(rq, "DescribeAddresses");

  prepare(rq);
  DescribeAddressesOutput out;
  out.addresses.emplace();
  for (const std::string& ip : in.public_ips.value_or(std::vector<std::string>{}))
    require_address(rq.tx, place_of(rq), std::nullopt, ip);
  for (auto& row : select<Address>(rq, in.allocation_ids, in.filters, kAddressesPaths))
    if (!in.public_ips || in.public_ips->empty() ||
        std::ranges::find(*in.public_ips, *row.shape.public_ip) != in.public_ips->end())
      out.addresses->push_back(std::move(row.shape));
  return out;
}

DescribeAddressesAttributeOutput Ec2::describe_addresses_attribute(Request& rq,
                                                                   const DescribeAddressesAttributeInput& in) {
  authorize(rq, "DescribeAddressesAttribute");
  const region::Pager pager(rq, in, {.usual = 1000});

  prepare(rq);
  // No address has a reverse name of the user's choosing, so there is nothing beside the address itself.
  std::vector<Placed<AddressAttribute>> items;
  for (const auto& row : select<Address>(rq, in.allocation_ids, std::nullopt, kAddressesPaths)) {
    AddressAttribute& item = items.emplace_back(Placed<AddressAttribute>{region::creation_key(row), {}}).item;
    item.allocation_id = row.id;
    item.public_ip = row.shape.public_ip;
  }
  auto page = cut_page(pager, std::move(items));
  DescribeAddressesAttributeOutput out;
  out.addresses = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
