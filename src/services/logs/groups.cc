// Log groups and how long they keep what they hold.
#include <algorithm>
#include <set>

#include "base/arn.h"
#include "base/words.h"
#include "gen/logs/schema.h"
#include "region/carried_over.h"
#include "region/pick.h"
#include "services/logs/logs.h"
#include "services/logs/usage.h"

namespace hanbat::logs {
namespace {

/// There is one class of groups here.
enum class LogGroupClass { kStandard };

}  // namespace
}  // namespace hanbat::logs

namespace hanbat {

template <>
constexpr auto kWords<logs::LogGroupClass> =
    std::to_array<Word<logs::LogGroupClass>>({{logs::LogGroupClass::kStandard, "STANDARD"}});

}  // namespace hanbat

namespace hanbat::logs {
namespace {

LogGroup describe(region::Request& rq, const GroupRow& row) {
  LogGroup group;
  group.log_group_name = row.name;
  group.creation_time = row.created.ms;
  group.retention_in_days = row.shape.retention;
  group.metric_filter_count = static_cast<int>(region::count<MetricFilter>(rq.tx, row.place, row.id));
  group.log_group_arn = group_arn(row.place, *row.name);
  group.arn = *group.log_group_arn + ":*";
  group.stored_bytes = stored_bytes(rq.tx, row);
  group.log_group_class = "STANDARD";
  return group;
}

}  // namespace

std::span<const store::Migration> Logs::migrations() const { return schema(); }

void Logs::start() {
  home_.db.write([](store::Tx& tx) { region::carry_over(tx, "logs: tags", [&] { migrate_tags(tx); }); });
  retention_.start();
  defaults_.start();
  measure_groups(home_);
}

wire::Error Logs::invalid_page_token(const wire::OperationModel&) const {
  return InvalidParameterException("The specified nextToken is invalid.");
}

wire::Error Logs::invalid_page_size(const wire::OperationModel& operation, int size,
                                    const region::PageSizes& sizes) const {
  return InvalidParameterException(Service::invalid_page_size(operation, size, sizes).message());
}

std::string Logs::name_of(const region::Request& rq, const std::optional<std::string>& name,
                          const std::optional<std::string>& identifier) const {
  if (name && identifier)
    throw InvalidParameterException("Only one of logGroupName and logGroupIdentifier can be specified");
  if (name) return *name;
  if (!identifier) throw InvalidParameterException("Either logGroupName or logGroupIdentifier must be specified");
  const auto arn = parse_arn(*identifier);
  if (!arn) return *identifier;
  constexpr std::string_view kGroup = "log-group:";
  if (arn->service != "logs" || !arn->resource.starts_with(kGroup))
    throw InvalidParameterException("The ARN is not that of a log group: " + *identifier);
  // Another account's groups are seen by monitoring accounts alone, which there are none of.
  if (arn->account != rq.account || arn->region != rq.region)
    throw ResourceNotFoundException("The specified log group does not exist.");
  std::string resource = arn->resource.substr(kGroup.size());
  if (resource.ends_with(":*")) resource.resize(resource.size() - 2);
  return resource;
}

GroupRow Logs::require_group(region::Request& rq, std::string_view action, const std::string& name,
                             region::ConditionKeys keys, std::string_view ending) {
  auto group = find_group(rq.tx, place_of(rq), name);
  region::add_resource_tags(keys, region::tags_of(rq.tx, group_arn(place_of(rq), name)));
  rq.authorize(action, group_arn(place_of(rq), name) + std::string(ending), keys);
  if (group) return *std::move(group);
  throw ResourceNotFoundException("The specified log group does not exist.");
}

CreateLogGroupOutput Logs::create_log_group(region::Request& rq, const CreateLogGroupInput& in) {
  const auto keys = region::request_tag_keys(in.tags.value_or(std::map<std::string, std::string>()));
  rq.authorize("logs:CreateLogGroup", group_arn(place_of(rq), in.log_group_name) + std::string(kOfStreams), keys);
  if (!keys.empty()) rq.authorize("logs:TagResource", group_arn(place_of(rq), in.log_group_name), keys);

  if (find_group(rq.tx, place_of(rq), in.log_group_name))
    throw ResourceAlreadyExistsException("The specified log group already exists");
  if (in.log_group_class && !find_word<LogGroupClass>(*in.log_group_class))
    throw wire::Error::not_implemented("CreateLogGroup", "logGroupClass=" + *in.log_group_class);

  GroupRow group;
  group.place = place_of(rq);
  group.name = in.log_group_name;
  group.created = rq.now();
  insert_group(rq.tx, group);
  region::put_tags(rq.tx, group_arn(group.place, *group.name), region::tag_pairs(in.tags), kTagRules);

  return {};
}

DeleteLogGroupOutput Logs::delete_log_group(region::Request& rq, const DeleteLogGroupInput& in) {
  const GroupRow group = require_group(rq, "logs:DeleteLogGroup", in.log_group_name);

  region::meter(rq.tx, rq.now(), group.place, group_arn(group.place, *group.name), {});
  remove_group(rq.tx, group);

  return {};
}

DescribeLogGroupsOutput Logs::describe_log_groups(region::Request& rq, const DescribeLogGroupsInput& in) {
  rq.authorize("logs:DescribeLogGroups", rq.arn("logs", "log-group::log-stream:"));

  const region::Pager pager(rq, in, {.usual = 50, .most = 50});
  const bool other_class = in.log_group_class && !find_word<LogGroupClass>(*in.log_group_class);
  if (in.log_group_name_prefix && in.log_group_name_pattern)
    throw InvalidParameterException(
        "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
  if (in.log_group_identifiers && (in.log_group_name_prefix || in.log_group_name_pattern || in.log_group_class))
    throw InvalidParameterException("logGroupIdentifiers cannot be specified together with other filters.");
  const std::string prefix = in.log_group_name_prefix.value_or(""), part = in.log_group_name_pattern.value_or("");
  std::set<std::string> named;
  for (const std::string& one : in.log_group_identifiers.value_or(std::vector<std::string>{}))
    named.insert(name_of(rq, std::nullopt, one));
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        if (other_class) return std::vector<GroupRow>{};
        return region::list_by_name<GroupFacts>(rq.tx, place_of(rq), {.prefix = prefix, .after = after, .most = most});
      },
      [&](const GroupRow& row) {
        return row.name->find(part) != std::string::npos && (!in.log_group_identifiers || named.contains(*row.name));
      },
      [](const GroupRow& row) { return *row.name; });

