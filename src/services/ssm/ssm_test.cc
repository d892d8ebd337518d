// Parameter Store and Run Command as their users and their agents see them, in a region in memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "border/run_command.h"
#include "gen/ec2/model.h"
#include "gen/ec2messages/client.h"
#include "gen/ssm/client.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

TEST_F(SsmTest, AParameterChangesByVersionsAndLabelsMove) {
  EXPECT_EQ(put("/a/b", "1"), 1);
  EXPECT_THROW(put("/a/b", "2"), ParameterAlreadyExists);
  EXPECT_EQ(put("/a/b", "2", "String", true), 2);
  EXPECT_EQ(*get("/a/b").value, "2");
  EXPECT_EQ(*get("/a/b:1").value, "1");
  LabelParameterVersionInput label;
  label.name = "/a/b";
  label.labels = {"live"};
  label.parameter_version = 1;
  client.label_parameter_version(label);
  EXPECT_EQ(*get("/a/b:live").value, "1");
  label.parameter_version = 2;
  client.label_parameter_version(label);
  EXPECT_EQ(*get("/a/b:live").value, "2");
  EXPECT_THROW(get("/none"), ParameterNotFound);
}

TEST_F(SsmTest, ASecureStringIsSealedAtRestAndOpenedOnRequest) {
  put("secret", "hunter2", "SecureString");
  EXPECT_EQ(*get("secret", true).value, "hunter2");
  EXPECT_EQ(get("secret").value->find("hunter2"), std::string::npos);
  const std::string stored =
      region.db->read([](store::Tx& tx) { return tx.find("SELECT value FROM ssm_parameter_versions")->text(0); });
  EXPECT_EQ(stored.find("hunter2"), std::string::npos);
}

TEST_F(SsmTest, APathAnswersOneLevelOrAllBelow) {
  put("/a/x", "1");
  put("/a/b/y", "2");
  GetParametersByPathInput in;
  in.path = "/a";
  EXPECT_EQ(client.get_parameters_by_path(in).parameters->size(), 1u);
  in.recursive = true;
  EXPECT_EQ(client.get_parameters_by_path(in).parameters->size(), 2u);
}

TEST_F(SsmTest, ACommandReachesTheAgentOnceAndItsOutputComesBack) {
  register_instance();
  const std::string id = send("echo hello");
  EXPECT_EQ(*invocation(id).status, "Pending");
  const auto got = messages();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(Json::parse(*got[0].payload).texts("Commands"), std::vector<std::string>{"echo hello"});
  acknowledge(*got[0].message_id);
  EXPECT_EQ(*invocation(id).status, "InProgress");
  EXPECT_EQ(wire::code_of([&] { acknowledge(*got[0].message_id); }), "InvalidRequestException");
  reply(*got[0].message_id, {0, "hello\n", ""});
  EXPECT_EQ(*invocation(id).status, "Success");
  EXPECT_EQ(*invocation(id).standard_output_content, "hello\n");
}

TEST_F(SsmTest, ACommandThatNobodyFetchesTimesOut) {
  register_instance();
  const std::string id = send("true");
  region.clock.advance(std::chrono::seconds(3602));
  region.run_until_idle();
  EXPECT_EQ(*invocation(id).status_details, "DeliveryTimedOut");
}

TEST_F(SsmTest, CancelReachesTheAgent) {
  register_instance();
  const std::string id = send("sleep 100");
  const std::string message = *messages().at(0).message_id;
  acknowledge(message);
  CancelCommandInput cancel;
  cancel.command_id = id;
  client.cancel_command(cancel);
  EXPECT_EQ(*invocation(id).status, "Cancelling");
  EXPECT_TRUE(messages().at(0).topic->starts_with("aws.ssm.cancelCommand"));
  reply(message, {137, "", "", border::CommandReply::Ending::kCancelled});
  EXPECT_EQ(*invocation(id).status, "Cancelled");
}

TEST_F(SsmTest, AnInstanceSpeaksOnlyForItself) {
  ec2messages::UpdateInstanceInformationInput in;
  in.instance_id = "i-another";
  EXPECT_EQ(wire::code_of([&] { agent().update_instance_information(in); }), "AccessDeniedException");
  EXPECT_THROW(send("true"), InvalidInstanceId);
}

