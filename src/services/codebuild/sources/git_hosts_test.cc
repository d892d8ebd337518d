// Sources of other hosts: where they may lie, and which credentials their builds are given.
#include "services/codebuild/sources/git_hosts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gen/codebuild/client.h"
#include "region/testing.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/workers/build_job.h"
#include "wire/testing.h"

namespace hanbat::codebuild {
namespace {

struct GitHosts : testing::Test {
  GitHosts() {
    test.add<CodeBuild>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
  }

  CreateProjectInput project(const std::string& type, const std::string& location) {
    CreateProjectInput in;
    in.name = "web";
    in.service_role = "arn:aws:iam::123456789012:role/build";
    in.source.type = type;
    in.source.location = location;
    in.artifacts.type = "NO_ARTIFACTS";
    in.environment.type = "LINUX_CONTAINER";
    in.environment.image = "aws/codebuild/standard:7.0";
    in.environment.compute_type = "BUILD_GENERAL1_SMALL";
    return in;
  }
  std::string refusal(const CreateProjectInput& in) {
    return wire::code_of([&] {
      codebuild.create_project(in);
      codebuild.delete_project({.name = "web"});
    });
  }
  void import(const std::string& server, const std::string& token, const std::optional<std::string>& user = {}) {
    ImportSourceCredentialsInput in;
    in.auth_type = user ? "BASIC_AUTH" : "PERSONAL_ACCESS_TOKEN";
    in.server_type = server;
    in.token = token;
    in.username = user;
    codebuild.import_source_credentials(in);
  }
  BuildRow build(const CreateProjectInput& in) {
    codebuild.create_project(in);
    const std::string id = *codebuild.start_build({.project_name = "web"}).build->id;
    return *test.db->read([&](store::Tx& tx) { return region::find<Build>(tx, id); });
  }
  std::vector<std::string> logins(const BuildRow& row) {
    std::vector<std::string> all;
    for (const border::GitLogin& login : test.db->read([&](store::Tx& tx) { return git_logins(test.home, tx, row); }))
      all.push_back(login.username + ":" + login.password + "@" + login.host);
    return all;
  }

