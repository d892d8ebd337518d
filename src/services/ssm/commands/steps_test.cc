// Commands that carry out documents of one's own, from SendCommand to what the instance's agent is handed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "crypto/digest.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

TEST_F(DocumentTest, ItsStepsRunOneAfterAnotherAndEachTellsHowItEnded) {
  register_instance();
  make("Greet", greeting("hello"));
  const std::string command = run("Greet", {}, {{"who", {"you"}}});
  EXPECT_EQ(carry_out({.code = 0, .out = "hello you\n"}), "echo hello you");
  EXPECT_EQ(*invocation(command).status, "InProgress");
  EXPECT_EQ(step(command, "greet"), "Success 0 hello you\n");
  EXPECT_EQ(step(command, "part"), "Pending -1 ");
  EXPECT_EQ(carry_out({.code = 3, .out = "bye\n"}), "echo bye");
  EXPECT_EQ(step(command, "part"), "Failed 3 bye\n");
  EXPECT_EQ(waiting().size(), 0u);
  const auto whole = invocation(command);
  EXPECT_EQ(*whole.status, "Failed");
  EXPECT_EQ(*whole.response_code, 3);
  EXPECT_EQ(*whole.plugin_name, "");
  EXPECT_EQ(*whole.standard_output_content, "");
  EXPECT_EQ(wire::code_of([&] { step(command, "other"); }), "InvalidPluginName");
  const auto listed =
      client.list_command_invocations({.command_id = command, .details = true}).command_invocations->at(0);
  ASSERT_EQ(listed.command_plugins->size(), 2u);
  EXPECT_EQ(listed.command_plugins->at(0).name, "greet");
  EXPECT_EQ(listed.command_plugins->at(1).status, "Failed");
}

TEST_F(DocumentTest, ListsOfCommandsAndInvocationsAreFilteredByTimeDocumentStatusAndStage) {
  register_instance();
  make("Greet", greeting("hello"));
  const std::string first = run("Greet");
  carry_out();
  carry_out();
  const Timestamp between = region.clock.now() + Seconds(1);
  region.clock.advance(Seconds(2));
  const std::string second = run("Greet");
  const auto commands = [&](const std::string& key, const std::string& value) {
    std::vector<std::string> ids;
    const auto out = client.list_commands({.filters = {{{.key = key, .value = value}}}});
    for (const Command& one : *out.commands) ids.push_back(*one.command_id);
    return ids;
  };
  const auto invocations = [&](const std::string& key, const std::string& value) {
    std::vector<std::string> ids;
    const auto out = client.list_command_invocations({.filters = {{{.key = key, .value = value}}}});
    for (const CommandInvocation& one : *out.command_invocations) ids.push_back(*one.command_id);
    return ids;
  };
  using Ids = std::vector<std::string>;
  for (const auto& list : {std::function(commands), std::function(invocations)}) {
    EXPECT_EQ(list("InvokedAfter", iso8601_ms(between)), Ids{second});
    EXPECT_EQ(list("InvokedBefore", iso8601_ms(between)), Ids{first});
    EXPECT_EQ(list("Status", "Success"), Ids{first});
    EXPECT_EQ(list("Status", "Pending"), Ids{second});
    EXPECT_EQ(list("DocumentName", "Greet"), (Ids{second, first}));
    EXPECT_EQ(list("DocumentName", "Gree"), Ids{});
    EXPECT_EQ(wire::code_of([&] { list("Status", "Fine"); }), "ValidationException");
    EXPECT_EQ(wire::code_of([&] { list("InvokedAfter", "yesterday"); }), "ValidationException");
  }
  EXPECT_EQ(commands("ExecutionStage", "Complete"), Ids{first});
  EXPECT_EQ(commands("ExecutionStage", "Executing"), Ids{second});
  EXPECT_EQ(wire::code_of([&] { invocations("ExecutionStage", "Complete"); }), "InvalidFilterKey");
}

TEST_F(DocumentTest, ManagedInstancesAreFilteredByWhatTheyTellOfThemselves) {
  register_instance();
  const auto found = [&](const std::string& key, const std::string& value) {
    return client.describe_instance_information({.filters = {{{.key = key, .values = {value}}}}})
        .instance_information_list->size();
  };
  EXPECT_EQ(found("PlatformType", "Linux"), 1u);
  EXPECT_EQ(found("PlatformTypes", "Windows"), 0u);
  EXPECT_EQ(found("ResourceType", "EC2Instance"), 1u);
  EXPECT_EQ(found("SourceTypes", "AWS::EC2::Instance"), 1u);
  EXPECT_EQ(found("ActivationIds", "x"), 0u);
  EXPECT_EQ(wire::code_of([&] { found("Color", "red"); }), "InvalidFilterKey");
  EXPECT_EQ(wire::code_of([&] { found("PingStatus", "Fine"); }), "InvalidInstanceInformationFilterValue");
  EXPECT_EQ(wire::code_of([&] { found("AssociationStatus", "Success"); }), "NotImplemented");
}

TEST_F(DocumentTest, AReplyThatIsSaidAgainMovesNothing) {
  register_instance();
  make("Greet", greeting("hello"));
  const std::string command = run("Greet");
  const std::string first = *waiting().at(0).message_id;
  acknowledge(first);
  reply(first, {.code = 0, .out = "once\n"});
  reply(first, {.code = 1, .out = "again\n"});
  EXPECT_EQ(step(command, "greet"), "Success 0 once\n");
  EXPECT_EQ(step(command, "part"), "Pending -1 ");
  EXPECT_EQ(wire::code_of([&] { acknowledge(first); }), "InvalidRequestException");
  EXPECT_EQ(carry_out(), "echo bye");
  EXPECT_EQ(*invocation(command).status, "Success");
}

