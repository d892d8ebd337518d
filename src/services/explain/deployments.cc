// Deployments: why as a whole, on which host, in which event, by which script, and its last lines.
#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/lines.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

constexpr std::size_t kMostTargets = 100;  // of a call
constexpr Seconds kToBeTaken{300};         // how long an agent has to take a command
constexpr Seconds kToBeDone{3600};         // and to do it

/// A host's event in that state; null when there is none.
const Json* find_event(const Json& target, std::string_view status) {
  const Json& events = target["instanceTarget"]["lifecycleEvents"];
  if (events.is_array())
    for (const Json& event : events.items())
      if (event.text("status") == status) return &event;
  return nullptr;
}

Json::Array targets_of(Story& story, const std::string& id) {
  Json::Array ids = story.ask_all("codedeploy", "ListDeploymentTargets", Json::object({{"deploymentId", id}}),
                                  "targetIds", "nextToken", "nextToken", kMostTargets);
  if (ids.empty()) return {};
  if (ids.size() > kMostTargets) ids.resize(kMostTargets);
  Answer found = story.ask("codedeploy", "BatchGetDeploymentTargets",
                           Json::object({{"deploymentId", id}, {"targetIds", Json(std::move(ids))}}));
  if (!found || !found["deploymentTargets"].is_array()) return {};
  return found.body["deploymentTargets"].items();
}

/// Why a host's agent is silent, as far as its instance tells.
void explain_silence(Story& story, const std::string& instance, const std::string& subject) {
  if (!instance.starts_with("i-")) return;
  const Answer answer = story.ask("ec2", "DescribeInstances", Json::object({{"InstanceIds", Json::array({instance})}}));
  if (!answer || answer["Reservations"].empty()) return;
  const Json& found = answer["Reservations"].items().front()["Instances"].items().front();
  const std::string state = found["State"].text("Name");
  if (state != "running") {
    story.add({.code = "INSTANCE_NOT_RUNNING",
               .subject = subject,
               .sentence = {.en = "The instance " + instance + " is " + state + ".",
                            .ko = "인스턴스 " + instance + "이(가) " + state + " 상태입니다."},
               .remedy = {.en = "Start it, or take it out of the group's tags.",
                          .ko = "시작하거나 그룹의 태그에서 빼십시오."},
               .command = state == "stopped" ? "aws ec2 start-instances --instance-ids " + instance : ""});
    story.show("ec2:DescribeInstances", instance + " " + state);
  } else if (found["IamInstanceProfile"].text("Arn").empty()) {
    story.add(
        {.code = "INSTANCE_PROFILE_MISSING",
         .subject = subject,
         .sentence = {.en = "The instance " + instance +
                            " has no instance profile, so its agent has no credentials to ask CodeDeploy and S3 with.",
                      .ko = "인스턴스 " + instance +
                            "에 인스턴스 프로파일이 없어 에이전트가 CodeDeploy와 S3에 쓸 자격 증명이 없습니다."},
         .remedy = {.en = "Attach a profile whose role may read the revision's bucket, then restart codedeploy-agent.",
                    .ko =
                        "리비전 버킷을 읽을 수 있는 역할의 프로파일을 연결하고 codedeploy-agent를 다시 시작하십시오."},
         .command = "aws ec2 associate-iam-instance-profile --instance-id " + instance +
                    " --iam-instance-profile Name=PROFILE"});
    story.show("ec2:DescribeInstances", instance + ": no IamInstanceProfile");
  } else {
    story.add(
        {.code = "AGENT_NOT_REACHING",
         .subject = subject,
         .sentence =
             {.en = "The instance " + instance +
                    " runs and has a profile; its agent is not installed, not running, or does not reach CodeDeploy.",
              .ko = "인스턴스 " + instance +
                    "은(는) 실행 중이고 프로파일이 있습니다. 에이전트가 없거나 멈췄거나 CodeDeploy에 닿지 못합니다."},
         .remedy = {.en = "On it: systemctl status codedeploy-agent; and ask the way out: hanbat explain packet " +
                          instance + " internet:443",
                    .ko = "인스턴스에서 systemctl status codedeploy-agent를, 나가는 길은 hanbat explain packet " +
                          instance + " internet:443으로 확인하십시오."},
         .command = "hanbat explain packet " + instance + " internet:443"});
  }
}

