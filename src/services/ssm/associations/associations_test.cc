// Documents and associations, from the caller's call to what the instance's agent is handed.
#include <gtest/gtest.h>

#include "base/text.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

TEST_F(SsmTest, ADocumentBecomesItsScriptAndItsParametersAreChecked) {
  register_instance();
  const auto script = [&](const std::string& document, Parameters parameters) {
    SendCommandInput in;
    in.document_name = document;
    in.instance_ids = {kInstance};
    in.parameters = std::move(parameters);
    client.send_command(in);
    const auto waiting = messages();
    acknowledge(*waiting.back().message_id);
    return join(border::ShellCommand::from_json(Json::parse(*waiting.back().payload)).commands, "\n");
  };
  const Parameters agent{{"action", {"Install"}}, {"name", {"AWSCodeDeployAgent"}}};
  EXPECT_NE(script("AWS-ConfigureAWSPackage", agent).find("latest/install"), std::string::npos);
  EXPECT_NE(script("AWS-ConfigureAWSPackage", {{"action", {"Install"}}, {"name", {"AmazonCloudWatchAgent"}}})
                .find("Document with name AmazonCloudWatchAgent does not exist"),
            std::string::npos);
  Parameters with_arguments = agent;
  with_arguments["additionalArguments"] = {"{}"};
  EXPECT_EQ(script("AWS-ConfigureAWSPackage", with_arguments), script("AWS-ConfigureAWSPackage", agent));
  for (const char* arguments : {R"({"SSM_KEY":"value"})", "[]", "none", ""}) {
    with_arguments["additionalArguments"] = {arguments};
    EXPECT_EQ(wire::code_of([&] { script("AWS-ConfigureAWSPackage", with_arguments); }), "InvalidParameters")
        << arguments;
  }
  EXPECT_NE(script("AWS-UpdateSSMAgent", {}).find("update skipped"), std::string::npos);
  using Texts = std::vector<std::string>;
  const Parameters no_action{{"name", Texts{"AWSCodeDeployAgent"}}}, action{{"action", {"Break"}}, {"name", {"x"}}},
      name{{"action", {"Install"}}, {"name", {"a; reboot"}}},
      timeout{{"commands", {"true"}}, {"executionTimeout", {"0"}}}, unknown{{"when", Texts{"now"}}};
  const std::pair<const char*, Parameters> wrong[] = {
      {"AWS-ConfigureAWSPackage", no_action}, {"AWS-ConfigureAWSPackage", action},
      {"AWS-ConfigureAWSPackage", name},      {"AWS-RunShellScript", {}},
      {"AWS-RunShellScript", timeout},        {"AWS-UpdateSSMAgent", unknown}};
  for (const auto& [document, parameters] : wrong)
    EXPECT_EQ(wire::code_of([&] { script(document, parameters); }), "InvalidParameters") << document;
  EXPECT_EQ(wire::code_of([&] { script("AWS-RunPatchBaseline", {}); }), "InvalidDocument");
}

TEST_F(SsmTest, TheDocumentsThatThereAreAreListedAndDescribed) {
  EXPECT_EQ(client.list_documents({}).document_identifiers->size(), 3u);
  const auto about = client.describe_document({.name = "AWS-RunShellScript"}).document;
  EXPECT_EQ(about->parameters->size(), 3u);
  EXPECT_EQ(about->owner, "Amazon");
  const auto content = client.get_document({.name = "arn:aws:ssm:ap-northeast-2::document/AWS-ConfigureAWSPackage"});
  EXPECT_EQ(Json::parse(*content.content)["mainSteps"].items().front().text("action"), "aws:configurePackage");
  EXPECT_TRUE(Json::parse(*content.content)["parameters"]["additionalArguments"]["default"].is_object());
  EXPECT_EQ(wire::code_of([&] { client.get_document({.name = "Own"}); }), "InvalidDocument");
}

TEST_F(SsmTest, AResourceGroupIsNoTargetThatIsBuilt) {
  const std::vector<Target> group = {{.key = "resource-groups:Name", .values = std::vector<std::string>{"web"}}};
  SendCommandInput send;
  send.document_name = "AWS-RunShellScript";
  send.parameters = shell("true");
  send.targets = group;
  EXPECT_EQ(wire::refusal_of([&] { client.send_command(send); }),
            "NotImplemented: Hanbat does not implement Targets with the key resource-groups:Name of the operation "
            "SendCommand");
  CreateAssociationInput associate;
  associate.name = "AWS-RunShellScript";
  associate.parameters = shell("true");
  associate.targets = group;
  EXPECT_EQ(wire::code_of([&] { client.create_association(associate); }), "NotImplemented");
}

