// What several sources count together, each of which begins at nothing and may end: the kernel's counters begin anew
// with a namespace, HAProxy's with a worker.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hanbat::host {

/// Not safe from several threads; its owner has a lock.
class Tally {
 public:
  using Values = std::map<std::string, std::int64_t>;

  /// What `source` counts now. A value that fell is a beginning anew. What is not among the values keeps what it had.
  /// Says whether anything is other than before.
  bool observe(std::string_view source, const Values& values);
  /// All other sources have ended: what they counted stays. Says whether there were any.
  bool keep(const std::set<std::string>& sources);
  /// Forgets the counts of these names; says whether there were any.
  bool drop(const std::function<bool(const std::string&)>& name);

  /// Each count, over all sources.
  const Values& totals() const { return totals_; }
  /// By source, the values at the last look.
  const std::map<std::string, Values, std::less<>>& seen() const { return seen_; }
  /// Goes on from what another one kept.
  void restore(std::map<std::string, Values, std::less<>> seen, Values totals);

 private:
  std::map<std::string, Values, std::less<>> seen_;
  Values totals_;
};

}  // namespace hanbat::host
