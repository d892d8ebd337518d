// RunInstances: checks all that was asked, then writes instances, interfaces, volumes and tags, pending until the
// machine runs.
#include <algorithm>

#include "base/encoding.h"
#include "host/client.h"
#include "services/ec2/addresses/further_addresses.h"
#include "services/ec2/ec2.h"
#include "services/ec2/images/image_parameters.h"
#include "services/ec2/images/images.h"
#include "services/ec2/images/launch_permissions.h"
#include "services/ec2/instances/instance_quota.h"
#include "services/ec2/instances/instance_types.h"
#include "services/ec2/instances/instances.h"
#include "services/ec2/launch_templates/templates.h"
#include "services/ec2/launches/launch_options.h"
#include "services/ec2/metadata/metadata.h"
#include "services/ec2/metadata/metadata_options.h"
#include "services/ec2/networks/networks.h"
#include "services/ec2/storage/volume_states.h"
#include "services/ec2/usage.h"

namespace hanbat::ec2 {
namespace {

constexpr std::size_t kMostUserData = 16384;

/// AWS's is m1.small, which is of a generation before those that there are here.
constexpr const char* kUsualType = "t3.small";
constexpr int kGp3Iops = 3000;
constexpr int kGp3Throughput = 125;  // MiB/s

/// Everything that the instances of one call have in common, checked.
struct LaunchPlan {
  PublishedImage image;
  const InstanceTypeFacts* type = nullptr;
  std::optional<Resource<Subnet>> subnet;
  InterfacePlan interface;
  std::optional<Resource<NetworkInterface>> own_interface;  // of the caller's, instead of one made by the plan
  bool public_address = false;
  AtTermination at_termination = AtTermination::kDelete;
  int disk_gib = 8;
  VolumeType volume_type = VolumeType::kGp2;
  std::string user_data;
  std::optional<IamInstanceProfile> profile;
  LaunchTags tags;
  Tags template_tags;  // AWS's own, of instances
};

void check_counts(const RunInstancesInput& in) {
  if (in.min_count < 1)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter minCount is invalid. Minimum must be at least 1.", in.min_count));
  if (in.max_count < in.min_count)
    throw invalid_parameter(
        fmt::format("Value ({}) for parameter maxCount is invalid. Maximum must be at least minCount.", in.max_count));
}

void check_type(const RunInstancesInput& in, const InstanceTypeFacts& type, const Image& image) {
  if (image.architecture != "x86_64")
    throw invalid_parameter(
        fmt::format("The architecture 'x86_64' of the specified instance type does not match the "
                    "architecture '{}' of the specified AMI.",
                    *image.architecture));
  if (in.ebs_optimized.value_or(false)) require_ebs_optimized(type);
}

std::string require_user_data(const std::optional<std::string>& given) {
  if (!given) return "";
  const auto bytes = from_base64(*given);
  if (!bytes) throw invalid_parameter("Invalid BASE64 encoding of user data.");
  if (bytes->size() > kMostUserData) throw invalid_parameter("User data is limited to 16384 bytes");
  return to_base64(*bytes);
}

/// The one interface that the call describes, by the NetworkInterfaces parameter or by the flat ones.
InstanceNetworkInterfaceSpecification interface_asked(const Request& rq, const RunInstancesInput& in) {
  InstanceNetworkInterfaceSpecification one;
  if (in.network_interfaces && !in.network_interfaces->empty()) {
    if (in.subnet_id || in.security_group_ids || in.security_groups || in.private_ip_address)
      throw Error("InvalidParameterCombination", 400,
                  "Network interfaces and an instance-level subnet ID may not be specified on the same request");
    if (in.network_interfaces->size() > 1) throw not_done(rq, "more than one of NetworkInterfaces");
    one = in.network_interfaces->front();
    refuse_what_does_not_act(rq, one);
    if (one.device_index.value_or(0) != 0)
      throw invalid_parameter("Each network interface requires a device index; the primary one has 0.");
    return one;
  }
  one.subnet_id = in.subnet_id;
  one.groups = in.security_group_ids;
  one.private_ip_address = in.private_ip_address;
  return one;
}

std::vector<std::string> group_ids_by_name(Request& rq, const Strings& names, const std::string& vpc_id) {
  std::vector<std::string> ids;
  for (const std::string& name : names.value_or(std::vector<std::string>{})) {
    const auto group = find_named<SecurityGroup>(rq.tx, place_of(rq), vpc_id, name);
    if (!group)
      throw Error("InvalidGroup.NotFound", 400,
                  fmt::format("The security group '{}' does not exist in VPC '{}'", name, vpc_id));
    ids.push_back(group->id);
  }
  return ids;
}

/// A volume is as fast as the operator's disk; what it is asked to be can only be what its type has anyway.
void check_speed(const Request& rq, const EbsBlockDevice& disk, VolumeType type) {
  if (type != VolumeType::kGp3) {
    if (disk.throughput) throw invalid_parameter("The parameter throughput is not supported for gp2 volumes.");
    if (disk.iops) throw invalid_parameter("The parameter iops is not supported for gp2 volumes.");
    return;
  }
  if (disk.iops.value_or(kGp3Iops) != kGp3Iops) throw not_done(rq, "BlockDeviceMappings.Ebs.Iops beside 3000");
  if (disk.throughput.value_or(kGp3Throughput) != kGp3Throughput)
    throw not_done(rq, "BlockDeviceMappings.Ebs.Throughput beside 125");
}

void plan_disk(const Request& rq, const RunInstancesInput& in, LaunchPlan& plan) {
  for (const BlockDeviceMapping& mapping : in.block_device_mappings.value_or(std::vector<BlockDeviceMapping>{})) {
    if (mapping.device_name != plan.image.shape.root_device_name)
      throw not_done(rq, "BlockDeviceMappings beyond the root device");
    if (!mapping.ebs) continue;
    const EbsBlockDevice& disk = *mapping.ebs;
    if (disk.encrypted.value_or(false)) throw not_done(rq, "BlockDeviceMappings.Ebs.Encrypted");
    if (!disk.delete_on_termination.value_or(true))
      throw not_done(rq, "BlockDeviceMappings.Ebs.DeleteOnTermination=false");
    if (disk.snapshot_id)
      throw Error("InvalidSnapshot.NotFound", 400, fmt::format("The snapshot '{}' does not exist.", *disk.snapshot_id));
    const auto type = disk.volume_type ? find_word<VolumeType>(*disk.volume_type) : plan.volume_type;
    if (!type) throw not_done(rq, "BlockDeviceMappings.Ebs.VolumeType=" + *disk.volume_type);
    plan.volume_type = *type;
    check_speed(rq, disk, *type);
    if (!disk.volume_size) continue;
    const int least = plan.image.shape.block_device_mappings->front().ebs->volume_size.value_or(8);
    if (*disk.volume_size < least)
      throw Error(
          "InvalidBlockDeviceMapping", 400,
          fmt::format("Volume of size {}GB is smaller than snapshot, expect size >= {}GB", *disk.volume_size, least));
    plan.disk_gib = *disk.volume_size;
  }
}

Resource<Volume> write_volume(const Making& at, const LaunchPlan& plan, const std::string& instance_id) {
  auto volume = make<Volume>(at, "", instance_id);
  Volume& shape = volume.shape;
  shape.volume_id = volume.id;
  shape.availability_zone = plan.subnet->shape.availability_zone;
  shape.availability_zone_id = plan.subnet->shape.availability_zone_id;
  shape.create_time = at.now;
  shape.encrypted = false;
  shape.multi_attach_enabled = false;
  shape.size = plan.disk_gib;
  shape.volume_type = word_of(plan.volume_type);
  switch (plan.volume_type) {
    case VolumeType::kGp2:
      shape.iops = std::max(100, 3 * plan.disk_gib);
      break;
    case VolumeType::kGp3:
      shape.iops = kGp3Iops;
      shape.throughput = kGp3Throughput;
      break;
  }
  shape.snapshot_id = "";
  shape.state = std::string(word_of(VolumeState::kInUse));
  VolumeAttachment& attachment = shape.attachments.emplace().emplace_back();
  attachment.attach_time = at.now;
  attachment.delete_on_termination = true;
  attachment.device = plan.image.shape.root_device_name;
  attachment.instance_id = instance_id;
  attachment.state = std::string(word_of(AttachmentStatus::kAttached));
  attachment.volume_id = volume.id;
  create(at.tx, volume, plan.tags.volume);
  meter(at.tx, at.now, volume);
  return volume;
}

void write_interface(const Making& at, const LaunchPlan& plan, const host::EdgeRange& edge,
                     const std::string& instance_id) {
  auto interface =
      plan.own_interface ? *plan.own_interface : make_interface(at, *plan.subnet, plan.interface, plan.tags.interface);
  attach(at, interface, instance_id, plan.at_termination);
  if (plan.public_address) give_public_address(at, edge, interface);
}

InstanceMetadataOptionsResponse metadata_options(const RunInstancesInput& in, const Image& image) {
  const InstanceMetadataOptionsRequest asked = in.metadata_options.value_or(InstanceMetadataOptionsRequest{});
  InstanceMetadataOptionsResponse options;
  options.state = "applied";
  // An image of imds-support v2.0 brings its own defaults.
  const bool only_v2 = image.imds_support == "v2.0";
  options.http_tokens = word_of(require_word(asked.http_tokens, only_v2 ? HttpTokens::kRequired : kUsualTokens));
  options.http_endpoint = word_of(require_word(asked.http_endpoint, kUsualEndpoint));
  options.http_put_response_hop_limit = require_hop_limit(asked.http_put_response_hop_limit.value_or(only_v2 ? 2 : 1));
  options.http_protocol_ipv6 = word_of(MetadataSwitch::kDisabled);
  options.instance_metadata_tags = word_of(require_word(asked.instance_metadata_tags, kUsualMetadataTags));
  return options;
}

Instance instance_shape(const Making& at, const RunInstancesInput& in, const LaunchPlan& plan, int index) {
  Instance shape;
  shape.ami_launch_index = index;
  shape.architecture = plan.image.shape.architecture;
  shape.client_token = in.client_token.value_or("");
  shape.cpu_options = cpu_options_of(*plan.type);
  auto& reservation = shape.capacity_reservation_specification.emplace();
  reservation.capacity_reservation_preference = "open";
  if (in.capacity_reservation_specification && in.capacity_reservation_specification->capacity_reservation_preference)
    reservation.capacity_reservation_preference =
        in.capacity_reservation_specification->capacity_reservation_preference;
  shape.ebs_optimized = in.ebs_optimized.value_or(false);
  shape.ena_support = plan.image.shape.ena_support;
  shape.enclave_options.emplace().enabled = false;
  shape.hibernation_options.emplace().configured = false;
  shape.hypervisor = "xen";
  shape.image_id = plan.image.shape.image_id;
  shape.instance_type = plan.type->name;
  shape.key_name = in.key_name;
  shape.launch_time = at.now;
  shape.metadata_options = metadata_options(in, plan.image.shape);
  shape.monitoring.emplace().state =
      word_of(in.monitoring && in.monitoring->enabled ? MonitoringState::kEnabled : MonitoringState::kDisabled);
  Placement& placement = shape.placement.emplace();
  placement.availability_zone = plan.subnet->shape.availability_zone;
  placement.availability_zone_id = plan.subnet->shape.availability_zone_id;
  placement.group_name = "";
  placement.tenancy = "default";
  shape.platform_details = plan.image.shape.platform_details;
  shape.usage_operation = plan.image.shape.usage_operation;
  shape.usage_operation_update_time = at.now;
  PrivateDnsNameOptionsResponse& names = shape.private_dns_name_options.emplace();
  names.hostname_type = "ip-name";
  names.enable_resource_name_dns_a_record = false;
  names.enable_resource_name_dns_aaaa_record = false;
  shape.product_codes.emplace();
  shape.root_device_name = plan.image.shape.root_device_name;
  shape.root_device_type = "ebs";
  shape.virtualization_type = "hvm";
  return shape;
}

/// An instance as the call that launches it tells of it: what is attached to it is on its way.
Instance launched(Instance shape) {
  if (shape.state->name != word_of(Status::kPending)) return shape;
  shape.block_device_mappings.emplace();
  shape.metadata_options->state = "pending";
  for (InstanceNetworkInterface& interface : *shape.network_interfaces)
    interface.attachment->status = word_of(AttachmentStatus::kAttaching);
  return shape;
}

Reservation reservation_of(Request& rq, const std::string& id) {
  Reservation reservation;
  reservation.reservation_id = id;
  reservation.owner_id = rq.account;
  reservation.groups.emplace();
  reservation.instances.emplace();
  for (auto& row : list<Instance>(rq.tx, place_of(rq))) {
    if (row.own.text("reservation") != id) continue;
    fill_instance(rq.tx, row);
    reservation.instances->push_back(launched(tagged(rq.tx, row)));
  }
  return reservation;
}

/// Throws AWS's errors for what cannot be launched.
LaunchPlan plan_launch(Request& rq, const RunInstancesInput& in, const InstanceNetworkInterfaceSpecification& asked,
                       const LaunchQuestion& question) {
  LaunchPlan plan;
  plan.image = require_image(rq.tx, place_of(rq), *in.image_id);
  plan.volume_type = require_word(plan.image.shape.block_device_mappings->front().ebs->volume_type, VolumeType::kGp2);
  plan.type = &require_instance_type(in.instance_type.value_or(kUsualType));
  check_type(in, *plan.type, plan.image.shape);
  if (asked.network_interface_id) plan.own_interface = require_own_interface(rq, in, asked);
  plan.subnet = choose_subnet(rq, in, plan.own_interface ? plan.own_interface->shape.subnet_id : asked.subnet_id);
  plan.interface.groups = asked.groups.value_or(std::vector<std::string>{});
  for (std::string& id : group_ids_by_name(rq, in.security_groups, plan.subnet->scope))
    plan.interface.groups.push_back(std::move(id));
  check_counts(in);
  refuse_what_does_not_act(rq, in);
  if (in.key_name && !find_named<KeyPairInfo>(rq.tx, place_of(rq), "", *in.key_name))
    throw Error("InvalidKeyPair.NotFound", 400, fmt::format("The key pair '{}' does not exist", *in.key_name));
  AddressesAsked addresses =
      addresses_asked(asked.private_ip_address, asked.private_ip_addresses, asked.secondary_private_ip_address_count);
  if (in.max_count > 1 && (addresses.first || !addresses.further.empty()))
    throw Error("InvalidParameterCombination", 400,
                "The parameter PrivateIpAddress may not be used when launching several instances");
  plan.user_data = require_user_data(in.user_data);
  plan.interface.description = asked.description.value_or("");
  if (plan.own_interface)
    require_address_room(plan.type->name, 1 + further_addresses(*plan.own_interface).size());
  else
    require_address_room(plan.type->name, 1 + addresses.further.size() + static_cast<std::size_t>(addresses.count));
  plan.interface.private_ip = std::move(addresses.first);
  plan.interface.further = std::move(addresses.further);
  plan.interface.any_further = addresses.count;
  // What the caller has made stays when its machine goes, unless he says otherwise.
  if (!asked.delete_on_termination.value_or(!plan.own_interface)) plan.at_termination = AtTermination::kKeep;
  plan.public_address = !plan.own_interface && asked.associate_public_ip_address.value_or(
                                                   plan.subnet->shape.map_public_ip_on_launch.value_or(false));
  plan_disk(rq, in, plan);
  if (in.iam_instance_profile) plan.profile = require_profile(question.profile, *in.iam_instance_profile);
  return plan;
}

/// As many as were asked for, or as the subnet has addresses for. Throws when these are too few.
int require_count(Request& rq, const RunInstancesInput& in, const LaunchPlan& plan) {
  const Resource<Subnet>& subnet = *plan.subnet;
  // AWS's DryRun does not ask whether there is room either.
  if (!rq.home.find_host() && !in.dry_run.value_or(false))
    throw Error("InsufficientInstanceCapacity", 500,
                "There is no capacity: this region runs without its host side. Start it with 'hanbat up' as root.");
  if (plan.own_interface) return 1;
  const auto free = usable_addresses(*parse_cidr(*subnet.shape.cidr_block)) -
                    static_cast<std::int64_t>(taken_addresses(rq.tx, subnet).size());
  const std::int64_t of_each =
      1 + static_cast<std::int64_t>(plan.interface.further.size()) + plan.interface.any_further;
  if (free / of_each < in.min_count)
    throw Error(
        "InsufficientFreeAddressesInSubnet", 400,
        fmt::format("There are not enough free addresses in subnet '{}' to satisfy the requested number of instances.",
                    subnet.id));
  return static_cast<int>(std::min<std::int64_t>(in.max_count, free / of_each));
}

void write_instance(region::Region& home, const Making& at, const RunInstancesInput& in, const LaunchPlan& plan,
                    const std::string& reservation, int index) {
  auto row = make<Instance>(at, plan.subnet->scope);
  row.shape = instance_shape(at, in, plan, index);
  row.shape.instance_id = row.id;
  row.shape.state = state_shape(Status::kPending);
  row.shape.state_transition_reason = "";
  row.own = Json::object(
      {{"reservation", reservation},
       {"alias", plan.image.alias},
       {"system", plan.image.system},
       {"user_data", plan.user_data},
       {"disk_gib", plan.disk_gib},
       {"public_address", plan.public_address},
       {"shutdown", word_of(require_word(in.instance_initiated_shutdown_behavior, ShutdownBehavior::kStop))},
       {"keep_running", in.disable_api_stop.value_or(false)},
       {"cpu_credits", in.credit_specification ? in.credit_specification->cpu_credits : ""},
       {"keep_alive", in.disable_api_termination.value_or(false)}});
  create(at.tx, row, plan.tags.instance);
  if (!plan.template_tags.empty()) {
    Tags all = plan.template_tags;
    all.insert(plan.tags.instance.begin(), plan.tags.instance.end());
    region::import_tags(at.tx, KindOf<Instance>::arn(row), all);
  }
  write_volume(at, plan, row.id);
  write_interface(at, plan, home.settings.edge, row.id);
  if (plan.profile) associate_profile(at, row.id, *plan.profile);
  publish_state(home, at.tx, row);
  touch_instance(at.tx, home.tasks, row.id);
}

}  // namespace

RunInstancesOutput Ec2::run_instances(Request& rq, const RunInstancesInput& given) {
  prepare(rq);
  const TemplateLaunch launch =
      given.launch_template ? launch_of_template(rq, given) : TemplateLaunch{.input = given, .instance_tags = {}};
  RunInstancesInput in = launch.input;
  if (in.image_id) in.image_id = resolved_image_id(rq, *in.image_id);
  const auto tags_for = [&](std::string_view type) {
    return requested_tags(in.tag_specifications, type, {"instance", "volume", "network-interface"});
  };
  const LaunchTags tags{tags_for("instance"), tags_for("volume"), tags_for("network-interface")};
  const auto asked = interface_asked(rq, in);
  if (!in.image_id) throw missing_parameter("ImageId");
  const LaunchQuestion question = launch_question(rq, in, asked);
  authorize_launch(rq, in, asked, question, tags);

  const Json fingerprint = wire::to_json(given);
  if (const auto earlier = earlier_result(rq, in.client_token, fingerprint)) return reservation_of(rq, *earlier);
  LaunchPlan plan = plan_launch(rq, in, asked, question);
  plan.tags = tags;
  plan.template_tags = launch.instance_tags;
  const int count = require_count(rq, in, plan);

  require_quota(rq, std::vector<const InstanceTypeFacts*>(static_cast<std::size_t>(count), plan.type));

  const std::string reservation = ec2_id("r");
  for (int index = 0; index < count; ++index) write_instance(home_, making(rq), in, plan, reservation, index);
  touch_vpc(rq.tx, home_.tasks, plan.subnet->scope);
  record_result(rq, in.client_token, fingerprint, reservation);
  return reservation_of(rq, reservation);
}

}  // namespace hanbat::ec2
