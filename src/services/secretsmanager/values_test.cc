// Values and versions of secrets.
#include <gmock/gmock.h>

#include "services/secretsmanager/testing.h"

namespace hanbat::secretsmanager {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(SecretsManagerTest, ValuesAreReadByLabelAndByVersion) {
  create("a", "one");
  put("a", 2, "two");
  const auto current = client.get_secret_value({.secret_id = "a"});
  EXPECT_EQ(current.secret_string, "two");
  EXPECT_EQ(current.version_id, token(2));
  EXPECT_THAT(*current.version_stages, ElementsAre("AWSCURRENT"));
  EXPECT_EQ(value("a", "AWSPREVIOUS"), "one");
  EXPECT_EQ(client.get_secret_value({.secret_id = "a", .version_id = token(1)}).secret_string, "one");
  const auto both = [&](int version, const char* stage) {
    return wire::refusal_of(
        [&] { client.get_secret_value({.secret_id = "a", .version_id = token(version), .version_stage = stage}); });
  };
  EXPECT_EQ(both(1, "AWSPREVIOUS"), "");
  EXPECT_EQ(both(1, "AWSCURRENT"),
            "InvalidRequestException: You provided a VersionStage that is not associated to the provided VersionId.");
  EXPECT_EQ(
      both(3, "AWSCURRENT"),
      "ResourceNotFoundException: Secrets Manager can't find the specified secret value for VersionId: " + token(3));
  EXPECT_EQ(wire::refusal_of([&] { value("a", "blue"); }),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: "
            "blue");
}

TEST_F(SecretsManagerTest, SecretsWithoutAValueHaveNoCurrentOne) {
  create("a", "");
  EXPECT_FALSE(client.describe_secret({.secret_id = "a"}).version_ids_to_stages);
  EXPECT_EQ(wire::refusal_of([&] { value("a"); }),
            "ResourceNotFoundException: Secrets Manager can't find the specified secret value for staging label: "
            "AWSCURRENT");
  EXPECT_THAT(*put("a", 2, "two", {{"AWSPENDING"}}).version_stages, ElementsAre("AWSPENDING", "AWSCURRENT"))
      << "the first version is the current one";
}

TEST_F(SecretsManagerTest, BinaryValuesComeBackAsTheyWere) {
  const std::string bytes("\0\xff\x01", 3);
  CreateSecretInput in{.client_request_token = token(1), .name = "a", .secret_binary = bytes};
  client.create_secret(in);
  const auto out = client.get_secret_value({.secret_id = "a"});
  EXPECT_EQ(out.secret_binary, bytes);
  EXPECT_FALSE(out.secret_string);
  in.secret_string = "text";
  in.name = "b";
  EXPECT_EQ(wire::code_of([&] { client.create_secret(in); }), "InvalidParameterException");
  EXPECT_EQ(wire::code_of([&] { put("a", 1, bytes); }), "ResourceExistsException") << "text is no binary value";
}

TEST_F(SecretsManagerTest, ATokenStandsForOneValue) {
  create("a", "one");
  put("a", 2, "two");
  EXPECT_THAT(*put("a", 1, "one").version_stages, ElementsAre("AWSPREVIOUS")) << "nothing is done a second time";
  EXPECT_EQ(value("a"), "two");
  EXPECT_THAT(wire::refusal_of([&] { put("a", 1, "other"); }),
              HasSubstr("ResourceExistsException: You can't use ClientRequestToken " + token(1) +
                        " because that value is already in use for a version of secret arn:"));
  EXPECT_EQ(wire::code_of([&] { client.put_secret_value({.secret_id = "a", .secret_string = "x"}); }),
            "InvalidRequestException");
  EXPECT_EQ(wire::code_of([&] { client.put_secret_value({.client_request_token = token(3), .secret_id = "a"}); }),
            "InvalidRequestException");
  EXPECT_EQ(wire::code_of([&] {
              client.put_secret_value({.client_request_token = "short", .secret_id = "a", .secret_string = "x"});
            }),
            "ValidationException");
}

TEST_F(SecretsManagerTest, ValuesHaveAtMost65536Bytes) {
  create("a", std::string(65'536, 'x'));
  EXPECT_EQ(value("a").size(), 65'536u);
  EXPECT_EQ(wire::code_of([&] { put("a", 2, std::string(65'537, 'x')); }), "ValidationException");
  std::string wide;
  for (int i = 0; i < 30'000; ++i) wide += "한";
  const std::string refusal = wire::refusal_of([&] { put("a", 2, wide); });
  EXPECT_THAT(refusal, HasSubstr("ValidationException")) << "characters of three bytes";
  EXPECT_EQ(refusal.find("한"), std::string::npos);
}

TEST_F(SecretsManagerTest, LabelsMoveWithTheirVersions) {
  create("a", "one");
  put("a", 2, "two", {{"AWSPENDING", "blue"}});
  EXPECT_EQ(labels("a", 1), "AWSCURRENT");
  EXPECT_EQ(labels("a", 2), "AWSPENDING,blue");
  client.update_secret_version_stage({.move_to_version_id = token(2),
                                      .remove_from_version_id = token(1),
                                      .secret_id = "a",
                                      .version_stage = "AWSCURRENT"});
  EXPECT_EQ(labels("a", 1), "AWSPREVIOUS");
  EXPECT_EQ(labels("a", 2), "AWSPENDING,blue,AWSCURRENT");
  client.update_secret_version_stage({.remove_from_version_id = token(2), .secret_id = "a", .version_stage = "blue"});
  client.update_secret_version_stage({.move_to_version_id = token(1), .secret_id = "a", .version_stage = "green"});
  EXPECT_EQ(labels("a", 1), "AWSPREVIOUS,green");
  EXPECT_EQ(labels("a", 2), "AWSPENDING,AWSCURRENT");
}

TEST_F(SecretsManagerTest, LabelsAreTakenOnlyFromWhoIsNamed) {
  create("a", "one");
  put("a", 2, "two");
  const auto refused = [&](std::optional<std::string> to, std::optional<std::string> from, const char* stage) {
    return wire::refusal_of([&] {
      client.update_secret_version_stage(
          {.move_to_version_id = to, .remove_from_version_id = from, .secret_id = "a", .version_stage = stage});
    });
  };
  EXPECT_EQ(refused(token(1), {}, "AWSCURRENT"),
            "InvalidParameterException: The parameter RemoveFromVersionId can't be empty. Staging label AWSCURRENT is "
            "currently attached to version " +
                token(2) + ", so you must explicitly reference that version in RemoveFromVersionId.");
  EXPECT_THAT(refused({}, token(2), "AWSCURRENT"), HasSubstr("It can't be completely removed."));
  EXPECT_THAT(refused(token(2), token(1), "AWSCURRENT"), HasSubstr("InvalidParameterException"));
  EXPECT_THAT(refused({}, token(1), "blue"), HasSubstr("InvalidParameterException"));
  EXPECT_THAT(refused({}, {}, "blue"), HasSubstr("InvalidParameterException"));
  EXPECT_THAT(refused(token(3), {}, "blue"), HasSubstr("ResourceNotFoundException"));
  EXPECT_EQ(refused(token(2), {}, "AWSCURRENT"), "") << "it is there already";
  for (int i = 0; i < 19; ++i) EXPECT_EQ(refused(token(2), {}, ("l" + std::to_string(i)).c_str()), "");
  EXPECT_THAT(refused(token(2), {}, "one too many"), HasSubstr("LimitExceededException"));
}

TEST_F(SecretsManagerTest, VersionsWithoutLabelsAreListedWhenAskedFor) {
  create("a", "one");
  for (int i = 2; i <= 4; ++i) {
    region.clock.advance(Seconds(1));
    put("a", i, "value");
  }
  const auto ids = [&](ListSecretVersionIdsInput in) {
    in.secret_id = "a";
    std::string all;
    const auto out = client.list_secret_version_ids(in);
    for (const auto& version : *out.versions) all += version.version_id->back();
    return all;
  };
  EXPECT_EQ(ids({}), "34");
  EXPECT_EQ(ids({.include_deprecated = true}), "1234");
  EXPECT_EQ(ids({.include_deprecated = true, .max_results = 3}), "123");
  EXPECT_EQ(client.get_secret_value({.secret_id = "a", .version_id = token(1)}).secret_string, "one");
  remove("a", 7);
  EXPECT_EQ(ids({}), "34");
  EXPECT_EQ(wire::code_of([&] { client.list_secret_version_ids({.secret_id = "b"}); }), "ResourceNotFoundException");
}

TEST_F(SecretsManagerTest, AHundredVersionsAreKept) {
  create("a", "0");
  const auto put_many = [&](int from, int to) {
    for (int i = from; i < to; ++i)
      client.put_secret_value({.client_request_token = "version-" + std::string(24, '0') + std::to_string(1000 + i),
                               .secret_id = "a",
                               .secret_string = "v"});
  };
  put_many(1, 100);
  EXPECT_EQ(wire::code_of([&] { put_many(100, 101); }), "LimitExceededException");
  region.clock.advance(std::chrono::hours(25));
  put_many(100, 101);
  EXPECT_EQ(client.list_secret_version_ids({.include_deprecated = true, .secret_id = "a"}).versions->size(), 100u);
  EXPECT_EQ(wire::code_of([&] { client.get_secret_value({.secret_id = "a", .version_id = token(1)}); }),
            "ResourceNotFoundException");
}

TEST_F(SecretsManagerTest, TheDayOfTheLastReadingIsRemembered) {
  create("a");
  value("a");
  const auto out = client.describe_secret({.secret_id = "a"});
  ASSERT_TRUE(out.last_accessed_date);
  EXPECT_EQ(out.last_accessed_date->ms % (24 * 3'600'000LL), 0);
  EXPECT_EQ(client.list_secret_version_ids({.secret_id = "a"}).versions->at(0).last_accessed_date,
            out.last_accessed_date);
  region.clock.advance(std::chrono::hours(24));
  value("a");
  EXPECT_GT(*client.describe_secret({.secret_id = "a"}).last_accessed_date, *out.last_accessed_date);
}

TEST_F(SecretsManagerTest, BatchesAnswerWhatTheyCanAndTellTheRest) {
  create("a", "one");
  create("b", "two");
  create("c");
  remove("c", 7);
  const auto out = client.batch_get_secret_value({.secret_id_list = {{"a", "missing", "b", "c"}}});
  ASSERT_EQ(out.secret_values->size(), 2u);
  EXPECT_EQ(out.secret_values->at(1).secret_string, "two");
  ASSERT_EQ(out.errors->size(), 2u);
  EXPECT_EQ(out.errors->at(0).secret_id, "missing");
  EXPECT_EQ(out.errors->at(0).error_code, "ResourceNotFoundException");
  EXPECT_EQ(out.errors->at(1).error_code, "InvalidRequestException");
  EXPECT_TRUE(client.describe_secret({.secret_id = "a"}).last_accessed_date);
  const auto entries = region.trail.entries();
  EXPECT_EQ(std::ranges::count_if(entries, [](const auto& entry) { return entry.operation == "GetSecretValue"; }), 4);
}

TEST_F(SecretsManagerTest, BatchesAreChosenByFiltersOrByList) {
  for (const char* name : {"a1", "a2", "b1"}) create(name);
  BatchGetSecretValueInput in{.filters = {{Filter{.key = "name", .values = {{"a"}}}}}, .max_results = 1};
  const auto first = client.batch_get_secret_value(in);
  EXPECT_EQ(first.secret_values->size(), 1u);
  in.next_token = first.next_token;
  const auto second = client.batch_get_secret_value(in);
  EXPECT_EQ(second.secret_values->size(), 1u);
  EXPECT_FALSE(second.next_token);
  EXPECT_EQ(wire::code_of([&] { client.batch_get_secret_value({}); }), "InvalidParameterException");
  in.secret_id_list = {{"a1"}};
  EXPECT_EQ(wire::code_of([&] { client.batch_get_secret_value(in); }), "InvalidParameterException");
}

TEST_F(SecretsManagerTest, ValuesOfTheDefaultKeyStayInTheirAccount) {
  const std::string arn = create("a");
  region::Caller stranger = region.user;
  stranger.account = "999999999999";
  const Client theirs(region.home, stranger, region.region);
  EXPECT_EQ(theirs.describe_secret({.secret_id = arn}).name, "a") << "the test lets everybody in";
  EXPECT_EQ(wire::refusal_of([&] { theirs.get_secret_value({.secret_id = arn}); }),
            "InvalidRequestException: You can't access a secret from a different AWS account if you encrypt the "
            "secret with the default KMS service key.");
  EXPECT_EQ(wire::code_of([&] {
              theirs.put_secret_value({.client_request_token = token(2), .secret_id = arn, .secret_string = "x"});
            }),
            "InvalidRequestException");
  EXPECT_EQ(wire::code_of([&] { theirs.describe_secret({.secret_id = "a"}); }), "ResourceNotFoundException");
}

}  // namespace
}  // namespace hanbat::secretsmanager
