// A region in memory with all of its services and IAM's own decisions, in which failures are really made. The host is
// one of memory: what builds and agents do is said in their own words. Header only, for tests of explain.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "border/build_event.h"
#include "gen/codedeploycommands/client.h"
#include "gen/s3/client.h"
#include "host/fake_host.h"
#include "main/services.h"
#include "os/files.h"
#include "region/testing.h"
#include "wire/testing.h"

namespace hanbat {

inline constexpr const char* kAccount = "123456789012";
inline constexpr const char* kRegion = "ap-northeast-2";
inline const std::string kArn = std::string("arn:aws:iam::") + kAccount;

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
    call(root, "iam", "CreateRole", Json::object({{"RoleName", name}, {"AssumeRolePolicyDocument", trust(trusts)}}));
    if (!actions.empty()) put_policy("role", name, allow(actions));
  }
  void set_trust(const std::string& name, const std::string& trusts) {
    call(root, "iam", "UpdateAssumeRolePolicy", Json::object({{"RoleName", name}, {"PolicyDocument", trust(trusts)}}));
  }
  static std::string trust(const std::string& service) {
    return R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":")" + service +
           R"(.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
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
    Json in = Json::object({{"kind", kind}});
    if (!id.empty()) in["id"] = id;
    return call(caller, "explain", "Explain", in)["explanation"];
  }
  Json explain(const std::string& kind, const std::string& id) { return explain(kind, id, root); }

  Json packet(const std::string& from, const std::string& to, int port, const region::Caller& caller) {
    return call(caller, "explain", "ExplainPacket",
                Json::object({{"source", from}, {"destination", to}, {"port", port}}))["explanation"];
  }
  Json packet(const std::string& from, const std::string& to, int port) { return packet(from, to, port, root); }

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
  /// Its work is still to be done: what is said by the runner must lie there before, as a build is followed until it
  /// ends.
  std::string start_build(const std::string& project) {
    const std::string id = call("codebuild", "StartBuild", R"({"projectName":")" + project + "\"}")["build"].text("id");
    return id;
  }
  /// A build of that role that comes to its end by itself.
  std::string ended_build(const std::string& role) {
    const std::string id = start_build(project("", role));
    run();
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

  // Pipelines

  std::string repository(const std::string& branch) {
    const std::string name = "repo" + std::to_string(++count);
    call("codecommit", "CreateRepository", R"({"repositoryName":")" + name + "\"}");
    if (!branch.empty())
      call("codecommit", "PutFile",
           R"({"repositoryName":")" + name + R"(","branchName":")" + branch +
               R"(","filePath":"app.py","fileContent":"YQ=="})");
    return name;
  }
  std::string bucket() {
    const std::string name = "bucket-" + std::to_string(++count);
    call("s3", "CreateBucket",
         R"({"Bucket":")" + name + R"(","CreateBucketConfiguration":{"LocationConstraint":"ap-northeast-2"}})");
    return name;
  }
  static std::string action(const std::string& name, const std::string& category, const std::string& provider,
                            const std::string& configuration, const std::string& artifacts) {
    return R"({"name":")" + name + R"(","actions":[{"name":")" + name + R"(Action","actionTypeId":{"category":")" +
           category + R"(","owner":"AWS","provider":")" + provider + R"(","version":"1"},"configuration":)" +
           configuration + artifacts + "}]}";
  }
  static std::string from_commits(const std::string& repository) {
    return action("Source", "Source", "CodeCommit",
                  R"({"RepositoryName":")" + repository + R"(","BranchName":"main","PollForSourceChanges":"false"})",
                  R"(,"outputArtifacts":[{"name":"o"}])");
  }
  /// Makes it and lets it run, as far as it gets.
  std::string pipeline(const std::string& stages, const std::string& store, const std::string& role = "codepipeline") {
    const std::string name = "pipeline" + std::to_string(++count);
    call("codepipeline", "CreatePipeline",
         R"({"pipeline":{"name":")" + name + R"(","roleArn":")" + kArn + ":role/" + role +
             R"(","artifactStore":{"type":"S3","location":")" + store + R"("},"stages":[)" + stages + "]}}");
    run();
    return name;
  }

  // Deployments

  std::string group(const std::string& role, const std::string& tag) {
    const std::string name = "app" + std::to_string(++count);
    call("codedeploy", "CreateApplication", R"({"applicationName":")" + name + "\"}");
    call(
        "codedeploy", "CreateDeploymentGroup",
        R"({"applicationName":")" + name +
            R"(","deploymentGroupName":"dev","deploymentConfigName":"CodeDeployDefault.AllAtOnce","serviceRoleArn":")" +
            kArn + ":role/" + role + R"(","ec2TagFilters":[{"Key":"group","Value":")" + tag +
            R"(","Type":"KEY_AND_VALUE"}]})");
    return name;
  }
  std::string deploy(const std::string& application) {
    const std::string id =
        call(
            "codedeploy", "CreateDeployment",
            R"({"applicationName":")" + application +
                R"(","deploymentGroupName":"dev","revision":{"revisionType":"S3","s3Location":{"bucket":"b","key":"k","bundleType":"zip"}}})")
            .text("deploymentId");
    run(4);
    return id;
  }
  std::string instance(const std::string& tag, const std::string& more = "") {
    const std::string image =
        call("ec2", "DescribeImages", R"({"Owners":["amazon"]})")["Images"].items().front().text("ImageId");
    const std::string id =
        call(
            "ec2", "RunInstances",
            R"({"ImageId":")" + image +
                R"(","InstanceType":"t3.small","MinCount":1,"MaxCount":1,"TagSpecifications":[{"ResourceType":"instance","Tags":[{"Key":"group","Value":")" +
                tag + R"("}]}])" + more + "}")["Instances"]
            .items()
            .front()
            .text("InstanceId");
    run(4);
    return id;
  }
  /// The event that a host of the deployment is in; "" when none is in any.
  std::string first_of_work(const std::string& deployment) {
    const Json ids = call("codedeploy", "ListDeploymentTargets", R"({"deploymentId":")" + deployment + "\"}");
    const Json targets = call(root, "codedeploy", "BatchGetDeploymentTargets",
                              Json::object({{"deploymentId", deployment}, {"targetIds", ids["targetIds"]}}));
    for (const Json& target : targets["deploymentTargets"].items())
      for (const Json& event : target["instanceTarget"]["lifecycleEvents"].items())
        if (event.text("status") == "InProgress") return event.text("lifecycleEventName");
    return "";
  }
  /// The instance's agent takes the next command and answers it so, "" when never; its name, or "" where there is none.
  /// Who asks where there is nothing to do waits for a clock that stands still.
  std::string agent_takes(const std::string& instance, const std::string& status, const std::string& diagnostics) {
    const region::Caller role = test.db->read([&](store::Tx& tx) {
      return test.home.identity().assume_role(tx, kArn + ":role/ec2", "ec2.amazonaws.com", instance);
    });
    const codedeploycommands::Client agent(test.home, role, kRegion);
    codedeploycommands::PollHostCommandInput poll;
    poll.host_identifier = std::string("arn:aws:ec2:") + kRegion + ":" + kAccount + ":instance/" + instance;
    const auto command = agent.poll_host_command(poll).host_command;
    if (!command) return "";
    codedeploycommands::PutHostCommandAcknowledgementInput acknowledgement;
    acknowledgement.host_command_identifier = *command->host_command_identifier;
    agent.put_host_command_acknowledgement(acknowledgement);
    if (!status.empty()) {
      codedeploycommands::PutHostCommandCompleteInput end;
      end.host_command_identifier = *command->host_command_identifier;
      end.command_status = status;
      end.diagnostics.emplace().payload = diagnostics;
      agent.put_host_command_complete(end);
    }
    run(2);
    return *command->command_name;
  }
  /// The agent does what it is told until the event, of which it reports a failure.
  void agent_fails(const std::string& deployment, const std::string& instance, const std::string& event,
                   const std::string& diagnostics) {
    for (std::string next = first_of_work(deployment); !next.empty(); next = first_of_work(deployment)) {
      const bool fails = next == event;
      if (agent_takes(instance, fails ? "Failed" : "Succeeded", fails ? diagnostics : R"({"error_code":0})").empty())
        return;
      if (fails) return;
    }
  }

  host::FakeHost host;
  Foundations* foundations = nullptr;
  region::TestRegion test;
  region::Caller root;
  int count = 0;
};

inline Failures& region_of_failures() {
  static Failures* const failures = new Failures;
  return *failures;
}

inline std::string first_cause(const Json& explanation) {
  const Json& causes = explanation["causes"];
  return causes.empty() ? "none: " + explanation.dump() : causes.items().back().text("code");
}

/// Codes of the whole chain, "A > B".
inline std::string chain_of(const Json& explanation) {
  std::string out;
  for (const Json& cause : explanation["causes"].items()) out += (out.empty() ? "" : " > ") + cause.text("code");
  return out;
}

struct ExplainTest : testing::Test {
  Failures& f = region_of_failures();
};

}  // namespace hanbat