/// What the agent's diagnostics say by themselves.
Finding diagnosis_of(const std::string& code, const std::string& script, const std::string& message,
                     const std::string& event) {
  Finding out;
  if (code == "ScriptMissing") {
    out.code = "SCRIPT_MISSING";
    out.sentence = {.en = event + ": the script " + script + " is not in the revision.",
                    .ko = event + ": 리비전에 스크립트 " + script + "이(가) 없습니다."};
    out.remedy = {
        .en = "`location` in appspec.yml counts from the revision's top; have the build's artifacts hold the script.",
        .ko = "appspec.yml의 `location`은 리비전 최상위 기준입니다. 빌드 아티팩트에 스크립트를 넣으십시오."};
  } else if (code == "ScriptNotExecutable") {
    out.code = "SCRIPT_NOT_EXECUTABLE";
    out.sentence = {.en = event + ": the script " + script + " is not executable.",
                    .ko = event + ": 스크립트 " + script + "에 실행 권한이 없습니다."};
    out.remedy = {.en = "git update-index --chmod=+x " + script + ", and commit.",
                  .ko = "git update-index --chmod=+x " + script + " 후 커밋하십시오."};
    out.command = "git update-index --chmod=+x " + script;
  } else if (code == "ScriptTimedOut") {
    out.code = "SCRIPT_TIMED_OUT";
    out.sentence = {.en = event + ": the script " + script + " did not end in its time. " + message,
                    .ko = event + ": 스크립트 " + script + "이(가) 제한 시간 안에 끝나지 않았습니다. " + message};
    out.remedy = {.en =
                      "Start what stays in the background with its output sent away (nohup … >/dev/null 2>&1 &), as a "
                      "systemd unit, or raise `timeout`.",
                  .ko =
                      "계속 도는 것은 출력을 돌려 백그라운드로(nohup … >/dev/null 2>&1 &) 또는 systemd 유닛으로 "
                      "시작하거나 `timeout`을 늘리십시오."};
  } else if (code == "ScriptFailed") {
    out.code = "SCRIPT_FAILED";
    out.sentence = {.en = event + ": the script " + script + " failed. " + message,
                    .ko = event + ": 스크립트 " + script + "이(가) 실패했습니다. " + message};
    out.remedy = {.en = "Read its last lines; every command's exit code counts, the last one's decides.",
                  .ko = "마지막 줄을 읽으십시오. 스크립트의 종료 코드는 마지막 명령이 정합니다."};
  } else if (has(message, "was not able to receive the lifecycle event")) {
    out.code = "AGENT_SILENT";
    out.sentence = {.en = event + ": the CodeDeploy agent did not ask for its command within five minutes.",
                    .ko = event + ": CodeDeploy 에이전트가 5분 안에 명령을 가져가지 않았습니다."};
  } else if (has(message, "did not report the end")) {
    out.code = "AGENT_LATE";
    out.sentence = {.en = event + ": the agent took the command and did not report its end within an hour.",
                    .ko = event + ": 에이전트가 명령을 가져간 뒤 한 시간 안에 끝을 알리지 않았습니다."};
  } else if (has(message, "did not find an AppSpec file")) {
    out.code = "APPSPEC_MISSING";
    out.sentence = {.en = "The revision has no appspec.yml at its top.",
                    .ko = "리비전의 최상위에 appspec.yml이 없습니다."};
    out.remedy = {.en = "Put it into the build's artifacts (`artifacts: files:`), at the top.",
                  .ko = "빌드 아티팩트(`artifacts: files:`)의 최상위에 넣으십시오."};
  } else if (has(message, "already exists at")) {
    out.code = "FILE_EXISTS";
    out.sentence = {.en = event + ": a file is there already that no deployment put there. " + message,
                    .ko = event + ": 배포가 만들지 않은 파일이 이미 있습니다. " + message};
    out.remedy = {.en = "Remove it in BeforeInstall, or say `file_exists_behavior: OVERWRITE`.",
                  .ko = "BeforeInstall에서 지우거나 `file_exists_behavior: OVERWRITE`를 쓰십시오."};
  } else if (has(message, "application specification file")) {
    out.code = "APPSPEC_INVALID";
    out.sentence = {.en = "appspec.yml is refused: " + message, .ko = "appspec.yml이 거부되었습니다: " + message};
    out.remedy = {.en = "Mend what the message names.", .ko = "메시지가 가리키는 것을 고치십시오."};
  } else if (event == "DownloadBundle") {
    out.code = "BUNDLE_NOT_DOWNLOADED";
    out.sentence = {.en = "The agent could not fetch the revision from S3: " + message,
                    .ko = "에이전트가 S3에서 리비전을 받지 못했습니다: " + message};
    out.remedy = {
        .en = "Let the instance's role do s3:GetObject on the artifact bucket, and check that the object is there.",
        .ko = "인스턴스 역할에 아티팩트 버킷의 s3:GetObject를 허용하고 객체가 있는지 확인하십시오."};
  } else {
    out.code = "EVENT_FAILED";
    out.sentence = {.en = event + " failed: " + message, .ko = event + " 실패: " + message};
  }
  return out;
}

