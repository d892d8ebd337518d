// The trail over a database in memory: what is recorded when calls are committed, refused and rolled back, and how it
// is looked up.
#include "services/cloudtrail/cloudtrail.h"

#include <gtest/gtest.h>

#include "gen/cloudtrail/client.h"
#include "gen/codecommit/client.h"
#include "os/files.h"
#include "region/fake_service.h"
#include "region/testing.h"
#include "wire/error.h"
#include "wire/testing.h"

namespace hanbat::cloudtrail {
namespace {

using codecommit::CreateRepositoryInput;
using codecommit::CreateRepositoryOutput;
using codecommit::GetRepositoryInput;
using codecommit::GetRepositoryOutput;

constexpr std::string_view kAction[] = {"codecommit:CreateRepository"};
constexpr wire::ResourceType kRepository[] = {{"arn:aws:codecommit:*:*:*", {}}};
constexpr wire::Permission kCreates[] = {{.actions = kAction, .resources = kRepository}};

class CloudTrailTest : public ::testing::Test {
 protected:
  CloudTrailTest() : repositories(t.add<region::FakeService>("codecommit")) {
    t.add<CloudTrail>(*trail);
    t.user.access_key_id = "AKIATESTER";
    t.user.source_ip = "127.0.0.1";
    repositories.on<CreateRepositoryInput, CreateRepositoryOutput>(
        "CreateRepository",
        [](region::Request& rq, const CreateRepositoryInput& in) -> CreateRepositoryOutput {
          rq.authorize("codecommit:CreateRepository", rq.arn("codecommit", in.repository_name));
          if (in.repository_name == "bad") throw wire::Error("InvalidRepositoryNameException", 400, "bad name");
          if (in.repository_name == "broken") throw std::runtime_error("the disk said something private");
          return {};
        },
        kCreates);
    repositories.on<GetRepositoryInput, GetRepositoryOutput>(
        "GetRepository", [](region::Request&, const GetRepositoryInput&) { return GetRepositoryOutput(); });
    t.start();
  }

  codecommit::Client codecommit() { return codecommit::Client(t.home, t.user, t.region); }
  void create(const std::string& name) { codecommit().create_repository({.repository_name = name}); }

  LookupEventsOutput look(LookupEventsInput in = {}, const std::string& region = "ap-northeast-2") {
    trail->flush();
    return Client(t.home, t.user, region).lookup_events(in);
  }
  /// What the events of the attribute tell in `member` of their records, newest first; the lookups themselves aside.
  std::vector<std::string> found(const std::string& key, const std::string& value,
                                 std::string_view member = "eventName") {
    const LookupEventsOutput answer = look({.lookup_attributes = {{{.attribute_key = key, .attribute_value = value}}}});
    std::vector<std::string> out;
    for (const Event& event : *answer.events)
      if (event.event_name != "LookupEvents") out.push_back(Json::parse(*event.cloud_trail_event).text(member));
    return out;
  }
  std::string refusal(const LookupEventsInput& in) {
    return wire::code_of([&] { look(in); });
  }

  std::vector<std::string> files() const { return list_folder(t.folder + "/trail"); }

