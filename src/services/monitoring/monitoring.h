// Amazon CloudWatch: metrics, what is calculated of them, and alarms that watch them. One method per operation.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "gen/monitoring/operations.h"
#include "region/region.h"
#include "region/tags.h"
#include "services/monitoring/alarms/alarm_store.h"
#include "services/monitoring/alarms/alarm_watch.h"
#include "services/monitoring/metrics/retention.h"
#include "services/monitoring/usage.h"

namespace hanbat::monitoring {

extern const region::TagRules kTagRules;

class Monitoring final : public Operations {
 public:
  explicit Monitoring(region::Region& home) : home_(home), retention_(home), watch_(home), calls_(home) {}

  std::span<const store::Migration> migrations() const override;
  /// Registers the tasks that watch alarms, carry out their actions and let metrics grow old.
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

#include "gen/monitoring/methods.inc"

 private:
  /// Asks for the action on the alarm of that name ("*": all), with the tags that it has.
  void ask_alarm(region::Request& rq, std::string_view action, std::string_view name,
                 region::ConditionKeys keys = {}) const;
  /// The same on the alarm of an ARN, which has to be one. Throws ResourceNotFoundException.
  void ask_tagged(region::Request& rq, std::string_view action, const std::string& arn,
                  region::ConditionKeys keys = {}) const;
  /// Asks for an alarm that is put, and for its tags.
  void ask_put(region::Request& rq, std::string_view action, const std::string& name,
               const std::optional<std::vector<std::string>>& actions,
               const std::optional<std::vector<Tag>>& tags) const;
  /// Keeps an alarm that is put: a new one begins without data, one of before keeps state and tags.
  void keep(region::Request& rq, AlarmRow row, const std::optional<std::vector<Tag>>& tags);
  void set_actions_enabled(region::Request& rq, std::string_view action, const std::vector<std::string>& names,
                           bool enabled);

  region::Region& home_;
  Retention retention_;
  AlarmWatch watch_;
  CallCount calls_;
};

}  // namespace hanbat::monitoring