void explain_host(Story& story, const Json& target, const std::string& deployment) {
  const Json* event = find_event(target, "Failed");
  if (!event) return;
  const std::string host = target["instanceTarget"].text("targetId"), name = event->text("lifecycleEventName");
  const std::string instance = host.substr(host.rfind('/') + 1);
  const std::string subject = "deployment " + deployment + " " + instance + " " + name;
  const Json& said = (*event)["diagnostics"];
  const std::string message = said.text("message"), log = said.text("logTail"), script = said.text("scriptName");
  Finding finding = diagnosis_of(said.text("errorCode"), script, message, name);
  finding.subject = subject;
  const std::string code = finding.code;
  story.add(finding);
  story.show("codedeploy:BatchGetDeploymentTargets", log.empty() ? message : last_lines(log, kLinesShown));
  if (code == "AGENT_SILENT") return explain_silence(story, instance, subject);
  if (explain_refusal(story, message, subject, "codedeploy:BatchGetDeploymentTargets")) return;
  if (auto seen = recognise(log, Scene::kInstance)) {
    seen->finding.subject = subject;
    seen->finding.sentence.en = name + ": " + seen->finding.sentence.en;
    seen->finding.sentence.ko = name + ": " + seen->finding.sentence.ko;
    story.add(seen->finding);
    story.show("codedeploy:BatchGetDeploymentTargets", seen->line);
  } else if (name == "AllowTraffic") {
    explain_target(story, instance);
  }
}

/// What the role was refused, by the trail: its session is named after the deployment.
void explain_role(Story& story, const std::string& id, const std::string& subject) {
  const Answer events = story.ask(
      "cloudtrail", "LookupEvents",
      Json::object(
          {{"LookupAttributes", Json::array({Json::object({{"AttributeKey", "Username"}, {"AttributeValue", id}})})},
           {"MaxResults", 50}}));
  if (!events || !events["Events"].is_array()) return;
  for (const Json& event : events["Events"].items()) {
    const Json record = Json::parse(event.text("CloudTrailEvent", "{}"));
    if (!record.text("errorCode").empty() &&
        explain_refusal(story, record.text("errorMessage"), subject, "cloudtrail:LookupEvents"))
      return;
  }
}

/// Why a deployment has nothing to deploy to: what the group asks for.
void explain_no_instances(Story& story, const Json& info, const std::string& subject) {
  const std::string application = info.text("applicationName"), group = info.text("deploymentGroupName");
  const Answer answer = story.ask("codedeploy", "GetDeploymentGroup",
                                  Json::object({{"applicationName", application}, {"deploymentGroupName", group}}));
  std::string filters;
  if (answer && answer["deploymentGroupInfo"]["ec2TagFilters"].is_array())
    for (const Json& filter : answer["deploymentGroupInfo"]["ec2TagFilters"].items())
      filters += (filters.empty() ? "" : ", ") + filter.text("Key") + "=" + filter.text("Value");
  story.add(
      {.code = "NO_INSTANCE_HAS_THE_TAGS",
       .subject = subject,
       .sentence = {.en = "No running instance has the tags of the group " + group +
                          (filters.empty() ? "." : ": " + filters + "."),
                    .ko = "그룹 " + group + "의 태그를 가진 실행 중인 인스턴스가 없습니다" +
                          (filters.empty() ? "." : ": " + filters + ".")},
       .remedy = {.en = "Tag the instances so, letter by letter, or mend the group's filters.",
                  .ko = "인스턴스에 그대로(대소문자까지) 태그하거나 그룹의 필터를 고치십시오."},
       .command = "aws ec2 describe-instances --query 'Reservations[].Instances[].[InstanceId,State.Name,Tags]'"});
  if (!filters.empty()) story.show("codedeploy:GetDeploymentGroup", "ec2TagFilters: " + filters);
}

