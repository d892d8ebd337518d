// The lists of CloudWatch: metrics, their values, alarms and what happened to them.
#include "main/list_cases.h"

namespace hanbat {

std::vector<ListCase> metric_cases() {
  const std::string alarm =
      R"("Namespace":"n","MetricName":"m","Statistic":"Sum","Period":60,"EvaluationPeriods":1,"Threshold":1,"ComparisonOperator":"GreaterThanThreshold")";
  // Nine metrics of one value each.
  std::string data, queries;
  for (char letter = 'a'; letter < 'a' + 9; ++letter) {
    const std::string name(1, letter);
    data += std::string(data.empty() ? "" : ",") + R"({"MetricName":")" + name + R"(","Value":1})";
    queries += std::string(queries.empty() ? "" : ",") + R"({"Id":")" + name +
               R"(","MetricStat":{"Metric":{"Namespace":"n","MetricName":")" + name +
               R"("},"Period":60,"Stat":"Sum"}})";
  }
  return {
      {"monitoring",
       "ListMetrics",
       "{}",
       {},
       {{"PutMetricData", R"({"Namespace":"n","MetricData":[{"MetricName":"m$N","Value":1}]})"}}},
      {"monitoring",
       "GetMetricData",
       R"({"StartTime":"2020-09-13T12:20:00Z","EndTime":"2020-09-13T12:30:00Z","MetricDataQueries":[)" + queries + "]}",
       {{"PutMetricData", R"({"Namespace":"n","MetricData":[)" + data + "]}"}}},
      {"monitoring",
       "DescribeAlarms",
       "{}",
       {},
       {{"PutMetricAlarm", R"({"AlarmName":"a$N",)" + alarm + "}"}},
       {{"DeleteAlarms", R"({"AlarmNames":["a$N"]})"}}},
      {"monitoring", "DescribeAlarmHistory", "{}", {}, {{"PutMetricAlarm", R"({"AlarmName":"a$N",)" + alarm + "}"}}},
  };
}

}  // namespace hanbat
