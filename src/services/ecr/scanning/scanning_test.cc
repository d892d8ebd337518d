// Which images are to be scanned, what a scan tells, and tags that are held the other way round.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "services/ecr/testing.h"
#include "wire/testing.h"

namespace hanbat::ecr {
namespace {

constexpr const char* kFailed = "FAILED";

class EcrScans : public EcrTest {
 protected:
  std::optional<std::string> status_of(const std::string& name, const std::string& tag) {
    const auto details =
        *client()
             .describe_images({.image_ids = std::vector<ImageIdentifier>{{.image_tag = tag}}, .repository_name = name})
             .image_details;
    return details.at(0).image_scan_status ? details.at(0).image_scan_status->status : std::nullopt;
  }
  std::string code_of_findings(const std::string& name, const std::string& tag) {
    return wire::code_of([&] {
      client().describe_image_scan_findings({.image_id = ImageIdentifier{.image_tag = tag}, .repository_name = name});
    });
  }
  std::string code_of_rules(const std::vector<RegistryScanningRule>& rules, const std::string& type = "BASIC") {
    return wire::code_of([&] { client().put_registry_scanning_configuration({.rules = rules, .scan_type = type}); });
  }
};

TEST_F(EcrScans, AScanOnPushIsKeptAndItsImagesSayThatTheScanFailedAndWhy) {
  const auto made = client().create_repository(
      {.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = true}, .repository_name = "app"});
  EXPECT_EQ(made.repository->image_scanning_configuration->scan_on_push, true);
  push_image("app", "1", "layer");
  EXPECT_EQ(status_of("app", "1"), kFailed);
  const auto found =
      client().describe_image_scan_findings({.image_id = ImageIdentifier{.image_tag = "1"}, .repository_name = "app"});
  EXPECT_EQ(found.image_scan_status->status, kFailed);
  EXPECT_THAT(*found.image_scan_status->description, testing::HasSubstr("no database of vulnerabilities"));
  EXPECT_FALSE(found.image_scan_findings);
}

TEST_F(EcrScans, WithoutOneAnImageHasNoScanUntilItIsAskedForOnceADay) {
  client().create_repository({.repository_name = "app"});
  push_image("app", "1", "layer");
  EXPECT_EQ(status_of("app", "1"), std::nullopt);
  EXPECT_EQ(code_of_findings("app", "1"), "ScanNotFoundException");
  EXPECT_EQ(code_of_findings("app", "2"), "ImageNotFoundException");
  const StartImageScanInput scan{.image_id = ImageIdentifier{.image_tag = "1"}, .repository_name = "app"};
  EXPECT_EQ(client().start_image_scan(scan).image_scan_status->status, "IN_PROGRESS");
  EXPECT_EQ(status_of("app", "1"), kFailed);
  EXPECT_EQ(wire::code_of([&] { client().start_image_scan(scan); }), "LimitExceededException");
}

TEST_F(EcrScans, TheSettingOfARepositoryCanBeChanged) {
  client().create_repository({.repository_name = "app"});
  client().put_image_scanning_configuration(
      {.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = true}, .repository_name = "app"});
  push_image("app", "1", "layer");
  EXPECT_EQ(status_of("app", "1"), kFailed);
  client().put_image_scanning_configuration(
      {.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = false}, .repository_name = "app"});
  push_image("app", "2", "another layer");
  EXPECT_EQ(status_of("app", "2"), std::nullopt);
}

TEST_F(EcrScans, RulesOfTheRegistryChooseRepositoriesByName) {
  for (const char* name : {"prod/api", "prod-old", "dev/api"}) client().create_repository({.repository_name = name});
  const auto before = *client().get_registry_scanning_configuration({}).scanning_configuration;
  EXPECT_EQ(before.scan_type, "BASIC");
  EXPECT_TRUE(before.rules->empty());
  const RegistryScanningRule rule{.repository_filters = {{.filter = "prod/*", .filter_type = "WILDCARD"}},
                                  .scan_frequency = "SCAN_ON_PUSH"};
  client().put_registry_scanning_configuration({.rules = std::vector{rule}, .scan_type = "BASIC"});
  EXPECT_EQ(client().get_registry_scanning_configuration({}).scanning_configuration->rules->size(), 1u);

  const auto out =
      client().batch_get_repository_scanning_configuration({.repository_names = {"prod/api", "prod-old", "none"}});
  ASSERT_EQ(out.scanning_configurations->size(), 2u);
  EXPECT_EQ(out.scanning_configurations->at(0).scan_frequency, "SCAN_ON_PUSH");
  EXPECT_EQ(out.scanning_configurations->at(0).applied_scan_filters->at(0).filter, "prod/*");
  EXPECT_EQ(out.scanning_configurations->at(1).scan_frequency, "MANUAL");
  ASSERT_EQ(out.failures->size(), 1u);
  EXPECT_EQ(out.failures->at(0).failure_code, "REPOSITORY_NOT_FOUND");
  push_image("prod/api", "1", "layer");
  push_image("dev/api", "1", "layer");
  EXPECT_EQ(status_of("prod/api", "1"), kFailed);
  EXPECT_EQ(status_of("dev/api", "1"), std::nullopt);
}