void explain_failed(Story& story, const Json& info, const std::string& id, const std::string& subject) {
  const std::string code = info["errorInformation"].text("code"), message = info["errorInformation"].text("message");
  story.add({.code = "DEPLOYMENT_FAILED",
             .subject = subject,
             .sentence = {.en = "The deployment failed: " + code + ".", .ko = "배포가 실패했습니다: " + code + "."}});
  story.show("codedeploy:GetDeployment", code + ": " + message);
  if (code == "NO_INSTANCES") return explain_no_instances(story, info, subject);
  if (code == "IAM_ROLE_PERMISSIONS") return explain_role(story, id, subject);
  if (code == "IAM_ROLE_MISSING") {
    story.add(
        {.code = "ROLE_NOT_TRUSTING",
         .subject = subject,
         .sentence = {.en = "CodeDeploy may not assume the group's service role: it does not exist or does not trust "
                            "codedeploy.amazonaws.com. " +
                            message,
                      .ko = "CodeDeploy가 그룹의 서비스 역할을 맡을 수 없습니다: 역할이 없거나 "
                            "codedeploy.amazonaws.com을 신뢰하지 않습니다. " +
                            message},
         .remedy = {.en = "Add this statement to the role's trust policy.",
                    .ko = "역할의 신뢰 정책에 이 문을 추가하십시오."},
         .statement =
             R"({"Effect":"Allow","Principal":{"Service":"codedeploy.amazonaws.com"},"Action":"sts:AssumeRole"})"});
    return story.show("codedeploy:GetDeployment", message);
  }
  if (code == "HEALTH_CONSTRAINTS_INVALID") {
    story.add(
        {.code = "TOO_FEW_INSTANCES_FOR_THE_CONFIGURATION",
         .subject = subject,
         .sentence = {.en = "The deployment configuration " + info.text("deploymentConfigName") +
                            " wants more healthy instances than the group has to spare.",
                      .ko = "배포 구성 " + info.text("deploymentConfigName") +
                            "이(가) 그룹에 있는 것보다 많은 정상 인스턴스를 요구합니다."},
         .remedy = {
             .en = "Take CodeDeployDefault.AllAtOnce, or one with fewer minimum healthy hosts, or add instances.",
             .ko = "CodeDeployDefault.AllAtOnce나 최소 정상 호스트가 적은 구성을 쓰거나 인스턴스를 늘리십시오."}});
    return;
  }
  for (const Json& target : targets_of(story, id))
    if (target["instanceTarget"].text("status") == "Failed") return explain_host(story, target, id);
}

void explain_waiting(Story& story, const Json& info, const std::string& id, const std::string& subject) {
  story.add({.code = "DEPLOYMENT_RUNS",
             .subject = subject,
             .sentence = {.en = "The deployment is " + info.text("status") + ".",
                          .ko = "배포가 " + info.text("status") + " 상태입니다."}});
  story.waits(info["createTime"]);
  for (const Json& target : targets_of(story, id)) {
    const Json* event = find_event(target, "InProgress");
    if (!event) continue;
    const std::string host = target["instanceTarget"].text("targetId"), name = event->text("lifecycleEventName");
    const std::string instance = host.substr(host.rfind('/') + 1);
    const auto since = time_of((*event)["startTime"]);
    const bool traffic = name == "BlockTraffic" || name == "AllowTraffic";
    const bool silent = since && !traffic && story.now() > *since + Seconds(60);
    story.add(
        {.code = traffic ? "TRAFFIC_MOVES" : "HOST_WORKS",
         .subject = "deployment " + id + " " + instance + " " + name,
         .sentence = {
             .en = instance + " is in " + name + (traffic ? ", which waits for the load balancer." : "."),
             .ko = instance + "이(가) " + name + " 단계입니다" + (traffic ? "(로드 밸런서를 기다립니다)." : ".")}});
    story.waits(since, since && !traffic ? std::optional(*since + kToBeDone) : std::nullopt);
    if (traffic) explain_target(story, instance);
    if (silent) {
      story.told().causes.back().until = *since + kToBeTaken;
      explain_silence(story, instance, "deployment " + id + " " + instance);
      if (story.told().causes.back().code == "AGENT_NOT_REACHING") story.told().causes.pop_back();  // it may well work
    }
    return;
  }
}

}  // namespace

void explain_deployment(Story& story, const std::string& id) {
  const Answer answer = story.ask("codedeploy", "GetDeployment", Json::object({{"deploymentId", id}}));
  require_seen(answer);
  if (!answer) return;
  const Json& info = answer["deploymentInfo"];
  const std::string status = info.text("status"), subject = "deployment " + id;
  if (status == "Failed") return explain_failed(story, info, id, subject);
  if (status == "Stopped") {
    story.add({.code = "DEPLOYMENT_STOPPED",
               .subject = subject,
               .sentence = {.en = "The deployment was stopped.", .ko = "배포가 중지되었습니다."},
               .remedy = {.en = "Start it again.", .ko = "다시 시작하십시오."}});
    return story.show("codedeploy:GetDeployment", info["errorInformation"].text("message"));
  }
  if (status != "Succeeded") explain_waiting(story, info, id, subject);
}

}  // namespace hanbat::explain
