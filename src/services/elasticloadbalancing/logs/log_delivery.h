// Logs on their way to S3: as AWS's delivery puts them there, so that the bucket's policy decides.
//   https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"
#include "region/region.h"
#include "region/request.h"
#include "services/elasticloadbalancing/logs/log_settings.h"
#include "store/tasks.h"

namespace hanbat::elasticloadbalancing {

inline constexpr Milliseconds kLogPeriod = std::chrono::minutes(5);

/// Delivers what was recorded of a balancer. Its key is the balancer's ARN. It goes on for as long as the balancer has
/// logs, and outlives the balancer until the last are where they belong.
struct DeliverLogs {
  static constexpr std::string_view kKind = "elb.logs";
  std::string arn;
  std::optional<LoggedBalancer> before;  // as it was until a moment ago: what is there belongs where it says

  Json to_json() const { return Json::object({{"arn", arn}, {"before", before ? before->to_json() : Json()}}); }
  static DeliverLogs from_json(const Json& json) {
    DeliverLogs out{.arn = json.text("arn"), .before = std::nullopt};
    if (!json["before"].is_null()) out.before = LoggedBalancer::from_json(json["before"]);
    return out;
  }
};

/// The logs change from one to the other, in this request's transaction: what is newly on is tried out by AWS's test
/// file, and what is there is delivered. Throws InvalidConfigurationRequest for a bucket that does not take it.
void change_logs(region::Request& rq, const std::string& arn, const std::optional<LoggedBalancer>& before,
                 const std::optional<LoggedBalancer>& after);

/// Carries the task out. Throws when a bucket does not take the logs of a balancer that still has them.
void deliver_logs(region::Region& home, store::TaskRun& run, const DeliverLogs& task);

}  // namespace hanbat::elasticloadbalancing
