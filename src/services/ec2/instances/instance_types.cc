// The table of instance types: facts of AWS's common x86 families. vCPUs and memory become the limits of the machine.
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

struct Size {
  std::string_view name;
  int vcpus;
  int memory_mib;
  int interfaces;
  int addresses;
  std::string_view network;
};

constexpr Size kT2[] = {{"nano", 1, 512, 2, 2, "Low to Moderate"},    {"micro", 1, 1024, 2, 2, "Low to Moderate"},
                        {"small", 1, 2048, 3, 4, "Low to Moderate"},  {"medium", 2, 4096, 3, 6, "Low to Moderate"},
                        {"large", 2, 8192, 3, 12, "Low to Moderate"}, {"xlarge", 4, 16384, 3, 15, "Moderate"},
                        {"2xlarge", 8, 32768, 3, 15, "Moderate"}};
constexpr Size kT3[] = {{"nano", 2, 512, 2, 2, "Up to 5 Gigabit"},      {"micro", 2, 1024, 2, 2, "Up to 5 Gigabit"},
                        {"small", 2, 2048, 3, 4, "Up to 5 Gigabit"},    {"medium", 2, 4096, 3, 6, "Up to 5 Gigabit"},
                        {"large", 2, 8192, 3, 12, "Up to 5 Gigabit"},   {"xlarge", 4, 16384, 4, 15, "Up to 5 Gigabit"},
                        {"2xlarge", 8, 32768, 4, 15, "Up to 5 Gigabit"}};
constexpr Size kGeneral[] = {
    {"large", 2, 8192, 3, 10, "Up to 10 Gigabit"},    {"xlarge", 4, 16384, 4, 15, "Up to 10 Gigabit"},
    {"2xlarge", 8, 32768, 4, 15, "Up to 10 Gigabit"}, {"4xlarge", 16, 65536, 8, 30, "Up to 10 Gigabit"},
    {"8xlarge", 32, 131072, 8, 30, "10 Gigabit"},     {"12xlarge", 48, 196608, 8, 30, "12 Gigabit"},
    {"16xlarge", 64, 262144, 15, 50, "20 Gigabit"},   {"24xlarge", 96, 393216, 15, 50, "25 Gigabit"}};
constexpr Size kC5[] = {
    {"large", 2, 4096, 3, 10, "Up to 10 Gigabit"},    {"xlarge", 4, 8192, 4, 15, "Up to 10 Gigabit"},
    {"2xlarge", 8, 16384, 4, 15, "Up to 10 Gigabit"}, {"4xlarge", 16, 32768, 8, 30, "Up to 10 Gigabit"},
    {"9xlarge", 36, 73728, 8, 30, "12 Gigabit"},      {"12xlarge", 48, 98304, 8, 30, "12 Gigabit"},
    {"18xlarge", 72, 147456, 15, 50, "25 Gigabit"},   {"24xlarge", 96, 196608, 15, 50, "25 Gigabit"}};
constexpr Size kCompute[] = {
    {"large", 2, 4096, 3, 10, "Up to 12.5 Gigabit"},    {"xlarge", 4, 8192, 4, 15, "Up to 12.5 Gigabit"},
    {"2xlarge", 8, 16384, 4, 15, "Up to 12.5 Gigabit"}, {"4xlarge", 16, 32768, 8, 30, "Up to 12.5 Gigabit"},
    {"8xlarge", 32, 65536, 8, 30, "12.5 Gigabit"},      {"12xlarge", 48, 98304, 8, 30, "18.75 Gigabit"},
    {"16xlarge", 64, 131072, 15, 50, "25 Gigabit"},     {"24xlarge", 96, 196608, 15, 50, "37.5 Gigabit"}};
constexpr Size kMemory[] = {
    {"large", 2, 16384, 3, 10, "Up to 10 Gigabit"},   {"xlarge", 4, 32768, 4, 15, "Up to 10 Gigabit"},
    {"2xlarge", 8, 65536, 4, 15, "Up to 10 Gigabit"}, {"4xlarge", 16, 131072, 8, 30, "Up to 10 Gigabit"},
    {"8xlarge", 32, 262144, 8, 30, "10 Gigabit"},     {"12xlarge", 48, 393216, 8, 30, "12 Gigabit"},
    {"16xlarge", 64, 524288, 15, 50, "20 Gigabit"},   {"24xlarge", 96, 786432, 15, 50, "25 Gigabit"}};

struct Family {
  std::string_view name;
  std::span<const Size> sizes;
  double clock_ghz;
  std::string_view maker;
  bool burstable;
  bool current;
  int threads_per_core;
};

const Family kFamilies[] = {
    {"c5", kC5, 3.4, "Intel", false, true, 2},       {"c5a", kCompute, 3.3, "AMD", false, true, 2},
    {"c6i", kCompute, 3.5, "Intel", false, true, 2}, {"m5", kGeneral, 3.1, "Intel", false, true, 2},
    {"m5a", kGeneral, 2.5, "AMD", false, true, 2},   {"m6i", kGeneral, 3.5, "Intel", false, true, 2},
    {"r5", kMemory, 3.1, "Intel", false, true, 2},   {"r6i", kMemory, 3.5, "Intel", false, true, 2},
    {"t2", kT2, 2.3, "Intel", true, true, 1},        {"t3", kT3, 2.5, "Intel", true, true, 2},
    {"t3a", kT3, 2.2, "AMD", true, true, 2}};

