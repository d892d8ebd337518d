// Managed instances: those whose agent has called.
#include <algorithm>

#include "base/words.h"
#include "region/pick.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

/// What a list of instances is filtered by.
enum class InstanceFilterKey { kInstanceIds, kPingStatus, kPlatformTypes };
enum class PingStatus { kOnline, kConnectionLost };

}  // namespace
}  // namespace hanbat::ssm

namespace hanbat {

template <>
constexpr auto kWords<ssm::InstanceFilterKey> =
    std::to_array<Word<ssm::InstanceFilterKey>>({{ssm::InstanceFilterKey::kInstanceIds, "InstanceIds"},
                                                 {ssm::InstanceFilterKey::kPingStatus, "PingStatus"},
                                                 {ssm::InstanceFilterKey::kPlatformTypes, "PlatformTypes"}});
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
  i.ip_address = row.shape.ip_address.value_or("");
  i.computer_name = row.shape.computer_name.value_or("");
  return i;
}

bool fits(const InstanceInformation& i, const InstanceInformationStringFilter& filter) {
  const auto among = [&](const std::string& value) {
    return std::find(filter.values.begin(), filter.values.end(), value) != filter.values.end();
  };
  switch (require_word<InstanceFilterKey>(filter.key)) {
    case InstanceFilterKey::kInstanceIds:
      return among(*i.instance_id);
    case InstanceFilterKey::kPingStatus:
      return among(*i.ping_status);
    case InstanceFilterKey::kPlatformTypes:
      return among(*i.platform_type);
  }
  return false;
}

}  // namespace

DescribeInstanceInformationOutput Ssm::describe_instance_information(region::Request& rq,
                                                                     const DescribeInstanceInformationInput& in) {
  rq.authorize("ssm:DescribeInstanceInformation", rq.arn("ssm", "*"));

  const auto filters = in.filters.value_or(std::vector<InstanceInformationStringFilter>{});
  for (const auto& filter : filters)
    if (!find_word<InstanceFilterKey>(filter.key))
      throw InvalidFilterKey("The specified key isn't valid: " + filter.key);
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
        return std::ranges::all_of(filters, [&](const auto& filter) { return fits(i, filter); });
      },
      [](const InstanceInformation& i) { return *i.instance_id; });

  DescribeInstanceInformationOutput out;
  out.instance_information_list = std::move(page.items);
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::ssm
