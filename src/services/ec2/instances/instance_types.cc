// What is told of instance types: the table's facts, and what this region has of them. vCPUs and memory become the
// limits of the machine.
#include "services/ec2/instances/instance_types.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/words.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

/// By what DescribeInstanceTypeOfferings names places.
enum class LocationType { kRegion, kAvailabilityZone, kAvailabilityZoneId };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::LocationType> =
    std::to_array<Word<ec2::LocationType>>({{ec2::LocationType::kRegion, "region"},
                                            {ec2::LocationType::kAvailabilityZone, "availability-zone"},
                                            {ec2::LocationType::kAvailabilityZoneId, "availability-zone-id"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

// What a type here does not tell, no value of such a filter matches.
constexpr FilterPath kTypePaths[] = {
    {"auto-recovery-supported", "AutoRecoverySupported"},
    {"bare-metal", "BareMetal"},
    {"burstable-performance-supported", "BurstablePerformanceSupported"},
    {"current-generation", "CurrentGeneration"},
    {"dedicated-hosts-supported", "DedicatedHostsSupported"},
    {"ebs-info.attachment-limit-type", "EbsInfo.AttachmentLimitType"},
    {"ebs-info.maximum-ebs-attachments", "EbsInfo.MaximumEbsAttachments"},
    {"ebs-info.ebs-optimized-info.baseline-bandwidth-in-mbps", "EbsInfo.EbsOptimizedInfo.BaselineBandwidthInMbps"},
    {"ebs-info.ebs-optimized-info.baseline-iops", "EbsInfo.EbsOptimizedInfo.BaselineIops"},
    {"ebs-info.ebs-optimized-info.baseline-throughput-in-mbps", "EbsInfo.EbsOptimizedInfo.BaselineThroughputInMBps"},
    {"ebs-info.ebs-optimized-info.maximum-bandwidth-in-mbps", "EbsInfo.EbsOptimizedInfo.MaximumBandwidthInMbps"},
    {"ebs-info.ebs-optimized-info.maximum-iops", "EbsInfo.EbsOptimizedInfo.MaximumIops"},
    {"ebs-info.ebs-optimized-info.maximum-throughput-in-mbps", "EbsInfo.EbsOptimizedInfo.MaximumThroughputInMBps"},
    {"ebs-info.ebs-optimized-support", "EbsInfo.EbsOptimizedSupport"},
    {"ebs-info.encryption-support", "EbsInfo.EncryptionSupport"},
    {"ebs-info.nvme-support", "EbsInfo.NvmeSupport"},
    {"free-tier-eligible", "FreeTierEligible"},
    {"hibernation-supported", "HibernationSupported"},
    {"hypervisor", "Hypervisor"},
    {"instance-storage-info.disk.count", "InstanceStorageInfo.Disks.Count"},
    {"instance-storage-info.disk.size-in-gb", "InstanceStorageInfo.Disks.SizeInGB"},
    {"instance-storage-info.disk.type", "InstanceStorageInfo.Disks.Type"},
    {"instance-storage-info.encryption-support", "InstanceStorageInfo.EncryptionSupport"},
    {"instance-storage-info.nvme-support", "InstanceStorageInfo.NvmeSupport"},
    {"instance-storage-info.total-size-in-gb", "InstanceStorageInfo.TotalSizeInGB"},
    {"instance-storage-supported", "InstanceStorageSupported"},
    {"instance-type", "InstanceType"},
    {"memory-info.size-in-mib", "MemoryInfo.SizeInMiB"},
    {"network-info.bandwidth-weightings", "NetworkInfo.BandwidthWeightings"},
    {"network-info.efa-info.maximum-efa-interfaces", "NetworkInfo.EfaInfo.MaximumEfaInterfaces"},
    {"network-info.efa-supported", "NetworkInfo.EfaSupported"},
    {"network-info.ena-support", "NetworkInfo.EnaSupport"},
    {"network-info.encryption-in-transit-supported", "NetworkInfo.EncryptionInTransitSupported"},
    {"network-info.flexible-ena-queues-support", "NetworkInfo.FlexibleEnaQueuesSupport"},
    {"network-info.ipv4-addresses-per-interface", "NetworkInfo.Ipv4AddressesPerInterface"},
    {"network-info.ipv6-addresses-per-interface", "NetworkInfo.Ipv6AddressesPerInterface"},
    {"network-info.ipv6-supported", "NetworkInfo.Ipv6Supported"},
    {"network-info.maximum-network-cards", "NetworkInfo.MaximumNetworkCards"},
    {"network-info.maximum-network-interfaces", "NetworkInfo.MaximumNetworkInterfaces"},
    {"network-info.network-performance", "NetworkInfo.NetworkPerformance"},
    {"nitro-enclaves-support", "NitroEnclavesSupport"},
    {"nitro-tpm-info.supported-versions", "NitroTpmInfo.SupportedVersions"},
    {"nitro-tpm-support", "NitroTpmSupport"},
    {"processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures"},
    {"processor-info.supported-features", "ProcessorInfo.SupportedFeatures"},
    {"processor-info.sustained-clock-speed-in-ghz", "ProcessorInfo.SustainedClockSpeedInGhz"},
    {"reboot-migration-support", "RebootMigrationSupport"},
    {"supported-boot-mode", "SupportedBootModes"},
    {"supported-root-device-type", "SupportedRootDeviceTypes"},
    {"supported-usage-class", "SupportedUsageClasses"},
    {"supported-virtualization-type", "SupportedVirtualizationTypes"},
    {"vcpu-info.default-cores", "VCpuInfo.DefaultCores"},
    {"vcpu-info.default-threads-per-core", "VCpuInfo.DefaultThreadsPerCore"},
    {"vcpu-info.default-vcpus", "VCpuInfo.DefaultVCpus"},
    {"vcpu-info.valid-cores", "VCpuInfo.ValidCores"},
    {"vcpu-info.valid-threads-per-core", "VCpuInfo.ValidThreadsPerCore"}};
constexpr FilterPath kOfferingPaths[] = {{"instance-type", "InstanceType"}, {"location", "Location"}};

EbsInfo ebs_of(const InstanceTypeFacts& facts) {
  constexpr double kBitsPerByte = 8;
  const EbsSpeed& speed = facts.ebs;
  const bool optimized = speed.maximum_mbps > 0;
  EbsInfo ebs;
  ebs.ebs_optimized_support = optimized ? "default" : "unsupported";
  ebs.encryption_support = "unsupported";
  ebs.nvme_support = facts.xen ? "unsupported" : "required";
  if (!optimized) return ebs;
  EbsOptimizedInfo& told = ebs.ebs_optimized_info.emplace();
  told.baseline_bandwidth_in_mbps = speed.baseline_mbps;
  told.baseline_iops = speed.baseline_iops;
  told.baseline_throughput_in_m_bps = speed.baseline_mbps / kBitsPerByte;
  told.maximum_bandwidth_in_mbps = speed.maximum_mbps;
  told.maximum_iops = speed.maximum_iops;
  told.maximum_throughput_in_m_bps = speed.maximum_mbps / kBitsPerByte;
  return ebs;
}

InstanceTypeInfo shape_of(const InstanceTypeFacts& facts) {
  InstanceTypeInfo info;
  info.instance_type = std::string(facts.name);
  info.current_generation = facts.current;
  info.free_tier_eligible = facts.free_tier;
  info.bare_metal = false;
  info.burstable_performance_supported = facts.burstable;
  info.hypervisor = facts.xen ? "xen" : "nitro";
  info.auto_recovery_supported = false;
  info.dedicated_hosts_supported = false;
  info.hibernation_supported = false;
  info.instance_storage_supported = false;
  info.nitro_enclaves_support = "unsupported";
  info.nitro_tpm_support = "unsupported";
  info.phc_support = "unsupported";
  info.reboot_migration_support = "unsupported";
  info.supported_usage_classes = {"on-demand"};
  info.supported_root_device_types = {"ebs"};
  info.supported_virtualization_types = {"hvm"};
  info.supported_boot_modes = {"legacy-bios"};
  VCpuInfo& cpu = info.v_cpu_info.emplace();
  cpu.default_v_cpus = facts.vcpus;
  cpu.default_threads_per_core = facts.threads_per_core;
  cpu.default_cores = facts.vcpus / facts.threads_per_core;
  // CpuOptions are not built, so there is nothing else to choose.
  cpu.valid_cores = {{*cpu.default_cores}};
  cpu.valid_threads_per_core = {{facts.threads_per_core}};
  info.memory_info.emplace().size_in_mi_b = facts.memory_mib;
  ProcessorInfo& processor = info.processor_info.emplace();
  processor.manufacturer = std::string(facts.maker);
  processor.supported_architectures = {"x86_64"};
  processor.sustained_clock_speed_in_ghz = facts.clock_ghz;
  NetworkInfo& network = info.network_info.emplace();
  network.network_performance = std::string(facts.network);
  network.maximum_network_interfaces = facts.interfaces;
  network.ipv4_addresses_per_interface = facts.addresses;
  network.ipv6_addresses_per_interface = 0;
  network.ipv6_supported = false;
  network.maximum_network_cards = 1;
  network.default_network_card_index = 0;
  network.ena_support = std::string(facts.ena);
  network.efa_supported = false;
  network.encryption_in_transit_supported = false;
  NetworkCardInfo& card = network.network_cards.emplace().emplace_back();
  card.network_card_index = 0;
  card.network_performance = std::string(facts.network);
  card.maximum_network_interfaces = facts.interfaces;
  card.baseline_bandwidth_in_gbps = facts.baseline_gbps;
  card.peak_bandwidth_in_gbps = facts.peak_gbps;
  info.ebs_info = ebs_of(facts);
  info.placement_group_info.emplace().supported_strategies.emplace();  // there are no placement groups here
  return info;
}

}  // namespace

const InstanceTypeFacts* find_instance_type(std::string_view name) {
  const auto table = instance_types();
  const auto found = std::ranges::find_if(table, [&](const InstanceTypeFacts& facts) { return facts.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const InstanceTypeFacts& require_instance_type(std::string_view name) {
  const InstanceTypeFacts* type = find_instance_type(name);
  if (!type) throw invalid_parameter(fmt::format("Invalid value '{}' for InstanceType.", name));
  const auto there = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE) / (1024 * 1024);
  if (type->memory_mib > there)
    throw Error(
        "InsufficientInstanceCapacity", 500,
        fmt::format(
            "We currently do not have sufficient {} capacity: it has {} MiB of memory, and this machine {} MiB.",
            type->name, type->memory_mib, there));
  return *type;
}

void require_ebs_optimized(const InstanceTypeFacts& type) {
  if (type.ebs.maximum_mbps == 0)
    throw Error("Unsupported", 400,
                "EBS-optimized instances are not supported for your requested configuration. Please check the "
                "documentation for supported configurations.");
}

std::string_view usual_cpu_credits(std::string_view type) {
  const InstanceTypeFacts* facts = find_instance_type(type);
  if (!facts || !facts->burstable) return "";
  return facts->xen ? "standard" : "unlimited";
}

CpuOptions cpu_options_of(const InstanceTypeFacts& type) {
  return {.core_count = type.vcpus / type.threads_per_core, .threads_per_core = type.threads_per_core};
}

DescribeInstanceTypesOutput Ec2::describe_instance_types(Request& rq, const DescribeInstanceTypesInput& in) {
  authorize(rq, "DescribeInstanceTypes");
  const region::Pager pager(rq, in, {.usual = 100, .least = 5, .most = 100});

  const auto wanted = in.instance_types.value_or(std::vector<std::string>{});
  std::vector<std::string> unknown;
  for (const std::string& name : wanted)
    if (!find_instance_type(name)) unknown.push_back(name);
  if (!unknown.empty())
    throw Error("InvalidInstanceType", 400,
                fmt::format("The following supplied instance types do not exist: [{}]", join(unknown, ", ")));
  const auto filters = named_filters(in.filters, kTypePaths);
  std::vector<Placed<InstanceTypeInfo>> items;
  std::int64_t place = 0;
  for (const InstanceTypeFacts& facts : instance_types()) {
    const std::string key = region::page_key(place++);
    if (!wanted.empty() && std::ranges::find(wanted, facts.name) == wanted.end()) continue;
    InstanceTypeInfo info = shape_of(facts);
    if (!matches_filters(wire::to_json(info), filters, kTypePaths)) continue;
    items.push_back({key, std::move(info)});
  }
  auto page = cut_page(pager, std::move(items));
  DescribeInstanceTypesOutput out;
  out.instance_types = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

namespace {

std::vector<std::string> locations_of(const std::string& region, LocationType type) {
  std::vector<std::string> locations;
  switch (type) {
    case LocationType::kRegion:
      locations.push_back(region);
      break;
    case LocationType::kAvailabilityZone:
      for (const std::string& zone : zones_of(region)) locations.push_back(zone);
      break;
    case LocationType::kAvailabilityZoneId:
      for (const std::string& zone : zones_of(region)) locations.push_back(zone_id(zone));
      break;
  }
  return locations;
}

}  // namespace

DescribeInstanceTypeOfferingsOutput Ec2::describe_instance_type_offerings(
    Request& rq, const DescribeInstanceTypeOfferingsInput& in) {
  authorize(rq, "DescribeInstanceTypeOfferings");
  const region::Pager pager(rq, in, kPageSizes);

  const std::string kind = in.location_type.value_or(std::string(word_of(LocationType::kRegion)));
  const auto type = find_word<LocationType>(kind);
  if (!type) throw not_done(rq, "LocationType " + kind);
  const std::vector<std::string> locations = locations_of(rq.region, *type);
  const auto filters = named_filters(in.filters, kOfferingPaths);
  std::vector<Placed<InstanceTypeOffering>> items;
  std::int64_t place = 0;
  for (const std::string& location : locations)
    for (const InstanceTypeFacts& facts : instance_types()) {
      const std::string key = region::page_key(place++);
      InstanceTypeOffering offering;
      offering.instance_type = std::string(facts.name);
      offering.location = location;
      offering.location_type = kind;
      if (!matches_filters(wire::to_json(offering), filters, kOfferingPaths)) continue;
      items.push_back({key, std::move(offering)});
    }
  auto page = cut_page(pager, std::move(items));
  DescribeInstanceTypeOfferingsOutput out;
  out.instance_type_offerings = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

}  // namespace hanbat::ec2
