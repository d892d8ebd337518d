#include "services/ssm/targets/rate.h"

#include <algorithm>

#include "base/text.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

constexpr const char* kHeld = "held";
constexpr const char* kTerminated = "Terminated";  // AWS's finer word for what is cancelled by its command's failures

std::size_t concurrency_of(const CommandRow& command, std::size_t targets) {
  return command.shape.max_concurrency ? std::max<std::size_t>(count_of(*command.shape.max_concurrency, targets), 1)
                                       : targets;
}

bool has_failed(const Invocation& i) {
  return i.status == InvocationStatus::kFailed || i.timed_out() == TimedOut::kExecution;
}

}  // namespace

std::size_t count_of(const std::string& limit, std::size_t targets) {
  const bool percent = limit.ends_with('%');
  const auto number =
      static_cast<std::size_t>(parse_int(limit.substr(0, limit.size() - (percent ? 1 : 0))).value_or(0));
  return percent ? targets * number / 100 : number;
}

void hold_back(const CommandRow& command, std::vector<Invocation>& all) {
  for (std::size_t i = concurrency_of(command, all.size()); i < all.size(); ++i) all[i].body[kHeld] = true;
}

bool is_held(const Invocation& i) { return i.status == InvocationStatus::kPending && i.body.flag(kHeld); }

void go_on(region::Region& home, store::Tx& tx, const Place& place, const std::string& command) {
  std::vector<Invocation> all = invocations_of(tx, place, command);
  if (std::ranges::none_of(all, is_held)) return;
  const CommandRow row = require_command(tx, place, command);
  const auto failed = static_cast<std::size_t>(std::ranges::count_if(all, has_failed));
  const bool stopped = failed > count_of(row.shape.max_errors.value_or("0"), all.size());
  auto running = static_cast<std::size_t>(
      std::ranges::count_if(all, [](const Invocation& i) { return !i.ended() && !is_held(i); }));
  const std::size_t most = concurrency_of(row, all.size());
  for (Invocation& i : all) {
    if (!is_held(i) || (!stopped && running >= most)) continue;
    i.body.erase(kHeld);
    if (stopped) {
      cancelled(i, home.clock.now());
      i.body["detail"] = kTerminated;
    } else {
      ++running;
      home.notify(tx, message_topic(place.account, place.region, i.instance));
    }
    save(tx, i);
  }
}

}  // namespace hanbat::ssm
