#include "main/cli/failing_work.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "os/files.h"
#include "store/durability.h"
#include "store/tasks.h"

namespace hanbat::cli {
namespace {

constexpr int kMost = 20;
// Shorter than that much waits for something else that is just being made.
constexpr Milliseconds kMoment = std::chrono::seconds(5);

}  // namespace

std::vector<std::string> list_failing_work(const Home& home) {
  const std::string database = home.root / "region.db";
  if (!path_exists(database)) return {};
  std::vector<store::FailingTask> failing;
  store::read_sqlite(database, [&](store::Tx& tx) { failing = store::list_failing(tx, kMost); });
  std::vector<std::string> lines;
  const Timestamp now = SystemClock().now();
  for (const store::FailingTask& one : failing) {
    if (one.since + kMoment > now) continue;
    const std::string what = one.key.empty() ? one.kind : one.kind + " " + one.key;
    lines.push_back(fmt::format("{}: since {} ({} s), try {}: {}", what, iso8601(one.since),
                                (now - one.since).count() / 1000, one.attempts, trim(one.why)));
  }
  return lines;
}

}  // namespace hanbat::cli
