// Documents of one's own, from CreateDocument to what the instance's agent is handed.
#include <gtest/gtest.h>

#include "base/text.h"
#include "crypto/digest.h"
#include "services/ssm/commands/store.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

/// Two steps that greet.
std::string greeting(const std::string& word, const std::string& inputs_of_first = "") {
  return "schemaVersion: '2.2'\ndescription: greets\nparameters:\n  who:\n    type: String\n    default: world\n"
         "mainSteps:\n- action: aws:runShellScript\n  name: greet\n  inputs:\n" +
         inputs_of_first + "    runCommand: ['echo " + word +
         " {{ who }}']\n- action: aws:runShellScript\n  name: part\n  inputs:\n    runCommand: [echo bye]\n"
         "    timeoutSeconds: 60\n";
}

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

TEST_F(DocumentTest, ItIsMadeReadInBothFormatsGivenVersionsAndDeleted) {
  const std::string content = greeting("hello");
  const DocumentDescription made = make("Greet", content);
  EXPECT_EQ(made.hash, crypto::sha256_hex(content));
  EXPECT_EQ(made.owner, "123456789012");
  EXPECT_EQ(made.description, "greets");
  EXPECT_EQ(made.schema_version, "2.2");
  EXPECT_EQ(made.parameters->at(0).default_value, "world");
  EXPECT_EQ(made.platform_types, (std::vector<std::string>{"Linux", "MacOS"}));
  EXPECT_EQ(*client.get_document({.document_format = "YAML", .name = "Greet"}).content, content);
  const auto json = client.get_document({.name = "Greet"});
  EXPECT_EQ(json.document_format, "JSON");
  EXPECT_EQ(Json::parse(*json.content)["mainSteps"].items().at(1)["inputs"].integer("timeoutSeconds"), 60);

  EXPECT_EQ(wire::code_of([&] { change("Greet", content); }), "DuplicateDocumentContent");
  EXPECT_EQ(change("Greet", greeting("hi")).document_version, "2");
  const auto about = client.describe_document({.name = "Greet"}).document;
  EXPECT_EQ(about->document_version, "1");
  EXPECT_EQ(about->latest_version, "2");
  client.update_document_default_version({.document_version = "2", .name = "Greet"});
  EXPECT_EQ(client.describe_document({.name = "Greet"}).document->default_version, "2");
  EXPECT_EQ(client.describe_document({.document_version = "1", .name = "Greet"}).document->document_version, "1");
  EXPECT_EQ(wire::code_of([&] { client.describe_document({.document_version = "3", .name = "Greet"}); }),
            "InvalidDocumentVersion");
  EXPECT_EQ(client.list_document_versions({.name = "Greet"}).document_versions->size(), 2u);
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.document_version = "2", .name = "Greet"}); }),
            "InvalidDocumentOperation");
  client.delete_document({.document_version = "1", .name = "Greet"});
  EXPECT_EQ(client.list_document_versions({.name = "Greet"}).document_versions->size(), 1u);
  client.delete_document({.name = "Greet"});
  EXPECT_EQ(wire::code_of([&] { client.get_document({.name = "Greet"}); }), "InvalidDocument");
  EXPECT_EQ(make("Greet", content).document_version, "1");
}

