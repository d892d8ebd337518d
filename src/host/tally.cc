#include "host/tally.h"

#include <utility>

namespace hanbat::host {

bool Tally::observe(std::string_view source, const Values& values) {
  const auto [own, is_new] = seen_.try_emplace(std::string(source));
  bool changed = is_new;
  for (const auto& [name, value] : values) {
    std::int64_t& seen = own->second[name];
    const std::int64_t risen = value >= seen ? value - seen : value;
    // A count of nothing is told, too: who books it learns of whom it is while that one is there.
    const auto [total, is_first] = totals_.try_emplace(name, 0);
    changed = changed || is_first || value != seen;
    total->second += risen;
    seen = value;
  }
  return changed;
}

bool Tally::keep(const std::set<std::string>& sources) {
  return std::erase_if(seen_, [&](const auto& one) { return !sources.contains(one.first); }) > 0;
}

bool Tally::drop(const std::function<bool(const std::string&)>& name) {
  for (auto& [source, values] : seen_) std::erase_if(values, [&](const auto& one) { return name(one.first); });
  return std::erase_if(totals_, [&](const auto& one) { return name(one.first); }) > 0;
}

void Tally::restore(std::map<std::string, Values, std::less<>> seen, Values totals) {
  seen_ = std::move(seen);
  totals_ = std::move(totals);
}

}  // namespace hanbat::host
