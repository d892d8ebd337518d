// Builds: the phase that failed, what its context says, and the last lines of its log.
#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/lines.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

constexpr int kLinesRead = 200;

/// The end of the build's log, as far as the caller may read it; "" when there is none.
std::string log_of(Story& story, const Json& build) {
  const Json& logs = build["logs"];
  if (logs.text("groupName").empty() || logs.text("streamName").empty()) return "";
  const Answer answer = story.ask("logs", "GetLogEvents",
                                  Json::object({{"logGroupName", logs.text("groupName")},
                                                {"logStreamName", logs.text("streamName")},
                                                {"limit", kLinesRead},
                                                {"startFromHead", false}}));
  std::string out;
  if (!answer || !answer["events"].is_array()) return out;
  for (const Json& event : answer["events"].items()) out += std::string(trim(event.text("message"))) + "\n";
  return out;
}

/// What is wrong with the buildspec or what it wants of the image; a finding without a code when neither.
Finding finding_of_buildspec(const std::string& code, const std::string& message) {
  Finding out;
  if (code == "YAML_FILE_ERROR" && has(message, "no such file")) {
    out.code = "BUILDSPEC_MISSING";
    out.sentence = {.en = "The buildspec file is not in the source: " + message + ".",
                    .ko = "소스에 buildspec 파일이 없습니다: " + message + "."};
    out.remedy = {
        .en = "Put buildspec.yml at the top of the source, or name its path in the project (source.buildspec).",
        .ko = "buildspec.yml을 소스의 최상위에 두거나 프로젝트(source.buildspec)에 경로를 적으십시오."};
  } else if (has(message, "Unknown runtime version named") || has(message, "Unknown runtime named")) {
    out.code = "RUNTIME_UNKNOWN";
    out.sentence = {.en = "The build image does not offer what runtime-versions names: " + message,
                    .ko = "빌드 이미지에 runtime-versions가 가리키는 것이 없습니다: " + message};
    out.remedy = {.en = "Name a version that the message lists, or another image of the project's environment.",
                  .ko = "메시지에 있는 버전을 쓰거나 프로젝트 환경의 이미지를 바꾸십시오."};
  } else if (has(message, "hanbat image runtime add")) {
    out.code = "RUNTIME_NOT_HERE";
    out.sentence = {.en = "The runtime's version could not be fetched here: " + message,
                    .ko = "런타임의 그 버전을 여기서 가져올 수 없습니다: " + message};
    out.remedy = {.en = "Name a version that the message lists; or have the operator put it onto the shelf.",
                  .ko = "메시지에 있는 버전을 쓰거나 운영자가 선반에 올리게 하십시오."};
  } else if (code == "YAML_FILE_ERROR") {
    out.code = "BUILDSPEC_INVALID";
    out.sentence = {.en = "The buildspec cannot be read: " + message, .ko = "buildspec을 읽을 수 없습니다: " + message};
    out.remedy = {.en = "Mend the place that the message names; YAML wants spaces, not tabs.",
                  .ko = "메시지가 가리키는 곳을 고치십시오. YAML은 탭이 아니라 공백을 씁니다."};
  }
  return out;
}