TEST_F(EcrScans, RulesThatAwsDoesNotKnowAreRefusedAndInspectorsAreNotBuilt) {
  const auto rule = [](const char* frequency, const char* filter) {
    return std::vector{RegistryScanningRule{.repository_filters = {{.filter = filter, .filter_type = "WILDCARD"}},
                                            .scan_frequency = frequency}};
  };
  EXPECT_EQ(code_of_rules(rule("SCAN_ON_PUSH", "*")), "");
  for (const char* bad : {"", "/a", "a//b", "Prod", "a-"})
    EXPECT_EQ(code_of_rules(rule("SCAN_ON_PUSH", bad)), "InvalidParameterException") << bad;
  EXPECT_EQ(code_of_rules(rule("CONTINUOUS_SCAN", "*")), "InvalidParameterException");
  EXPECT_EQ(code_of_rules({}, "FULL"), "InvalidParameterException");
  EXPECT_EQ(code_of_rules({}, "ENHANCED"), "NotImplemented");
}

TEST_F(EcrScans, ExclusionsHoldTagsTheOtherWayRound) {
  const auto exclude = [](const char* filter) {
    return std::vector{ImageTagMutabilityExclusionFilter{.filter = filter, .filter_type = "WILDCARD"}};
  };
  const auto tagged_twice = [&](const char* mutability, const std::string& tag) {
    const std::string name = lower(mutability) + "-" + tag;
    client().create_repository({.image_tag_mutability = mutability,
                                .image_tag_mutability_exclusion_filters = exclude("dev-*"),
                                .repository_name = replace_all(name, "_", "-")});
    push_image(replace_all(name, "_", "-"), tag, "first");
    push_blob(replace_all(name, "_", "-"), "second");
    return call("PUT", "/v2/" + replace_all(name, "_", "-") + "/manifests/" + tag,
                {{"Content-Type", std::string(kOciManifest)}}, manifest("{}", "second"))
        .status;
  };
  EXPECT_EQ(tagged_twice("IMMUTABLE_WITH_EXCLUSION", "dev-1"), 201);
  EXPECT_EQ(tagged_twice("IMMUTABLE_WITH_EXCLUSION", "1.0"), 400);
  EXPECT_EQ(tagged_twice("MUTABLE_WITH_EXCLUSION", "dev-1"), 400);
  EXPECT_EQ(tagged_twice("MUTABLE_WITH_EXCLUSION", "1.0"), 201);

  const auto put = [&](const char* mutability, std::optional<std::vector<ImageTagMutabilityExclusionFilter>> filters) {
    return wire::code_of([&] {
      client().put_image_tag_mutability({.image_tag_mutability = mutability,
                                         .image_tag_mutability_exclusion_filters = std::move(filters),
                                         .repository_name = "immutable-with-exclusion-1.0"});
    });
  };
  EXPECT_EQ(put("IMMUTABLE", exclude("a")), "InvalidParameterException");
  EXPECT_EQ(put("IMMUTABLE_WITH_EXCLUSION", std::nullopt), "InvalidParameterException");
  EXPECT_EQ(put("IMMUTABLE_WITH_EXCLUSION", exclude("a*b*c*")), "InvalidParameterException");
  EXPECT_EQ(put("IMMUTABLE_WITH_EXCLUSION", exclude("a b")), "InvalidParameterException");
  EXPECT_EQ(put("IMMUTABLE", std::nullopt), "");
  EXPECT_FALSE(
      client()
          .describe_repositories({.repository_names = std::vector<std::string>{"immutable-with-exclusion-1.0"}})
          .repositories->at(0)
          .image_tag_mutability_exclusion_filters);
}

}  // namespace
}  // namespace hanbat::ecr
