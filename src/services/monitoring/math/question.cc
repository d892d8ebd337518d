#include "services/monitoring/math/question.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "services/monitoring/metrics/statistic.h"
#include "services/monitoring/metrics/window.h"
#include "services/monitoring/refusal.h"

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kLongestChain = 10;  // expressions that name each other
constexpr std::size_t kMostLoaded = 1'000'000;
constexpr int kUsualPeriod = 60;         // of what is about nothing that has one
constexpr std::size_t kMostFound = 500;  // by a search
constexpr std::size_t kLookedAtOnce = 1000;
constexpr Milliseconds kSearched = std::chrono::hours(14 * 24);

/// A small letter, then letters, digits and underscores.
bool is_id(std::string_view id) {
  if (id.empty() || id[0] < 'a' || id[0] > 'z') return false;
  return std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// What FILL and SORT are told.
bool is_word(std::string_view name) {
  constexpr std::string_view kWords[] = {"REPEAT", "LINEAR", "AVG", "MIN", "MAX", "SUM", "ASC", "DESC"};
  return std::ranges::find(kWords, name) != std::end(kWords);
}

bool searches(const Expression& expression) {
  return (expression.kind == Expression::Kind::kCall && expression.text == "SEARCH") ||
         std::ranges::any_of(expression.parts, searches);
}

/// What tells the metrics of a search apart: of their name and their dimensions' values what is not the same in all.
void label(std::vector<Series>& series, const std::vector<MetricKey>& keys) {
  std::map<std::string, std::set<std::string>> values;
  for (const MetricKey& key : keys) {
    values[""].insert(key.name);
    for (const auto& [name, value] : key.dimensions) values[name].insert(value);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    std::string& out = series[i].label;
    const auto add = [&](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
    for (const auto& [name, value] : keys[i].dimensions)
      if (values[name].size() > 1) add(value);
    if (values[""].size() > 1 || out.empty()) add(keys[i].name);
  }
}

void check_stat(const MetricStat& stat, const std::string& here) {
  if (!stat.metric.namespace_ || !stat.metric.metric_name)
    throw_invalid("The parameter " + here + ".MetricStat.Metric needs a Namespace and a MetricName.");
  if (!is_period(stat.period))
    throw_invalid("The parameter " + here +
                  ".MetricStat.Period must be 1, 5, 10, 20, 30 or a multiple of 60: " + std::to_string(stat.period));
  if (!Statistic::parse(stat.stat))
    throw_invalid("The value " + stat.stat + " for parameter " + here + ".MetricStat.Stat is not supported.");
}

}  // namespace

void check_queries(std::string_view operation, const std::vector<MetricDataQuery>& queries, Searching searching) {
  std::map<std::string, int> ids;
  for (const MetricDataQuery& query : queries) ++ids[query.id];
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const MetricDataQuery& query = queries[i];
    const std::string here = "MetricDataQueries.member." + std::to_string(i + 1);
    if (!is_id(query.id))
      throw_invalid("The value '" + query.id + "' for parameter " + here +
                    ".Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$.");
    if (ids[query.id] > 1) throw_invalid("The values for parameter id are not unique: " + query.id);
    if (query.metric_stat.has_value() == query.expression.has_value())
      throw_invalid("The parameter " + here + " needs either MetricStat or Expression, and not both.");
    if (query.label && query.label->find("${") != std::string::npos)
      throw wire::Error::not_implemented(operation, "Label with ${…}");
    if (query.metric_stat) {
      check_stat(*query.metric_stat, here);
      continue;
    }
    if (query.period && !is_period(*query.period))
      throw_invalid("The parameter " + here +
                    ".Period must be 1, 5, 10, 20, 30 or a multiple of 60: " + std::to_string(*query.period));
    try {
      const Expression expression = parse_expression(*query.expression);
      if (searching == Searching::kRefused && searches(expression))
        throw_invalid("SEARCH is not supported on Metric Alarms.");
      for (const std::string& name : names_of(expression))
        if (!ids.contains(name) && !is_word(name))
          throw_invalid("Error in expression '" + query.id + "': there is no metric or expression of the id " + name);
    } catch (const ExpressionError& error) {
      throw_invalid(error.what());
    } catch (const ExpressionNotBuilt& what) {
      throw wire::Error::not_implemented(operation, what.what());
    }
  }
}

Question::Question(store::Tx& tx, region::Place place, const std::vector<MetricDataQuery>& queries, Timestamp start,
                   Timestamp end, Timestamp now)
    : tx_(tx), place_(std::move(place)), queries_(queries), start_(start), end_(end), now_(now) {
  for (const MetricDataQuery& query : queries_) by_id_[query.id] = &query;
}