TEST_F(DocumentTest, WhatCannotBeMadeIsRefused) {
  make("Own", greeting("x"));
  EXPECT_EQ(wire::code_of([&] { make("Own", greeting("x")); }), "DocumentAlreadyExists");
  EXPECT_EQ(wire::code_of([&] { make("AWS-Own", greeting("x")); }), "ValidationException");
  EXPECT_EQ(wire::code_of([&] { make("Big", std::string(65537, ' ')); }), "MaxDocumentSizeExceeded");
  EXPECT_EQ(wire::code_of([&] { make("Text", greeting("x"), "TEXT"); }), "NotImplemented");
  EXPECT_EQ(wire::code_of([&] { make("Json", greeting("x"), "JSON"); }), "InvalidDocumentContent");
  CreateDocumentInput automation;
  automation.name = "Automation";
  automation.content = "{}";
  automation.document_type = "Automation";
  EXPECT_EQ(wire::code_of([&] { client.create_document(automation); }), "NotImplemented");
  make("Old",
       R"({"schemaVersion":"1.2","runtimeConfig":{"aws:runShellScript":{"properties":[{"runCommand":["true"]}]}}})",
       "JSON");
  EXPECT_EQ(wire::code_of([&] { change("Old", greeting("x")); }), "InvalidDocumentSchemaVersion");
  EXPECT_EQ(wire::code_of([&] { change("AWS-RunShellScript", greeting("x")); }), "InvalidDocument");
  UpdateDocumentInput named;
  named.name = "Own";
  named.content = greeting("y");
  named.document_format = "YAML";
  named.version_name = "second";
  client.update_document(named);
  EXPECT_EQ(client.describe_document({.name = "Own", .version_name = "second"}).document->document_version, "2");
  named.content = greeting("z");
  EXPECT_EQ(wire::code_of([&] { client.update_document(named); }), "DuplicateDocumentVersionName");
  named.document_version = "1";
  EXPECT_EQ(wire::code_of([&] { client.update_document(named); }), "InvalidDocumentVersion");
}

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

TEST_F(DocumentTest, AnAssociationRunsItAgainWhenItsVersionChangesAndKeepsItFromBeingDeleted) {
  register_instance();
  make("Greet", greeting("one"));
  CreateAssociationInput in;
  in.name = "Greet";
  in.targets.emplace().push_back({.key = "InstanceIds", .values = std::vector<std::string>{kInstance}});
  const std::string id = *client.create_association(in).association_description->association_id;
  region.run_until_idle();
  EXPECT_EQ(carry_out(), "echo one world");
  EXPECT_EQ(carry_out(), "echo bye");
  change("Greet", greeting("two"));
  region.run_until_idle();
  EXPECT_EQ(waiting().size(), 0u) << "its default version is the same";
  client.update_document_default_version({.document_version = "2", .name = "Greet"});
  region.run_until_idle();
  EXPECT_EQ(carry_out(), "echo two world");
  EXPECT_EQ(carry_out(), "echo bye");
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.name = "Greet"}); }), "AssociatedInstances");
  client.delete_association({.association_id = id});
  client.delete_document({.name = "Greet"});
}

TEST_F(DocumentTest, AnAssociationWhoseParameterIsGoneSaysWhyItCouldNotRun) {
  register_instance();
  put("/word", "sesame");
  make("Greet", greeting("{{ssm:/word}}"));
  CreateAssociationInput in;
  in.name = "Greet";
  in.targets.emplace().push_back({.key = "InstanceIds", .values = std::vector<std::string>{kInstance}});
  const std::string id = *client.create_association(in).association_description->association_id;
  client.delete_parameter({.name = "/word"});
  region.run_until_idle();
  EXPECT_EQ(waiting().size(), 0u);
  const auto about = client.describe_association({.association_id = id}).association_description;
  EXPECT_EQ(about->overview->status, "Failed");
  EXPECT_EQ(about->status->message.substr(0, 17), "InvalidParameters");
}