  StoredTrail* trail = nullptr;
  region::TestRegion t{[this](region::TestRegion& test, region::Parts& parts) {
    parts.trail = trail = &test.keep<StoredTrail>(*test.db, test.folder, test.clock);
  }};
  region::FakeService& repositories;
};

using Texts = std::vector<std::string>;

TEST_F(CloudTrailTest, ACallIsFoundByEveryAttributeAWSHas) {
  create("app");
  const Event event = look().events->at(0);
  EXPECT_EQ(event.event_name, "CreateRepository");
  EXPECT_EQ(event.read_only, "false");
  EXPECT_EQ(event.username, "tester");
  EXPECT_EQ(event.resources->at(0).resource_type, "AWS::CodeCommit::Repository");
  EXPECT_EQ(event.resources->at(0).resource_name, "app");
  for (const auto& [key, value] : std::map<std::string, std::string>{{"EventId", *event.event_id},
                                                                     {"EventName", "CreateRepository"},
                                                                     {"EventSource", "codecommit.amazonaws.com"},
                                                                     {"Username", "tester"},
                                                                     {"AccessKeyId", "AKIATESTER"},
                                                                     {"ReadOnly", "false"},
                                                                     {"ResourceName", "app"},
                                                                     {"ResourceType", "AWS::CodeCommit::Repository"}}) {
    EXPECT_EQ(found(key, value), Texts{"CreateRepository"}) << key;
    if (key == "ReadOnly") continue;
    EXPECT_EQ(found(key, "another"), Texts{}) << key;
  }
  EXPECT_EQ(found("ReadOnly", "true"), Texts{}) << "but the lookups, which are not asked for here";
}

TEST_F(CloudTrailTest, ReadsRefusalsAndFailuresAreThereToo) {
  create("app");
  t.clock.advance(Seconds(1));
  codecommit().get_repository({.repository_name = "app"});
  EXPECT_EQ(wire::code_of([&] { create("bad"); }), "InvalidRepositoryNameException");
  EXPECT_THROW(create("broken"), std::runtime_error);
  EXPECT_EQ(found("EventSource", "codecommit.amazonaws.com", "errorCode"),
            (Texts{"InternalFailure", "InvalidRepositoryNameException", "", ""}));
  EXPECT_EQ(found("EventSource", "codecommit.amazonaws.com", "errorMessage")[0], "An internal error occurred.");
  EXPECT_EQ(found("ResourceName", "app"), (Texts{"GetRepository", "CreateRepository"}));
}

TEST_F(CloudTrailTest, AChangeAndItsRecordAreOneTransaction) {
  create("app");
  // Nothing was flushed: the record is there because the call is.
  EXPECT_EQ(t.db->read([](store::Tx& tx) { return tx.find("SELECT COUNT(*) FROM trail_pending")->integer(0); }), 1);
}

TEST_F(CloudTrailTest, ACallOfACallIsRecordedAsMadeThroughTheService) {
  auto& outer = t.add<region::FakeService>("codepipeline");
  outer.on<CreateRepositoryInput, CreateRepositoryOutput>(
      "CreateRepository", [](region::Request& rq, const CreateRepositoryInput& in) {
        codecommit::Client client(rq);
        client.create_repository(in);
        EXPECT_EQ(wire::code_of([&] { client.create_repository({.repository_name = "bad"}); }),
                  "InvalidRepositoryNameException");
        return CreateRepositoryOutput();
      });
  const region::Operation& operation = *outer.find_operation("CreateRepository");
  const CreateRepositoryInput in{.repository_name = "app"};
  CreateRepositoryOutput out;
  t.home.call(t.home.as(t.user, t.region), outer, operation, &in, &out);
  EXPECT_EQ(found("EventName", "CreateRepository", "eventSource"),
            (Texts{"codepipeline.amazonaws.com", "codecommit.amazonaws.com", "codecommit.amazonaws.com"}));
  EXPECT_EQ(found("EventName", "CreateRepository", "sourceIPAddress"),
            (Texts{"127.0.0.1", "codepipeline.amazonaws.com", "codepipeline.amazonaws.com"}));
  EXPECT_EQ(found("EventName", "CreateRepository", "errorCode"), (Texts{"", "InvalidRepositoryNameException", ""}));
}

TEST_F(CloudTrailTest, PagesGoFromTheNewestBackAndTheirTokenIsForTheSameQuestion) {
  for (const auto* name : {"a", "b", "c"}) create(name);
  LookupEventsInput in{.lookup_attributes = {{{.attribute_key = "EventName", .attribute_value = "CreateRepository"}}},
                       .max_results = 2};
  const LookupEventsOutput first = look(in);
  ASSERT_EQ(first.events->size(), 2u);
  EXPECT_EQ(first.events->at(0).resources->at(0).resource_name, "c");
  in.next_token = first.next_token;
  create("d");
  const LookupEventsOutput second = look(in);
  ASSERT_EQ(second.events->size(), 1u);
  EXPECT_EQ(second.events->at(0).resources->at(0).resource_name, "a");
  EXPECT_FALSE(second.next_token);

  in.lookup_attributes->at(0).attribute_value = "DeleteRepository";
  EXPECT_EQ(refusal(in), "InvalidNextTokenException");
  EXPECT_EQ(refusal({.next_token = "nonsense"}), "InvalidNextTokenException");
}

TEST_F(CloudTrailTest, TimesAreInclusiveInWholeSeconds) {
  const Timestamp start = t.clock.now();
  t.clock.advance(Milliseconds(700));
  create("app");
  EXPECT_EQ(look({.end_time = start, .start_time = start}).events->size(), 1u);
  EXPECT_EQ(look({.end_time = start - Seconds(1)}).events->size(), 0u);
  EXPECT_EQ(look({.start_time = start + Seconds(1)}).events->size(), 0u);
}

TEST_F(CloudTrailTest, WhatCannotBeAskedIsRefusedInAWSsNames) {
  const Timestamp now = t.clock.now();
  EXPECT_EQ(refusal({.end_time = now, .start_time = now + Seconds(1)}), "InvalidTimeRangeException");
  const LookupAttribute one{.attribute_key = "EventName", .attribute_value = "x"};
  EXPECT_EQ(refusal({.lookup_attributes = {{one, one}}}), "InvalidLookupAttributesException");
  EXPECT_EQ(refusal({.lookup_attributes = {{{.attribute_key = "Color", .attribute_value = "x"}}}}),
            "InvalidLookupAttributesException");
  EXPECT_EQ(refusal({.lookup_attributes = {{{.attribute_key = "EventName", .attribute_value = ""}}}}),
            "ValidationException");
  EXPECT_EQ(refusal({.lookup_attributes = {{{.attribute_key = "ReadOnly", .attribute_value = "maybe"}}}}),
            "InvalidLookupAttributesException");
}

TEST_F(CloudTrailTest, AnotherRegionAndAnotherAccountSeeNothing) {
  create("app");
  EXPECT_EQ(look({}, "eu-west-1").events->size(), 0u);
  t.user.account = "999999999999";
  EXPECT_EQ(look().events->size(), 0u);
}

TEST_F(CloudTrailTest, EventsAreKeptForNinetyDays) {
  create("old");
  trail->flush();
  t.clock.advance(std::chrono::hours(24 * 90) + Seconds(2));
  create("new");
  EXPECT_EQ(found("EventName", "CreateRepository").size(), 1u);
  EXPECT_EQ(files().size(), 3u) << "the day before it is full, and has its index";
  t.run_until_idle();
  EXPECT_EQ(files().size(), 1u) << "one segment, and no index of one that is full";
}

TEST_F(CloudTrailTest, AsksForItsPermission) {
  look();
  EXPECT_EQ(t.authorizer.asked.back().action, "cloudtrail:LookupEvents");
  EXPECT_EQ(t.authorizer.asked.back().resource, "*");
}

}  // namespace
}  // namespace hanbat::cloudtrail