TEST_F(SsmTest, AParameterIsAskedAboutWithItsTags) {
  const std::string arn = "arn:aws:ssm:ap-northeast-2:123456789012:parameter/wsi/db";
  PutParameterInput in;
  in.name = "/wsi/db";
  in.value = "x";
  in.type = "String";
  in.tags = {{{.key = "team", .value = "a"}}};
  client.put_parameter(in);
  get("/wsi/db");
  get(arn);
  get("/wsi/db:1");
  client.get_parameters_by_path({.path = "/wsi", .recursive = true});
  client.remove_tags_from_resource({.resource_id = "/wsi/db", .resource_type = "Parameter", .tag_keys = {"team"}});
  const region::ExpectedKey expected[] = {
      {"ssm:PutParameter", arn, "aws:RequestTag/team", "a"},
      {"ssm:PutParameter", arn, "ssm:Overwrite", "false"},
      {"ssm:AddTagsToResource", arn, "aws:TagKeys", "team"},
      {"ssm:GetParameter", arn, "aws:ResourceTag/team", "a"},
      {"ssm:GetParameter", arn, "ssm:resourceTag/team", "a"},
      {"ssm:GetParametersByPath", "arn:aws:ssm:ap-northeast-2:123456789012:parameter/wsi", "ssm:Recursive", "true"},
      {"ssm:RemoveTagsFromResource", arn, "aws:ResourceTag/team", "a"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(one.action, one.resource, one.key), one.value)
        << one.action << " " << one.key;
}

TEST_F(SsmTest, ACommandAsksForEachInstanceThatItReachesAlsoThoseThatTagsPick) {
  register_instance();
  const std::string arn = std::string("arn:aws:ec2:ap-northeast-2:123456789012:instance/") + kInstance;
  send("true");
  EXPECT_EQ(region.authorizer.condition_key_of("ssm:SendCommand", arn, "ssm:resourceTag/team"), "a");
  EXPECT_EQ(
      region.authorizer.condition_key_of("ssm:SendCommand", "*:document/AWS-RunShellScript", "aws:ResourceTag/team"),
      "no key");
  SendCommandInput in;
  in.document_name = "AWS-RunShellScript";
  in.targets.emplace().emplace_back().key = "tag:team";
  in.targets->front().values = {{"a"}};
  in.parameters = {{"commands", {std::string("true")}}};
  region.authorizer.refuses = [&](const region::AccessQuestion& q) { return q.resource == arn; };
  EXPECT_EQ(wire::code_of([&] { client.send_command(in); }), "AccessDenied");
}

TEST_F(SsmTest, ANameAndTheSameWithALeadingSlashAreOneParameter) {
  put("x", "1");
  EXPECT_EQ(*get("/x").value, "1");
  EXPECT_EQ(*get("/x").name, "/x");
  EXPECT_EQ(*get("x").name, "x");
  EXPECT_EQ(wire::code_of([&] { put("/x", "2"); }), "ParameterAlreadyExists");
  EXPECT_EQ(put("/x", "2", "SecureString", true), 2);
  EXPECT_EQ(*get("x", true).value, "2");
  client.add_tags_to_resource(
      {.resource_id = "/x", .resource_type = "Parameter", .tags = {{.key = "team", .value = "a"}}});
  EXPECT_EQ(client.list_tags_for_resource({.resource_id = "x", .resource_type = "Parameter"}).tag_list->at(0).value,
            "a");
  for (const char* name : {"x", "/x"}) {
    DescribeParametersInput in;
    in.parameter_filters.emplace().push_back({.key = "Name", .values = std::vector<std::string>{name}});
    EXPECT_EQ(client.describe_parameters(in).parameters->size(), 1u) << name;
  }
  client.delete_parameter({.name = "/x"});
  EXPECT_EQ(wire::code_of([&] { get("x"); }), "ParameterNotFound");
  put("x", "1");
  EXPECT_TRUE(client.list_tags_for_resource({.resource_id = "x", .resource_type = "Parameter"}).tag_list->empty())
      << "tags go with their parameter";
  for (const char* name : {"/a//b", "a/b"}) EXPECT_EQ(wire::code_of([&] { get(name); }), "ValidationException") << name;
}

TEST_F(SsmTest, AValueThatItsPatternDoesNotFitIsRefusedAndSoIsAPatternThatIsNone) {
  PutParameterInput in;
  in.name = "n";
  in.value = "abc";
  in.type = "String";
  in.allowed_pattern = "\\d+";
  EXPECT_EQ(wire::code_of([&] { client.put_parameter(in); }), "ParameterPatternMismatchException");
  in.allowed_pattern = "(";
  EXPECT_EQ(wire::code_of([&] { client.put_parameter(in); }), "InvalidAllowedPatternException");
  in.value = "42";
  in.allowed_pattern = "^\\d+$";
  EXPECT_EQ(client.put_parameter(in).version, 1);
  // As Terraform sends it where its author named none.
  in.value = "abc";
  in.allowed_pattern = "";
  in.overwrite = true;
  EXPECT_EQ(client.put_parameter(in).version, 2);
  EXPECT_EQ(client.get_parameter_history({.name = "n"}).parameters->at(1).allowed_pattern, std::nullopt);
}

TEST_F(SsmTest, TagsThatAwsDoesNotTakeAreRefused) {
  put("x", "1");
  const auto code = [&](std::vector<Tag> tags) {
    return wire::code_of([&] {
      client.add_tags_to_resource({.resource_id = "x", .resource_type = "Parameter", .tags = std::move(tags)});
    });
  };
  EXPECT_EQ(code({{.key = "aws:x", .value = "a"}}), "ValidationException");
  EXPECT_EQ(code({{.key = "x", .value = "a"}, {.key = "x", .value = "b"}}), "ValidationException");
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = "k" + std::to_string(i), .value = "v"});
  EXPECT_EQ(code(many), "TooManyTagsError");
  EXPECT_TRUE(client.list_tags_for_resource({.resource_id = "x", .resource_type = "Parameter"}).tag_list->empty());
}

