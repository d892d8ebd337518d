// Failures that are really made, in a region in memory with all of its services and IAM's own decisions, and the causes
// that explain names for them. The host is one of memory: what builds and agents do is said in their own words.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "border/build_event.h"
#include "gen/codedeploycommands/client.h"
#include "host/fake_host.h"
#include "main/services.h"
#include "os/files.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr const char* kRegion = "ap-northeast-2";
const std::string kArn = std::string("arn:aws:iam::") + kAccount;

/// A region in which IAM decides.
class Failures {
 public:
  Failures()
      : test([this](region::TestRegion& made, region::Parts& parts) {
          parts.host = &host;
          foundations =
              &made.keep<Foundations>(region::Settings{.state_folder = made.folder}, made.clock, *made.db, made.vault);
          parts.trail = &foundations->trail;
          parts.identity = &foundations->access.identity;
          parts.authorizer = &foundations->access.authorizer;
          parts.memberships = &foundations->memberships;
        }) {
    host.image_states["amzn2"] = {.alias = "amzn2"};
    host.image_states["codebuild"] = {.alias = "codebuild"};
    write_file_atomic(test.folder + "/build-runner", "");
    add_services(test.home, *foundations);
    test.start();
    root.kind = region::Caller::Kind::kRoot;
    root.account = kAccount;
    root.arn = root.principal_arn = kArn + ":root";
    root.user_id = kAccount;
    for (const char* service : {"codebuild", "codedeploy", "codepipeline", "ec2"}) make_role(service, service);
    make_role("bare", "codebuild", "");
    make_role("bare-pipeline", "codepipeline", "");
    make_role("bare-deploy", "codedeploy", "");
    make_role("stranger", "lambda");
  }

  Json call(const region::Caller& caller, const std::string& service, const std::string& operation, const Json& in) {
    return test.home.call(test.home.as(caller, kRegion), service, operation, in);
  }
  Json call(const std::string& service, const std::string& operation, const std::string& in) {
    return call(root, service, operation, Json::parse(in));
  }

