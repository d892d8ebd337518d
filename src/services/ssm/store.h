// The rows of Systems Manager. Parameters, managed instances and commands lie with everybody's resources; a parameter's
// versions and a command's invocations come in bulk and have tables of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/ssm/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "services/ssm/invocation.h"

namespace hanbat::ssm {

using region::Place;

/// What is the same for all versions of a parameter: which is the newest.
struct ParameterHead {
  std::int64_t version = 0;

  Json to_json() const { return Json::object({{"version", version}}); }
  static ParameterHead from_json(const Json& json) { return {.version = json.integer("version")}; }
};

/// An instance whose agent has called, as the agent describes it.
struct ManagedInstance {
  Timestamp registered{0};
  std::optional<std::string> agent_version, computer_name, ip_address, platform_name, platform_type, platform_version;

  Json to_json() const;
  static ManagedInstance from_json(const Json& json);
};

/// "arn:aws:ssm:…:parameter/a/b" for "/a/b" and for "a/b". AWS's public parameters belong to no account.
std::string parameter_arn(const Place& place, std::string_view name);

}  // namespace hanbat::ssm

namespace hanbat::region {

/// Its name is the one under which it was made.
template <>
struct KindOf<ssm::ParameterHead> {
  static constexpr std::string_view kRows = "ssm/parameter";
  static std::string arn(const Resource<ssm::ParameterHead>& row) { return ssm::parameter_arn(row.place, *row.name); }
};

/// Its name is its id; `own` holds when its agent called last: {"last_ping"}, milliseconds.
template <>
struct KindOf<ssm::ManagedInstance> {
  static constexpr std::string_view kRows = "ssm/instance";
};

/// Without what its invocations say.
template <>
struct KindOf<ssm::Command> {
  static constexpr std::string_view kRows = "ssm/command";
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using ParameterRow = region::Resource<ParameterHead>;
using InstanceRow = region::Resource<ManagedInstance>;
using CommandRow = region::Resource<Command>;

inline Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

/// "/x" and "x" are one parameter, so both find it.
std::optional<ParameterRow> find_parameter(store::Tx& tx, const Place& place, const std::string& name);
/// Throws ParameterNotFound.
ParameterRow require_parameter(store::Tx& tx, const Place& place, const std::string& name);
ParameterRow insert_parameter(store::Tx& tx, const Place& place, const std::string& name, Timestamp now);
/// With its versions and tags.
void remove_parameter(store::Tx& tx, const ParameterRow& parameter);

/// A version of a parameter. A SecureString's value is sealed.
struct VersionRow {
  std::int64_t number = 0;
  std::string type;
  std::string value;
  std::string tier = "Standard";
  std::string data_type = "text";
  std::optional<std::string> description, allowed_pattern;
  Timestamp modified{0};
  std::string modified_by;  // ARN
  std::vector<std::string> labels;
};
std::optional<VersionRow> find_version(store::Tx& tx, const ParameterRow& parameter, std::int64_t number);
/// Throws std::logic_error when it is not there.
VersionRow newest_version(store::Tx& tx, const ParameterRow& parameter);
/// Those after the number, `most` at most (0 = all).
std::vector<VersionRow> versions_of(store::Tx& tx, const ParameterRow& parameter, std::int64_t after, std::size_t most);
/// Makes it the parameter's newest, and drops those that are too old to be kept.
void add_version(store::Tx& tx, ParameterRow parameter, const VersionRow& version);
void update_version(store::Tx& tx, const ParameterRow& parameter, const VersionRow& version);

std::optional<InstanceRow> find_instance(store::Tx& tx, const Place& place, std::string_view id);
void put_instance(store::Tx& tx, const InstanceRow& instance);

std::optional<CommandRow> find_command(store::Tx& tx, const Place& place, std::string_view id);
/// Throws InvalidCommandId.
CommandRow require_command(store::Tx& tx, const Place& place, std::string_view id);
/// Newest first, `most` at most, those after the one of the age key; those on the instance, or all ("").
std::vector<CommandRow> find_commands(store::Tx& tx, const Place& place, const std::string& instance,
                                      std::optional<std::string> after, std::size_t most);

std::optional<Invocation> find_invocation(store::Tx& tx, const Place& place, const std::string& command,
                                          const std::string& instance);
/// By instance.
std::vector<Invocation> invocations_of(store::Tx& tx, const Place& place, const std::string& command);
/// Those that the instance's agent is to get a message of; ten at most.
std::vector<Invocation> waiting_for_agent(store::Tx& tx, const Place& place, const std::string& instance);
void save(store::Tx& tx, const Invocation& invocation);

}  // namespace hanbat::ssm