TEST_F(SsmTest, FiltersAreCheckedAndTagsFilter) {
  put("a", "1");
  put("b", "1", "SecureString");
  client.add_tags_to_resource(
      {.resource_id = "a", .resource_type = "Parameter", .tags = {{.key = "team", .value = "x"}}});
  using Filters = std::vector<ParameterStringFilter>;
  const auto names = [&](Filters filters) {
    std::vector<std::string> found;
    DescribeParametersInput in;
    in.parameter_filters = std::move(filters);
    const auto page = client.describe_parameters(in);
    for (const ParameterMetadata& one : *page.parameters) found.push_back(*one.name);
    return found;
  };
  using Texts = std::vector<std::string>;
  EXPECT_EQ(names({{.key = "tag:team"}}), Texts{"a"});
  EXPECT_EQ(names({{.key = "tag:team", .values = Texts{"y"}}}), Texts{});
  EXPECT_EQ(names({{.key = "Type", .values = Texts{"SecureString"}}}), Texts{"b"});
  EXPECT_EQ(names({{.key = "KeyId", .values = Texts{"alias/aws/ssm"}}}), Texts{"b"});
  const std::pair<Filters, const char*> wrong[] = {
      {{{.key = "Name", .values = Texts{"a"}}, {.key = "Name", .values = Texts{"b"}}}, "InvalidFilterKey"},
      {{{.key = "Label", .values = Texts{"a"}}}, "InvalidFilterKey"},
      {{{.key = "Name"}}, "InvalidFilterValue"},
      {{{.key = "Name", .option = "Recursive", .values = Texts{"a"}}}, "InvalidFilterOption"},
      {{{.key = "Path", .option = "Equals", .values = Texts{"/"}}}, "InvalidFilterOption"},
      {{{.key = "Path", .values = Texts{"a"}}}, "ValidationException"},
      {{{.key = "Type", .values = Texts{"Number"}}}, "InvalidFilterOption"},
      {{{.key = "Tier", .values = Texts{"Gold"}}}, "InvalidFilterOption"}};
  for (const auto& [filters, code] : wrong)
    EXPECT_EQ(wire::code_of([&] { names(filters); }), code) << filters.front().key;
}