  void make_role(const std::string& name, const std::string& trusts, const std::string& actions = "*") {
    call(root, "iam", "CreateRole",
         Json::object({{"RoleName", name},
                       {"AssumeRolePolicyDocument",
                        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + trusts +
                            R"(.amazonaws.com"},"Action":"sts:AssumeRole"}]})"}}));
    if (!actions.empty()) put_policy("role", name, allow(actions));
  }
  static std::string allow(const std::string& action, const std::string& effect = "Allow") {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":")" + effect + R"(","Action":")" + action +
           R"(","Resource":"*"}]})";
  }
  void put_policy(const std::string& kind, const std::string& name, const std::string& document,
                  const std::string& policy = "p") {
    const std::string word = kind == "role" ? "Role" : "User";
    call(root, "iam", "Put" + word + "Policy",
         Json::object({{word + "Name", name}, {"PolicyName", policy}, {"PolicyDocument", document}}));
  }
  region::Caller user(const std::string& name, const std::vector<std::string>& documents = {}) {
    call(root, "iam", "CreateUser", Json::object({{"UserName", name}}));
    for (std::size_t i = 0; i < documents.size(); ++i) put_policy("user", name, documents[i], "p" + std::to_string(i));
    const Json key = call(root, "iam", "CreateAccessKey", Json::object({{"UserName", name}}));
    return test.db->read([&](store::Tx& tx) {
      return foundations->access.identity.find_credential(tx, key["AccessKey"].text("AccessKeyId"))->caller;
    });
  }
  /// Does it, and expects to be denied; what was recorded can be looked up after it.
  void refused(const region::Caller& caller, const std::string& service, const std::string& operation,
               const std::string& in) {
    const std::string code = wire::code_of([&] { call(caller, service, operation, Json::parse(in)); });
    EXPECT_TRUE(code.starts_with("AccessDenied") || code == "UnauthorizedOperation") << operation << " " << code;
    foundations->trail.flush();
    test.clock.advance(Seconds(1));
  }

  void run(int rounds = 20) {
    for (int i = 0; i < rounds; ++i) {
      test.run_until_idle();
      test.clock.advance(Milliseconds(500));
    }
  }

  Json explain(const std::string& kind, const std::string& id, const region::Caller& caller) {
    return call(caller, "explain", "Explain", Json::object({{"kind", kind}, {"id", id}}))["explanation"];
  }
  Json explain(const std::string& kind, const std::string& id) { return explain(kind, id, root); }

  // Builds

  std::string project(const std::string& more = "", const std::string& role = "codebuild") {
    const std::string name = "p" + std::to_string(++count);
    call(
        "codebuild", "CreateProject",
        R"({"name":")" + name +
            R"(","source":{"type":"NO_SOURCE","buildspec":"version: 0.2"},"artifacts":{"type":"NO_ARTIFACTS"},"environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","computeType":"BUILD_GENERAL1_SMALL"},"serviceRole":")" +
            kArn + ":role/" + role + "\"" + more + "}");
    return name;
  }
  std::string start_build(const std::string& project) {
    const std::string id = call("codebuild", "StartBuild", R"({"projectName":")" + project + "\"}")["build"].text("id");
    run(2);
    return id;
  }
  /// What the runner in the build's machine writes.
  void runner_says(const std::string& id, const std::vector<border::BuildEvent::What>& events) {
    const std::string folder = test.folder + "/shared/builds/" + id.substr(id.find(':') + 1);
    std::string lines;
    for (const auto& what : events) lines += border::BuildEvent{test.clock.now(), what}.to_json().dump() + "\n";
    make_folders(folder);
    write_file_atomic(folder + "/events.jsonl", lines);
    run();
  }
  std::string failed_build(const std::string& project, const std::vector<std::string>& log, border::RunnerPhase phase,
                           const std::string& code, const std::string& message) {
    const std::string id = start_build(project);
    std::vector<border::BuildEvent::What> events{border::PhaseBegun{phase}};
    for (const std::string& line : log) events.push_back(border::OutputLine{line + "\n"});
    events.push_back(border::PhaseEnded{phase, border::BuildOutcome::kFailed, code, message});
    events.push_back(border::BuildEnded{border::BuildOutcome::kFailed, ""});
    runner_says(id, events);
    return id;
  }
  std::string build_of_command(const std::string& line) {
    return failed_build(project(), {line}, border::RunnerPhase::kBuild, "COMMAND_EXECUTION_ERROR",
                        "Error while executing command: make. Reason: exit status 1");
  }

  host::FakeHost host;
  Foundations* foundations = nullptr;
  region::TestRegion test;
  region::Caller root;
  int count = 0;
};

Failures& region_of_failures() {
  static Failures* const failures = new Failures;
  return *failures;
}

std::string first_cause(const Json& explanation) {
  const Json& causes = explanation["causes"];
  return causes.empty() ? "none: " + explanation.dump() : causes.items().back().text("code");
}

/// Codes of the whole chain, "A > B".
std::string chain_of(const Json& explanation) {
  std::string out;
  for (const Json& cause : explanation["causes"].items()) out += (out.empty() ? "" : " > ") + cause.text("code");
  return out;
}

struct ExplainTest : testing::Test {
  Failures& f = region_of_failures();
};

TEST_F(ExplainTest, ABuildsCommandThatIsNotThereIsTheFirstCauseOfItsFailure) {
  const Json told =
      f.explain("build", f.build_of_command("/codebuild/output/tmp/script.sh: line 4: mvn: command not found"));
  EXPECT_EQ(told.text("outcome"), "FAILED");
  EXPECT_EQ(chain_of(told), "BUILD_FAILED > BUILD_COMMAND_FAILED > COMMAND_NOT_FOUND");
  EXPECT_EQ(told["summary"].text("en"), "mvn: command not found.");
  EXPECT_EQ(told["summary"].text("ko"), "mvn: 명령을 찾을 수 없습니다.");
  EXPECT_EQ(told["causes"].items()[1]["evidence"].items()[0].text("call"), "logs:GetLogEvents");
}

