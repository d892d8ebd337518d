// Which images a lifecycle policy lets go of, after the examples of AWS's guide.
#include "services/ecr/lifecycle/policy.h"

#include "services/ecr/testing.h"
#include "wire/testing.h"

namespace hanbat::ecr {
namespace {

using Expiring = std::vector<std::string>;

std::string rule_text(int priority, const std::string& selection) {
  return R"({"rulePriority":)" + std::to_string(priority) + R"(,"selection":{)" + selection +
         R"(},"action":{"type":"expire"}})";
}
std::string policy_text(const std::vector<std::string>& rules) { return R"({"rules":[)" + join(rules, ",") + "]}"; }

constexpr const char* kUntaggedDay =
    R"("tagStatus":"untagged","countType":"sinceImagePushed","countUnit":"days","countNumber":1)";
constexpr const char* kAnyTwo = R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":2)";

Timestamp days_ago(int count) { return Timestamp{0} - std::chrono::hours(24) * count; }

Expiring expiring(const std::vector<std::string>& rules, std::vector<LifecycleImage> images) {
  Expiring out;
  for (const auto& one : expiring_images(parse_lifecycle_policy(policy_text(rules), "PutLifecyclePolicy"),
                                         std::move(images), Timestamp{0}))
    out.push_back(one.image.digest);
  return out;
}

TEST(LifecyclePolicy, TheNewestStayAndTheRestExpires) {
  EXPECT_EQ(expiring({rule_text(1, kAnyTwo)}, {{"old", {"v1"}, days_ago(3)},
                                               {"new", {"v3"}, days_ago(1)},
                                               {"older", {}, days_ago(4)},
                                               {"newer", {"v2"}, days_ago(2)}}),
            (Expiring{"old", "older"}));
}

TEST(LifecyclePolicy, AgeIsCountedFromThePush) {
  EXPECT_EQ(expiring({rule_text(1, kUntaggedDay)},
                     {{"old", {}, days_ago(2)}, {"new", {}, days_ago(1)}, {"tagged", {"v1"}, days_ago(9)}}),
            (Expiring{"old"}));
}

TEST(LifecyclePolicy, WhatAFirstRuleLooksAtIsLeftAloneByLaterOnes) {
  const std::string keep_production =
      rule_text(1, R"("tagStatus":"tagged","tagPrefixList":["prod"],"countType":"imageCountMoreThan","countNumber":1)");
  EXPECT_EQ(expiring({keep_production, rule_text(2, kAnyTwo)}, {{"p1", {"prod-1"}, days_ago(5)},
                                                                {"p2", {"prod-2"}, days_ago(4)},
                                                                {"b1", {"beta-1"}, days_ago(3)},
                                                                {"b2", {"beta-2"}, days_ago(2)}}),
            (Expiring{"p1"}));
}

TEST(LifecyclePolicy, EveryPatternHasToMatchATag) {
  const std::string both = rule_text(
      1, R"("tagStatus":"tagged","tagPatternList":["*-web","rel*"],"countType":"imageCountMoreThan","countNumber":1)");
  EXPECT_EQ(expiring({both}, {{"a", {"1-web", "rel1"}, days_ago(3)},
                              {"b", {"2-web", "rel2"}, days_ago(1)},
                              {"c", {"3-web"}, days_ago(9)}}),
            (Expiring{"a"}));
}

TEST(LifecyclePolicy, WhatIsNoPolicyIsRefused) {
  const auto code = [](const std::string& text) {
    return wire::code_of([&] { parse_lifecycle_policy(text, "PutLifecyclePolicy"); });
  };
  EXPECT_EQ(code("nonsense"), "InvalidParameterException");
  EXPECT_EQ(code(policy_text({})), "InvalidParameterException");
  EXPECT_EQ(code(policy_text({rule_text(1, kAnyTwo), rule_text(1, kUntaggedDay)})), "InvalidParameterException");
  EXPECT_EQ(code(policy_text({rule_text(1, kAnyTwo), rule_text(2, kUntaggedDay)})), "InvalidParameterException");
  EXPECT_EQ(
      code(policy_text({rule_text(1, R"("tagStatus":"tagged","countType":"imageCountMoreThan","countNumber":1)")})),
      "InvalidParameterException");
  EXPECT_EQ(code(policy_text({rule_text(1, R"("tagStatus":"any","countType":"imageCountMoreThan","countNumber":0)")})),
            "InvalidParameterException");
  EXPECT_EQ(code(policy_text({rule_text(
                1, R"("tagStatus":"any","countType":"sinceImagePulled","countUnit":"days","countNumber":1)")})),
            "NotImplemented");
}

TEST_F(EcrTest, APolicyIsPreviewedAndThenCarriedOut) {
  client().create_repository({.repository_name = "app"});
  const auto push = [&](const std::string& tag) {
    push_blob("app", "config " + tag);
    push_blob("app", "layer");
    EXPECT_EQ(call("PUT", "/v2/app/manifests/" + tag, {{"Content-Type", std::string(kOciManifest)}},
                   manifest("config " + tag, "layer"))
                  .status,
              201);
    home.clock.advance(Milliseconds(1000));
  };
  for (const char* tag : {"a", "b", "c"}) push(tag);
  EXPECT_EQ(wire::code_of([&] { client().get_lifecycle_policy({.repository_name = "app"}); }),
            "LifecyclePolicyNotFoundException");
  EXPECT_EQ(wire::code_of([&] { client().start_lifecycle_policy_preview({.repository_name = "app"}); }),
            "LifecyclePolicyNotFoundException");
  client().put_lifecycle_policy(
      {.lifecycle_policy_text = policy_text({rule_text(1, kAnyTwo)}), .repository_name = "app"});
  client().start_lifecycle_policy_preview({.repository_name = "app"});
  const auto preview = client().get_lifecycle_policy_preview({.repository_name = "app"});
  EXPECT_EQ(preview.status, "COMPLETE");
  ASSERT_EQ(preview.preview_results->size(), 1U);
  EXPECT_EQ(preview.preview_results->at(0).image_tags, std::vector<std::string>{"a"});
  EXPECT_EQ(client().list_images({.repository_name = "app"}).image_ids->size(), 3U);

  home.clock.advance(std::chrono::hours(2));
  home.tasks->run_until_idle();
  const auto left = *client().list_images({.repository_name = "app"}).image_ids;
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(events.back()["detail"].text("action-type"), "DELETE") << events.back().dump();
  EXPECT_GT(client().get_lifecycle_policy({.repository_name = "app"}).last_evaluated_at->ms, 0);
  client().delete_lifecycle_policy({.repository_name = "app"});
  EXPECT_EQ(wire::code_of([&] { client().get_lifecycle_policy({.repository_name = "app"}); }),
            "LifecyclePolicyNotFoundException");
}

}  // namespace
}  // namespace hanbat::ecr
