// The rows of managed instances and of commands, which lie with everybody's resources; a command's invocations come in
// bulk and have a table of their own.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/ssm/model.h"
#include "region/resources.h"
#include "services/ssm/commands/invocation.h"
#include "services/ssm/place.h"
#include "store/database.h"

namespace hanbat::ssm {

/// An instance whose agent has called, as the agent describes it.
struct ManagedInstance {
  Timestamp registered{0};
  std::optional<std::string> agent_version, computer_name, ip_address, platform_name, platform_type, platform_version;

  Json to_json() const;
  static ManagedInstance from_json(const Json& json);
};

}  // namespace hanbat::ssm

namespace hanbat::region {

/// Its name is its id; `own` holds when its agent called last: {"last_ping"}, milliseconds.
template <>
struct KindOf<ssm::ManagedInstance> {
  static constexpr std::string_view kRows = "ssm/instance";
};

/// Without what its invocations say. `own` has what it carries out ({"steps"}, a Plan) and names the association whose
/// run it is, if it is one ({"association"}); such are not listed among the commands.
template <>
struct KindOf<ssm::Command> {
  static constexpr std::string_view kRows = "ssm/command";
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using InstanceRow = region::Resource<ManagedInstance>;
using CommandRow = region::Resource<Command>;

std::optional<InstanceRow> find_instance(store::Tx& tx, const Place& place, std::string_view id);
void put_instance(store::Tx& tx, const InstanceRow& instance);

std::optional<CommandRow> find_command(store::Tx& tx, const Place& place, std::string_view id);
/// Throws InvalidCommandId.
CommandRow require_command(store::Tx& tx, const Place& place, std::string_view id);
/// Newest first, `most` at most, those after the one of the age key; those on the instance, or all (""); of these, what
/// `keep` takes.
std::vector<CommandRow> find_commands(store::Tx& tx, const Place& place, const std::string& instance,
                                      std::optional<std::string> after, std::size_t most,
                                      const std::function<bool(const CommandRow&)>& keep);

std::optional<Invocation> find_invocation(store::Tx& tx, const Place& place, const std::string& command,
                                          const std::string& instance);
/// By instance.
std::vector<Invocation> invocations_of(store::Tx& tx, const Place& place, const std::string& command);
/// Those that the instance's agent is to get a message of, also what is held back (targets/rate.h); a hundred at most.
std::vector<Invocation> waiting_for_agent(store::Tx& tx, const Place& place, const std::string& instance);
void save(store::Tx& tx, const Invocation& invocation);
/// How a step of the invocation ended.
void save(store::Tx& tx, const Invocation& invocation, const StepOutcome& outcome);
/// Of the steps that have ended, in their order.
std::vector<StepOutcome> outcomes_of(store::Tx& tx, const Invocation& invocation);

}  // namespace hanbat::ssm