TEST_F(ExplainTest, ABuildsRoleThatLacksAnActionIsToldWithTheStatement) {
  const Json told = f.explain(
      "build",
      f.build_of_command(
          "An error occurred (AccessDenied): User: arn:aws:sts::123456789012:assumed-role/codebuild/x is not "
          "authorized to perform: ecr:PutImage on resource: arn:aws:ecr:ap-northeast-2:123456789012:repository/r "
          "because no identity-based policy allows the ecr:PutImage action"));
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_EQ(
      told["causes"].items().back()["remedy"].text("statement"),
      R"({"Effect":"Allow","Action":"ecr:PutImage","Resource":"arn:aws:ecr:ap-northeast-2:123456789012:repository/r"})");
}

TEST_F(ExplainTest, ABuildsOtherFailuresAreToldByTheirPhase) {
  struct Case {
    border::RunnerPhase phase;
    const char* code;
    const char* message;
    const char* cause;
  };
  for (const Case& one : {Case{border::RunnerPhase::kDownloadSource, "YAML_FILE_ERROR",
                               "stat buildspec.yml: no such file or directory", "BUILDSPEC_MISSING"},
                          Case{border::RunnerPhase::kDownloadSource, "YAML_FILE_ERROR",
                               "wrong number of container tags, expected 1", "BUILDSPEC_INVALID"},
                          Case{border::RunnerPhase::kUploadArtifacts, "CLIENT_ERROR",
                               "no matching artifact paths found", "ARTIFACT_FILES_MISSING"},
                          Case{border::RunnerPhase::kUploadArtifacts, "CLIENT_ERROR",
                               "Failed to upload artifacts: NoSuchBucket", "ARTIFACT_UPLOAD_FAILED"},
                          Case{border::RunnerPhase::kDownloadSource, "CLIENT_ERROR",
                               "reference not found for primary source and source version main", "SOURCE_UNREADABLE"},
                          Case{border::RunnerPhase::kDownloadSource, "Decrypted Variables Error",
                               "parameter does not exist: /db/password", "VARIABLE_UNREADABLE"}})
    EXPECT_EQ(first_cause(f.explain("build", f.failed_build(f.project(), {}, one.phase, one.code, one.message))),
              one.cause);
}

TEST_F(ExplainTest, ARoleThatDoesNotTrustCodeBuildIsTheCause) {
  const Json told = f.explain("build", f.start_build(f.project("", "stranger")));
  EXPECT_EQ(first_cause(told), "ROLE_NOT_TRUSTING");
  EXPECT_NE(told["causes"].items().back()["remedy"].text("statement").find("codebuild.amazonaws.com"),
            std::string::npos);
}

TEST_F(ExplainTest, ARoleWithoutPermissionToWriteLogsIsTheCause) {
  const Json told = f.explain("build", f.start_build(f.project("", "bare")));
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the role bare lacks logs:Create"), std::string::npos)
      << told["summary"].dump();
}

TEST_F(ExplainTest, AStoppedBuildNamesWhoStoppedItAndARunningOneItsEnd) {
  const std::string id = f.start_build(f.project());
  const Json running = f.explain("build", id);
  EXPECT_EQ(running.text("outcome"), "WAITING");
  EXPECT_EQ(first_cause(running), "BUILD_RUNS");
  EXPECT_TRUE(running["causes"].items().back()["until"].is_number());
  f.call("codebuild", "StopBuild", R"({"id":")" + id + "\"}");
  f.run();
  f.foundations->trail.flush();
  const Json told = f.explain("build", id);
  EXPECT_EQ(first_cause(told), "BUILD_STOPPED");
  EXPECT_EQ(told["summary"].text("en"), "The build was stopped by root.");
}

