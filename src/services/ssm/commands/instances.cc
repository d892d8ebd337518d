// Managed instances: those whose agent has called, and what a list of them is filtered by.
#include <algorithm>
#include <array>
#include <set>

#include "base/words.h"
#include "gen/ec2/client.h"
#include "region/pick.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/ssm.h"
#include "wire/error.h"

namespace hanbat::ssm {
namespace {

/// What a list of instances is filtered by, beside their tags. AWS takes PlatformTypes, its older name, too.
enum class InstanceFilterKey {
  kActivationIds,
  kAgentVersion,
  kAssociationStatus,
  kIamRole,
  kInstanceIds,
  kPingStatus,
  kPlatformType,
  kPlatformTypes,
  kResourceType,
  kSourceIds,
  kSourceTypes
};
enum class PingStatus { kOnline, kConnectionLost };

}  // namespace
}  // namespace hanbat::ssm

namespace hanbat {

template <>
constexpr auto kWords<ssm::InstanceFilterKey> =
    std::to_array<Word<ssm::InstanceFilterKey>>({{ssm::InstanceFilterKey::kActivationIds, "ActivationIds"},
                                                 {ssm::InstanceFilterKey::kAgentVersion, "AgentVersion"},
                                                 {ssm::InstanceFilterKey::kAssociationStatus, "AssociationStatus"},
                                                 {ssm::InstanceFilterKey::kIamRole, "IamRole"},
                                                 {ssm::InstanceFilterKey::kInstanceIds, "InstanceIds"},
                                                 {ssm::InstanceFilterKey::kPingStatus, "PingStatus"},
                                                 {ssm::InstanceFilterKey::kPlatformType, "PlatformType"},
                                                 {ssm::InstanceFilterKey::kPlatformTypes, "PlatformTypes"},
                                                 {ssm::InstanceFilterKey::kResourceType, "ResourceType"},
                                                 {ssm::InstanceFilterKey::kSourceIds, "SourceIds"},
                                                 {ssm::InstanceFilterKey::kSourceTypes, "SourceTypes"}});
template <>
constexpr auto kWords<ssm::PingStatus> = std::to_array<Word<ssm::PingStatus>>(
    {{ssm::PingStatus::kOnline, "Online"}, {ssm::PingStatus::kConnectionLost, "ConnectionLost"}});

}  // namespace hanbat