TEST_F(SsmTest, PagesAddUpToTheWholeAlsoWhenSomethingComesAndGoesBetweenThem) {
  for (const char* name : {"/p/a", "/p/b", "/p/c", "/p/d", "/p/e"}) put(name, "1");
  std::vector<std::string> seen;
  GetParametersByPathInput in{.max_results = 2, .path = "/p"};
  do {
    const auto page = client.get_parameters_by_path(in);
    for (const Parameter& one : *page.parameters) seen.push_back(*one.name);
    in.next_token = page.next_token;
    if (seen.size() != 2) continue;
    put("/p/0", "1");
    client.delete_parameter({.name = "/p/b"});
  } while (in.next_token);
  EXPECT_EQ(seen, (std::vector<std::string>{"/p/a", "/p/b", "/p/c", "/p/d", "/p/e"}));
  for (int i = 0; i < 3; ++i) put("/p/a", "1", "String", true);
  GetParameterHistoryInput history{.max_results = 3, .name = "/p/a"};
  const auto first = client.get_parameter_history(history);
  history.next_token = first.next_token;
  EXPECT_EQ(first.parameters->size(), 3u);
  EXPECT_EQ(client.get_parameter_history(history).parameters->at(0).version, 4);
  for (const char* token : {"", "garbage", "0", "-1"}) {
    EXPECT_EQ(wire::code_of([&] { client.get_parameters_by_path({.next_token = token, .path = "/p"}); }),
              "InvalidNextToken");
    EXPECT_EQ(wire::code_of([&] { client.describe_parameters({.next_token = token}); }), "InvalidNextToken");
    EXPECT_EQ(wire::code_of([&] { client.list_commands({.next_token = token}); }), "InvalidNextToken");
  }
}

TEST_F(SsmTest, NewestFirstListsGiveACommandOnceThoughOneStartsBetweenTwoPages) {
  register_instance();
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    region.clock.advance(Seconds(1));
    ids.insert(ids.begin(), send("true"));
  }
  ListCommandsInput in{.max_results = 2};
  ListCommandInvocationsInput of_instances{.max_results = 2};
  const auto first = client.list_commands(in);
  const auto first_invocations = client.list_command_invocations(of_instances);
  send("true");
  in.next_token = first.next_token;
  of_instances.next_token = first_invocations.next_token;
  const auto second = client.list_commands(in);
  const auto second_invocations = client.list_command_invocations(of_instances);
  ASSERT_EQ(second.commands->size(), 1u);
  ASSERT_EQ(second_invocations.command_invocations->size(), 1u);
  EXPECT_EQ((std::vector<std::string>{*first.commands->at(0).command_id, *first.commands->at(1).command_id,
                                      *second.commands->at(0).command_id}),
            ids);
  EXPECT_EQ(*second_invocations.command_invocations->at(0).command_id, ids[2]);
  EXPECT_FALSE(second_invocations.next_token);
}

// Walks every status with every event: what the table has happens, nothing else does.
TEST(InvocationMachine, EveryStatusTakesOnlyTheEventsOfItsTable) {
  using Act = void (*)(Invocation&);
  static const auto end = [](Invocation& i, const border::CommandReply& reply) {
    replied(i, {1}, outcome_of(i, {1}, reply), std::nullopt, Milliseconds(1));
  };
  using Ending = border::CommandReply::Ending;
  const std::pair<InvocationEvent, Act> events[] = {
      {InvocationEvent::kDeliver, [](Invocation& i) { delivered(i, {1}, Milliseconds(1)); }},
      {InvocationEvent::kSucceed, [](Invocation& i) { end(i, {.code = 0}); }},
      {InvocationEvent::kFail, [](Invocation& i) { end(i, {.code = 1}); }},
      {InvocationEvent::kRunTooLong, [](Invocation& i) { end(i, {.ending = Ending::kTimedOut}); }},
      {InvocationEvent::kKilled, [](Invocation& i) { end(i, {.ending = Ending::kCancelled}); }},
      {InvocationEvent::kCancel, [](Invocation& i) { cancelled(i, {1}); }},
      {InvocationEvent::kDeadline, [](Invocation& i) { timed_out(i, {1}); }}};
  for (const auto& from : kWords<InvocationStatus>)
    for (const auto& [event, act] : events) {
      Invocation i{.status = from.value, .body = Json::object()};
      act(i);
      const auto to = region::find_next(kInvocationMachine, from.value, event);
      EXPECT_EQ(i.status, to.value_or(from.value)) << from.word << " " << static_cast<int>(event);
      EXPECT_EQ(i.body.empty(), !to) << from.word << " " << static_cast<int>(event);
    }
}

}  // namespace
}  // namespace hanbat::ssm
