#include "main/cli/cost_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hanbat::cli {
namespace {

double number(const Json& metrics, const char* metric) {
  return std::strtod(metrics[metric].text("Amount").c_str(), nullptr);
}

void add(CostLine& line, const Json& metrics) {
  line.cost += number(metrics, "UnblendedCost");
  line.amount += number(metrics, "UsageQuantity");
  line.unit = metrics["UsageQuantity"].text("Unit");
}

/// Used, and without a cost: what is free in a month has one once that is used up; what has no price never.
bool is_for_nothing(const CostLine& line) { return line.cost == 0 && line.amount > 0; }

}  // namespace

std::vector<CostLine> cost_lines(const Json& answer) {
  std::map<std::pair<std::string, std::string>, CostLine> found;
  for (const Json& part : answer["ResultsByTime"].items()) {
    for (const Json& group : part["Groups"].items()) {
      const std::vector<std::string> keys = group.texts("Keys");
      const std::string detail = keys.size() > 1 ? keys[1] : "";
      CostLine& line = found[{keys.at(0), detail}];
      line.name = keys[0];
      line.detail = detail;
      add(line, group["Metrics"]);
    }
  }
  std::vector<CostLine> out;
  for (auto& [keys, line] : found) out.push_back(std::move(line));
  std::ranges::stable_sort(out, std::greater(), &CostLine::cost);
  return out;
}

std::vector<CostLine> cost_lines_by_time(const Json& answer) {
  std::vector<CostLine> out;
  for (const Json& part : answer["ResultsByTime"].items()) {
    CostLine line{.name = part["TimePeriod"].text("Start")};
    add(line, part["Total"]);
    if (line.cost > 0 || line.amount > 0) out.push_back(std::move(line));
  }
  return out;
}

double sum_of(const std::vector<CostLine>& lines) {
  double sum = 0;
  for (const CostLine& line : lines) sum += line.cost;
  return sum;
}

std::string cost_table(const std::vector<CostLine>& lines, const std::string& heading) {
  std::size_t width = heading.size(), detail = 0;
  for (const CostLine& line : lines) {
    width = std::max(width, line.name.size());
    detail = std::max(detail, line.detail.size());
  }
  std::string out = fmt::format("{:<{}}  {:<{}}{:>12}  {}\n", heading, width, "", detail, "USD", "AMOUNT");
  for (const CostLine& line : lines)
    out += fmt::format("{:<{}}  {:<{}}{:>12}  {}\n", line.name, width, line.detail, detail,
                       is_for_nothing(line) ? "none" : fmt::format("{:.4f}", line.cost),
                       line.unit == "N/A" ? "" : fmt::format("{:.6g} {}", line.amount, line.unit));
  out += fmt::format("{:<{}}  {:<{}}{:>12.4f}\n", "together", width, "", detail, sum_of(lines));
  if (std::ranges::any_of(lines, is_for_nothing))
    out +=
        "none: free so far this month, or without a price, which prices/REGION.json in the state folder may give it.\n";
  return out;
}

Json cost_json(const std::vector<CostLine>& lines) {
  Json out = Json::array();
  for (const CostLine& line : lines) {
    Json one = Json::object({{"name", line.name}, {"usd", line.cost}, {"amount", line.amount}, {"unit", line.unit}});
    if (!line.detail.empty()) one["detail"] = line.detail;
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace hanbat::cli
