#include "services/elasticloadbalancing/target_groups/store.h"

#include "base/words.h"

namespace hanbat::elasticloadbalancing {
namespace {

std::vector<TargetRow> read_targets(const std::vector<store::Row>& found) {
  std::vector<TargetRow> all;
  for (const store::Row& row : found)
    all.push_back({row.text(0), row.text(1), static_cast<int>(row.integer(2)), row.text(3),
                   require_word<TargetState>(row.text(4)), row.text(5), row.timestamp(6)});
  return all;
}

}  // namespace

std::vector<TargetRow> list_targets(store::Tx& tx, std::string_view group_arn) {
  return read_targets(
      tx.query("SELECT group_arn, target_id, port, ip, state, instance_state, deadline FROM elb_targets WHERE "
               "group_arn = ? ORDER BY target_id, port",
               group_arn));
}

std::optional<TargetRow> find_target(store::Tx& tx, std::string_view group_arn, std::string_view id, int port) {
  for (TargetRow& target : list_targets(tx, group_arn))
    if (target.id == id && target.port == port) return std::move(target);
  return std::nullopt;
}

void put_target(store::Tx& tx, const TargetRow& target) {
  tx.exec(
      "INSERT INTO elb_targets(group_arn, target_id, port, ip, state, instance_state, deadline) VALUES (?, ?, ?, ?, ?, "
      "?, ?) "
      "ON CONFLICT(group_arn, target_id, port) DO UPDATE SET ip = excluded.ip, state = excluded.state, "
      "instance_state = excluded.instance_state, deadline = excluded.deadline",
      target.group_arn, target.id, target.port, target.ip, word_of(target.state), target.instance_state,
      target.deadline);
}

void record_instance_state(store::Tx& tx, const TargetRow& target) {
  tx.exec("UPDATE elb_targets SET instance_state = ? WHERE group_arn = ? AND target_id = ? AND port = ?",
          target.instance_state, target.group_arn, target.id, target.port);
}

void remove_target(store::Tx& tx, const TargetRow& target) {
  tx.exec("DELETE FROM elb_targets WHERE group_arn = ? AND target_id = ? AND port = ?", target.group_arn, target.id,
          target.port);
}

}  // namespace hanbat::elasticloadbalancing
