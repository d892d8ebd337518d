// What is told of alarms: their history's items, and the events that EventBridge gets, in AWS's shapes.
// Source: CloudWatch User Guide, "Alarm events and EventBridge".
#pragma once

#include <string>
#include <string_view>

#include "region/events.h"
#include "services/monitoring/alarms/actions.h"
#include "services/monitoring/alarms/alarm_store.h"
#include "services/monitoring/verdicts/verdict.h"

namespace hanbat::monitoring {

/// StateReasonData of a verdict on a metric alarm.
Json reason_data(const MetricAlarm& alarm, const Verdict& verdict, const Values& values, Timestamp now);

AlarmHistoryItem history_of_change(const AlarmRow& row, const Alarm& before, Timestamp now);
/// `type` is "Create", "Update" or "Delete"; `before` the configuration that an update found.
AlarmHistoryItem history_of_configuration(const AlarmRow& row, std::string_view type, const Alarm* before,
                                          Timestamp now);
/// `failure` is "" where the action was carried out.
AlarmHistoryItem history_of_action(const std::string& alarm, std::string_view alarm_type, const ActionTask& task,
                                   const std::string& failure, Timestamp now);

region::Event event_of_change(const AlarmRow& row, const Alarm& before);
region::Event event_of_configuration(const AlarmRow& row, std::string_view type, const Alarm* before);

/// An alarm's configuration, as events tell it.
Json configuration_of(const Alarm& alarm);

}  // namespace hanbat::monitoring
