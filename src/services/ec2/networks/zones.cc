// Regions and availability zones. Any region name that has AWS's form is one; each has its zones a to d.
#include <algorithm>
#include <map>

#include "region/aws_regions.h"
#include "services/ec2/ec2.h"
#include "services/ec2/networks/networks.h"

namespace hanbat::ec2 {
namespace {

constexpr FilterPath kRegionPaths[] = {
    {"endpoint", "Endpoint"}, {"opt-in-status", "OptInStatus"}, {"region-name", "RegionName"}};
constexpr FilterPath kZonePaths[] = {{"group-long-name", "GroupLongName"},
                                     {"group-name", "GroupName"},
                                     {"message", "Messages.Message"},
                                     {"opt-in-status", "OptInStatus"},
                                     {"parent-zone-id", "ParentZoneId"},
                                     {"region-name", "RegionName"},
                                     {"state", "State"},
                                     {"zone-id", "ZoneId"},
                                     {"zone-name", "ZoneName"},
                                     {"zone-type", "ZoneType"},
                                     {"parent-zone-name", "ParentZoneName"}};

/// What AWS calls its regions; nothing of a region that it does not have.
std::optional<std::string_view> long_name(std::string_view region) {
  static const std::map<std::string_view, std::string_view> kNames{{"af-south-1", "Africa (Cape Town)"},
                                                                   {"ap-east-1", "Asia Pacific (Hong Kong)"},
                                                                   {"ap-east-2", "Asia Pacific (Taipei)"},
                                                                   {"ap-northeast-1", "Asia Pacific (Tokyo)"},
                                                                   {"ap-northeast-2", "Asia Pacific (Seoul)"},
                                                                   {"ap-northeast-3", "Asia Pacific (Osaka)"},
                                                                   {"ap-south-1", "Asia Pacific (Mumbai)"},
                                                                   {"ap-south-2", "Asia Pacific (Hyderabad)"},
                                                                   {"ap-southeast-1", "Asia Pacific (Singapore)"},
                                                                   {"ap-southeast-2", "Asia Pacific (Sydney)"},
                                                                   {"ap-southeast-3", "Asia Pacific (Jakarta)"},
                                                                   {"ap-southeast-4", "Asia Pacific (Melbourne)"},
                                                                   {"ap-southeast-5", "Asia Pacific (Malaysia)"},
                                                                   {"ap-southeast-6", "Asia Pacific (New Zealand)"},
                                                                   {"ap-southeast-7", "Asia Pacific (Thailand)"},
                                                                   {"ca-central-1", "Canada (Central)"},
                                                                   {"ca-west-1", "Canada West (Calgary)"},
                                                                   {"eu-central-1", "Europe (Frankfurt)"},
                                                                   {"eu-central-2", "Europe (Zurich)"},
                                                                   {"eu-north-1", "Europe (Stockholm)"},
                                                                   {"eu-south-1", "Europe (Milan)"},
                                                                   {"eu-south-2", "Europe (Spain)"},
                                                                   {"eu-west-1", "Europe (Ireland)"},
                                                                   {"eu-west-2", "Europe (London)"},
                                                                   {"eu-west-3", "Europe (Paris)"},
                                                                   {"il-central-1", "Israel (Tel Aviv)"},
                                                                   {"me-central-1", "Middle East (UAE)"},
                                                                   {"me-south-1", "Middle East (Bahrain)"},
                                                                   {"mx-central-1", "Mexico (Central)"},
                                                                   {"sa-east-1", "South America (Sao Paulo)"},
                                                                   {"us-east-1", "US East (N. Virginia)"},
                                                                   {"us-east-2", "US East (Ohio)"},
                                                                   {"us-west-1", "US West (N. California)"},
                                                                   {"us-west-2", "US West (Oregon)"}};
  const auto found = kNames.find(region);
  if (found == kNames.end()) return std::nullopt;
  return found->second;
}

bool asked_for(const Strings& names, const std::string& name) {
  return !names || names->empty() || std::ranges::find(*names, name) != names->end();
}

Region region_named(const std::string& name, std::string_view status) {
  Region region;
  region.region_name = name;
  region.endpoint = fmt::format("ec2.{}.amazonaws.com", name);
  region.opt_in_status = std::string(status);
  return region;
}

AvailabilityZone zone_named(const Request& rq, const std::string& name) {
  AvailabilityZone zone;
  zone.zone_name = name;
  zone.zone_id = zone_id(name);
  zone.region_name = rq.region;
  zone.state = "available";
  zone.opt_in_status = "opt-in-not-required";
  zone.group_name = fmt::format("{}-zg-1", rq.region);
  if (const auto name = long_name(rq.region)) zone.group_long_name = fmt::format("{} 1", *name);
  zone.network_border_group = rq.region;
  zone.zone_type = "availability-zone";
  zone.messages.emplace();
  return zone;
}

}  // namespace

std::vector<std::string> zones_of(std::string_view region) {
  std::vector<std::string> zones;
  for (const char letter : {'a', 'b', 'c', 'd'}) zones.push_back(fmt::format("{}{}", region, letter));
  return zones;
}

std::string zone_id(std::string_view zone) {
  static const std::map<std::string_view, std::string_view> kShort{
      {"north", "n"},      {"south", "s"},      {"east", "e"},       {"west", "w"},
      {"central", "c"},    {"northeast", "ne"}, {"northwest", "nw"}, {"southeast", "se"},
      {"southwest", "sw"}, {"gov", "g"},        {"iso", "i"}};
  std::string id;
  for (const std::string& part : split(zone.substr(0, zone.size() - 1), '-')) {
    const auto found = kShort.find(part);
    id += found == kShort.end() ? part : std::string(found->second);
  }
  return fmt::format("{}-az{}", id, zone.back() - 'a' + 1);
}

std::string require_zone(const Place& place, const std::optional<std::string>& name,
                         const std::optional<std::string>& id) {
  const auto zones = zones_of(place.region);
  if (name && id)
    throw Error("InvalidParameterCombination", 400,
                "The parameters availabilityZone and availabilityZoneId may not be used together");
  for (const std::string& zone : zones)
    if ((name && zone == *name) || (id && zone_id(zone) == *id)) return zone;
  if (!name && !id) return zones.front();
  throw invalid_parameter(
      fmt::format("Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be "
                  "created in the following availability zones: {}.",
                  name ? *name : *id, join(zones, ", ")));
}

DescribeRegionsOutput Ec2::describe_regions(Request& rq, const DescribeRegionsInput& in) {
  authorize(rq, "DescribeRegions");

  std::vector<Region> regions;
  bool own = false;
  for (const char* name : region::kAwsRegions) {
    regions.push_back(region_named(name, "opt-in-not-required"));
    own = own || rq.region == name;
  }
  for (const char* name : region::kAwsOptInRegions) {
    if (rq.region == name)
      regions.push_back(region_named(name, "opted-in"));
    else if (in.all_regions.value_or(false))
      regions.push_back(region_named(name, "not-opted-in"));
    own = own || rq.region == name;
  }
  if (!own) regions.push_back(region_named(rq.region, "opt-in-not-required"));

  DescribeRegionsOutput out;
  out.regions.emplace();
  const auto filters = named_filters(in.filters, kRegionPaths);
  for (Region& region : regions)
    if (asked_for(in.region_names, *region.region_name) &&
        matches_filters(wire::to_json(region), filters, kRegionPaths))
      out.regions->push_back(std::move(region));
  for (const std::string& name : in.region_names.value_or(std::vector<std::string>{}))
    if (std::ranges::none_of(regions, [&](const Region& r) { return r.region_name == name; }) &&
        std::ranges::none_of(*out.regions, [&](const Region& r) { return r.region_name == name; }))
      throw invalid_parameter(fmt::format("Invalid region provided: {}", name));
  return out;
}

DescribeAvailabilityZonesOutput Ec2::describe_availability_zones(Request& rq,
                                                                 const DescribeAvailabilityZonesInput& in) {
  authorize(rq, "DescribeAvailabilityZones");

  DescribeAvailabilityZonesOutput out;
  out.availability_zones.emplace();
  const auto filters = named_filters(in.filters, kZonePaths);
  const auto zones = zones_of(rq.region);
  for (const std::string& name : in.zone_names.value_or(std::vector<std::string>{}))
    if (std::ranges::find(zones, name) == zones.end())
      throw invalid_parameter(fmt::format("Invalid availability zone: [{}]", name));
  for (const std::string& id : in.zone_ids.value_or(std::vector<std::string>{}))
    if (std::ranges::none_of(zones, [&](const std::string& name) { return zone_id(name) == id; }))
      throw invalid_parameter(fmt::format("Invalid availability zone-id: [{}]", id));
  for (const std::string& name : zones) {
    AvailabilityZone zone = zone_named(rq, name);
    if (asked_for(in.zone_names, name) && asked_for(in.zone_ids, *zone.zone_id) &&
        matches_filters(wire::to_json(zone), filters, kZonePaths))
      out.availability_zones->push_back(std::move(zone));
  }
  return out;
}

DescribeAccountAttributesOutput Ec2::describe_account_attributes(Request& rq,
                                                                 const DescribeAccountAttributesInput& in) {
  authorize(rq, "DescribeAccountAttributes");

  prepare(rq);
  const auto vpc = find_default_vpc(rq.tx, place_of(rq));
  const std::vector<std::pair<std::string, std::string>> known{
      {"supported-platforms", "VPC"}, {"default-vpc", vpc ? vpc->id : "none"},
      {"max-instances", "20"},        {"vpc-max-security-groups-per-interface", "5"},
      {"max-elastic-ips", "5"},       {"vpc-max-elastic-ips", "5"}};
  DescribeAccountAttributesOutput out;
  out.account_attributes.emplace();
  for (const auto& [name, value] : known) {
    if (!asked_for(in.attribute_names, name)) continue;
    AccountAttribute& attribute = out.account_attributes->emplace_back();
    attribute.attribute_name = name;
    attribute.attribute_values.emplace().emplace_back().attribute_value = value;
  }
  return out;
}

}  // namespace hanbat::ec2
