// Log groups and how long they keep what they hold.
#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "gen/logs/schema.h"
#include "services/logs/logs.h"

namespace hanbat::logs {
namespace {

constexpr std::string_view kExpire = "logs.expire";
constexpr Milliseconds kExpireEvery = std::chrono::hours(1);

}  // namespace

std::span<const store::Migration> Logs::migrations() const { return schema(); }

void Logs::start() {
  home_.tasks.handle(std::string(kExpire), [this](store::TaskRun& run) {
    run.again(kExpireEvery, [this](store::Tx& tx) {
      for (const GroupRow& group : store_.groups_with_retention(tx)) {
        const std::chrono::hours kept(24 * group.body.integer("retention"));
        store_.remove_events_before(tx, group.id, (home_.clock.now() - kept).ms);
      }
    });
  });
  home_.db.write([this](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kExpire), .key = "all", .body = Json::object()});
  });
}

std::string Logs::name_of(const std::optional<std::string>& name, const std::optional<std::string>& identifier) const {
  if (name && identifier)
    throw InvalidParameterException("Only one of logGroupName and logGroupIdentifier can be specified");
  if (name) return *name;
  if (!identifier) throw InvalidParameterException("Either logGroupName or logGroupIdentifier must be specified");
  const auto arn = parse_arn(*identifier);
  if (!arn) return *identifier;
  std::string resource = arn->resource;
  if (resource.starts_with("log-group:")) resource = resource.substr(10);
  if (resource.ends_with(":*")) resource.resize(resource.size() - 2);
  return resource;
}

std::string Logs::group_arn(const region::Request& rq, std::string_view group) const {
  return rq.arn("logs", "log-group:" + std::string(group));
}

GroupRow Logs::require_group(region::Request& rq, std::string_view action, const std::string& name,
                             region::ConditionKeys keys, std::string_view ending) {
  auto group = store_.find_group(rq.tx, rq.account, rq.region, name);
  if (group) region::add_resource_tags(keys, tags_of(*group));
  rq.authorize(action, group_arn(rq, name) + std::string(ending), keys);
  if (group) return *std::move(group);
  throw ResourceNotFoundException("The specified log group does not exist.");
}

CreateLogGroupOutput Logs::create_log_group(region::Request& rq, const CreateLogGroupInput& in) {
  const auto keys = region::request_tag_keys(in.tags.value_or(std::map<std::string, std::string>()));
  rq.authorize("logs:CreateLogGroup", group_arn(rq, in.log_group_name) + std::string(kOfStreams), keys);
  if (!keys.empty()) rq.authorize("logs:TagResource", group_arn(rq, in.log_group_name), keys);

  if (store_.find_group(rq.tx, rq.account, rq.region, in.log_group_name))
    throw ResourceAlreadyExistsException("The specified log group already exists");
  if (in.log_group_class.value_or("STANDARD") != "STANDARD")
    throw wire::Error::not_implemented("CreateLogGroup", "logGroupClass=" + *in.log_group_class);
  GroupRow group{0, rq.account, rq.region, in.log_group_name, rq.now(), Json::object()};
  if (in.tags) {
    Json tags = Json::object();
    for (const auto& [key, value] : *in.tags) tags[key] = value;
    group.body["tags"] = std::move(tags);
  }
  store_.insert(rq.tx, group);
  return {};
}

DeleteLogGroupOutput Logs::delete_log_group(region::Request& rq, const DeleteLogGroupInput& in) {
  store_.remove(rq.tx, require_group(rq, "logs:DeleteLogGroup", in.log_group_name));
  return {};
}

DescribeLogGroupsOutput Logs::describe_log_groups(region::Request& rq, const DescribeLogGroupsInput& in) {
  rq.authorize("logs:DescribeLogGroups", rq.arn("logs", "log-group::log-stream:"));

  const std::size_t limit = static_cast<std::size_t>(in.limit.value_or(50));
  std::string after = from_base64(in.next_token.value_or("")).value_or("");
  DescribeLogGroupsOutput out;
  out.log_groups.emplace();
  while (true) {
    const auto page = store_.list_groups(rq.tx, rq.account, rq.region, after, 200);
    for (const GroupRow& row : page) {
      after = row.name;
      if (in.log_group_name_prefix && !row.name.starts_with(*in.log_group_name_prefix)) continue;
      if (in.log_group_name_pattern && row.name.find(*in.log_group_name_pattern) == std::string::npos) continue;
      if (in.log_group_class && *in.log_group_class != "STANDARD") continue;
      if (out.log_groups->size() == limit) {
        out.next_token = to_base64(out.log_groups->back().log_group_name.value_or(""));
        return out;
      }
      LogGroup group;
      group.log_group_name = row.name;
      group.creation_time = row.created.ms;
      if (const auto days = row.body.integer("retention")) group.retention_in_days = static_cast<int>(days);
      group.metric_filter_count = 0;
      group.log_group_arn = group_arn(rq, row.name);
      group.arn = *group.log_group_arn + ":*";
      group.stored_bytes = store_.stored_bytes(rq.tx, row);
      group.log_group_class = "STANDARD";
      out.log_groups->push_back(std::move(group));
    }
    if (page.size() < 200) return out;
  }
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
  group.body["retention"] = in.retention_in_days;
  store_.update(rq.tx, group);
  return {};
}

DeleteRetentionPolicyOutput Logs::delete_retention_policy(region::Request& rq, const DeleteRetentionPolicyInput& in) {
  GroupRow group = require_group(rq, "logs:DeleteRetentionPolicy", in.log_group_name);
  group.body.erase("retention");
  store_.update(rq.tx, group);
  return {};
}

}  // namespace hanbat::logs
