#include "host/balancers/response_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace hanbat::host {
namespace {

constexpr int kClassesOfServer = 10'000;
constexpr int kClassesOfPower = 1000;
constexpr int kMostPowers = 8;
constexpr std::int64_t kStep = 2;      // µs, of the first power
constexpr std::int64_t kFirst = 1000;  // steps of which there are no finer ones are up to here, in µs
constexpr int kKeysOfTarget = 4000;    // more classes than a target's answers ever fall into at once
constexpr int kMostKeys = 200'000;

std::int64_t power_of_ten(int exponent) {
  std::int64_t out = 1;
  while (exponent-- > 0) out *= 10;
  return out;
}

/// The number after a word of a line, such as "key=".
std::optional<std::int64_t> number_after(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == line.npos) return std::nullopt;
  line.remove_prefix(at + word.size());
  return parse_int(line.substr(0, line.find(' ')));
}

}  // namespace

std::string response_time_lines(const TargetGroup& group) {
  if (group.targets.empty()) return "";
  const auto keys = std::min<std::size_t>(kKeysOfTarget * group.targets.size(), kMostKeys);
  std::string out = fmt::format(
      "  stick-table type integer size {} expire 10m store http_req_cnt\n"
      "  http-request set-var(txn.sent) date(0,us)\n"
      "  http-response set-var-fmt(txn.connecting) %Tc\n"
      "  http-response set-var(txn.connecting) var(txn.connecting),mul(1000)\n"
      "  http-response set-var(txn.took) date(0,us),sub(txn.sent),sub(txn.connecting)\n"
      "  http-response set-var(txn.took) int(0) if {{ var(txn.took) -m int lt 0 }}\n"
      "  http-response set-var(txn.class) var(txn.took),div({})\n",
      keys, kStep);
  for (int power = 1; power < kMostPowers; ++power)
    out += fmt::format(
        "  http-response set-var(txn.class) var(txn.took),div({}),add({}) if {{ var(txn.took) -m int ge {} }}\n",
        kStep * power_of_ten(power), power * kClassesOfPower, kFirst * power_of_ten(power - 1));
  return out + fmt::format("  http-response track-sc0 srv_id,mul({}),add(txn.class)\n", kClassesOfServer);
}

TimeTable read_time_table(std::string_view text) {
  TimeTable out;
  for (const std::string& line : split(std::string(text), '\n')) {
    const auto key = number_after(line, " key="), count = number_after(line, " http_req_cnt=");
    if (!key || !count || *key < 0) continue;
    out[{static_cast<int>(*key / kClassesOfServer), static_cast<int>(*key % kClassesOfServer)}] += *count;
  }
  return out;
}

std::int64_t time_of_class(int time_class) {
  const std::int64_t step = kStep * power_of_ten(std::min(time_class / kClassesOfPower, kMostPowers));
  return time_class % kClassesOfPower * step + step / 2;
}

void ResponseTimesBook::observe(const std::string& source, const Counts& counts) {
  Counts& seen = seen_[source];
  for (const auto& [key, count] : counts) {
    const auto before = seen.find(key);
    const std::int64_t known = before == seen.end() || before->second > count ? 0 : before->second;
    if (count > known) came_[key] += count - known;
  }
  seen = counts;
}

void ResponseTimesBook::keep(const std::function<bool(const std::string&)>& wanted) {
  std::erase_if(seen_, [&](const auto& one) { return !wanted(one.first); });
}

std::vector<ResponseTimes> ResponseTimesBook::take() {
  std::vector<ResponseTimes> out;
  for (const auto& [key, count] : std::exchange(came_, {})) {
    const auto& [group, ip, port] = key.first;
    if (out.empty() || out.back().target_group_id != group || out.back().ip != ip || out.back().port != port)
      out.push_back({.target_group_id = group, .ip = ip, .port = port, .times = {}});
    out.back().times.push_back({.microseconds = time_of_class(key.second), .count = count});
  }
  return out;
}

}  // namespace hanbat::host