TEST_F(DocumentTest, AStepThatExitsEndsItAndTheOthersArePassedOver) {
  register_instance();
  make("Exit", greeting("x", "    onFailure: exit\n"));
  make("Forgive", greeting("x", "    onFailure: successAndExit\n"));
  std::string command = run("Exit");
  carry_out({.code = 1});
  EXPECT_EQ(*invocation(command).status, "Failed");
  EXPECT_EQ(step(command, "part").substr(0, 33), "Success 0 Step execution skipped,");
  command = run("Forgive");
  carry_out({.code = 1});
  EXPECT_EQ(*invocation(command).status, "Success");
  EXPECT_EQ(waiting().size(), 0u);
}

TEST_F(DocumentTest, BetweenTwoStepsItIsCancelledAtOnceAndTimesOutWhenNobodyComes) {
  register_instance();
  make("Greet", greeting("hello"));
  std::string command = run("Greet");
  carry_out();
  CancelCommandInput cancel;
  cancel.command_id = command;
  client.cancel_command(cancel);
  EXPECT_EQ(*invocation(command).status, "Cancelled");
  EXPECT_EQ(step(command, "greet"), "Success 0 done\n");
  EXPECT_EQ(waiting().size(), 0u);
  command = run("Greet");
  carry_out();
  region.clock.advance(std::chrono::seconds(3602));
  region.run_until_idle();
  EXPECT_EQ(*invocation(command).status, "TimedOut");
}

TEST_F(DocumentTest, ACancelledStepIsTheLast) {
  register_instance();
  make("Greet", greeting("hello"));
  const std::string command = run("Greet");
  const std::string message = *waiting().at(0).message_id;
  acknowledge(message);
  CancelCommandInput cancel;
  cancel.command_id = command;
  client.cancel_command(cancel);
  acknowledge(message);
  reply(message, {.code = 137, .ending = border::CommandReply::Ending::kCancelled});
  EXPECT_EQ(*invocation(command).status, "Cancelled");
  EXPECT_EQ(waiting().size(), 0u);
}

TEST_F(DocumentTest, ACommandKeepsTheVersionThatItWasSentWith) {
  register_instance();
  make("Greet", greeting("one"));
  change("Greet", greeting("two"));
  run("Greet");
  run("Greet", "$LATEST");
  client.delete_document({.name = "Greet"});
  std::vector<std::string> lines;
  for (const auto& message : waiting()) {
    acknowledge(*message.message_id);
    lines.push_back(border::ShellCommand::from_json(Json::parse(*message.payload)).commands.at(0));
  }
  std::ranges::sort(lines);
  EXPECT_EQ(lines, (std::vector<std::string>{"echo one world", "echo two world"}));
  EXPECT_EQ(wire::code_of([&] { run("Greet"); }), "InvalidDocument");
}

TEST_F(DocumentTest, WhatCannotBeSentIsRefused) {
  register_instance();
  make("Greet", greeting("one"));
  make("Windows",
       "schemaVersion: '2.2'\nmainSteps:\n- {action: 'aws:psModule', name: p, inputs: {}, precondition: {StringEquals: "
       "[platformType, Windows]}}\n");
  SendCommandInput in;
  in.document_name = "Greet";
  in.instance_ids = {kInstance};
  const auto code = [&] { return wire::code_of([&] { client.send_command(in); }); };
  in.document_hash = crypto::sha256_hex(greeting("one"));
  EXPECT_EQ(code(), "");
  in.document_hash = crypto::sha256_hex("x");
  EXPECT_EQ(code(), "InvalidDocument");
  in.document_hash.reset();
  in.document_version = "2";
  EXPECT_EQ(code(), "InvalidDocumentVersion");
  in.document_version.reset();
  in.parameters = {{"whom", {std::string("x")}}};
  EXPECT_EQ(code(), "InvalidParameters");
  in.parameters = {{"who", {std::string(65536, 'x')}}};
  EXPECT_EQ(code(), "MaxDocumentSizeExceeded");
  in.parameters.reset();
  in.document_name = "Windows";
  EXPECT_EQ(code(), "UnsupportedPlatformType");
}

TEST_F(DocumentTest, AParameterOfParameterStoreIsPutInAsTheCallerMayReadIt) {
  register_instance();
  put("/word", "sesame");
  put("/secret", "hush", "SecureString");
  make("Greet", greeting("{{ssm:/word}}"));
  run("Greet", {}, {{"who", {"{{ ssm:/word:1 }}"}}});
  EXPECT_EQ(carry_out(), "echo sesame sesame");
  carry_out();
  EXPECT_EQ(wire::code_of([&] { run("Greet", {}, {{"who", {"{{ssm:/none}}"}}}); }), "InvalidParameters");
  EXPECT_EQ(wire::code_of([&] { run("Greet", {}, {{"who", {"{{ssm:/secret}}"}}}); }), "InvalidParameters");
  region.authorizer.refuses = [](const region::AccessQuestion& q) { return q.action == "ssm:GetParameter"; };
  EXPECT_EQ(wire::code_of([&] { run("Greet"); }), "AccessDenied");
}

}  // namespace
}  // namespace hanbat::ssm