TEST_F(ExplainTest, WhoMayNotSeeIsToldWhichPermissionIsMissing) {
  const std::string id = f.build_of_command("mvn: command not found");
  const Json nothing = f.explain("build", id, f.user("blind"));
  EXPECT_EQ(nothing.text("outcome"), "UNSEEN");
  EXPECT_EQ(nothing["unseen"].items().at(0).text("action"), "codebuild:BatchGetBuilds");
  const Json partly = f.explain("build", id, f.user("no-logs", {Failures::allow("codebuild:*")}));
  EXPECT_EQ(first_cause(partly), "BUILD_COMMAND_FAILED");
  EXPECT_EQ(partly["unseen"].items().at(0).text("action"), "logs:GetLogEvents");
  EXPECT_EQ(partly.dump().find("mvn"), std::string::npos) << "the log is nobody's who may not read it";
}

TEST_F(ExplainTest, WhatIsNotThereIsNotFoundAndWhatIsNotSaidIsInvalid) {
  EXPECT_EQ(wire::code_of([&] { f.explain("build", "none:1"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("pipeline", "none"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("deployment", "d-NONE00000"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("target", "i-00000000000000001"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("target", "no-such-group"); }), "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("denied", "11111111-2222-3333-4444-555555555555"); }),
            "ResourceNotFoundException");
  EXPECT_EQ(wire::code_of([&] { f.explain("pipeline", ""); }), "ValidationException");
}

// Denied calls

TEST_F(ExplainTest, AnImplicitDenyNamesTheUserTheActionAndTheStatement) {
  const region::Caller kim = f.user("kim");
  f.refused(kim, "codecommit", "GetRepository", R"({"repositoryName":"wsi-api-repo"})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_EQ(
      told["summary"].text("en"),
      "the user kim lacks codecommit:GetRepository on arn:aws:codecommit:ap-northeast-2:123456789012:wsi-api-repo: "
      "nothing in its own (identity-based) policies allows it.");
  EXPECT_NE(told.dump().find("iam:SimulatePrincipalPolicy"), std::string::npos);
  EXPECT_NE(told.dump().find("implicitDeny"), std::string::npos);
}

TEST_F(ExplainTest, AnExplicitDenyNamesThePolicyThatSaysIt) {
  const region::Caller lee = f.user("lee", {Failures::allow("*"), Failures::allow("ec2:RunInstances", "Deny")});
  f.refused(lee, "ec2", "RunInstances", R"({"ImageId":"ami-00000000000000001","MinCount":1,"MaxCount":1})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "DENIED_EXPLICITLY");
  EXPECT_NE(told.dump().find("user_lee_p1"), std::string::npos) << told.dump();
}

TEST_F(ExplainTest, ABoundaryThatDoesNotAllowIsNamedAsTheKindOfPolicy) {
  const std::string arn =
      f.call(f.root, "iam", "CreatePolicy",
             Json::object({{"PolicyName", "bound"}, {"PolicyDocument", Failures::allow("s3:*")}}))["Policy"]
          .text("Arn");
  const region::Caller park = f.user("park", {Failures::allow("*")});
  f.call(f.root, "iam", "PutUserPermissionsBoundary",
         Json::object({{"UserName", "park"}, {"PermissionsBoundary", arn}}));
  f.refused(park, "codebuild", "ListProjects", "{}");
  const Json told = f.explain("denied", "last");
  EXPECT_NE(told["summary"].text("en").find("permissions boundary"), std::string::npos) << told["summary"].dump();
  EXPECT_NE(told.dump().find("the permissions boundary does not allow it"), std::string::npos);
}

TEST_F(ExplainTest, ARefusedCallOfIamIsFoundThoughItIsInAnotherRegion) {
  f.refused(f.user("choi"), "iam", "ListUsers", "{}");
  EXPECT_NE(f.explain("denied", "last")["summary"].text("en").find("the user choi lacks iam:ListUsers"),
            std::string::npos);
}

TEST_F(ExplainTest, ARoleThatTrustsNobodyIsShownWithItsTrustPolicyAndOneThatIsMissingIsNamed) {
  const region::Caller jung = f.user("jung", {Failures::allow("sts:AssumeRole")});
  f.refused(jung, "sts", "AssumeRole",
            R"({"RoleArn":"arn:aws:iam::123456789012:role/stranger","RoleSessionName":"s"})");
  const Json told = f.explain("denied", "last");
  EXPECT_EQ(first_cause(told), "ROLE_NOT_TRUSTING");
  EXPECT_NE(told.dump().find("lambda.amazonaws.com"), std::string::npos);
  f.refused(jung, "sts", "AssumeRole", R"({"RoleArn":"arn:aws:iam::123456789012:role/nobody","RoleSessionName":"s"})");
  EXPECT_EQ(first_cause(f.explain("denied", "last")), "ROLE_MISSING");
}

TEST_F(ExplainTest, ADenialIsExplainedFromItsMessageAlone) {
  const Json told =
      f.explain("denied",
                "An error occurred (AccessDenied) when calling the GetObject operation: User: "
                "arn:aws:iam::123456789012:user/kim is not authorized to perform: s3:GetObject on resource: "
                "\"arn:aws:s3:::b/k\" because no resource-based policy allows the s3:GetObject action");
  EXPECT_EQ(first_cause(told), "DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the resource's own policy"), std::string::npos);
  EXPECT_NE(told["causes"].items()[0]["remedy"].text("statement").find("\"Principal\""), std::string::npos);
}

TEST_F(ExplainTest, WhatExplainItselfWasRefusedIsNeverTheLastDeniedCall) {
  f.refused(f.user("han"), "codecommit", "ListRepositories", "{}");
  f.explain("build", "x:1", f.user("curious"));
  f.foundations->trail.flush();
  EXPECT_NE(f.explain("denied", "last")["summary"].text("en").find("the user han"), std::string::npos);
}

// Images

TEST_F(ExplainTest, AnImagesRepositoryItsTagAndItsPushAreToldApart) {
  EXPECT_EQ(first_cause(f.explain("image", "nowhere:1")), "REPOSITORY_MISSING");
  f.call("ecr", "CreateRepository", R"({"repositoryName":"wsi-api-ecr"})");
  EXPECT_EQ(first_cause(f.explain("image", "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/wsi-api-ecr:1")),
            "IMAGE_NEVER_PUSHED");
}

TEST_F(ExplainTest, AnImageWhoseBuildFailedIsExplainedByThatBuild) {
  f.call("ecr", "CreateRepository", R"({"repositoryName":"late-ecr"})");
  f.failed_build(
      f.project(),
      {"docker push 123456789012.dkr.ecr.ap-northeast-2.amazonaws.com/late-ecr:1", "no basic auth credentials"},
      border::RunnerPhase::kPostBuild, "COMMAND_EXECUTION_ERROR",
      "Error while executing command: docker push. Reason: exit status 1");
  EXPECT_EQ(chain_of(f.explain("image", "late-ecr:1")),
            "IMAGE_NEVER_PUSHED > BUILD_FAILED > BUILD_COMMAND_FAILED > REGISTRY_LOGIN_MISSING");
}

TEST_F(ExplainTest, AnImageWhosePushWasDeniedIsExplainedByTheDenial) {
  f.call("ecr", "CreateRepository", R"({"repositoryName":"shut-ecr"})");
  f.refused(f.user("pusher"), "ecr", "InitiateLayerUpload", R"({"repositoryName":"shut-ecr"})");
  const Json told = f.explain("image", "shut-ecr:1");
  EXPECT_EQ(chain_of(told), "IMAGE_NEVER_PUSHED > DENIED_IMPLICITLY");
  EXPECT_NE(told["summary"].text("en").find("the user pusher lacks ecr:InitiateLayerUpload"), std::string::npos);
}

}  // namespace
}  // namespace hanbat
