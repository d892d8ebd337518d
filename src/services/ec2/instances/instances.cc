#include "services/ec2/instances/instances.h"

#include <algorithm>

#include "services/ec2/calls/operators.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kInstancesPaths[] = {
    {"instance-id", "InstanceId"},
    {"instance-state-name", "State.Name"},
    {"instance-state-code", "State.Code"},
    {"instance-type", "InstanceType"},
    {"image-id", "ImageId"},
    {"key-name", "KeyName"},
    {"vpc-id", "VpcId"},
    {"subnet-id", "SubnetId"},
    {"availability-zone", "Placement.AvailabilityZone"},
    {"placement-group-name", "Placement.GroupName"},
    {"tenancy", "Placement.Tenancy"},
    {"architecture", "Architecture"},
    {"affinity", "Placement.Affinity"},
    {"block-device-mapping.attach-time", "BlockDeviceMappings.Ebs.AttachTime"},
    {"block-device-mapping.delete-on-termination", "BlockDeviceMappings.Ebs.DeleteOnTermination"},
    {"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName"},
    {"block-device-mapping.status", "BlockDeviceMappings.Ebs.Status"},
    {"block-device-mapping.volume-id", "BlockDeviceMappings.Ebs.VolumeId"},
    {"client-token", "ClientToken"},
    {"dns-name", "PublicDnsName"},
    {"group-id", "SecurityGroups.GroupId"},
    {"group-name", "SecurityGroups.GroupName"},
    {"instance.group-id", "SecurityGroups.GroupId"},
    {"instance.group-name", "SecurityGroups.GroupName"},
    {"hypervisor", "Hypervisor"},
    {"iam-instance-profile.arn", "IamInstanceProfile.Arn"},
    {"iam-instance-profile.id", "IamInstanceProfile.Id"},
    {"instance-lifecycle", "InstanceLifecycle"},
    {"ip-address", "PublicIpAddress"},
    {"launch-index", "AmiLaunchIndex"},
    {"launch-time", "LaunchTime"},
    {"metadata-options.http-tokens", "MetadataOptions.HttpTokens"},
    {"metadata-options.http-endpoint", "MetadataOptions.HttpEndpoint"},
    {"monitoring-state", "Monitoring.State"},
    {"network-interface.addresses.private-ip-address", "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress"},
    {"network-interface.addresses.association.public-ip", "NetworkInterfaces.PrivateIpAddresses.Association.PublicIp"},
    {"network-interface.association.public-ip", "NetworkInterfaces.Association.PublicIp"},
    {"network-interface.attachment.attachment-id", "NetworkInterfaces.Attachment.AttachmentId"},
    {"network-interface.description", "NetworkInterfaces.Description"},
    {"network-interface.group-id", "NetworkInterfaces.Groups.GroupId"},
    {"network-interface.group-name", "NetworkInterfaces.Groups.GroupName"},
    {"network-interface.network-interface-id", "NetworkInterfaces.NetworkInterfaceId"},
    {"network-interface.subnet-id", "NetworkInterfaces.SubnetId"},
    {"network-interface.vpc-id", "NetworkInterfaces.VpcId"},
    {"owner-id", "NetworkInterfaces.OwnerId"},
    {"platform", "Platform"},
    {"platform-details", "PlatformDetails"},
    {"private-dns-name", "PrivateDnsName"},
    {"private-ip-address", "PrivateIpAddress"},
    {"reason", "StateTransitionReason"},
    {"reservation-id", "ReservationId"},
    {"root-device-name", "RootDeviceName"},
    {"root-device-type", "RootDeviceType"},
    {"source-dest-check", "SourceDestCheck"},
    {"state-reason-code", "StateReason.Code"},
    {"state-reason-message", "StateReason.Message"},
    {"virtualization-type", "VirtualizationType"},
    {"availability-zone-id", "Placement.AvailabilityZoneId"},
    {"boot-mode", "BootMode"},
    {"capacity-reservation-id", "CapacityReservationId"},
    {"capacity-reservation-specification.capacity-reservation-preference",
     "CapacityReservationSpecification.CapacityReservationPreference"},
    {"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
     "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId"},
    {"capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn",
     "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationResourceGroupArn"},
    {"current-instance-boot-mode", "CurrentInstanceBootMode"},
    {"ebs-optimized", "EbsOptimized"},
    {"ena-support", "EnaSupport"},
    {"enclave-options.enabled", "EnclaveOptions.Enabled"},
    {"hibernation-options.configured", "HibernationOptions.Configured"},
    {"host-id", "Placement.HostId"},
    {"ipv6-address", "Ipv6Address"},
    {"kernel-id", "KernelId"},
    {"maintenance-options.auto-recovery", "MaintenanceOptions.AutoRecovery"},
    {"metadata-options.http-protocol-ipv4", "MetadataOptions.HttpEndpoint"},
    {"metadata-options.http-protocol-ipv6", "MetadataOptions.HttpProtocolIpv6"},
    {"metadata-options.http-put-response-hop-limit", "MetadataOptions.HttpPutResponseHopLimit"},
    {"metadata-options.instance-metadata-tags", "MetadataOptions.InstanceMetadataTags"},
    {"metadata-options.state", "MetadataOptions.State"},
    {"network-interface.addresses.association.carrier-ip",
     "NetworkInterfaces.PrivateIpAddresses.Association.CarrierIp"},
    {"network-interface.addresses.association.customer-owned-ip",
     "NetworkInterfaces.PrivateIpAddresses.Association.CustomerOwnedIp"},
    {"network-interface.addresses.association.ip-owner-id",
     "NetworkInterfaces.PrivateIpAddresses.Association.IpOwnerId"},
    {"network-interface.addresses.association.public-dns-name",
     "NetworkInterfaces.PrivateIpAddresses.Association.PublicDnsName"},
    {"network-interface.addresses.association.allocation-id", ""},
    {"network-interface.addresses.association.association-id", ""},
    {"network-interface.association.carrier-ip", "NetworkInterfaces.Association.CarrierIp"},
    {"network-interface.association.customer-owned-ip", "NetworkInterfaces.Association.CustomerOwnedIp"},
    {"network-interface.association.ip-owner-id", "NetworkInterfaces.Association.IpOwnerId"},
    {"network-interface.association.public-dns-name", "NetworkInterfaces.Association.PublicDnsName"},
    {"network-interface.association.allocation-id", ""},
    {"network-interface.association.association-id", ""},
    {"network-interface.addresses.primary", "NetworkInterfaces.PrivateIpAddresses.Primary"},
    {"network-interface.addresses.private-dns-name", "NetworkInterfaces.PrivateIpAddresses.PrivateDnsName"},
    {"network-interface.attachment.attach-time", "NetworkInterfaces.Attachment.AttachTime"},
    {"network-interface.attachment.delete-on-termination", "NetworkInterfaces.Attachment.DeleteOnTermination"},
    {"network-interface.attachment.device-index", "NetworkInterfaces.Attachment.DeviceIndex"},
    {"network-interface.attachment.instance-id", "InstanceId"},
    {"network-interface.attachment.instance-owner-id", "NetworkInterfaces.OwnerId"},
    {"network-interface.attachment.network-card-index", "NetworkInterfaces.Attachment.NetworkCardIndex"},
    {"network-interface.attachment.status", "NetworkInterfaces.Attachment.Status"},
    {"network-interface.availability-zone", "Placement.AvailabilityZone"},
    {"network-interface.deny-all-igw-traffic", "=false"},
    {"network-interface.ipv4-prefixes.ipv4-prefix", "NetworkInterfaces.Ipv4Prefixes.Ipv4Prefix"},
    {"network-interface.ipv6-address", "NetworkInterfaces.Ipv6Addresses.Ipv6Address"},
    {"network-interface.ipv6-addresses.ipv6-address", "NetworkInterfaces.Ipv6Addresses.Ipv6Address"},
    {"network-interface.ipv6-addresses.is-primary-ipv6", "NetworkInterfaces.Ipv6Addresses.IsPrimaryIpv6"},
    {"network-interface.ipv6-native", "=false"},
    {"network-interface.ipv6-prefixes.ipv6-prefix", "NetworkInterfaces.Ipv6Prefixes.Ipv6Prefix"},
    {"network-interface.mac-address", "NetworkInterfaces.MacAddress"},
    {"network-interface.operator.managed", "NetworkInterfaces.Operator.Managed"},
    {"network-interface.operator.principal", "NetworkInterfaces.Operator.Principal"},
    {"network-interface.outpost-arn", "OutpostArn"},
    {"network-interface.owner-id", "NetworkInterfaces.OwnerId"},
    {"network-interface.private-dns-name", "NetworkInterfaces.PrivateDnsName"},
    {"network-interface.private-ip-address", "NetworkInterfaces.PrivateIpAddress"},
    {"network-interface.public-dns-name", "NetworkInterfaces.Association.PublicDnsName"},
    {"network-interface.requester-id", ""},
    {"network-interface.requester-managed", "=false"},
    {"network-interface.status", "NetworkInterfaces.Status"},
    {"network-interface.source-dest-check", "NetworkInterfaces.SourceDestCheck"},
    {"network-interface.tag-key", ""},
    {"network-interface.tag-value", ""},
    {"network-performance-options.bandwidth-weighting", "NetworkPerformanceOptions.BandwidthWeighting"},
    {"operator.managed", "Operator.Managed"},
    {"operator.principal", "Operator.Principal"},
    {"outpost-arn", "OutpostArn"},
    {"placement-partition-number", "Placement.PartitionNumber"},
    {"private-dns-name-options.enable-resource-name-dns-a-record",
     "PrivateDnsNameOptions.EnableResourceNameDnsARecord"},
    {"private-dns-name-options.enable-resource-name-dns-aaaa-record",
     "PrivateDnsNameOptions.EnableResourceNameDnsAAAARecord"},
    {"private-dns-name-options.hostname-type", "PrivateDnsNameOptions.HostnameType"},
    {"product-code", "ProductCodes.ProductCodeId"},
    {"product-code.type", "ProductCodes.ProductCodeType"},
    {"ramdisk-id", "RamdiskId"},
    {"requester-id", ""},
    {"spot-instance-request-id", "SpotInstanceRequestId"},
    {"tpm-support", "TpmSupport"},
    {"usage-operation", "UsageOperation"},
    {"usage-operation-update-time", "UsageOperationUpdateTime"}};

