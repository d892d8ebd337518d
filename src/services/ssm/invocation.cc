#include "services/ssm/invocation.h"

#include <algorithm>

namespace hanbat::ssm {
namespace {

constexpr std::size_t kOutputKept = 24000;  // what GetCommandInvocation tells of each stream

std::string cut(const std::string& text) {
  return text.size() <= kOutputKept ? text : text.substr(0, kOutputKept - 30) + "\n---Output truncated---";
}

void end(Invocation& i, Timestamp now, std::string status, std::string detail, std::int64_t code) {
  i.status = std::move(status);
  i.cancel = false;
  i.body["detail"] = detail;
  i.body["code"] = code;
  i.body["ended"] = now.ms;
}

}  // namespace

Invocation invocation_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.flag(5), row.timestamp(6), row.json(7)};
}

std::optional<Invocation> find_invocation(store::Tx& tx, const std::string& account, const std::string& region,
                                          const std::string& command, const std::string& instance) {
  const auto row =
      tx.find(std::string("SELECT ") + kInvocationColumns +
                  " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? AND instance = ?",
              account, region, command, instance);
  if (!row) return std::nullopt;
  return invocation_of(*row);
}

std::vector<Invocation> invocations_of(store::Tx& tx, const std::string& account, const std::string& region,
                                       const std::string& command) {
  std::vector<Invocation> out;
  for (const auto& row :
       tx.query(std::string("SELECT ") + kInvocationColumns +
                    " FROM ssm_invocations WHERE account = ? AND region = ? AND command = ? ORDER BY instance",
                account, region, command))
    out.push_back(invocation_of(row));
  return out;
}

void save(store::Tx& tx, const Invocation& i) {
  if (tx.exec("UPDATE ssm_invocations SET status = ?, cancel = ?, deadline = ?, body = ? WHERE account = ? AND region "
              "= ? AND command = ? AND instance = ?",
              i.status, i.cancel, i.deadline, i.body, i.account, i.region, i.command, i.instance) > 0)
    return;
  tx.exec(
      "INSERT INTO ssm_invocations (account, region, command, instance, status, cancel, deadline, body) VALUES (?, ?, "
      "?, ?, ?, ?, ?, ?)",
      i.account, i.region, i.command, i.instance, i.status, i.cancel, i.deadline, i.body);
}

void delivered(Invocation& i, Timestamp now, Milliseconds execution_timeout) {
  if (i.status != "Pending") return;
  i.status = "InProgress";
  i.body["detail"] = "InProgress";
  i.body["started"] = now.ms;
  // The agent ends the script at the execution timeout itself; this is for an agent that never answers.
  i.deadline = now + execution_timeout + std::chrono::seconds(60);
}

void replied(Invocation& i, Timestamp now, const border::CommandReply& reply) {
  if (i.status != "InProgress" && i.status != "Cancelling") return;
  i.body["out"] = cut(reply.out);
  i.body["err"] = cut(reply.err);
  switch (reply.ending) {
    case border::CommandReply::Ending::kCancelled:
      return end(i, now, "Cancelled", "Cancelled", reply.code);
    case border::CommandReply::Ending::kTimedOut:
      return end(i, now, "TimedOut", "ExecutionTimedOut", reply.code);
    case border::CommandReply::Ending::kExited:
      return reply.code == 0 ? end(i, now, "Success", "Success", 0) : end(i, now, "Failed", "Failed", reply.code);
  }
}

void cancelled(Invocation& i, Timestamp now) {
  if (i.status == "Pending") return end(i, now, "Cancelled", "Cancelled", -1);
  if (i.status != "InProgress") return;
  i.status = "Cancelling";
  i.body["detail"] = "Cancelling";
  i.cancel = true;
}

void timed_out(Invocation& i, Timestamp now) {
  if (i.ended()) return;
  end(i, now, "TimedOut", i.status == "Pending" ? "DeliveryTimedOut" : "ExecutionTimedOut", -1);
}

std::string command_status(const std::vector<Invocation>& all) {
  auto any = [&](const char* status) {
    return std::any_of(all.begin(), all.end(), [&](const Invocation& i) { return i.status == status; });
  };
  if (any("Cancelling")) return "Cancelling";
  if (any("InProgress")) return "InProgress";
  const bool pending = any("Pending");
  const bool started = std::any_of(all.begin(), all.end(), [](const Invocation& i) { return i.status != "Pending"; });
  if (pending) return started ? "InProgress" : "Pending";
  if (any("Cancelled")) return "Cancelled";
  if (any("Failed")) return "Failed";
  if (any("TimedOut")) return "TimedOut";
  return "Success";
}

}  // namespace hanbat::ssm
