// What Cost Explorer answers, as lines for a terminal.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/json.h"

namespace hanbat::cli {

/// One line of a report.
struct CostLine {
  std::string name;    // what it was grouped by first
  std::string detail;  // and second: a usage type; or ""
  double cost = 0;     // USD
  double amount = 0;
  std::string unit;
};

/// The groups of all parts of an answer, put together, the dearest first.
std::vector<CostLine> cost_lines(const Json& answer);
/// One line a part of the time that has a cost or an amount: its start as the name.
std::vector<CostLine> cost_lines_by_time(const Json& answer);
double sum_of(const std::vector<CostLine>& lines);

/// A table with a sum; beneath it is said why something may cost nothing.
std::string cost_table(const std::vector<CostLine>& lines, const std::string& heading);
Json cost_json(const std::vector<CostLine>& lines);

}  // namespace hanbat::cli