template <class To, class From>
std::optional<To> public_association(const std::optional<From>& from) {
  if (!from) return std::nullopt;
  To to;
  to.ip_owner_id = from->ip_owner_id;
  to.public_dns_name = from->public_dns_name;
  to.public_ip = from->public_ip;
  return to;
}

InstanceNetworkInterface interface_shape(Resource<NetworkInterface>& row) {
  const NetworkInterface& from = row.shape;
  InstanceNetworkInterface to;
  to.network_interface_id = row.id;
  to.operator_ = own_operator();
  to.association = public_association<InstanceNetworkInterfaceAssociation>(from.association);
  InstanceNetworkInterfaceAttachment& attachment = to.attachment.emplace();
  attachment.attachment_id = from.attachment->attachment_id;
  attachment.attach_time = from.attachment->attach_time;
  attachment.delete_on_termination = from.attachment->delete_on_termination;
  attachment.device_index = from.attachment->device_index;
  attachment.network_card_index = 0;
  attachment.status = from.attachment->status;
  to.description = from.description;
  to.groups = from.groups;
  to.interface_type = from.interface_type;
  to.ipv6_addresses.emplace();
  to.mac_address = from.mac_address;
  to.owner_id = from.owner_id;
  to.private_dns_name = from.private_dns_name;
  to.private_ip_address = from.private_ip_address;
  to.source_dest_check = from.source_dest_check;
  to.status = from.status;
  to.subnet_id = from.subnet_id;
  to.vpc_id = from.vpc_id;
  to.private_ip_addresses.emplace();
  for (const NetworkInterfacePrivateIpAddress& one : *from.private_ip_addresses) {
    InstancePrivateIpAddress& address = to.private_ip_addresses->emplace_back();
    address.association = public_association<InstanceNetworkInterfaceAssociation>(one.association);
    address.primary = one.primary;
    address.private_dns_name = one.private_dns_name;
    address.private_ip_address = one.private_ip_address;
  }
  return to;
}

