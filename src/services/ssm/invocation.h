// A command on one instance: its life, and what its agent and its readers see of it.
#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "border/run_command.h"
#include "region/request.h"
#include "store/database.h"

namespace hanbat::ssm {

/// Pending ──delivered──▶ InProgress ──reply──▶ Success | Failed | TimedOut
///    │                        └──cancel──▶ Cancelling ──reply──▶ Cancelled
///    ├──cancel──▶ Cancelled
///    └──deadline──▶ TimedOut (DeliveryTimedOut); InProgress ──deadline──▶ TimedOut (ExecutionTimedOut)
struct Invocation {
  std::string account, region, command, instance, status;
  bool cancel = false;
  Timestamp deadline;
  Json body;

  bool ended() const {
    return status == "Success" || status == "Failed" || status == "TimedOut" || status == "Cancelled";
  }
};

inline constexpr const char* kInvocationColumns = "account, region, command, instance, status, cancel, deadline, body";

Invocation invocation_of(const store::Row& row);
std::optional<Invocation> find_invocation(store::Tx& tx, const std::string& account, const std::string& region,
                                          const std::string& command, const std::string& instance);
std::vector<Invocation> invocations_of(store::Tx& tx, const std::string& account, const std::string& region,
                                       const std::string& command);
void save(store::Tx& tx, const Invocation& invocation);

/// The events of its life; each does nothing to an invocation that it does not find in a fitting state.
void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout);
void replied(Invocation& i, Timestamp now, const border::CommandReply& reply);
void cancelled(Invocation& i, Timestamp now);
void timed_out(Invocation& i, Timestamp now);

/// What a command's status is from those of its invocations.
std::string command_status(const std::vector<Invocation>& all);

}  // namespace hanbat::ssm