TEST_F(DocumentTest, AnotherAccountUsesWhatIsSharedWithItByItsArn) {
  make("Greet", greeting("one"));
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:document/Greet";
  Client stranger{region.home, other(), region.region};
  const auto seen = [&] { return wire::code_of([&] { stranger.get_document({.name = arn}); }); };
  EXPECT_EQ(seen(), "InvalidDocument");
  ModifyDocumentPermissionInput share;
  share.name = "Greet";
  share.permission_type = "Share";
  share.account_ids_to_add = {"210987654321"};
  client.modify_document_permission(share);
  EXPECT_EQ(seen(), "");
  EXPECT_EQ(stranger.describe_document({.name = arn}).document->name, arn);
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.name = "Greet"}); }), "InvalidDocument");
  change("Greet", greeting("two"));
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.document_version = "2", .name = arn}); }),
            "InvalidDocumentVersion");
  ListDocumentsInput list;
  list.filters.emplace().push_back({.key = "Owner", .values = std::vector<std::string>{"Private"}});
  EXPECT_EQ(stranger.list_documents(list).document_identifiers->at(0).name, arn);
  const auto told = client.describe_document_permission({.name = "Greet", .permission_type = "Share"});
  EXPECT_EQ(told.account_ids, (std::vector<std::string>{"210987654321"}));
  EXPECT_EQ(told.account_sharing_info_list->at(0).shared_document_version, "$DEFAULT");
  EXPECT_EQ(wire::code_of([&] { client.delete_document({.name = "Greet"}); }), "InvalidDocumentOperation");
  share.account_ids_to_remove = share.account_ids_to_add;
  share.account_ids_to_add = {"All"};
  share.shared_document_version = "$ALL";
  client.modify_document_permission(share);
  EXPECT_EQ(wire::code_of([&] { stranger.get_document({.document_version = "2", .name = arn}); }), "");
  list.filters->at(0).values = {{"Public"}};
  EXPECT_EQ(stranger.list_documents(list).document_identifiers->size(), 4u);
  EXPECT_EQ(wire::code_of([&] { stranger.delete_document({.name = "Greet"}); }), "InvalidDocument");
}

TEST_F(DocumentTest, ListsAreFilteredByOwnerNamePlatformAndTag) {
  make("Alpha", greeting("a"));
  make("Beta", greeting("b"));
  client.add_tags_to_resource(
      {.resource_id = "Beta", .resource_type = "Document", .tags = {{.key = "team", .value = "x"}}});
  using Texts = std::vector<std::string>;
  const auto names = [&](const std::vector<std::pair<std::string, Texts>>& filters) {
    ListDocumentsInput in;
    in.filters.emplace();
    for (const auto& [key, values] : filters) in.filters->push_back({.key = key, .values = values});
    Texts found;
    const auto page = client.list_documents(in);
    for (const auto& one : *page.document_identifiers) found.push_back(*one.name);
    return found;
  };
  EXPECT_EQ(names({}).size(), 5u);
  EXPECT_EQ(names({{"Owner", {"Self"}}}), (Texts{"Alpha", "Beta"}));
  EXPECT_EQ(names({{"Owner", {"Amazon"}}}).size(), 3u);
  EXPECT_EQ(names({{"Owner", {"Private"}}}), Texts{});
  EXPECT_EQ(names({{"Name", {"Al", "AWS-Run"}}}), (Texts{"AWS-RunShellScript", "Alpha"}));
  EXPECT_EQ(names({{"PlatformTypes", {"MacOS"}}, {"DocumentType", {"Command"}}}), (Texts{"Alpha", "Beta"}));
  EXPECT_EQ(names({{"tag:team", {"x"}}}), Texts{"Beta"});
  EXPECT_EQ(wire::code_of([&] { names({{"Size", {"1"}}}); }), "InvalidFilterKey");
}

TEST_F(DocumentTest, ItIsAskedAboutByItsArnWithItsTags) {
  register_instance();
  CreateDocumentInput in;
  in.name = "Greet";
  in.content = greeting("x");
  in.document_format = "YAML";
  in.tags = {{{.key = "team", .value = "a"}}};
  client.create_document(in);
  run("Greet");
  client.delete_document({.name = "Greet"});
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:document/Greet";
  const region::ExpectedKey expected[] = {{"ssm:CreateDocument", arn, "aws:RequestTag/team", "a"},
                                          {"ssm:AddTagsToResource", arn, "aws:TagKeys", "team"},
                                          {"ssm:SendCommand", arn, "ssm:resourceTag/team", "a"},
                                          {"ssm:DeleteDocument", arn, "aws:ResourceTag/team", "a"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
  make("Greet", greeting("x"));
  EXPECT_TRUE(client.list_tags_for_resource({.resource_id = "Greet", .resource_type = "Document"}).tag_list->empty());
  EXPECT_EQ(wire::code_of([&] { run("arn:aws:ssm:ap-northeast-2:123456789012:parameter/x"); }), "InvalidDocument");
}

}  // namespace
}  // namespace hanbat::ssm