void set_reason(Instance& shape, const Why& why, Timestamp now) {
  shape.state_reason.reset();
  shape.state_transition_reason = "";
  if (why.code.empty()) return;
  StateReason& reason = shape.state_reason.emplace();
  reason.code = why.code;
  reason.message = fmt::format("{}: {}", why.code, why.message);
  if (why.code.starts_with("Client.User"))
    shape.state_transition_reason = format_utc(now, "User initiated (%Y-%m-%d %H:%M:%S GMT)");
}

}  // namespace

ShutdownBehavior shutdown_behavior(const Resource<Instance>& row) {
  return require_word<ShutdownBehavior>(row.own.text("shutdown", word_of(ShutdownBehavior::kStop)));
}

const FilterPaths kInstancePaths = kInstancesPaths;

Status status_of(const Resource<Instance>& row) { return static_cast<Status>(row.shape.state->code.value_or(0)); }

InstanceState state_shape(Status status) {
  InstanceState state;
  state.code = static_cast<int>(status);
  state.name = std::string(word_of(status));
  return state;
}

void publish_state(region::Region& home, store::Tx& tx, const Resource<Instance>& row) {
  home.publish(tx, row.place.account, row.place.region,
               {.source = "aws.ec2",
                .detail_type = "EC2 Instance State-change Notification",
                .resources = {KindOf<Instance>::arn(row)},
                .detail = Json::object({{"instance-id", row.id}, {"state", word_of(status_of(row))}})});
}

