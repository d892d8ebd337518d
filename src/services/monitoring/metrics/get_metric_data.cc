// GetMetricData: many metrics and expressions at once, in pages of values.
#include <algorithm>

#include "region/page.h"
#include "services/monitoring/math/question.h"
#include "services/monitoring/monitoring.h"
#include "services/monitoring/refusal.h"

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kMostQueries = 500;
constexpr region::PageSizes kValuePages{.usual = 100'800, .most = 100'800};

struct Answer {
  std::string id;
  Series series;
};

std::vector<Answer> answers_of(region::Request& rq, const GetMetricDataInput& in) {
  std::vector<Answer> out;
  Question question(rq.tx, {rq.account, rq.region}, in.metric_data_queries, in.start_time, in.end_time, rq.now());
  try {
    for (const MetricDataQuery& query : in.metric_data_queries)
      if (query.return_data.value_or(true))
        for (Series& series : question.answer(query)) out.push_back({query.id, std::move(series)});
  } catch (const ExpressionError& error) {
    throw_invalid(error.what());
  } catch (const ExpressionNotBuilt& what) {
    throw wire::Error::not_implemented(rq.operation.name, what.what());
  }
  return out;
}

}  // namespace

GetMetricDataOutput Monitoring::get_metric_data(region::Request& rq, const GetMetricDataInput& in) {
  rq.authorize("cloudwatch:GetMetricData", "*");

  if (in.start_time >= in.end_time) throw_invalid("The parameter StartTime must be less than the parameter EndTime.");
  if (in.metric_data_queries.empty()) throw_invalid("The parameter MetricDataQueries must not be empty.");
  if (in.metric_data_queries.size() > kMostQueries)
    throw_invalid("The collection MetricDataQueries must not have a size greater than 500.");
  check_queries(rq.operation.name, in.metric_data_queries, Searching::kTaken);
  const region::Pager pager(rq, in, kValuePages);
  calls_.add_metrics(rq, in.metric_data_queries);

  // A page is a stretch of all values, one answer after the other; an answer without any counts as one.
  const bool rising = in.scan_by == "TimestampAscending";
  const std::size_t begin = pager.after() ? std::stoul(*pager.after()) : 0, end = begin + pager.size();
  std::size_t at = 0;
  GetMetricDataOutput out;
  out.metric_data_results.emplace();
  out.messages.emplace();
  for (const Answer& answer : answers_of(rq, in)) {
    const std::size_t first = at, size = std::max<std::size_t>(answer.series.values.size(), 1);
    at += size;
    if (at <= begin || first >= end) continue;
    MetricDataResult& result = out.metric_data_results->emplace_back();
    result.id = answer.id;
    result.label = answer.series.label;
    result.status_code = at > end ? "PartialData" : "Complete";
    result.timestamps.emplace();
    result.values.emplace();
    std::vector<std::pair<std::int64_t, double>> values(answer.series.values.begin(), answer.series.values.end());
    if (!rising) std::reverse(values.begin(), values.end());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (first + i < begin || first + i >= end) continue;
      result.timestamps->push_back({values[i].first * 1000});
      result.values->push_back(values[i].second);
    }
  }
  if (at > end) out.next_token = pager.token(region::page_key(static_cast<std::int64_t>(end)));
  return out;
}

}  // namespace hanbat::monitoring