/// What the phase's context says by itself; a finding without a code when only the log can tell.
Finding context_of(const std::string& code, const std::string& message, const Json& build) {
  Finding out = finding_of_buildspec(code, message);
  if (!out.code.empty()) return out;
  const std::string role = build.text("serviceRole");
  if (has(message, "sts:AssumeRole on service role")) {
    out = finding_of_untrusting_role("CodeBuild", "codebuild.amazonaws.com", role);
  } else if (has(message, "no matching artifact paths") || has(message, "no matching base directory")) {
    out.code = "ARTIFACT_FILES_MISSING";
    out.sentence = {.en = "The files of the buildspec's artifacts are not there after the build: " + message + ".",
                    .ko = "빌드 뒤에 buildspec의 artifacts 파일이 없습니다: " + message + "."};
    out.remedy = {
        .en = "Compare `artifacts: files:` and `base-directory:` with what the build makes (ls -R in post_build).",
        .ko = "`artifacts: files:`와 `base-directory:`를 빌드가 만드는 것과 비교하십시오(post_build에서 ls -R)."};
  } else if (has(message, "Failed to upload artifacts")) {
    out.code = "ARTIFACT_UPLOAD_FAILED";
    out.sentence = {.en = "The artifact could not be stored: " + message,
                    .ko = "아티팩트를 저장하지 못했습니다: " + message};
    out.remedy = {.en = "Check the bucket's name, and that the service role may put objects into it.",
                  .ko = "버킷 이름과 서비스 역할의 s3:PutObject 권한을 확인하십시오."};
  } else if (has(message, "could not read Username") || has(message, "Authentication failed for")) {
    out.code = "SOURCE_CREDENTIALS_MISSING";
    out.sentence = {.en = "The repository wants credentials that the project does not have: " + message,
                    .ko = "리포지토리가 프로젝트에 없는 자격 증명을 요구합니다: " + message};
    out.remedy = {.en = "Import a token for the account, or name one in source.auth.",
                  .ko = "계정에 토큰을 가져오거나 source.auth에 지정하십시오."};
    out.command =
        "aws codebuild import-source-credentials --server-type GITHUB --auth-type PERSONAL_ACCESS_TOKEN --token TOKEN";
  } else if (has(message, "for primary source")) {
    out.code = "SOURCE_UNREADABLE";
    out.sentence = {.en = "The source could not be fetched: " + message,
                    .ko = "소스를 가져오지 못했습니다: " + message};
    out.remedy = {.en = "Check the repository, the branch or commit, and that the service role may read it.",
                  .ko = "리포지토리, 브랜치나 커밋, 그리고 서비스 역할의 읽기 권한을 확인하십시오."};
  } else if (code == "BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE" || has(message, "hanbat image import")) {
    out.code = "BUILD_IMAGE_MISSING";
    out.sentence = {.en = "The build's image is not here: " + message + ".",
                    .ko = "빌드 이미지가 없습니다: " + message + "."};
    out.remedy = {.en = "Name a curated image (aws codebuild list-curated-environment-images), or bring it in.",
                  .ko = "제공 이미지(aws codebuild list-curated-environment-images)를 쓰거나 가져오십시오."};
  } else if (has(message, "parameter does not exist") || code == "Decrypted Variables Error") {
    out.code = "VARIABLE_UNREADABLE";
    out.sentence = {.en = "A variable of the environment could not be read: " + message,
                    .ko = "환경 변수를 읽지 못했습니다: " + message};
    out.remedy = {.en = "Make the parameter or secret, mend its name, and let the service role read it.",
                  .ko = "파라미터나 시크릿을 만들거나 이름을 고치고, 서비스 역할이 읽게 하십시오."};
  } else if (code == "VPC_CLIENT_ERROR") {
    out.code = "BUILD_IN_VPC_REFUSED";
    out.sentence = {.en = "The build could not be placed in the project's VPC: " + message,
                    .ko = "프로젝트의 VPC에 빌드를 둘 수 없습니다: " + message};
    out.remedy = {
        .en = "Give the service role EC2's actions on network interfaces, and check subnets and groups of vpcConfig.",
        .ko = "서비스 역할에 EC2 네트워크 인터페이스 권한을 주고 vpcConfig의 서브넷과 그룹을 확인하십시오."};
  } else if (code != "COMMAND_EXECUTION_ERROR" && !message.empty()) {
    out.code = code == "INTERNAL_SERVICE_ERROR" ? "BUILD_FAULT" : "BUILD_CANNOT_GO_ON";
    out.sentence = {.en = "The build could not go on: " + message, .ko = "빌드를 계속할 수 없습니다: " + message};
  }
  return out;
}

void explain_failed(Story& story, const Json& build, const std::string& subject) {
  const Json* failed = nullptr;
  if (build["phases"].is_array())
    for (const Json& phase : build["phases"].items()) {
      const std::string status = phase.text("phaseStatus");
      if (!failed && (status == "FAILED" || status == "FAULT" || status == "CLIENT_ERROR")) failed = &phase;
    }
  const std::string phase = failed ? failed->text("phaseType") : build.text("currentPhase");
  std::string code, message;
  if (failed && !(*failed)["contexts"].empty()) {
    code = (*failed)["contexts"].items().front().text("statusCode");
    message = (*failed)["contexts"].items().front().text("message");
  }
  story.add({.code = "BUILD_FAILED",
             .subject = subject,
             .sentence = {.en = "The build failed in the phase " + phase + ".",
                          .ko = "빌드가 " + phase + " 단계에서 실패했습니다."}});
  story.show("codebuild:BatchGetBuilds", phase + ": " + code + ": " + message);

  const std::string at = subject + " " + phase;
  if (Finding finding = context_of(code, message, build); !finding.code.empty()) {
    finding.subject = at;
    story.add(finding);
    story.show("codebuild:BatchGetBuilds", message);
    explain_refusal(story, message, at, "codebuild:BatchGetBuilds");
    return;
  }
  const std::string log = log_of(story, build);
  if (code == "COMMAND_EXECUTION_ERROR") {
    story.add({.code = "BUILD_COMMAND_FAILED",
               .subject = at,
               .sentence = {.en = "A command of the phase failed: " + message,
                            .ko = "단계의 명령이 실패했습니다: " + message},
               .remedy = {.en = "Read the last lines of the log, and run the command by hand where the source is.",
                          .ko = "로그의 마지막 줄을 읽고 소스가 있는 곳에서 명령을 직접 실행해 보십시오."}});
    story.show("logs:GetLogEvents", last_lines(log, kLinesShown));
  }
  if (auto seen = recognise(log, Scene::kBuild)) {
    seen->finding.subject = at;
    story.add(seen->finding);
    story.show("logs:GetLogEvents", seen->line);
  }
}