bool pass(region::Region& home, store::Tx& tx, Resource<Instance>& row, InstanceEvent event, const Why& why) {
  const auto next = find_next(kInstanceTransitions, status_of(row), event);
  if (!next) return false;
  // What was begun ends for the reason for which it was begun.
  const bool ends = event == InstanceEvent::kMachineStopped || event == InstanceEvent::kMachineGone;
  if (!ends) set_reason(row.shape, why, home.clock.now());
  row.shape.state = state_shape(*next);
  update(tx, row);
  meter(tx, home.clock.now(), row);
  publish_state(home, tx, row);
  return true;
}

void fill_instance(store::Tx& tx, Resource<Instance>& row) {
  Instance& shape = row.shape;
  shape.network_interfaces.emplace();
  shape.block_device_mappings.emplace();
  shape.security_groups.emplace();
  shape.public_dns_name = "";
  shape.private_dns_name = "";
  shape.operator_ = own_operator();
  // As an instance of AWS's has them, of which nothing was asked at its launch. A machine here boots without firmware,
  // as an image without a boot mode is booted there.
  shape.current_instance_boot_mode = "legacy-bios";
  shape.maintenance_options.emplace().auto_recovery = "default";
  shape.maintenance_options->reboot_migration = "default";
  shape.network_performance_options.emplace().bandwidth_weighting = "default";
  if (status_of(row) == Status::kPending && !shape.state_reason) {
    shape.state_reason.emplace().code = "pending";
    shape.state_reason->message = "pending";
  }
  for (auto& interface : list_of<NetworkInterface>(tx, row.id)) {
    fill_interface(tx, interface);
    shape.network_interfaces->push_back(interface_shape(interface));
    if (interface.shape.attachment->device_index.value_or(0) != 0) continue;
    shape.private_ip_address = interface.shape.private_ip_address;
    shape.private_dns_name = private_dns_name(row.place.region, *interface.shape.private_ip_address);
    shape.subnet_id = interface.shape.subnet_id;
    shape.vpc_id = interface.scope;
    shape.security_groups = interface.shape.groups;
    shape.source_dest_check = interface.shape.source_dest_check;
    if (!interface.shape.association) continue;
    shape.public_ip_address = interface.shape.association->public_ip;
    shape.public_dns_name = interface.shape.association->public_dns_name.value_or("");
  }
  for (const auto& volume : list_of<Volume>(tx, row.id)) {
    const VolumeAttachment& from = volume.shape.attachments->front();
    InstanceBlockDeviceMapping& mapping = shape.block_device_mappings->emplace_back();
    mapping.device_name = from.device;
    EbsInstanceBlockDevice& disk = mapping.ebs.emplace();
    disk.volume_id = volume.id;
    disk.attach_time = from.attach_time;
    disk.delete_on_termination = from.delete_on_termination;
    disk.status = from.state;
  }
  if (const auto profile = profile_of(tx, row.id)) shape.iam_instance_profile = profile->shape.iam_instance_profile;
}

