// A region in memory with Parameter Store, Run Command and State Manager, and one instance whose agent speaks, for
// tests.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/text.h"
#include "border/run_command.h"
#include "gen/ec2/model.h"
#include "gen/ec2messages/client.h"
#include "gen/ssm/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/ssm/commands/agent_endpoint.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/documents/plan.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {

inline constexpr const char* kInstance = "i-0123456789abcdef0";

inline Parameters shell(const std::string& line) { return {{"commands", std::vector<std::string>{line}}}; }

struct SsmTest : testing::Test {
  SsmTest() {
    region.add<Ssm>();
    region.add<AgentEndpoint>();
    auto& ec2_service = region.add<region::FakeService>("ec2");
    ec2_service.on<ec2::DescribeTagsInput, ec2::DescribeTagsOutput>("DescribeTags", [](region::Request&, const auto&) {
      ec2::DescribeTagsOutput out;
      out.tags = {{ec2::TagDescription{.key = "team", .resource_id = kInstance, .value = "a"}}};
      return out;
    });
    ec2_service.on<ec2::DescribeInstancesInput, ec2::DescribeInstancesOutput>(
        "DescribeInstances", [this](region::Request&, const auto&) {
          if (!trouble.empty()) throw std::runtime_error(trouble);
          ec2::DescribeInstancesOutput out;
          out.reservations.emplace().emplace_back().instances.emplace().emplace_back().instance_id = kInstance;
          return out;
        });
    ec2_service.on<ec2::DescribeImagesInput, ec2::DescribeImagesOutput>(
        "DescribeImages", [this](region::Request&, const ec2::DescribeImagesInput& in) {
          ec2::DescribeImagesOutput out;
          if (const auto found = images.find(in.filters->front().values->front()); found != images.end())
            out.images.emplace().emplace_back().image_id = found->second;
          return out;
        });
    region.start();
    instance = region.user;
    instance.kind = region::Caller::Kind::kAssumedRole;
    instance.session_name = kInstance;
  }
  std::int64_t put(const std::string& name, const std::string& value, const std::string& type = "String",
                   bool overwrite = false) {
    PutParameterInput in;
    in.name = name;
    in.value = value;
    in.type = type;
    in.overwrite = overwrite;
    return *client.put_parameter(in).version;
  }
  Parameter get(const std::string& name, bool decrypt = false) {
    GetParameterInput in;
    in.name = name;
    in.with_decryption = decrypt;
    return *client.get_parameter(in).parameter;
  }
  ec2messages::Client agent() { return {region.home, instance, region.region}; }
  void register_instance() {
    ec2messages::UpdateInstanceInformationInput in;
    in.instance_id = kInstance;
    in.platform_name = "Debian";
    agent().update_instance_information(in);
  }
  std::string send(const std::string& command) {
    SendCommandInput in;
    in.document_name = "AWS-RunShellScript";
    in.instance_ids = {kInstance};
    in.parameters = {{"commands", {command}}};
    return *client.send_command(in).command->command_id;
  }
  std::vector<ec2messages::Message> messages() {
    ec2messages::GetMessagesInput in;
    in.destination = kInstance;
    in.messages_request_id = "r";
    in.visibility_timeout_in_seconds = 10;
    return *agent().get_messages(in).messages;
  }
  void acknowledge(const std::string& id) {
    ec2messages::AcknowledgeMessageInput in;
    in.message_id = id;
    agent().acknowledge_message(in);
  }
  void reply(const std::string& id, const border::CommandReply& outcome) {
    ec2messages::SendReplyInput in;
    in.message_id = id;
    in.reply_id = "r";
    in.payload = outcome.to_json().dump();
    agent().send_reply(in);
  }
  GetCommandInvocationOutput invocation(const std::string& command) {
    GetCommandInvocationInput in;
    in.command_id = command;
    in.instance_id = kInstance;
    return client.get_command_invocation(in);
  }

  std::string trouble;                        ///< when not empty, EC2 fails to tell instances
  std::map<std::string, std::string> images;  ///< what EC2 has: their ids, by the pattern that is asked for
  region::TestRegion region;
  region::Caller instance;
  Client client{region.home, region.user, region.region};
};

/// Two steps that greet.
inline std::string greeting(const std::string& word, const std::string& inputs_of_first = "") {
  return "schemaVersion: '2.2'\ndescription: greets\nparameters:\n  who:\n    type: String\n    default: world\n"
         "mainSteps:\n- action: aws:runShellScript\n  name: greet\n  inputs:\n" +
         inputs_of_first + "    runCommand: ['echo " + word +
         " {{ who }}']\n- action: aws:runShellScript\n  name: part\n  inputs:\n    runCommand: [echo bye]\n"
         "    timeoutSeconds: 60\n";
}

/// Documents of one's own, and an agent that carries them out.
struct DocumentTest : SsmTest {
  DocumentDescription make(const std::string& name, const std::string& content, const std::string& format = "YAML") {
    CreateDocumentInput in;
    in.name = name;
    in.content = content;
    in.document_format = format;
    in.document_type = "Command";
    return *client.create_document(in).document_description;
  }
  DocumentDescription change(const std::string& name, const std::string& content) {
    UpdateDocumentInput in;
    in.name = name;
    in.content = content;
    in.document_format = "YAML";
    in.document_version = "$LATEST";
    return *client.update_document(in).document_description;
  }
  std::string run(const std::string& name, const std::optional<std::string>& version = {}, Parameters parameters = {}) {
    SendCommandInput in;
    in.document_name = name;
    in.document_version = version;
    in.instance_ids = {kInstance};
    in.parameters = std::move(parameters);
    return *client.send_command(in).command->command_id;
  }
  /// What waits for the agent; nothing when it would wait.
  std::vector<ec2messages::Message> waiting() {
    const bool none = region.db->read(
        [](store::Tx& tx) { return waiting_for_agent(tx, {"123456789012", "ap-northeast-2"}, kInstance).empty(); });
    return none ? std::vector<ec2messages::Message>{} : messages();
  }
  /// The agent takes the one message that waits and replies so; its script's lines.
  std::string carry_out(const border::CommandReply& outcome = {.code = 0, .out = "done\n"}) {
    const auto one = waiting();
    if (one.size() != 1) return std::to_string(one.size()) + " messages";
    acknowledge(*one[0].message_id);
    reply(*one[0].message_id, outcome);
    ec2messages::DeleteMessageInput in;
    in.message_id = *one[0].message_id;
    agent().delete_message(in);
    return join(border::ShellCommand::from_json(Json::parse(*one[0].payload)).commands, "\n");
  }
  std::string step(const std::string& command, const std::string& name) {
    const auto i =
        client.get_command_invocation({.command_id = command, .instance_id = kInstance, .plugin_name = name});
    return *i.status + " " + std::to_string(*i.response_code) + " " + *i.standard_output_content;
  }
  region::Caller other() {
    region::Caller caller = region.user;
    caller.account = "210987654321";
    return caller;
  }
};

}  // namespace hanbat::ssm