std::vector<InstanceTypeFacts> build_table() {
  std::vector<InstanceTypeFacts> table;
  for (const Family& family : kFamilies)
    for (const Size& size : family.sizes)
      table.push_back({fmt::format("{}.{}", family.name, size.name), size.vcpus, size.memory_mib, size.interfaces,
                       size.addresses, size.network, family.clock_ghz, family.maker, family.burstable, family.current,
                       family.threads_per_core});
  std::ranges::sort(table, {}, &InstanceTypeFacts::name);
  return table;
}

constexpr FilterPath kTypePaths[] = {
    {"instance-type", "InstanceType"},
    {"auto-recovery-supported", "AutoRecoverySupported"},
    {"bare-metal", "BareMetal"},
    {"burstable-performance-supported", "BurstablePerformanceSupported"},
    {"current-generation", "CurrentGeneration"},
    {"dedicated-hosts-supported", "DedicatedHostsSupported"},
    {"free-tier-eligible", "FreeTierEligible"},
    {"hibernation-supported", "HibernationSupported"},
    {"hypervisor", "Hypervisor"},
    {"instance-storage-supported", "InstanceStorageSupported"},
    {"memory-info.size-in-mib", "MemoryInfo.SizeInMiB"},
    {"network-info.ena-support", "NetworkInfo.EnaSupport"},
    {"network-info.ipv4-addresses-per-interface", "NetworkInfo.Ipv4AddressesPerInterface"},
    {"network-info.ipv6-supported", "NetworkInfo.Ipv6Supported"},
    {"network-info.maximum-network-interfaces", "NetworkInfo.MaximumNetworkInterfaces"},
    {"network-info.network-performance", "NetworkInfo.NetworkPerformance"},
    {"processor-info.supported-architecture", "ProcessorInfo.SupportedArchitectures"},
    {"processor-info.sustained-clock-speed-in-ghz", "ProcessorInfo.SustainedClockSpeedInGhz"},
    {"supported-boot-mode", "SupportedBootModes"},
    {"supported-root-device-type", "SupportedRootDeviceTypes"},
    {"supported-usage-class", "SupportedUsageClasses"},
    {"supported-virtualization-type", "SupportedVirtualizationTypes"},
    {"vcpu-info.default-cores", "VCpuInfo.DefaultCores"},
    {"vcpu-info.default-threads-per-core", "VCpuInfo.DefaultThreadsPerCore"},
    {"vcpu-info.default-vcpus", "VCpuInfo.DefaultVCpus"}};
constexpr FilterPath kOfferingPaths[] = {{"instance-type", "InstanceType"}, {"location", "Location"}};

/// Of before Nitro.
bool is_xen(const InstanceTypeFacts& facts) { return facts.name.starts_with("t2."); }

InstanceTypeInfo shape_of(const InstanceTypeFacts& facts) {
  const bool xen = is_xen(facts);
  InstanceTypeInfo info;
  info.instance_type = facts.name;
  info.current_generation = facts.current;
  info.free_tier_eligible = facts.name == "t2.micro" || facts.name == "t3.micro";
  info.bare_metal = false;
  info.burstable_performance_supported = facts.burstable;
  info.hypervisor = xen ? "xen" : "nitro";
  info.auto_recovery_supported = false;
  info.dedicated_hosts_supported = false;
  info.hibernation_supported = false;
  info.instance_storage_supported = false;
  info.supported_usage_classes = {"on-demand"};
  info.supported_root_device_types = {"ebs"};
  info.supported_virtualization_types = {"hvm"};
  info.supported_boot_modes = {"legacy-bios"};
  VCpuInfo& cpu = info.v_cpu_info.emplace();
  cpu.default_v_cpus = facts.vcpus;
  cpu.default_threads_per_core = facts.threads_per_core;
  cpu.default_cores = facts.vcpus / facts.threads_per_core;
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
  network.ena_support = xen ? "unsupported" : "required";
  network.efa_supported = false;
  network.encryption_in_transit_supported = false;
  EbsInfo& ebs = info.ebs_info.emplace();
  ebs.ebs_optimized_support = xen ? "unsupported" : "default";
  ebs.encryption_support = "unsupported";
  ebs.nvme_support = xen ? "unsupported" : "required";
  return info;
}

}  // namespace

std::span<const InstanceTypeFacts> instance_types() {
  static const std::vector<InstanceTypeFacts> table = build_table();
  return table;
}

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
  if (is_xen(type))
    throw Error("Unsupported", 400,
                "EBS-optimized instances are not supported for your requested configuration. Please check the "
                "documentation for supported configurations.");
}

CpuOptions cpu_options_of(const InstanceTypeFacts& type) {
  return {.core_count = type.vcpus / type.threads_per_core, .threads_per_core = type.threads_per_core};
}

DescribeInstanceTypesOutput Ec2::describe_instance_types(Request& rq, const DescribeInstanceTypesInput& in) {
  authorize(rq, "DescribeInstanceTypes");
  const region::Pager pager(rq, in, {.usual = 100, .least = 5, .most = 100});

  const auto wanted = in.instance_types.value_or(std::vector<std::string>{});
  for (const std::string& name : wanted)
    if (!find_instance_type(name))
      throw Error("InvalidInstanceType", 400,
                  fmt::format("The following supplied instance types do not exist: [{}]", name));
  const auto filters = named_filters(in.filters);
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
  const auto filters = named_filters(in.filters);
  std::vector<Placed<InstanceTypeOffering>> items;
  std::int64_t place = 0;
  for (const std::string& location : locations)
    for (const InstanceTypeFacts& facts : instance_types()) {
      const std::string key = region::page_key(place++);
      InstanceTypeOffering offering;
      offering.instance_type = facts.name;
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