void release_instance(const Making& at, const Resource<Instance>& row) {
  store::Tx& tx = at.tx;
  for (auto& interface : list_of<NetworkInterface>(tx, row.id)) {
    if (interface.shape.attachment->delete_on_termination.value_or(true)) {
      delete_interface(at, interface);
      continue;
    }
    detach(tx, interface);
  }
  // The machine's disk goes with the machine, whatever DeleteOnTermination would say: RunInstances refuses to keep it.
  for (const auto& volume : list_of<Volume>(tx, row.id)) {
    end_metering(tx, at.now, volume);
    remove(tx, volume);
  }
  if (const auto profile = profile_of(tx, row.id)) remove(tx, *profile);
}

std::optional<Resource<NetworkInterface>> primary_interface(store::Tx& tx, const std::string& instance_id) {
  for (auto& interface : list_of<NetworkInterface>(tx, instance_id))
    if (interface.shape.attachment->device_index.value_or(0) == 0) return std::move(interface);
  return std::nullopt;
}

std::optional<Resource<IamInstanceProfileAssociation>> profile_of(store::Tx& tx, const std::string& instance_id) {
  auto found = list_of<IamInstanceProfileAssociation>(tx, instance_id);
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

Error incorrect_state(std::string_view message) { return Error("IncorrectInstanceState", 400, std::string(message)); }

Resource<Instance> require_living(Request& rq, const std::string& id) {
  auto row = require<Instance>(rq.tx, place_of(rq), id);
  if (status_of(row) == Status::kTerminated || status_of(row) == Status::kShuttingDown)
    throw incorrect_state(fmt::format("The instance '{}' is not in a valid state for this operation.", id));
  return row;
}

DescribeInstancesOutput Ec2::describe_instances(Request& rq, const DescribeInstancesInput& in) {
  authorize(rq, "DescribeInstances");
  const region::Pager pager(rq, in, kPageSizes);
  refuse_page_of_named(pager, in.instance_ids, "instancesSet");

  const auto filters = named_filters(in.filters, kInstancePaths);
  std::vector<Resource<Instance>> rows;
  for (auto& row : select<Instance>(rq, in.instance_ids, std::nullopt, kInstancePaths,
                                    [&](Resource<Instance>& one) { fill_instance(rq.tx, one); })) {
    Json shape = wire::to_json(row.shape);
    shape["ReservationId"] = row.own.text("reservation");
    if (!matches_filters(shape, filters, kInstancePaths)) continue;
    rows.push_back(std::move(row));
  }
  auto page = pager.cut(std::move(rows), region::creation_key);

  DescribeInstancesOutput out;
  out.reservations.emplace();
  for (auto& row : page.items) {
    const std::string id = row.own.text("reservation");
    const auto found =
        std::ranges::find_if(*out.reservations, [&](const Reservation& r) { return r.reservation_id == id; });
    Reservation& reservation = found == out.reservations->end() ? out.reservations->emplace_back() : *found;
    reservation.reservation_id = id;
    reservation.owner_id = row.place.account;
    reservation.groups.emplace();
    if (!reservation.instances) reservation.instances.emplace();
    reservation.instances->push_back(std::move(row.shape));
  }
  for (Reservation& reservation : *out.reservations)
    std::ranges::sort(*reservation.instances, {}, [](const Instance& one) { return one.ami_launch_index.value_or(0); });
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