namespace hanbat::ssm {
namespace {

constexpr Milliseconds kOnline = std::chrono::minutes(5);

InstanceInformation describe(const InstanceRow& row, Timestamp now) {
  const Timestamp last_ping{row.own.integer("last_ping")};
  InstanceInformation i;
  i.instance_id = row.id;
  i.ping_status = word_of(last_ping + kOnline > now ? PingStatus::kOnline : PingStatus::kConnectionLost);
  i.last_ping_date_time = last_ping;
  i.agent_version = row.shape.agent_version.value_or("");
  i.is_latest_version = true;
  i.platform_type = row.shape.platform_type.value_or("Linux");
  i.platform_name = row.shape.platform_name.value_or("");
  i.platform_version = row.shape.platform_version.value_or("");
  i.resource_type = "EC2Instance";
  i.source_id = row.id;
  i.source_type = "AWS::EC2::Instance";
  i.ip_address = row.shape.ip_address.value_or("");
  i.computer_name = row.shape.computer_name.value_or("");
  return i;
}

using InstanceFilters = std::vector<InstanceInformationStringFilter>;

bool is_of_tags(const InstanceInformationStringFilter& filter) {
  return filter.key == "tag-key" || filter.key.starts_with("tag:");
}

/// The words that a key's values are of; none: any text.
std::vector<std::string_view> filter_words(InstanceFilterKey key) {
  switch (key) {
    case InstanceFilterKey::kPingStatus:
      return {"Online", "ConnectionLost", "Inactive"};
    case InstanceFilterKey::kPlatformType:
    case InstanceFilterKey::kPlatformTypes:
      return {"Windows", "Linux", "MacOS"};
    case InstanceFilterKey::kResourceType:
      return {"EC2Instance", "ManagedInstance"};
    case InstanceFilterKey::kSourceTypes:
      return {"AWS::EC2::Instance", "AWS::SSM::ManagedInstance", "AWS::IoT::Thing"};
    case InstanceFilterKey::kActivationIds:
    case InstanceFilterKey::kAgentVersion:
    case InstanceFilterKey::kAssociationStatus:
    case InstanceFilterKey::kIamRole:
    case InstanceFilterKey::kInstanceIds:
    case InstanceFilterKey::kSourceIds:
      break;
  }
  return {};
}

/// The filters of either kind as the newer one. Throws ValidationException for both at once.
InstanceFilters filters_of(const DescribeInstanceInformationInput& in) {
  if (!in.instance_information_filter_list) return in.filters.value_or(InstanceFilters{});
  if (in.filters)
    throw wire::Error("ValidationException", 400,
                      "You can use either InstanceInformationFilterList or Filters in a single request.");
  InstanceFilters filters;
  for (const InstanceInformationFilter& old : *in.instance_information_filter_list)
    filters.push_back({.key = old.key, .values = old.value_set});
  return filters;
}

/// Throws InvalidFilterKey, InvalidInstanceInformationFilterValue, and 501 for what is not known here.
/// Source: InstanceInformationStringFilter in the Systems Manager API reference.
void check(const region::Request& rq, const InstanceFilters& filters) {
  const auto tags = std::ranges::count_if(filters, is_of_tags);
  for (const auto& filter : filters) {
    if (is_of_tags(filter)) continue;
    const auto key = find_word<InstanceFilterKey>(filter.key);
    if (!key) throw InvalidFilterKey("The specified key isn't valid: " + filter.key);
    if (tags > 0) throw InvalidFilterKey("Tag filters can't be combined with other filter types.");
    if (*key == InstanceFilterKey::kAssociationStatus)
      throw wire::Error::not_implemented(rq.operation.name, "the filter AssociationStatus");
    const auto known = filter_words(*key);
    for (const std::string& value : filter.values)
      if (!known.empty() && std::ranges::find(known, value) == known.end())
        throw InvalidInstanceInformationFilterValue("The specified filter value isn't valid: " + value);
  }
}

/// The instances with the tags that the filters name. The service asks EC2 itself.
std::set<std::string> tagged_instances(region::Request& rq, const InstanceFilters& filters) {
  ec2::DescribeInstancesInput in;
  for (const auto& filter : filters) {
    ec2::Filter& one = (in.filters ? *in.filters : in.filters.emplace()).emplace_back();
    one.name = filter.key;
    one.values = filter.values;
  }
  const auto out =
      ec2::Client(rq.as(rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"))).describe_instances(in);
  std::set<std::string> ids;
  if (out.reservations)
    for (const auto& reservation : *out.reservations)
      for (const auto& instance : reservation.instances.value_or(std::vector<ec2::Instance>{}))
        ids.insert(instance.instance_id.value_or(""));
  return ids;
}

bool fits(const InstanceInformation& i, const InstanceInformationStringFilter& filter) {
  const auto among = [&](const std::optional<std::string>& value) {
    return value && std::ranges::find(filter.values, *value) != filter.values.end();
  };
  switch (require_word<InstanceFilterKey>(filter.key)) {
    case InstanceFilterKey::kInstanceIds:
      return among(i.instance_id);
    case InstanceFilterKey::kPingStatus:
      return among(i.ping_status);
    case InstanceFilterKey::kPlatformType:
    case InstanceFilterKey::kPlatformTypes:
      return among(i.platform_type);
    case InstanceFilterKey::kAgentVersion:
      return among(i.agent_version);
    case InstanceFilterKey::kResourceType:
      return among(i.resource_type);
    case InstanceFilterKey::kSourceIds:
      return among(i.source_id);
    case InstanceFilterKey::kSourceTypes:
      return among(i.source_type);
    case InstanceFilterKey::kActivationIds:  // what hybrid activations bring has these two; there are none here
    case InstanceFilterKey::kIamRole:
    case InstanceFilterKey::kAssociationStatus:
      break;
  }
  return false;
}

}  // namespace

DescribeInstanceInformationOutput Ssm::describe_instance_information(region::Request& rq,
                                                                     const DescribeInstanceInformationInput& in) {
  rq.authorize("ssm:DescribeInstanceInformation", rq.arn("ssm", "*"));

  const InstanceFilters filters = filters_of(in);
  check(rq, filters);
  const bool by_tags = !filters.empty() && is_of_tags(filters.front());
  const std::set<std::string> tagged = by_tags ? tagged_instances(rq, filters) : std::set<std::string>{};
  const region::Pager pager(rq, in, {.usual = 50, .least = 5, .most = 50});
  auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        std::vector<InstanceInformation> described;
        for (const InstanceRow& row :
             region::list_by_name<ManagedInstance>(rq.tx, place_of(rq), {.after = after, .most = most}))
          described.push_back(describe(row, rq.now()));
        return described;
      },
      [&](const InstanceInformation& i) {
        if (by_tags) return tagged.contains(*i.instance_id);
        return std::ranges::all_of(filters, [&](const auto& filter) { return fits(i, filter); });
      },
      [](const InstanceInformation& i) { return *i.instance_id; });

  DescribeInstanceInformationOutput out;
  out.instance_information_list = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::ssm
