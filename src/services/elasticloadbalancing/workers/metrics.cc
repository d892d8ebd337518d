// The metrics of balancers and target groups: AWS/ApplicationELB in CloudWatch, every minute.
// Source: User Guide for Application Load Balancers, "CloudWatch metrics for your Application Load Balancer".
#include <algorithm>
#include <utility>

#include "base/arn.h"
#include "gen/monitoring/client.h"
#include "host/client.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

using ResponseTimes = std::map<std::int64_t, std::int64_t>;  // how often each, in microseconds

/// By target; none while the host side is away.
std::map<TargetKey, ResponseTimes> take_times(host::Host& host) {
  std::map<TargetKey, ResponseTimes> out;
  for (const host::ResponseTimes& one : host.take_times({}))
    for (const host::TimeCount& each : one.times)
      out[{one.target_group_id, one.ip, one.port}][each.microseconds] += each.count;
  return out;
}

void add_datum(std::vector<monitoring::MetricDatum>& data, const std::vector<monitoring::Dimension>& of,
               const char* name, std::int64_t value, Timestamp at) {
  monitoring::MetricDatum& datum = data.emplace_back();
  datum.metric_name = name;
  datum.unit = "Count";
  datum.dimensions = of;
  datum.timestamp = at;
  datum.value = static_cast<double>(value);
}

/// AWS tells of codes and errors only where there were some.
void add_traffic(std::vector<monitoring::MetricDatum>& data, const std::vector<monitoring::Dimension>& of,
                 const host::TargetCounters& came, Timestamp at) {
  const auto add = [&](const char* name, std::int64_t value) {
    if (value > 0) add_datum(data, of, name, value, at);
  };
  add("RequestCount", came.requests);
  add("TargetConnectionErrorCount", came.connection_errors);
  add("HTTPCode_Target_2XX_Count", came.answered_2xx);
  add("HTTPCode_Target_3XX_Count", came.answered_3xx);
  add("HTTPCode_Target_4XX_Count", came.answered_4xx);
  add("HTTPCode_Target_5XX_Count", came.answered_5xx);
}

/// AWS tells of no target group and no minute without an answer.
void add_times(std::vector<monitoring::MetricDatum>& data, const std::vector<monitoring::Dimension>& of,
               const ResponseTimes& times, Timestamp at) {
  constexpr std::size_t kMostValues = 150;  // of a datum
  for (auto one = times.begin(); one != times.end();) {
    monitoring::MetricDatum& datum = data.emplace_back();
    datum.metric_name = "TargetResponseTime";
    datum.unit = "Seconds";
    datum.dimensions = of;
    datum.timestamp = at;
    datum.values.emplace();
    datum.counts.emplace();
    for (std::size_t i = 0; i < kMostValues && one != times.end(); ++i, ++one) {
      datum.values->push_back(static_cast<double>(one->first) / 1e6);
      datum.counts->push_back(static_cast<double>(one->second));
    }
  }
}

void add_all(ResponseTimes& to, const ResponseTimes& more) {
  for (const auto& [microseconds, count] : more) to[microseconds] += count;
}

void add_all(host::TargetCounters& to, const host::TargetCounters& more) {
  to.requests += more.requests;
  to.connection_errors += more.connection_errors;
  to.answered_2xx += more.answered_2xx;
  to.answered_3xx += more.answered_3xx;
  to.answered_4xx += more.answered_4xx;
  to.answered_5xx += more.answered_5xx;
}

/// "app/web/0123456789abcdef" of a balancer's ARN, "targetgroup/web/0123456789abcdef" of a group's.
std::string dimension_of(const std::string& arn) {
  std::string resource = parse_arn(arn).value().resource;
  constexpr std::string_view kBalancer = "loadbalancer/";
  return resource.starts_with(kBalancer) ? resource.substr(kBalancer.size()) : resource;
}

}  // namespace

void ElasticLoadBalancing::measure(store::TaskRun& run) {
  const auto came = traffic_.take();
  std::map<TargetKey, ResponseTimes> took;
  try {
    // What was measured while nobody asked belongs to no minute.
    took = take_times(home_.require_host());
    if (!std::exchange(times_are_of_the_minute_, true)) took.clear();
  } catch (const std::exception&) {
    // The host side is away, and keeps them.
    times_are_of_the_minute_ = false;
  }
  const Timestamp now = home_.clock.now(), minute{now.ms - kMinuteMs};
  run.again(Milliseconds(kMinuteMs - now.ms % kMinuteMs), [&](store::Tx& tx) {
    if (!home_.find_service("monitoring")) return;
    std::map<region::Place, std::vector<monitoring::MetricDatum>> data;
    std::map<std::string, host::TargetCounters> of_balancers;
    std::map<std::string, ResponseTimes> times_of_balancers;
    for (const auto& group : list_all<TargetGroup>(tx)) {
      const auto balancers = balancers_of_group(tx, group);
      if (balancers.empty()) continue;
      host::TargetCounters traffic;
      ResponseTimes times;
      std::int64_t healthy = 0, unhealthy = 0;
      // Also of targets that have left the group meanwhile.
      for (const auto& [key, counters] : came)
        if (std::get<0>(key) == last_part(group.id)) add_all(traffic, counters);
      for (const auto& [key, some] : took)
        if (std::get<0>(key) == last_part(group.id)) add_all(times, some);
      for (const TargetRow& target : list_targets(tx, group.id)) {
        const std::string state = health_of(group, target, "").state.value_or("");
        healthy += state == "healthy";
        unhealthy += state == "unhealthy";
      }
      // A group has one balancer.
      const std::string& balancer = balancers.front();
      const std::vector<monitoring::Dimension> of{{.name = "LoadBalancer", .value = dimension_of(balancer)},
                                                  {.name = "TargetGroup", .value = dimension_of(group.id)}};
      auto& here = data[group.place];
      add_datum(here, of, "HealthyHostCount", healthy, minute);
      add_datum(here, of, "UnHealthyHostCount", unhealthy, minute);
      add_traffic(here, of, traffic, minute);
      add_times(here, of, times, minute);
      add_all(of_balancers[balancer], traffic);
      add_all(times_of_balancers[balancer], times);
    }
    for (const auto& [arn, traffic] : of_balancers) {
      const Arn parsed = parse_arn(arn).value();
      const std::vector<monitoring::Dimension> of{{.name = "LoadBalancer", .value = dimension_of(arn)}};
      auto& here = data[{parsed.account, parsed.region}];
      add_traffic(here, of, traffic, minute);
      add_times(here, of, times_of_balancers[arn], minute);
    }
    constexpr std::size_t kMostData = 1000;
    for (auto& [place, all] : data) {
      const monitoring::Client client(
          home_.as(tx, home_.identity().service_caller(place.account, kPrincipal), place.region));
      for (std::size_t i = 0; i < all.size(); i += kMostData)
        client.put_metric_data({.metric_data = std::vector<monitoring::MetricDatum>(
                                    all.begin() + static_cast<std::ptrdiff_t>(i),
                                    all.begin() + static_cast<std::ptrdiff_t>(std::min(i + kMostData, all.size()))),
                                .namespace_ = "AWS/ApplicationELB"});
    }
  });
}

}  // namespace hanbat::elasticloadbalancing