  region::TestRegion test;
  Client codebuild{test.home, test.user, test.region};
};

TEST_F(GitHosts, ASourceLiesAtTheHostOfItsType) {
  EXPECT_EQ(refusal(project("GITHUB", "https://github.com/someone/web.git")), "");
  EXPECT_EQ(refusal(project("BITBUCKET", "https://bitbucket.org/someone/web")), "");
  EXPECT_EQ(refusal(project("GITLAB", "https://gitlab.com/group/sub/web.git")), "");
  EXPECT_EQ(refusal(project("GITHUB_ENTERPRISE", "https://git.example.com:8443/someone/web.git")), "");
  EXPECT_EQ(refusal(project("GITLAB_SELF_MANAGED", "https://lab.example.com/someone/web.git")), "");
  for (const char* location :
       {"", "https://github.com", "https://github.com/", "http://github.com/a/b", "git@github.com:a/b.git",
        "https://github.com.example.com/a/b", "https://me:secret@github.com/a/b", "https://gitlab.com/a/b"})
    EXPECT_EQ(refusal(project("GITHUB", location)), "InvalidInputException") << location;
  EXPECT_EQ(refusal(project("GITHUB_ENTERPRISE", "https://me:secret@git.example.com/a/b")), "InvalidInputException");
}

TEST_F(GitHosts, WhatNobodyTellsAnotherHostIsRefusedByName) {
  CreateProjectInput in = project("GITHUB", "https://github.com/someone/web.git");
  in.source.git_clone_depth = 1;
  in.source.git_submodules_config.emplace().fetch_submodules = true;
  in.source.insecure_ssl = true;
  EXPECT_EQ(refusal(in), "");
  in.source.report_build_status = true;
  EXPECT_THAT(wire::refusal_of([&] { codebuild.create_project(in); }),
              testing::AllOf(testing::StartsWith("NotImplemented"), testing::HasSubstr("source.reportBuildStatus")));
  in.source.report_build_status = false;
  in.source_version = "pr/7";
  EXPECT_EQ(refusal(in), "NotImplemented");
}

TEST_F(GitHosts, ABuildHasTheCredentialsOfItsOwnHostsAlone) {
  import("GITHUB", "hub-token");
  import("GITHUB_ENTERPRISE", "enterprise-token");
  import("BITBUCKET", "password", "someone");
  CreateProjectInput in = project("GITHUB_ENTERPRISE", "https://git.example.com:8443/someone/web.git");
  ProjectSource& more = in.secondary_sources.emplace().emplace_back();
  more.type = "BITBUCKET";
  more.location = "https://bitbucket.org/someone/lib.git";
  more.source_identifier = "lib";
  const BuildRow row = build(in);
  EXPECT_THAT(logins(row), testing::UnorderedElementsAre("x-access-token:enterprise-token@git.example.com:8443",
                                                         "someone:password@bitbucket.org"));
  const border::BuildJob job = job_of(row);
  EXPECT_EQ(job.source.kind, border::BuildSource::Kind::kGit);
  EXPECT_EQ(job.secondary_sources.front().kind, border::BuildSource::Kind::kGit);
  EXPECT_EQ(job.variables.at("CODEBUILD_SOURCE_REPO_URL"), "https://git.example.com:8443/someone/web.git");
  EXPECT_TRUE(job.logins_url.starts_with("http://169.254.170.2/v2/logins/"));
  EXPECT_EQ(job.to_json().dump().find("token"), std::string::npos) << "no secret lies in the job";
}

TEST_F(GitHosts, ABuildTakesNoCredentialsToAHostThatIsNotOfTheirType) {
  import("GITHUB", "hub-token");
  codebuild.create_project(project("GITHUB", "https://github.com/someone/web.git"));
  StartBuildInput in;
  in.project_name = "web";
  in.source_location_override = "https://git.example.com/someone/web.git";
  EXPECT_EQ(wire::code_of([&] { codebuild.start_build(in); }), "InvalidInputException");
  in.source_location_override.reset();
  ProjectSource& more = in.secondary_sources_override.emplace().emplace_back();
  more.type = "GITHUB";
  more.location = "https://git.example.com/someone/lib.git";
  more.source_identifier = "lib";
  EXPECT_EQ(wire::code_of([&] { codebuild.start_build(in); }), "InvalidInputException");
  more.location = "https://github.com/someone/lib.git";
  EXPECT_EQ(wire::code_of([&] { codebuild.start_build(in); }), "");
}

TEST_F(GitHosts, ABuildOfThisRegionsSourcesAsksForNone) {
  import("GITHUB", "hub-token");
  const BuildRow row = build(project("CODECOMMIT", "https://git-codecommit.ap-northeast-2.amazonaws.com/v1/repos/web"));
  EXPECT_THAT(logins(row), testing::IsEmpty());
  EXPECT_EQ(job_of(row).logins_url, "");
}

TEST_F(GitHosts, AProjectIsPrivateAndStaysIt) {
  const std::string arn =
      *codebuild.create_project(project("GITHUB", "https://github.com/someone/web.git")).project->arn;
  EXPECT_EQ(codebuild.batch_get_projects({.names = {"web"}}).projects->front().project_visibility, "PRIVATE");
  const auto out = codebuild.update_project_visibility({.project_arn = arn, .project_visibility = "PRIVATE"});
  EXPECT_EQ(out.project_arn, arn);
  EXPECT_EQ(out.project_visibility, "PRIVATE");
  const auto code = [&](const std::string& which, const std::string& visibility) {
    return wire::code_of(
        [&] { codebuild.update_project_visibility({.project_arn = which, .project_visibility = visibility}); });
  };
  EXPECT_EQ(code(arn, "PUBLIC_READ"), "NotImplemented");
  EXPECT_EQ(code(arn, "SECRET"), "InvalidInputException");
  EXPECT_EQ(code(arn + "-none", "PRIVATE"), "ResourceNotFoundException");
  EXPECT_EQ(code("web", "PRIVATE"), "InvalidInputException");
}

}  // namespace
}  // namespace hanbat::codebuild