struct AssociationTest : SsmTest {
  std::string associate(const std::optional<std::string>& schedule = {}) {
    CreateAssociationInput in;
    in.name = "AWS-RunShellScript";
    in.targets.emplace().push_back({.key = "tag:team", .values = std::vector<std::string>{"a"}});
    in.parameters = shell("true");
    in.schedule_expression = schedule;
    return *client.create_association(in).association_description->association_id;
  }
  /// What waits for the instance's agent, which does it with that code.
  std::size_t carry_out(int code = 0) {
    region.run_until_idle();
    // An agent with nothing to do would wait.
    if (region.db->read(
            [](store::Tx& tx) { return waiting_for_agent(tx, {"123456789012", "ap-northeast-2"}, kInstance).empty(); }))
      return 0;
    const auto waiting = messages();
    for (const auto& message : waiting) {
      acknowledge(*message.message_id);
      reply(*message.message_id, {.code = code});
    }
    return waiting.size();
  }
  std::string status(const std::string& id) {
    return *client.describe_association({.association_id = id}).association_description->overview->status;
  }
};

TEST_F(AssociationTest, AnAssociationRunsWhenItIsMadeOnInstancesThatComeAndBySchedule) {
  const std::string id = associate("rate(30 minutes)");
  EXPECT_EQ(carry_out(), 0u) << "no instance is managed yet";
  EXPECT_EQ(status(id), "Pending");
  register_instance();
  EXPECT_EQ(carry_out(), 1u);
  EXPECT_EQ(status(id), "Success");
  register_instance();
  EXPECT_EQ(carry_out(), 0u) << "it is not new any more";
  region.clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(carry_out(1), 1u);
  EXPECT_EQ(status(id), "Failed");
  EXPECT_TRUE(client.list_commands({}).commands->empty()) << "runs are not told among the commands";
}

TEST_F(AssociationTest, ItRunsOnceMoreWhenAskedAndWhenChangedAndNoMoreWhenDeleted) {
  register_instance();
  const std::string id = associate();
  EXPECT_EQ(carry_out(), 1u);
  client.start_associations_once({.association_ids = {id}});
  EXPECT_EQ(carry_out(), 1u);
  UpdateAssociationInput change;
  change.association_id = id;
  change.parameters = shell("false");
  EXPECT_EQ(client.update_association(change).association_description->association_version, "2");
  EXPECT_EQ(carry_out(1), 1u);
  EXPECT_EQ(status(id), "Failed");
  EXPECT_EQ(client.list_associations({}).associations->size(), 1u);
  client.delete_association({.association_id = id});
  EXPECT_EQ(carry_out(), 0u);
  EXPECT_EQ(wire::code_of([&] { status(id); }), "AssociationDoesNotExist");
}

TEST_F(AssociationTest, ARunThatTheRegionFailsAtAgainAndAgainIsFailedAndSaysWhy) {
  register_instance();
  trouble = "the rows of instances are gone";
  const std::string once = associate();
  const std::string scheduled = associate("rate(30 minutes)");
  for (int second = 0; second < 6 * 60; ++second) {
    EXPECT_EQ(carry_out(), 0u);
    region.clock.advance(Seconds(1));
  }
  for (const std::string& id : {once, scheduled}) {
    const auto shown = *client.describe_association({.association_id = id}).association_description;
    EXPECT_EQ(shown.overview->status, "Failed");
    EXPECT_EQ(shown.overview->detailed_status, "Failed");
    EXPECT_EQ(shown.status->name, "Failed");
    EXPECT_NE(shown.status->message.find(trouble), std::string::npos) << shown.status->message;
  }
  EXPECT_TRUE(region.db->read([](store::Tx& tx) { return store::list_failing(tx, 10); }).empty());

  trouble = "";
  EXPECT_EQ(carry_out(), 0u) << "what failed has ended";
  region.clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(carry_out(), 1u);
  EXPECT_EQ(status(scheduled), "Success");
  client.start_associations_once({.association_ids = {once}});
  EXPECT_EQ(carry_out(), 1u);
  const auto shown = *client.describe_association({.association_id = once}).association_description;
  EXPECT_EQ(shown.overview->status, "Success");
  EXPECT_FALSE(shown.status);
}

TEST_F(AssociationTest, WhatCannotBeAssociatedIsRefused) {
  const auto code = [&](CreateAssociationInput in) {
    if (!in.parameters) in.parameters = shell("true");
    return wire::code_of([&] { client.create_association(in); });
  };
  const std::vector<Target> tagged{{.key = "tag:team", .values = std::vector<std::string>{"a"}}};
  EXPECT_EQ(code({.name = "AWS-RunPatchBaseline", .targets = tagged}), "InvalidDocument");
  EXPECT_EQ(code({.name = "AWS-RunShellScript"}), "InvalidParameters");
  EXPECT_EQ(code({.instance_id = kInstance, .name = "AWS-RunShellScript"}), "InvalidInstanceId");
  EXPECT_EQ(code({.name = "AWS-RunShellScript", .schedule_expression = "daily", .targets = tagged}), "InvalidSchedule");
  register_instance();
  EXPECT_EQ(code({.instance_id = kInstance, .name = "AWS-RunShellScript"}), "");
  EXPECT_EQ(code({.instance_id = kInstance, .name = "AWS-RunShellScript"}), "AssociationAlreadyExists");
}

}  // namespace
}  // namespace hanbat::ssm
