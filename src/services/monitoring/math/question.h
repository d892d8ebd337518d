// A set of metrics and expressions that are asked together, by GetMetricData or by an alarm.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gen/monitoring/model.h"
#include "region/resources.h"
#include "services/monitoring/math/evaluation.h"
#include "services/monitoring/metrics/metric_store.h"

namespace hanbat::monitoring {

/// An alarm watches what it names: it cannot search.
enum class Searching { kTaken, kRefused };

/// Throws ValidationError for queries that cannot be answered, and 501 for what is not built, by the operation's name.
void check_queries(std::string_view operation, const std::vector<MetricDataQuery>& queries, Searching searching);

class Question {
 public:
  /// Of checked queries, which outlive it.
  Question(store::Tx& tx, region::Place place, const std::vector<MetricDataQuery>& queries, Timestamp start,
           Timestamp end, Timestamp now);

  /// What the query comes to: of a metric one series, of an expression those that it gives. Throws ExpressionError and
  /// ExpressionNotBuilt.
  std::vector<Series> answer(const MetricDataQuery& query);

 private:
  Result result_of(const std::string& id);
  Result measured(const MetricDataQuery& query);
  /// The metrics that a search finds, of those that had a value in the last two weeks; at most 500.
  std::vector<Series> found(const MetricSearch& search, const std::string& stat, int period);
  /// A metric's values over the question's time.
  Series read(const MetricKey& key, const std::string& stat, int period, const std::optional<std::string>& unit);
  Result calculated(const MetricDataQuery& query);
  /// The period of what the expression is about: its own, else the longest that it names.
  int period_of(const MetricDataQuery& query, int depth) const;

  store::Tx& tx_;
  const region::Place place_;
  const std::vector<MetricDataQuery>& queries_;
  const Timestamp start_, end_, now_;
  std::map<std::string, const MetricDataQuery*> by_id_;
  std::map<std::string, Result> known_;
  std::vector<std::string> asking_;  // what is being calculated, each for the one before
  std::size_t loaded_ = 0;
};

}  // namespace hanbat::monitoring
