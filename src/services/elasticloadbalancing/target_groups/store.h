// The rows of the targets that are registered with target groups.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "services/elasticloadbalancing/states.h"
#include "store/database.h"

namespace hanbat::elasticloadbalancing {

/// A registered target.
struct TargetRow {
  std::string group_arn;
  std::string id;
  int port = 0;
  std::string ip;
  TargetState state = TargetState::kActive;
  std::string instance_state = "running";  // EC2's word; of an address always running
  Timestamp deadline{0};                   // of a draining one: when it ends at the latest
};
std::vector<TargetRow> list_targets(store::Tx& tx, std::string_view group_arn);
std::optional<TargetRow> find_target(store::Tx& tx, std::string_view group_arn, std::string_view id, int port);
/// Adds it, or puts it in the place of what has the same id and port.
void put_target(store::Tx& tx, const TargetRow& target);
/// Changes nothing but the instance's state, of a target that may have been deregistered meanwhile.
void record_instance_state(store::Tx& tx, const TargetRow& target);
void remove_target(store::Tx& tx, const TargetRow& target);

}  // namespace hanbat::elasticloadbalancing
