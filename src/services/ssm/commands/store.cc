#include "services/ssm/commands/store.h"

#include <array>
#include <utility>

#include "base/words.h"

namespace hanbat::ssm {
namespace {

const std::string kInvocationColumns =
    "account, region, command, instance, status, cancel, deadline, body, step, ready";

Invocation invocation_of(const store::Row& row) {
  return {.account = row.text(0),
          .region = row.text(1),
          .command = row.text(2),
          .instance = row.text(3),
          .status = require_word<InvocationStatus>(row.text(4)),
          .cancel = row.flag(5),
          .deadline = row.timestamp(6),
          .body = row.json(7),
          .step = static_cast<std::size_t>(row.integer(8)),
          .ready = row.flag(9)};
}

std::vector<Invocation> all_of(const std::vector<store::Row>& rows) {
  std::vector<Invocation> all;
  for (const auto& row : rows) all.push_back(invocation_of(row));
  return all;
}

/// The fields that an agent describes itself by, and their names in the row.
template <class Instance>
auto described(Instance& i) {
  return std::to_array({std::pair{"agent_version", &i.agent_version}, std::pair{"computer_name", &i.computer_name},
                        std::pair{"ip_address", &i.ip_address}, std::pair{"platform_name", &i.platform_name},
                        std::pair{"platform_type", &i.platform_type},
                        std::pair{"platform_version", &i.platform_version}});
}

}  // namespace

Json ManagedInstance::to_json() const {
  Json json = Json::object({{"registered", registered.ms}});
  for (const auto& [name, value] : described(*this))
    if (*value) json[name] = **value;
  return json;
}

ManagedInstance ManagedInstance::from_json(const Json& json) {
  ManagedInstance instance{.registered = {json.integer("registered")}};
  for (const auto& [name, value] : described(instance))
    if (const Json* found = json.find(name); found && found->is_string()) *value = found->as_string();
  return instance;
}

std::optional<InstanceRow> find_instance(store::Tx& tx, const Place& place, std::string_view id) {
  return region::find<ManagedInstance>(tx, place, id);
}

void put_instance(store::Tx& tx, const InstanceRow& instance) {
  if (find_instance(tx, instance.place, instance.id)) return region::update(tx, instance);
  region::insert(tx, instance);
}

std::optional<CommandRow> find_command(store::Tx& tx, const Place& place, std::string_view id) {
  return region::find<Command>(tx, place, id);
}

CommandRow require_command(store::Tx& tx, const Place& place, std::string_view id) {
  if (auto found = find_command(tx, place, id)) return *found;
  throw InvalidCommandId();
}

std::vector<CommandRow> find_commands(store::Tx& tx, const Place& place, const std::string& instance,
                                      std::optional<std::string> after, std::size_t most,
                                      const std::function<bool(const CommandRow&)>& keep) {
  constexpr std::size_t kChunk = 200;
  std::vector<CommandRow> found;
  std::size_t stretch = most;
  for (bool more = true; more; stretch = std::max(stretch, kChunk)) {
    auto rows = region::list_by_age<Command>(
        tx, place, {.order = region::TimeRange::Order::kNewestFirst, .after = after, .most = stretch});
    more = rows.size() == stretch;
    if (!rows.empty()) after = region::creation_key(rows.back());
    for (CommandRow& row : rows) {
      if (row.own.contains("association")) continue;
      if (!instance.empty() && !find_invocation(tx, place, row.id, instance)) continue;
      if (!keep(row)) continue;
      found.push_back(std::move(row));
      if (found.size() == most) return found;
    }
  }
  return found;
}

std::optional<Invocation> find_invocation(store::Tx& tx, const Place& place, const std::string& command,
                                          const std::string& instance) {
  const auto row =
      tx.find("SELECT " + kInvocationColumns +
                  " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? AND instance = ?",
              place.account, place.region, command, instance);
  if (!row) return std::nullopt;
  return invocation_of(*row);
}

std::vector<Invocation> invocations_of(store::Tx& tx, const Place& place, const std::string& command) {
  return all_of(tx.query("SELECT " + kInvocationColumns +
                             " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? ORDER BY instance",
                         place.account, place.region, command));
}

std::vector<Invocation> waiting_for_agent(store::Tx& tx, const Place& place, const std::string& instance) {
  return all_of(tx.query("SELECT " + kInvocationColumns +
                             " FROM ssm_invocations WHERE account = ? AND region = ? AND instance = ? AND "
                             "(status = ? OR cancel = 1 OR ready = 1) LIMIT 100",
                         place.account, place.region, instance, word_of(InvocationStatus::kPending)));
}

void save(store::Tx& tx, const Invocation& i) {
  tx.exec("INSERT INTO ssm_invocations (" + kInvocationColumns +
              ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, region, command, instance) DO UPDATE SET "
              "status = excluded.status, cancel = excluded.cancel, deadline = excluded.deadline, body = excluded.body, "
              "step = excluded.step, ready = excluded.ready",
          i.account, i.region, i.command, i.instance, word_of(i.status), i.cancel, i.deadline, i.body, i.step, i.ready);
}

void save(store::Tx& tx, const Invocation& i, const StepOutcome& outcome) {
  tx.exec(
      "INSERT INTO ssm_invocation_steps (account, region, command, instance, step, body) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT (account, region, command, instance, step) DO UPDATE SET body = excluded.body",
      i.account, i.region, i.command, i.instance, outcome.step, outcome.body);
}

std::vector<StepOutcome> outcomes_of(store::Tx& tx, const Invocation& i) {
  std::vector<StepOutcome> outcomes;
  for (const auto& row : tx.query("SELECT step, body FROM ssm_invocation_steps WHERE account = ? AND region = ? AND "
                                  "command = ? AND instance = ? ORDER BY step",
                                  i.account, i.region, i.command, i.instance)) {
    StepOutcome& outcome = outcomes.emplace_back(StepOutcome{static_cast<std::size_t>(row.integer(0)), row.json(1)});
    // One of before there were steps has the status of its invocation.
    if (!outcome.body.contains("status")) outcome.body["status"] = word_of(i.status);
  }
  return outcomes;
}

}  // namespace hanbat::ssm
