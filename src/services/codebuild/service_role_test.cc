// A project's service role, in a region where one role does not trust CodeBuild.
#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

constexpr const char* kTrusting = "arn:aws:iam::123456789012:role/build";
constexpr const char* kStranger = "arn:aws:iam::123456789012:role/stranger";

/// Lends every role but the stranger.
class Distrusting final : public region::Identity {
 public:
  explicit Distrusting(region::Identity& others) : others_(others) {}

  region::Caller assume_role(store::Tx& tx, std::string_view role, std::string_view service, std::string_view name,
                             std::string_view source) override {
    if (role == kStranger) throw wire::Error("AccessDenied", 403, "It does not trust " + std::string(service));
    return others_.assume_role(tx, role, service, name, source);
  }
  std::optional<region::Credential> find_credential(store::Tx& tx, std::string_view key) override {
    return others_.find_credential(tx, key);
  }
  std::optional<region::Caller> find_git_caller(store::Tx& tx, std::string_view name, std::string_view word) override {
    return others_.find_git_caller(tx, name, word);
  }
  std::optional<region::RoleFacts> find_role(store::Tx& tx, std::string_view role) override {
    return others_.find_role(tx, role);
  }
  region::Caller open_session(const region::RoleFacts& role, std::string_view name,
                              const region::SessionOptions& options) override {
    return others_.open_session(role, name, options);
  }
  Json find_managed_policy(store::Tx& tx, std::string_view arn) override {
    return others_.find_managed_policy(tx, arn);
  }
  std::optional<std::string> find_key_account(store::Tx& tx, std::string_view key) override {
    return others_.find_key_account(tx, key);
  }
  region::TemporaryCredentials issue_keys(store::Tx& tx, const region::Caller& session, Seconds lifetime) override {
    return others_.issue_keys(tx, session, lifetime);
  }
  region::Caller service_caller(std::string_view account, std::string_view service) override {
    return others_.service_caller(account, service);
  }

 private:
  region::Identity& others_;
};

TEST(CodeBuildServiceRole, OneThatCodeBuildCannotAssumeIsRefusedWhereItIsNamed) {
  region::TestRegion test([](region::TestRegion& region, region::Parts& parts) {
    parts.identity = &region.keep<Distrusting>(region.identity);
  });
  test.add<CodeBuild>();
  test.start();
  const Client codebuild(test.home, test.user, test.region);
  const auto create = [&](const std::string& name, const std::string& role) {
    CreateProjectInput in;
    in.name = name;
    in.service_role = role;
    in.source.type = "NO_SOURCE";
    in.source.buildspec = "version: 0.2";
    in.artifacts.type = "NO_ARTIFACTS";
    in.environment.type = "LINUX_CONTAINER";
    in.environment.image = "aws/codebuild/standard:7.0";
    in.environment.compute_type = "BUILD_GENERAL1_SMALL";
    codebuild.create_project(in);
  };
  const std::string refusal =
      std::string("InvalidInputException: CodeBuild is not authorized to perform: sts:AssumeRole on ") + kStranger;
  EXPECT_EQ(wire::refusal_of([&] { create("web", kStranger); }), refusal);
  EXPECT_TRUE(codebuild.batch_get_projects({.names = {"web"}}).projects->empty());
  create("web", kTrusting);
  UpdateProjectInput in;
  in.name = "web";
  in.service_role = kStranger;
  EXPECT_EQ(wire::refusal_of([&] { codebuild.update_project(in); }), refusal);
  EXPECT_EQ(codebuild.batch_get_projects({.names = {"web"}}).projects->front().service_role, kTrusting);
}

}  // namespace
}  // namespace hanbat::codebuild
