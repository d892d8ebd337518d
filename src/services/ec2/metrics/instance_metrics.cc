#include "services/ec2/metrics/instance_metrics.h"

#include <algorithm>
#include <thread>

#include "gen/monitoring/client.h"
#include "host/client.h"
#include "services/ec2/instances/instance_types.h"
#include "store/typed_tasks.h"

namespace hanbat::ec2 {
namespace {

constexpr std::string_view kPrincipal = "ec2.amazonaws.com";
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::int64_t kUsualMinutes = 5;

Json remembered(const host::MachineCounters& counters, Timestamp now) {
  return Json::object({{"at", now.ms},
                       {"cpu", counters.cpu_ns},
                       {"in", counters.received_bytes},
                       {"out", counters.sent_bytes},
                       {"packets_in", counters.received_packets},
                       {"packets_out", counters.sent_packets}});
}

monitoring::MetricDatum datum(const Resource<Instance>& row, const char* name, const char* unit, double value,
                              Timestamp at) {
  monitoring::MetricDatum out;
  out.metric_name = name;
  out.dimensions = std::vector<monitoring::Dimension>{{.name = "InstanceId", .value = row.id}};
  out.timestamp = at;
  out.unit = unit;
  out.value = value;
  return out;
}

int processors(const Resource<Instance>& row) {
  const InstanceTypeFacts* type = find_instance_type(row.shape.instance_type.value_or(""));
  return std::min(type ? type->vcpus : 1, static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

}  // namespace

void InstanceMetrics::start() {
  store::handle<MeasureInstances>(home_.tasks,
                                  [this](store::TaskRun& run, const MeasureInstances& task) { measure(run, task); });
}

void InstanceMetrics::measure(store::TaskRun& run, const MeasureInstances& task) {
  host::Host* host = home_.find_host();
  if (!host) return;
  const std::vector<host::MachineState> machines = host->machines({});
  Json seen = Json::object();
  const Milliseconds next(kMinuteMs - home_.clock.now().ms % kMinuteMs);
  // The body of the next look is known once this one's rows have been read.
  home_.db.write([&](store::Tx& tx) {
    for (const host::MachineState& machine : machines) {
      if (machine.status != host::MachineStatus::kRunning) continue;
      const auto row = find<Instance>(tx, machine.name);
      if (!row || status_of(*row) != Status::kRunning) continue;
      seen[machine.name] = tell(tx, *row, machine, task.seen.find(machine.name));
    }
  });
  store::again(run, next, MeasureInstances{std::move(seen)});
}

Json InstanceMetrics::tell(store::Tx& tx, const Resource<Instance>& row, const host::MachineState& machine,
                           const Json* before) {
  const Timestamp now = home_.clock.now();
  const host::MachineCounters& counters = machine.counters;
  std::vector<monitoring::MetricDatum> data;
  if (has_passed_checks(row, now))
    for (const char* name : {"StatusCheckFailed", "StatusCheckFailed_Instance", "StatusCheckFailed_System"})
      data.push_back(datum(row, name, "Count", 0, now));
  // A machine that started anew counts from the beginning.
  const bool goes_on =
      before && counters.cpu_ns >= before->integer("cpu") && machine.started_at_ms <= before->integer("at");
  const bool detailed = row.shape.monitoring && row.shape.monitoring->state == word_of(MonitoringState::kEnabled);
  const bool due = detailed || now.ms / kMinuteMs % kUsualMinutes == 0;
  Json out = before && goes_on ? *before : remembered(counters, now);
  if (goes_on && due) {
    const Timestamp since{before->integer("at")};
    const auto seconds = static_cast<double>((now - since).count()) / 1000;
    if (seconds > 0) {
      const double cpu =
          static_cast<double>(counters.cpu_ns - before->integer("cpu")) / 1e9 / seconds / processors(row);
      data.push_back(datum(row, "CPUUtilization", "Percent", std::min(cpu * 100, 100.0), since));
      const auto add = [&](const char* name, const char* unit, std::int64_t counted, const char* member) {
        data.push_back(datum(row, name, unit,
                             static_cast<double>(std::max<std::int64_t>(counted - before->integer(member), 0)), since));
      };
      add("NetworkIn", "Bytes", counters.received_bytes, "in");
      add("NetworkOut", "Bytes", counters.sent_bytes, "out");
      add("NetworkPacketsIn", "Count", counters.received_packets, "packets_in");
      add("NetworkPacketsOut", "Count", counters.sent_packets, "packets_out");
    }
    out = remembered(counters, now);
  }
  if (!data.empty() && home_.find_service("monitoring"))
    monitoring::Client(home_.as(tx, home_.identity().service_caller(row.place.account, kPrincipal), row.place.region))
        .put_metric_data({.metric_data = std::move(data), .namespace_ = "AWS/EC2"});
  return out;
}

}  // namespace hanbat::ec2
