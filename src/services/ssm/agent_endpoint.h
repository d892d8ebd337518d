// The endpoint that SSM's agents poll (ec2messages.<region>): an agent registers, takes its messages, and tells how
// scripts ended.
#pragma once

#include "gen/ec2messages/operations.h"
#include "region/region.h"

namespace hanbat::ssm {

class AgentEndpoint final : public ec2messages::Operations {
 public:
  explicit AgentEndpoint(region::Region&) {}

  ec2messages::UpdateInstanceInformationOutput update_instance_information(
      region::Request& rq, const ec2messages::UpdateInstanceInformationInput& in) override;
  /// Waits for up to 20 seconds for something to do.
  ec2messages::GetMessagesOutput get_messages(region::Request& rq, const ec2messages::GetMessagesInput& in) override;
  ec2messages::AcknowledgeMessageOutput acknowledge_message(region::Request& rq,
                                                            const ec2messages::AcknowledgeMessageInput& in) override;
  ec2messages::SendReplyOutput send_reply(region::Request& rq, const ec2messages::SendReplyInput& in) override;
  ec2messages::FailMessageOutput fail_message(region::Request& rq, const ec2messages::FailMessageInput& in) override;
  ec2messages::DeleteMessageOutput delete_message(region::Request& rq,
                                                  const ec2messages::DeleteMessageInput& in) override;
};

}  // namespace hanbat::ssm
