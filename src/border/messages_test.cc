// Every message comes back from its own JSON, and what is not as it should be is said by name.
#include <gtest/gtest.h>

#include <set>

#include "border/build_event.h"
#include "border/build_job.h"
#include "border/deployment_specification.h"
#include "border/fields.h"
#include "border/git_login.h"
#include "border/git_ssh.h"
#include "border/host_diagnostics.h"
#include "border/run_command.h"
#include "border/session_message.h"

namespace hanbat::border {
namespace {

/// What the reader says of the message; "" when it takes it.
template <class Message>
std::string refusal(const Json& json) {
  try {
    Message::from_json(json);
  } catch (const MessageError& error) {
    return error.what();
  }
  return "";
}

/// Without the member, with it as an array, with another beside it: what the reader says of each.
template <class Message>
void expect_members_are_named(const Message& message, const std::string& name,
                              const std::set<std::string>& optional = {}) {
  const Json whole = message.to_json();
  for (const auto& [member, value] : whole.members()) {
    Json without = whole;
    without.erase(member);
    EXPECT_EQ(refusal<Message>(without), optional.contains(member) ? "" : name + ": " + member + " is missing");
    Json wrong = whole;
    wrong[member] = value.is_array() ? Json(true) : Json::array();
    EXPECT_EQ(refusal<Message>(wrong).substr(0, name.size() + member.size() + 2), name + ": " + member);
  }
  Json more = whole;
  more["colour"] = "green";
  EXPECT_EQ(refusal<Message>(more), name + ": colour is unknown");
}

BuildJob full_job() {
  BuildJob job;
  job.build_id = "p:1";
  job.region = "ap-northeast-2";
  job.project = "p";
  job.credentials_url = "http://169.254.170.2/v2/credentials/1";
  job.credentials_path = "/v2/credentials/1";
  job.logins_url = "http://169.254.170.2/v2/logins/1";
  job.buildspec = "buildspec.yml";
  job.privileged = true;
  job.environment = {{"A", "1", BuildVariable::Kind::kPlaintext},
                     {"B", "/b", BuildVariable::Kind::kParameterStore},
                     {"C", "c:key", BuildVariable::Kind::kSecretsManager}};
  job.variables = {{"CI", "true"}};
  job.source = {BuildSource::Kind::kCodeCommit, "https://host/v1/repos/r", "main", 1, ""};
  job.secondary_sources = {{BuildSource::Kind::kS3, "b/k", "", std::nullopt, "lib"}};
  job.artifacts = {BuildOutput::Kind::kS3, "b", "p/u/k", "p/u/", "u/", true, BuildOutput::Packaging::kZip, true, ""};
  job.secondary_artifacts = {{.identifier = "docs"}};
  job.runtimes = {{{"nodejs", {"12", "14"}}, {"ruby", {}}}, true, "http://169.254.170.2/v2/runtimes/1"};
  return job;
}

TEST(BuildJob, ComesBackFromItsText) {
  const BuildJob job = full_job();
  EXPECT_EQ(BuildJob::from_json(Json::parse(job.to_json().dump())), job);
  EXPECT_EQ(BuildJob::from_json(BuildJob{}.to_json()), BuildJob{});
}

TEST(BuildJob, NamesWhatIsMissingWrongOrUnknownAtEveryDepth) {
  expect_members_are_named(full_job(), "job.json");
  Json json = full_job().to_json();
  json["source"]["type"] = "GITHUB";
  EXPECT_EQ(refusal<BuildJob>(json), "job.json: source: type has the unknown value \"GITHUB\"");
  json = full_job().to_json();
  json["secondary_artifacts"].items()[0].erase("bucket");
  EXPECT_EQ(refusal<BuildJob>(json), "job.json: secondary_artifacts: bucket is missing");
  json = full_job().to_json();
  json["environment"].items()[0]["colour"] = 1;
  EXPECT_EQ(refusal<BuildJob>(json), "job.json: environment: colour is unknown");
  json = full_job().to_json();
  json["variables"]["CI"] = true;
  EXPECT_EQ(refusal<BuildJob>(json), "job.json: variables: CI is no string");
}

TEST(BuildEvent, EveryKindComesBackFromItsLine) {
  const BuildEvent::What kinds[] = {OutputLine{"a \"line\"\n"},
                                    PhaseBegun{RunnerPhase::kInstall},
                                    PhaseEnded{RunnerPhase::kBuild, BuildOutcome::kFailed, "CODE", "why"},
                                    SourceResolved{"abc"},
                                    ArtifactStored{"docs", "arn:aws:s3:::b/k", "s", "m"},
                                    VariableExported{"TAG", "1"},
                                    BuildEnded{BuildOutcome::kFault, "the machine was restarted"}};
  EXPECT_EQ(std::size(kinds), std::variant_size_v<BuildEvent::What>);
  for (const auto& what : kinds) {
    const BuildEvent event{{1795600000000}, what};
    EXPECT_EQ(BuildEvent::from_line(event.to_json().dump()), event) << event.to_json().dump();
    expect_members_are_named(
        event, "a build's event",
        std::holds_alternative<BuildEnded>(what) ? std::set<std::string>{"message"} : std::set<std::string>{});
  }
}

TEST(BuildEvent, AStatusThatIsNoneOfABuildsIsRefused) {
  EXPECT_EQ(refusal<BuildEvent>(Json::parse(R"({"t":1,"type":"end","status":"EXCELLENT"})")),
            "a build's event: status has the unknown value \"EXCELLENT\"");
  EXPECT_EQ(refusal<BuildEvent>(Json::parse(R"({"t":1,"type":"phase_start","phase":"COMPLETED"})")),
            "a build's event: phase has the unknown value \"COMPLETED\"");
  EXPECT_EQ(refusal<BuildEvent>(Json::parse("[1]")), "a build's event: is no object");
  EXPECT_THROW(BuildEvent::from_line("{"), MessageError);
}

TEST(RunCommand, MessagesAndRepliesComeBackFromTheirText) {
  const ShellCommand command{"c-1", {"echo a", "exit 3"}, "/tmp", 60};
  EXPECT_EQ(ShellCommand::from_json(command.to_json()), command);
  expect_members_are_named(command, "a command");
  const SessionStart start{"a-0f", SessionType::kPort, "", "22"};
  EXPECT_EQ(SessionStart::from_json(start.to_json()), start);
  expect_members_are_named(start, "a session");

  const CancelCommand cancel{"c-1", "aws.ssm.c-1.i-1"};
  EXPECT_EQ(CancelCommand::from_json(cancel.to_json()), cancel);
  expect_members_are_named(cancel, "a cancellation");
  for (const auto ending :
       {CommandReply::Ending::kExited, CommandReply::Ending::kTimedOut, CommandReply::Ending::kCancelled}) {
    const CommandReply reply{137, "out", "err", ending};
    EXPECT_EQ(CommandReply::from_json(reply.to_json()), reply);
    expect_members_are_named(reply, "a reply", {"timed_out", "cancelled"});
  }
}

TEST(RunCommand, AnotherDocumentAndACodeThatIsNoneAreRefused) {
  Json command = ShellCommand{.command_id = "c"}.to_json();
  command["DocumentName"] = "AWS-RunPowerShellScript";
  EXPECT_EQ(refusal<ShellCommand>(command),
            "a command: DocumentName has the unknown value \"AWS-RunPowerShellScript\"");
  Json reply = CommandReply{}.to_json();
  reply["code"] = std::int64_t{1} << 40;
  EXPECT_EQ(refusal<CommandReply>(reply), "a reply: code is out of range");
}

DeploymentSpecification full_specification() {
  DeploymentSpecification s;
  s.deployment_id = "d-1";
  s.group_id = "g-1";
  s.group_name = "dev";
  s.application_name = "app";
  s.creator = "autoscaling";
  s.app_spec_filename = "conf/appspec.yml";
  s.file_exists_behavior = "RETAIN";
  s.bucket = "b";
  s.key = "k";
  s.bundle_type = "tgz";
  s.version = "v";
  s.etag = "e";
  return s;
}

TEST(DeploymentSpecification, ComesBackFromItsTextAndPassesOverWhatAwsHasBeside) {
  Json json = full_specification().to_json();
  json["TargetRevision"] = Json::object();
  EXPECT_EQ(DeploymentSpecification::from_json(json), full_specification());
}

TEST(DeploymentSpecification, NamesWhatIsMissingOrLeadsOut) {
  Json json = full_specification().to_json();
  json.erase("DeploymentGroupId");
  EXPECT_EQ(refusal<DeploymentSpecification>(json), "the deployment specification: DeploymentGroupId is missing");
  json = full_specification().to_json();
  json["Revision"]["S3Revision"].erase("Key");
  EXPECT_EQ(refusal<DeploymentSpecification>(json),
            "the deployment specification: Revision.S3Revision: Key is missing");
  json = full_specification().to_json();
  json["Revision"]["RevisionType"] = "GitHub";
  EXPECT_EQ(
      refusal<DeploymentSpecification>(json),
      "the deployment specification: Revision: RevisionType is \"GitHub\", which this agent does not support; S3 is");
  for (const char* id : {"", "..", "a/b", ".hidden"}) {
    json = full_specification().to_json();
    json["DeploymentId"] = id;
    EXPECT_EQ(refusal<DeploymentSpecification>(json),
              std::string("the deployment specification names a folder: ") + id);
  }
  json = full_specification().to_json();
  json["AppSpecFilename"] = "../appspec.yml";
  EXPECT_NE(refusal<DeploymentSpecification>(json), "");
}

TEST(HostDiagnostics, ComesBackFromItsTextAndAnUnknownNumberIsAnUnknownError) {
  const HostDiagnostics d{HostDiagnostics::Code::kScriptFailed, "start.sh", "exit code 1", "[stderr]no"};
  EXPECT_EQ(HostDiagnostics::from_json(d.to_json()), d);
  Json json = d.to_json();
  json["error_code"] = 99;
  EXPECT_EQ(HostDiagnostics::from_json(json).code, HostDiagnostics::Code::kUnknownError);
  json.erase("error_code");
  EXPECT_EQ(refusal<HostDiagnostics>(json), "diagnostics: error_code is missing");
}

TEST(HostDiagnostics, KeepsTheEndOfTheLogAndNoHalfOfACharacter) {
  HostDiagnostics d;
  d.log = std::string(5000, 'x') + "end";
  EXPECT_EQ(d.to_json().text("log").size(), 2048u);
  EXPECT_TRUE(d.to_json().text("log").ends_with("end"));
  d.log = "\xC3\xA9" + std::string(2047, 'x');
  EXPECT_EQ(d.to_json().text("log"), std::string(2047, 'x'));
}

TEST(GitOverSsh, QuestionsAndAnswersComeBackFromTheirText) {
  const SshQuestion question{SshQuestion::Ask::kSession, "APKATEST", "git-upload-pack '/v1/repos/app'", "version=2",
                             "10.1.0.5"};
  EXPECT_EQ(SshQuestion::from_json(Json::parse(question.to_json().dump())), question);
  expect_members_are_named(question, "a question of git over SSH");
  const SshAnswer answer{128, "out", "err", {"198.19.0.5"}};
  EXPECT_EQ(SshAnswer::from_json(Json::parse(answer.to_json().dump())), answer);
  expect_members_are_named(answer, "an answer to git over SSH");
}

TEST(GitLogins, ComeBackFromTheirText) {
  const GitLogin login{"git.example.com:8443", "someone", "a word"};
  EXPECT_EQ(GitLogin::from_json(Json::parse(login.to_json().dump())), login);
  expect_members_are_named(login, "a login to a git host");
}

}  // namespace
}  // namespace hanbat::border