/// Who stopped it, by the trail.
std::string who_stopped(Story& story, const std::string& operation, const std::string& id) {
  const Answer events = story.ask(
      "cloudtrail", "LookupEvents",
      Json::object({{"LookupAttributes",
                     Json::array({Json::object({{"AttributeKey", "EventName"}, {"AttributeValue", operation}})})},
                    {"MaxResults", 50}}));
  if (!events || !events["Events"].is_array()) return "";
  for (const Json& event : events["Events"].items())
    if (has(event.text("CloudTrailEvent"), id)) return event.text("Username");
  return "";
}

}  // namespace

void explain_build(Story& story, const std::string& asked) {
  std::string id = asked;
  if (id.find(':') == std::string::npos) {
    const Answer builds = story.ask("codebuild", "ListBuildsForProject", Json::object({{"projectName", id}}));
    require_seen(builds);
    if (!builds) return;
    if (builds["ids"].empty()) throw ResourceNotFoundException("The project " + id + " has no build.");
    id = builds["ids"].items().front().as_string();
  }
  const Answer answer = story.ask("codebuild", "BatchGetBuilds", Json::object({{"ids", Json::array({id})}}));
  require_seen(answer);
  if (!answer) return;
  if (answer["builds"].empty()) throw ResourceNotFoundException("There is no build " + id + ".");
  const Json& build = answer["builds"].items().front();
  const std::string status = build.text("buildStatus"), subject = "build " + id, phase = build.text("currentPhase");
  const std::int64_t minutes = build.integer("timeoutInMinutes", 60);
  if (status == "IN_PROGRESS") {
    story.add({.code = "BUILD_RUNS",
               .subject = subject,
               .sentence = {.en = "The build is in the phase " + phase + ".",
                            .ko = "빌드가 " + phase + " 단계에 있습니다."}});
    const auto since = time_of(build["startTime"]);
    story.waits(since, since ? std::optional(*since + Seconds(minutes * 60)) : std::nullopt);
    story.show("logs:GetLogEvents", last_lines(log_of(story, build), kLinesShown));
  } else if (status == "TIMED_OUT") {
    story.add(
        {.code = "BUILD_TIMED_OUT",
         .subject = subject,
         .sentence = {.en = "The build took longer than its " + std::to_string(minutes) + " minutes, in the phase " +
                            phase + ".",
                      .ko = "빌드가 제한 시간 " + std::to_string(minutes) + "분을 넘겼습니다(" + phase + " 단계)."},
         .remedy = {
             .en =
                 "The last lines of the log show what it waited for; raise timeoutInMinutes when it only needs longer.",
             .ko =
                 "로그의 마지막 줄이 무엇을 기다렸는지 보여 줍니다. 더 필요할 뿐이면 timeoutInMinutes를 늘리십시오."}});
    story.show("logs:GetLogEvents", last_lines(log_of(story, build), kLinesShown));
  } else if (status == "STOPPED") {
    const std::string who = who_stopped(story, "StopBuild", id);
    story.add({.code = "BUILD_STOPPED",
               .subject = subject,
               .sentence = {.en = "The build was stopped" + (who.empty() ? "" : " by " + who) + ".",
                            .ko = "빌드가 " + (who.empty() ? "" : who + "에 의해 ") + "중지되었습니다."},
               .remedy = {.en = "Start it again.", .ko = "다시 시작하십시오."},
               .command = "aws codebuild retry-build --id " + id});
    if (!who.empty()) story.show("cloudtrail:LookupEvents", "StopBuild " + id + " " + who);
  } else if (status != "SUCCEEDED") {
    explain_failed(story, build, subject);
  }
}

}  // namespace hanbat::explain
