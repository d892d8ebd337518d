// Amazon CloudWatch Logs. One method per operation.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "gen/logs/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/logs/store.h"

namespace hanbat::logs {

/// What follows a group's ARN where AWS asks about what is in it.
inline constexpr std::string_view kOfStreams = ":log-stream:";

std::map<std::string, std::string> tags_of(const GroupRow& group);

class Logs final : public Operations {
 public:
  explicit Logs(region::Region& home) : home_(home) {}

  std::span<const store::Migration> migrations() const override;
  void start() override;
  void add_resource_policies(region::Request& rq, region::AccessQuestion& question) const override;

  // groups.cc
  CreateLogGroupOutput create_log_group(region::Request& rq, const CreateLogGroupInput& in) override;
  DeleteLogGroupOutput delete_log_group(region::Request& rq, const DeleteLogGroupInput& in) override;
  DescribeLogGroupsOutput describe_log_groups(region::Request& rq, const DescribeLogGroupsInput& in) override;
  PutRetentionPolicyOutput put_retention_policy(region::Request& rq, const PutRetentionPolicyInput& in) override;
  DeleteRetentionPolicyOutput delete_retention_policy(region::Request& rq,
                                                      const DeleteRetentionPolicyInput& in) override;
  // resource_policies.cc
  PutResourcePolicyOutput put_resource_policy(region::Request& rq, const PutResourcePolicyInput& in) override;
  DescribeResourcePoliciesOutput describe_resource_policies(region::Request& rq,
                                                            const DescribeResourcePoliciesInput& in) override;
  DeleteResourcePolicyOutput delete_resource_policy(region::Request& rq, const DeleteResourcePolicyInput& in) override;
  // tags.cc
  TagResourceOutput tag_resource(region::Request& rq, const TagResourceInput& in) override;
  UntagResourceOutput untag_resource(region::Request& rq, const UntagResourceInput& in) override;
  ListTagsForResourceOutput list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) override;
  TagLogGroupOutput tag_log_group(region::Request& rq, const TagLogGroupInput& in) override;
  UntagLogGroupOutput untag_log_group(region::Request& rq, const UntagLogGroupInput& in) override;
  ListTagsLogGroupOutput list_tags_log_group(region::Request& rq, const ListTagsLogGroupInput& in) override;
  // streams.cc
  CreateLogStreamOutput create_log_stream(region::Request& rq, const CreateLogStreamInput& in) override;
  DeleteLogStreamOutput delete_log_stream(region::Request& rq, const DeleteLogStreamInput& in) override;
  DescribeLogStreamsOutput describe_log_streams(region::Request& rq, const DescribeLogStreamsInput& in) override;
  // events.cc
  PutLogEventsOutput put_log_events(region::Request& rq, const PutLogEventsInput& in) override;
  GetLogEventsOutput get_log_events(region::Request& rq, const GetLogEventsInput& in) override;
  FilterLogEventsOutput filter_log_events(region::Request& rq, const FilterLogEventsInput& in) override;

 private:
  /// The group's name from a name or an identifier (name or ARN). Throws InvalidParameterException when neither is
  /// given.
  std::string name_of(const std::optional<std::string>& name, const std::optional<std::string>& identifier) const;
  std::string group_arn(const region::Request& rq, std::string_view group) const;
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
  Store store_;
};

}  // namespace hanbat::logs
