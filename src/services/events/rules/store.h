// The rows of rules and of their targets, which lie with everybody's resources.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/words.h"
#include "gen/events/model.h"
#include "region/resources.h"
#include "services/events/buses/store.h"
#include "store/database.h"

namespace hanbat::events {

enum class RuleState { kEnabled, kDisabled, kEnabledWithAllTrailEvents };

/// The ARN that rules of the name have.
std::string rule_arn(const BusKey& bus, std::string_view name);

/// What a rule's row holds beside its keys.
struct RuleBody {
  RuleState state = RuleState::kEnabled;
  std::optional<std::string> pattern;
  std::optional<std::string> schedule;
  std::optional<std::string> description;
  std::optional<std::string> role_arn;
  std::string created_by;  // account

  Json to_json() const;
  static RuleBody from_json(const Json& json);
};

}  // namespace hanbat::events

namespace hanbat {

template <>
inline constexpr auto kWords<events::RuleState> = std::to_array<Word<events::RuleState>>(
    {{events::RuleState::kEnabled, "ENABLED"},
     {events::RuleState::kDisabled, "DISABLED"},
     {events::RuleState::kEnabledWithAllTrailEvents, "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}});

/// Its scope is its bus's name.
template <>
struct region::KindOf<events::RuleBody> {
  static constexpr std::string_view kRows = "events/rule";
  static std::string arn(const Resource<events::RuleBody>& row) {
    return events::rule_arn({row.place.account, row.place.region, row.scope}, *row.name);
  }
};

/// Its scope is its rule's row, its name its id, its parent the ARN that it names.
template <>
struct region::KindOf<events::Target> {
  static constexpr std::string_view kRows = "events/target";
};

}  // namespace hanbat

namespace hanbat::events {

struct RuleRow : RuleBody {
  BusKey bus;
  std::string name;

  std::string arn() const { return rule_arn(bus, name); }
  bool enabled() const { return state != RuleState::kDisabled; }
};

std::optional<RuleRow> find_rule(store::Tx& tx, const BusKey& bus, std::string_view name);
/// Throws ResourceNotFoundException.
RuleRow require_rule(store::Tx& tx, const BusKey& bus, std::string_view name);
void save_rule(store::Tx& tx, const RuleRow& rule, Timestamp now);
/// With its tags; its targets are gone before.
void remove_rule(store::Tx& tx, const RuleRow& rule);
/// By name, those that begin so, after that name, `most` at most (0 = all).
std::vector<RuleRow> rules_of(store::Tx& tx, const BusKey& bus, std::string_view prefix = {},
                              const std::optional<std::string>& after = {}, std::size_t most = 0);

void put_target(store::Tx& tx, const RuleRow& rule, const Target& target, Timestamp now);
/// False when there was none.
bool remove_target(store::Tx& tx, const RuleRow& rule, std::string_view id);
/// By id, after that id, `most` at most (0 = all).
std::vector<Target> targets_of(store::Tx& tx, const RuleRow& rule, const std::optional<std::string>& after = {},
                               std::size_t most = 0);
/// The names of the bus's rules that have the ARN for a target; each once.
std::vector<std::string> rules_of_target(store::Tx& tx, const BusKey& bus, std::string_view arn);

}  // namespace hanbat::events
