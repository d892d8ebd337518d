#include "services/monitoring/alarms/alarm_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/arn.h"
#include "gen/ec2/client.h"
#include "services/monitoring/alarms/change_event.h"
#include "services/monitoring/alarms/history_store.h"
#include "services/monitoring/math/question.h"
#include "services/monitoring/metrics/statistic.h"
#include "services/monitoring/verdicts/alarm_rule.h"
#include "services/monitoring/verdicts/subject.h"
#include "store/typed_tasks.h"

namespace hanbat::monitoring {
namespace {

constexpr std::string_view kPrincipal = "cloudwatch.amazonaws.com";
constexpr int kLongestChainOfAlarms = 20;  // composite alarms of composite alarms

/// The seconds after which an alarm is looked at again: its period, of a long one a minute.
int step_of(const MetricAlarm& alarm) { return std::min(period_of(alarm), 60); }

/// The alarm's periods that have ended by now.
Window window_of(const MetricAlarm& alarm, Timestamp now) {
  const int step = step_of(alarm), period = period_of(alarm);
  const std::int64_t seconds = now.ms / 1000, whole = static_cast<std::int64_t>(period) * threshold_of(alarm).range();
  // What is older than 15 days lies in points of five minutes.
  const std::int64_t end = seconds - seconds % (whole > 15 * 86'400 ? 300 : step);
  return {.start = end - whole, .end = end, .period = period};
}

/// Too few values for the percentile to mean something: fewer than ten beyond it.
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/percentiles-with-low-samples.html
bool has_few_samples(store::Tx& tx, const AlarmRow& row, const MetricAlarm& alarm, const Window& window) {
  if (alarm.evaluate_low_sample_count_percentile != "ignore" || !alarm.extended_statistic) return false;
  const auto statistic = Statistic::parse(*alarm.extended_statistic);
  if (!statistic->is_percentile()) return false;
  const double share = statistic->percentile() / 100, beyond = share >= 0.5 ? 1 - share : share;
  const auto summaries =
      summaries_of(tx, row.place, key_of(queries_of(alarm)[0].metric_stat->metric), window, alarm.unit);
  const auto last = summaries.rbegin();
  return last != summaries.rend() && beyond > 0 && last->second.count < 10 / beyond;
}

}  // namespace

void AlarmWatch::start() {
  store::handle<WatchTask>(home_.tasks, [this](store::TaskRun& run, const WatchTask& task) { watch(run, task); });
  store::handle<ActionTask>(home_.tasks, [this](store::TaskRun& run, const ActionTask& task) { act(run, task); });
}

void AlarmWatch::add(store::Tx& tx, const AlarmRow& row) {
  store::add_task(home_.tasks, tx, WatchTask{row.id}, row.id);
}

void AlarmWatch::stop(store::Tx& tx, const AlarmRow& row) { home_.tasks.cancel(tx, WatchTask::kKind, row.id); }

void AlarmWatch::watch(store::TaskRun& run, const WatchTask& task) {
  std::optional<Change> wanted;
  const auto row = home_.db.read([&](store::Tx& tx) {
    auto found = region::find<Alarm>(tx, task.alarm);
    if (found && found->shape.metric()) wanted = judge_metric(tx, *found);
    return found;
  });
  if (!row || !row->shape.metric()) return run.finish([](store::Tx&) {});
  // Values that end with the period are given a moment to come.
  const int step = step_of(*row->shape.metric());
  const Milliseconds late(step < 60 ? 1000 : 2000);
  const Milliseconds next(step * 1000LL - home_.clock.now().ms % (step * 1000LL) + late.count());
  run.again(next, [&](store::Tx& tx) {
    if (!wanted) return;
    auto now = region::find<Alarm>(tx, task.alarm);
    // What was put meanwhile is looked at by itself.
    if (!now || now->shape.to_json() != row->shape.to_json()) return;
    change(tx, *std::move(now), *wanted);
  });
}

std::optional<Change> AlarmWatch::judge_metric(store::Tx& tx, const AlarmRow& row) {
  const MetricAlarm& alarm = *row.shape.metric();
  const Timestamp now = home_.clock.now();
  const Window window = window_of(alarm, now);
  const std::vector<MetricDataQuery> queries = queries_of(alarm);
  Values values;
  try {
    Question question(tx, row.place, queries, {window.start * 1000}, {window.end * 1000}, now);
    const std::vector<Series> series = question.answer(returned_of(queries));
    if (series.size() != 1) throw ExpressionError("The expression must come to one time series.");
    values = series.front().values;
  } catch (const ExpressionError& error) {
    if (row.shape.state() == AlarmState::kInsufficientData) return std::nullopt;
    return Change{AlarmState::kInsufficientData, error.what(), {}};
  }
  if (has_few_samples(tx, row, alarm, window)) return std::nullopt;
  const auto verdict = judge(threshold_of(alarm), window, values, row.shape.state());
  if (!verdict) return std::nullopt;
  return Change{verdict->state, verdict->reason, reason_data(alarm, *verdict, values, now)};
}

std::optional<Change> AlarmWatch::judge_composite(store::Tx& tx, const AlarmRow& row) {
  const CompositeAlarm& alarm = *row.shape.composite();
  std::string why;
  const bool holds = AlarmRule::parse("PutCompositeAlarm", alarm.alarm_rule.value())
                         .holds([&](const std::string& name) -> std::optional<AlarmState> {
                           const auto arn = parse_arn(name);
                           const auto found = find_alarm(
                               tx, row.place, arn ? arn->resource.substr(arn->resource.find(':') + 1) : name);
                           if (!found) return std::nullopt;
                           why += fmt::format(" {} is in {}.", found->id, word_of(found->shape.state()));
                           return found->shape.state();
                         });
  const AlarmState state = holds ? AlarmState::kAlarm : AlarmState::kOk;
  if (state == row.shape.state()) return std::nullopt;
  return Change{state, fmt::format("Alarm Rule evaluated to {}:{}", holds ? "TRUE" : "FALSE", why), {}};
}

void AlarmWatch::change(store::Tx& tx, AlarmRow row, const Change& change, int depth) {
  const Timestamp now = home_.clock.now();
  const Alarm before = row.shape;
  std::visit(
      [&](auto& alarm) {
        if (alarm.state_value != word_of(change.state)) alarm.state_transitioned_timestamp = now;
        alarm.state_value = std::string(word_of(change.state));
        alarm.state_reason = change.reason.substr(0, 1023);
        alarm.state_reason_data.reset();
        if (!change.reason_data.is_null()) alarm.state_reason_data = change.reason_data.dump();
        alarm.state_updated_timestamp = now;
      },
      row.shape.is);
  region::update(tx, row);
  if (before.state() == change.state) return;
  insert_history(tx, row.place, history_of_change(row, before, now));
  home_.publish(tx, row.place.account, row.place.region, event_of_change(row, before));
  if (row.shape.actions_enabled())
    for (const std::string& action : row.shape.actions_of(change.state)) {
      ActionTask task{.alarm = row.id, .action = action, .instance = {}, .changed = now};
      if (row.shape.metric()) task.instance = instance_of(*row.shape.metric()).value_or("");
      store::add_task(home_.tasks, tx, task);
    }
  if (depth == kLongestChainOfAlarms) return;
  for (AlarmRow& other : region::list<Alarm>(tx, row.place)) {
    if (!other.shape.composite() || other.id == row.id) continue;
    const auto named = AlarmRule::parse("PutCompositeAlarm", other.shape.composite()->alarm_rule.value()).alarms();
    if (std::ranges::find(named, *row.name) == named.end() && std::ranges::find(named, row.id) == named.end()) continue;
    if (const auto next = judge_composite(tx, other)) this->change(tx, std::move(other), *next, depth + 1);
  }
}

void AlarmWatch::note_configuration(store::Tx& tx, const AlarmRow& row, std::string_view type, const Alarm* before) {
  insert_history(tx, row.place, history_of_configuration(row, type, before, home_.clock.now()));
  home_.publish(tx, row.place.account, row.place.region, event_of_configuration(row, type, before));
}

std::string AlarmWatch::carry_out(const ActionTask& task, const region::Place& place) {
  const auto what = instance_action_of(task.action);
  if (!what) return "Hanbat has no service that would take the action";
  const ec2::Client client(home_.as(home_.identity().service_caller(place.account, kPrincipal), place.region));
  try {
    switch (*what) {
      case InstanceAction::kStop:
        client.stop_instances({.instance_ids = {task.instance}});
        break;
      case InstanceAction::kTerminate:
        client.terminate_instances({.instance_ids = {task.instance}});
        break;
      case InstanceAction::kReboot:
        client.reboot_instances({.instance_ids = {task.instance}});
        break;
    }
  } catch (const wire::Error& error) {
    return error.code() + ": " + error.message();
  }
  return {};
}

void AlarmWatch::act(store::TaskRun& run, const ActionTask& task) {
  const auto arn = parse_arn(task.alarm);
  const region::Place place{arn->account, arn->region};
  const std::string name = arn->resource.substr(arn->resource.find(':') + 1);
  const auto row = home_.db.read([&](store::Tx& tx) { return region::find<Alarm>(tx, task.alarm); });
  const std::string failure = carry_out(task, place);
  run.finish([&](store::Tx& tx) {
    insert_history(tx, place,
                   history_of_action(name, row ? row->shape.type() : "MetricAlarm", task, failure, home_.clock.now()));
  });
}

}  // namespace hanbat::monitoring
