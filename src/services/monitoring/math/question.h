// A set of metrics and expressions that are asked together, by GetMetricData or by an alarm.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gen/monitoring/model.h"
#include "region/resources.h"
#include "services/monitoring/math/evaluation.h"

namespace hanbat::monitoring {

/// Throws ValidationError for queries that cannot be answered, and 501 for what is not built, by the operation's name.
void check_queries(std::string_view operation, const std::vector<MetricDataQuery>& queries);

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
