#include "services/elasticloadbalancing/store.h"

#include <algorithm>
#include <set>

#include "base/arn.h"
#include "wire/error.h"

namespace hanbat::elasticloadbalancing {

namespace rows {
namespace {

constexpr std::string_view kSelect =
    "SELECT arn, account, region, name, parent, created, body, own FROM elb_resources WHERE ";

RawRow read(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.timestamp(5), row.json(6), row.json(7)};
}

std::vector<RawRow> read_all(const std::vector<store::Row>& found) {
  std::vector<RawRow> all;
  for (const store::Row& row : found) all.push_back(read(row));
  return all;
}

std::string select(std::string_view condition) {
  return std::string(kSelect) + std::string(condition) + " ORDER BY created, arn";
}

}  // namespace

void insert(store::Tx& tx, std::string_view kind, const RawRow& row) {
  tx.exec(
      "INSERT INTO elb_resources(arn, account, region, kind, name, parent, created, body, own) VALUES (?, ?, ?, ?, ?, "
      "?, ?, ?, ?)",
      row.arn, row.account, row.region, kind, row.name, row.parent, row.created, row.body, row.own);
}

void update(store::Tx& tx, const RawRow& row) {
  tx.exec("UPDATE elb_resources SET name = ?, body = ?, own = ? WHERE arn = ?", row.name, row.body, row.own, row.arn);
}

std::optional<RawRow> find(store::Tx& tx, std::string_view kind, std::string_view arn) {
  const auto row = tx.find(select("arn = ? AND kind = ?"), arn, kind);
  if (!row) return std::nullopt;
  return read(*row);
}

std::vector<RawRow> list_all(store::Tx& tx, std::string_view kind) {
  return read_all(tx.query(select("kind = ?"), kind));
}

std::vector<RawRow> list_in(store::Tx& tx, std::string_view kind, std::string_view account, std::string_view region) {
  return read_all(tx.query(select("kind = ? AND account = ? AND region = ?"), kind, account, region));
}

std::vector<RawRow> list_of(store::Tx& tx, std::string_view kind, std::string_view parent) {
  return read_all(tx.query(select("kind = ? AND parent = ?"), kind, parent));
}

}  // namespace rows

namespace {

constexpr std::size_t kMostTags = 50;

std::vector<TargetRow> read_targets(const std::vector<store::Row>& found) {
  std::vector<TargetRow> all;
  for (const store::Row& row : found)
    all.push_back({row.text(0), row.text(1), static_cast<int>(row.integer(2)), row.text(3), row.text(4), row.text(5),
                   row.timestamp(6)});
  return all;
}

}  // namespace

void remove(store::Tx& tx, std::string_view arn) {
  tx.exec("DELETE FROM elb_resources WHERE arn = ?", arn);
  tx.exec("DELETE FROM elb_tags WHERE arn = ?", arn);
}

std::vector<TargetRow> list_targets(store::Tx& tx, std::string_view group_arn) {
  return read_targets(
      tx.query("SELECT group_arn, target_id, port, ip, state, instance_state, deadline FROM elb_targets WHERE "
               "group_arn = ? ORDER BY target_id, port",
               group_arn));
}

std::vector<TargetRow> list_all_targets(store::Tx& tx) {
  return read_targets(
      tx.query("SELECT group_arn, target_id, port, ip, state, instance_state, deadline FROM elb_targets ORDER BY "
               "group_arn, target_id, port"));
}

void put_target(store::Tx& tx, const TargetRow& target) {
  tx.exec(
      "INSERT INTO elb_targets(group_arn, target_id, port, ip, state, instance_state, deadline) VALUES (?, ?, ?, ?, ?, "
      "?, ?) "
      "ON CONFLICT(group_arn, target_id, port) DO UPDATE SET ip = excluded.ip, state = excluded.state, "
      "instance_state = excluded.instance_state, deadline = excluded.deadline",
      target.group_arn, target.id, target.port, target.ip, target.state, target.instance_state, target.deadline);
}

