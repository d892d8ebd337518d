// Amazon CloudWatch Logs. One method per operation.
#pragma once

#include <optional>
#include <string>

#include "gen/logs/operations.h"
#include "region/region.h"
#include "region/tags.h"
#include "services/logs/metric_filters/default_values.h"
#include "services/logs/retention.h"
#include "services/logs/store.h"

namespace hanbat::logs {

/// What follows a group's ARN where AWS asks about what is in it.
inline constexpr std::string_view kOfStreams = ":log-stream:";

/// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html
extern const region::TagRules kTagRules;

inline region::Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

class Logs final : public Operations {
 public:
  explicit Logs(region::Region& home) : home_(home), retention_(home), defaults_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  void add_resource_policies(region::Request& rq, region::AccessQuestion& question) const override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;

#include "gen/logs/methods.inc"

 private:
  /// The group's name from a name or an identifier (name or ARN). Throws InvalidParameterException when neither is
  /// given.
  std::string name_of(const region::Request& rq, const std::optional<std::string>& name,
                      const std::optional<std::string>& identifier) const;
  /// Authorizes on the group, then returns it. Throws ResourceNotFoundException. As AWS has it, all questions are about
  /// the group's streams (`ending` ":log-stream:") but those of the newer tag operations, which are about the group.
  GroupRow require_group(region::Request& rq, std::string_view action, const std::string& name,
                         region::ConditionKeys keys = {}, std::string_view ending = kOfStreams);
  /// Authorizes on the stream, whose tags are its group's; returns the group when there is one.
  std::optional<GroupRow> authorized_group(region::Request& rq, std::string_view action, const std::string& group,
                                           const std::string& stream);
  /// Authorizes on the stream, then returns it.
  StreamRow require_stream(region::Request& rq, std::string_view action, const std::string& group,
                           const std::string& stream);
  GroupRow require_group_of_arn(region::Request& rq, std::string_view action, const std::string& arn,
                                region::ConditionKeys keys = {});

  region::Region& home_;
  Retention retention_;
  DefaultValues defaults_;
};

}  // namespace hanbat::logs