  DescribeLogGroupsOutput out;
  out.log_groups.emplace();
  for (const GroupRow& row : page.items) out.log_groups->push_back(describe(rq, row));
  out.next_token = page.next_token;
  return out;
}

PutRetentionPolicyOutput Logs::put_retention_policy(region::Request& rq, const PutRetentionPolicyInput& in) {
  GroupRow group = require_group(rq, "logs:PutRetentionPolicy", in.log_group_name);
  static constexpr int kAllowed[] = {1,   3,   5,   7,   14,   30,   60,   90,   120,  150,  180,
                                     365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653};
  if (std::find(std::begin(kAllowed), std::end(kAllowed), in.retention_in_days) == std::end(kAllowed))
    throw InvalidParameterException(
        "1 validation error detected: Value '" + std::to_string(in.retention_in_days) +
        "' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, "
        "60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]");
  group.shape.retention = in.retention_in_days;
  region::update(rq.tx, group);
  return {};
}

DeleteRetentionPolicyOutput Logs::delete_retention_policy(region::Request& rq, const DeleteRetentionPolicyInput& in) {
  GroupRow group = require_group(rq, "logs:DeleteRetentionPolicy", in.log_group_name);
  group.shape.retention.reset();
  region::update(rq.tx, group);
  return {};
}

}  // namespace hanbat::logs