void remove_target(store::Tx& tx, const TargetRow& target) {
  tx.exec("DELETE FROM elb_targets WHERE group_arn = ? AND target_id = ? AND port = ?", target.group_arn, target.id,
          target.port);
}

std::vector<Tag> tags_of(store::Tx& tx, std::string_view arn) {
  std::vector<Tag> tags;
  for (const store::Row& row : tx.query("SELECT key, value FROM elb_tags WHERE arn = ? ORDER BY key", arn))
    tags.push_back({row.text(0), row.text(1)});
  return tags;
}

void put_tags(store::Tx& tx, std::string_view arn, const std::vector<Tag>& tags) {
  std::set<std::string> keys;
  for (const Tag& tag : tags)
    if (!keys.insert(tag.key).second)
      throw DuplicateTagKeysException("Duplicate tag key specified in request: " + tag.key);
  for (const Tag& tag : tags)
    tx.exec(
        "INSERT INTO elb_tags(arn, key, value) VALUES (?, ?, ?) ON CONFLICT(arn, key) DO UPDATE SET value = "
        "excluded.value",
        arn, tag.key, tag.value.value_or(""));
  if (tags_of(tx, arn).size() > kMostTags)
    throw TooManyTagsException("The quota for the number of tags that can be assigned has been reached");
}

std::vector<std::string> groups_of(const std::optional<std::vector<Action>>& actions) {
  std::vector<std::string> arns;
  if (!actions) return arns;
  for (const Action& action : *actions) {
    if (action.forward_config && action.forward_config->target_groups)
      for (const TargetGroupTuple& one : *action.forward_config->target_groups)
        arns.push_back(one.target_group_arn.value_or(""));
    else if (action.target_group_arn)
      arns.push_back(*action.target_group_arn);
  }
  return arns;
}

std::vector<std::string> balancers_of_group(store::Tx& tx, std::string_view group_arn) {
  std::set<std::string> balancers;
  const auto forwards = [&](const std::optional<std::vector<Action>>& actions) {
    const auto groups = groups_of(actions);
    return std::find(groups.begin(), groups.end(), group_arn) != groups.end();
  };
  for (const auto& listener : list_all<Listener>(tx)) {
    bool uses = forwards(listener.shape.default_actions);
    for (const auto& rule : list_of<Rule>(tx, listener.arn)) uses = uses || forwards(rule.shape.actions);
    if (uses) balancers.insert(listener.parent);
  }
  return {balancers.begin(), balancers.end()};
}

std::string_view last_part(std::string_view arn) { return arn.substr(arn.rfind('/') + 1); }

wire::Error validation_error(std::string message) { return wire::Error("ValidationError", 400, std::move(message)); }

namespace {

/// The tags of the caller's own resource; another's are not told.
region::TagMap own_tags(Request& rq, const std::string& arn) {
  const auto parsed = parse_arn(arn);
  return parsed && parsed->account == rq.account ? region::tag_map(tags_of(rq.tx, arn)) : region::TagMap{};
}

}  // namespace

void authorize(Request& rq, std::string_view action, const std::string& arn, region::ConditionKeys keys) {
  if (!rq.names_resource(action, arn)) throw validation_error("'" + arn + "' is not a valid ARN for this operation");
  region::add_resource_tags(keys, own_tags(rq, arn), "elasticloadbalancing");
  rq.authorize(action, arn, keys);
}

void authorize_making(Request& rq, std::string_view action, const std::string& arn, const std::string& made,
                      const std::optional<std::vector<Tag>>& tags, region::ConditionKeys keys) {
  region::ConditionKeys tag_keys = region::request_tag_keys(region::tag_map(tags));
  keys.insert(tag_keys.begin(), tag_keys.end());
  authorize(rq, action, arn, std::move(keys));
  if (tag_keys.empty()) return;
  tag_keys["elasticloadbalancing:CreateAction"] = {std::string(rq.operation.name)};
  rq.authorize("elasticloadbalancing:AddTags", made, tag_keys);
}

}  // namespace hanbat::elasticloadbalancing
