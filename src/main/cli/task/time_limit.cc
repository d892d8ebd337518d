#include "main/cli/task/time_limit.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"

namespace hanbat::cli::task {

std::optional<Seconds> parse_limit(std::string_view text) {
  std::int64_t total = 0;
  for (const auto& [unit, seconds] : {std::pair{'h', 3600}, std::pair{'m', 60}, std::pair{'s', 1}}) {
    const std::size_t end = text.find(unit);
    if (end == std::string_view::npos) continue;
    const auto count = end <= 4 ? parse_int(text.substr(0, end)) : std::nullopt;
    if (!count || *count < 0 || text.front() == '+') return std::nullopt;
    total += *count * seconds;
    text.remove_prefix(end + 1);
  }
  if (!text.empty() || total == 0) return std::nullopt;
  return Seconds(total);
}

std::string limit_text(Seconds length) {
  const auto all = length.count();
  std::string out;
  if (all >= 3600) out += fmt::format("{}h", all / 3600);
  if (all % 3600 >= 60) out += fmt::format("{}m", all % 3600 / 60);
  if (all % 60 != 0) out += fmt::format("{}s", all % 60);
  return out;
}

std::string clock_text(Seconds left) {
  const auto all = std::abs(left.count());
  return fmt::format("{}{}:{:02}:{:02}", left.count() < 0 ? "-" : "", all / 3600, all % 3600 / 60, all % 60);
}

}  // namespace hanbat::cli::task
