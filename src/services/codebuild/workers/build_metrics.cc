#include "services/codebuild/workers/build_metrics.h"

#include "gen/monitoring/client.h"

namespace hanbat::codebuild {
namespace {

constexpr std::string_view kMetricsPrincipal = "codebuild.amazonaws.com";

void add_datum(std::vector<monitoring::MetricDatum>& data, const Build& build, const char* name, const char* unit,
               double value) {
  monitoring::MetricDatum datum;
  datum.metric_name = name;
  datum.unit = unit;
  datum.value = value;
  datum.timestamp = build.end_time;
  data.push_back(datum);
  datum.dimensions =
      std::vector<monitoring::Dimension>{{.name = "ProjectName", .value = build.project_name.value_or("")}};
  data.push_back(std::move(datum));
}

}  // namespace

void put_metrics(region::Region& home, store::Tx& tx, const BuildRow& row) {
  if (!home.find_service("monitoring")) return;
  const Build& build = row.shape;
  std::vector<monitoring::MetricDatum> data;
  const bool succeeded = build.build_status == "SUCCEEDED", stopped = build.build_status == "STOPPED";
  add_datum(data, build, "Builds", "Count", 1);
  if (!stopped) {
    add_datum(data, build, "SucceededBuilds", "Count", succeeded ? 1 : 0);
    add_datum(data, build, "FailedBuilds", "Count", succeeded ? 0 : 1);
  }
  add_datum(data, build, "Duration", "Seconds", static_cast<double>(build.end_time->ms - build.start_time->ms) / 1000);
  monitoring::Client(
      home.as(tx, home.identity().service_caller(row.place.account, kMetricsPrincipal), row.place.region))
      .put_metric_data({.metric_data = std::move(data), .namespace_ = "AWS/CodeBuild"});
}

}  // namespace hanbat::codebuild
