// The metrics of balancers and target groups: AWS/ApplicationELB in CloudWatch, every minute.
// Source: User Guide for Application Load Balancers, "CloudWatch metrics for your Application Load Balancer".
#include <algorithm>

#include "base/arn.h"
#include "gen/monitoring/client.h"
#include "services/elasticloadbalancing/as_service.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "store/typed_tasks.h"

namespace hanbat::elasticloadbalancing {
namespace {

constexpr std::int64_t kMinuteMs = 60'000;

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
  const Timestamp now = home_.clock.now(), minute{now.ms - kMinuteMs};
  run.again(Milliseconds(kMinuteMs - now.ms % kMinuteMs), [&](store::Tx& tx) {
    if (!home_.find_service("monitoring")) return;
    std::map<region::Place, std::vector<monitoring::MetricDatum>> data;
    std::map<std::string, host::TargetCounters> of_balancers;
    for (const auto& group : list_all<TargetGroup>(tx)) {
      const auto balancers = balancers_of_group(tx, group);
      if (balancers.empty()) continue;
      host::TargetCounters traffic;
      std::int64_t healthy = 0, unhealthy = 0;
      for (const TargetRow& target : list_targets(tx, group.id)) {
        if (const auto found = came.find({std::string(last_part(group.id)), target.ip, target.port});
            found != came.end())
          add_all(traffic, found->second);
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
      add_all(of_balancers[balancer], traffic);
    }
    for (const auto& [arn, traffic] : of_balancers) {
      const Arn parsed = parse_arn(arn).value();
      add_traffic(data[{parsed.account, parsed.region}], {{.name = "LoadBalancer", .value = dimension_of(arn)}},
                  traffic, minute);
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