std::vector<Series> Question::answer(const MetricDataQuery& query) {
  const Result result = result_of(query.id);
  if (result.kind == Result::Kind::kNumber || result.kind == Result::Kind::kText)
    throw ExpressionError("Error in expression '" + query.id +
                          "': it must come to a time series, and not to a number.");
  std::vector<Series> out = result.series;
  for (Series& one : out) {
    if (out.size() > 1 && !one.label.empty() && query.expression) {
      // Of several, the label of the expression stands before each one's own.
      if (query.label && !query.label->empty()) one.label = *query.label + " " + one.label;
    } else if (query.label || one.label.empty() || result.kind == Result::Kind::kSeries) {
      one.label = query.label.value_or(query.metric_stat ? *query.metric_stat->metric.metric_name : query.id);
    }
  }
  return out;
}

Result Question::result_of(const std::string& id) {
  if (const auto known = known_.find(id); known != known_.end()) return known->second;
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) throw ExpressionError("There is no metric or expression of the id " + id + ".");
  if (std::ranges::find(asking_, id) != asking_.end())
    throw ExpressionError("The expression " + id + " depends on itself.");
  if (asking_.size() == kLongestChain) throw ExpressionError("More than ten expressions name each other.");
  asking_.push_back(id);
  Result out = found->second->metric_stat ? measured(*found->second) : calculated(*found->second);
  asking_.pop_back();
  return known_[id] = std::move(out);
}

Series Question::read(const MetricKey& key, const std::string& stat, int period,
                      const std::optional<std::string>& unit) {
  const Statistic statistic = Statistic::parse(stat).value();
  Series out{.label = {}, .period = period, .values = {}};
  for (const auto& [when, summary] : summaries_of(tx_, place_, key, window_of(start_, end_, period, now_), unit))
    if (const auto value = statistic.of(summary)) out.values[when] = *value;
  loaded_ += out.values.size();
  if (loaded_ > kMostLoaded) throw ExpressionError("The question is about more than 1000000 values.");
  return out;
}

Result Question::measured(const MetricDataQuery& query) {
  const MetricStat& stat = *query.metric_stat;
  Series out = read(key_of(stat.metric), stat.stat, stat.period, stat.unit);
  out.label = query.label.value_or(*stat.metric.metric_name);
  return Result::of_series(std::move(out));
}

std::vector<Series> Question::found(const MetricSearch& search, const std::string& stat, int period) {
  std::vector<Series> out;
  std::vector<MetricKey> keys;
  MetricRange range{.metric_namespace = search.metric_namespace(),
                    .name = std::nullopt,
                    .after = std::nullopt,
                    .since = now_ - kSearched,
                    .most = kLookedAtOnce};
  for (bool more = true; more && out.size() < kMostFound;) {
    const std::vector<MetricRow> rows = list_metrics(tx_, place_, range);
    for (const MetricRow& row : rows) {
      if (out.size() == kMostFound) break;
      if (!search.fits(row.key.metric_namespace, row.key.name, row.key.dimensions)) continue;
      out.push_back(read(row.key, stat, period, std::nullopt));
      keys.push_back(row.key);
    }
    more = rows.size() == kLookedAtOnce;
    if (more) range.after = rows.back().key;
  }
  label(out, keys);
  return out;
}

int Question::period_of(const MetricDataQuery& query, int depth) const {
  if (query.metric_stat) return query.metric_stat->period;
  if (query.period) return *query.period;
  int out = 0;
  if (depth > 0)
    for (const std::string& name : names_of(parse_expression(*query.expression)))
      if (const auto found = by_id_.find(name); found != by_id_.end())
        out = std::max(out, period_of(*found->second, depth - 1));
  // METRICS() and SEARCH() name none.
  if (out == 0)
    for (const MetricDataQuery& one : queries_)
      if (one.metric_stat) out = std::max(out, one.metric_stat->period);
  return out ? out : kUsualPeriod;
}

Result Question::calculated(const MetricDataQuery& query) {
  const int period = period_of(query, 1);
  const Window window = window_of(start_, end_, period, now_);
  Evaluation evaluation(
      {window.start, window.end}, period, [this](const std::string& id) { return result_of(id); },
      [this](const std::string& part) {
        std::vector<Series> out;
        for (const MetricDataQuery& one : queries_)
          if (one.metric_stat && one.id.find(part) != std::string::npos)
            out.push_back(result_of(one.id).series.front());
        return out;
      },
      [this](const MetricSearch& search, const std::string& stat, int by) { return found(search, stat, by); });
  return evaluation.evaluate(parse_expression(*query.expression));
}

}  // namespace hanbat::monitoring
