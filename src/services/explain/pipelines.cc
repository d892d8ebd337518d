// Pipelines: the first stage that is not done, its action, and what stands behind the action.
#include <algorithm>

#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/lines.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

/// What the pipeline declares of the action; null when it has none by that name.
const Json& declared(const Json& pipeline, const std::string& stage, const std::string& action) {
  static const Json kNone;
  if (!pipeline["stages"].is_array()) return kNone;
  for (const Json& one : pipeline["stages"].items())
    if (one.text("name") == stage)
      for (const Json& there : one["actions"].items())
        if (there.text("name") == action) return there;
  return kNone;
}

/// What a source action's own error says; a finding without a code when it is none of them.
Finding finding_of_source(const std::string& message, const Json& action, const Json& pipeline) {
  Finding out;
  const Json& configuration = action["configuration"];
  const std::string role = pipeline.text("roleArn");
  if (has(message, "not authorized to perform AssumeRole")) {
    out = finding_of_untrusting_role("CodePipeline", "codepipeline.amazonaws.com", role);
  } else if (has(message, "No Branch [")) {
    out.code = "BRANCH_MISSING";
    out.sentence = {.en = "The repository " + configuration.text("RepositoryName") + " has no branch " +
                          configuration.text("BranchName") + ".",
                    .ko = "리포지토리 " + configuration.text("RepositoryName") + "에 브랜치 " +
                          configuration.text("BranchName") + "이(가) 없습니다."};
    out.remedy = {.en = "Push it (git push origin HEAD:" + configuration.text("BranchName") +
                        "), or mend BranchName in the source action.",
                  .ko = "푸시하거나(git push origin HEAD:" + configuration.text("BranchName") +
                        ") 소스 액션의 BranchName을 고치십시오."};
    out.command = "git push origin HEAD:" + configuration.text("BranchName");
  } else if (has(message, "No CodeCommit Repository found")) {
    out.code = "SOURCE_REPOSITORY_MISSING";
    out.sentence = {.en = "There is no CodeCommit repository " + configuration.text("RepositoryName") + ".",
                    .ko = "CodeCommit 리포지토리 " + configuration.text("RepositoryName") + "이(가) 없습니다."};
    out.remedy = {.en = "Create it, or mend RepositoryName in the source action.",
                  .ko = "만들거나 소스 액션의 RepositoryName을 고치십시오."};
    out.command = "aws codecommit create-repository --repository-name " + configuration.text("RepositoryName");
  } else if (has(message, "not configured to use versioning")) {
    out.code = "BUCKET_NOT_VERSIONED";
    out.sentence = {.en = "The source bucket " + configuration.text("S3Bucket") + " has no versioning.",
                    .ko = "소스 버킷 " + configuration.text("S3Bucket") + "에 버전 관리가 꺼져 있습니다."};
    out.remedy = {.en = "Turn it on.", .ko = "켜십시오."};
    out.command = "aws s3api put-bucket-versioning --bucket " + configuration.text("S3Bucket") +
                  " --versioning-configuration Status=Enabled";
  } else if (has(message, "Unable to upload the artifact")) {
    out.code = "ARTIFACT_UPLOAD_FAILED";
    out.sentence = {.en = "The source artifact could not be stored: " + message,
                    .ko = "소스 아티팩트를 저장하지 못했습니다: " + message};
    out.remedy = {
        .en = "Let the pipeline's role put objects into the artifact bucket, and check that the bucket is there.",
        .ko = "파이프라인 역할에 아티팩트 버킷의 s3:PutObject를 허용하고 버킷이 있는지 확인하십시오."};
  } else if (has(message, "could not be read")) {
    out.code = "SOURCE_OBJECT_UNREADABLE";
    out.sentence = {.en = message, .ko = "소스 객체를 읽지 못했습니다: " + message};
    out.remedy = {.en = "Check bucket and key, and the role's s3:GetObject.",
                  .ko = "버킷과 키, 역할의 s3:GetObject를 확인하십시오."};
  }
  return out;
}

/// What an action's own error says, where nothing else stands behind it.
Finding finding_of_error(const std::string& message, const Json& action, const Json& pipeline) {
  Finding out = finding_of_source(message, action, pipeline);
  const Json& configuration = action["configuration"];
  if (!out.code.empty()) return out;
  if (has(message, "variable could not be resolved")) {
    out.code = "VARIABLE_UNRESOLVED";
    out.sentence = {.en = message + ".", .ko = "액션 구성의 변수를 찾을 수 없습니다: " + message + "."};
    out.remedy = {.en = "Name it as its action's namespace has it: #{Namespace.Variable}.",
                  .ko = "액션의 네임스페이스대로 쓰십시오: #{Namespace.Variable}."};
  } else if (has(message, "does not match expected format")) {
    out.code = "ACTION_CONFIGURATION_INVALID";
    out.sentence = {.en = "The action's configuration cannot be read: " + message,
                    .ko = "액션의 구성을 읽을 수 없습니다: " + message};
    out.remedy = {
        .en = "EnvironmentVariables is a JSON list as text: [{\"name\":\"A\",\"value\":\"b\",\"type\":\"PLAINTEXT\"}]",
        .ko =
            "EnvironmentVariables는 글로 쓴 JSON 목록입니다: "
            "[{\"name\":\"A\",\"value\":\"b\",\"type\":\"PLAINTEXT\"}]"};
  } else if (has(message, "was not produced")) {
    out.code = "INPUT_ARTIFACT_MISSING";
    out.sentence = {.en = message + ".", .ko = "입력 아티팩트가 만들어지지 않았습니다: " + message + "."};
    out.remedy = {.en = "Name an output artifact of an earlier action.", .ko = "앞선 액션의 출력 아티팩트를 쓰십시오."};
  } else if (has(message, "startBuild") || has(message, "ProjectName")) {
    out.code = "BUILD_NOT_STARTED";
    out.sentence = {.en = "The build could not be started: " + message, .ko = "빌드를 시작하지 못했습니다: " + message};
    out.remedy = {.en = "Check the project's name in the action (" + configuration.text("ProjectName") +
                        ") and the pipeline role's codebuild:StartBuild.",
                  .ko = "액션의 프로젝트 이름(" + configuration.text("ProjectName") +
                        ")과 파이프라인 역할의 codebuild:StartBuild를 확인하십시오."};
  } else if (has(message, "createDeployment") || has(message, "AmazonCodeDeploy")) {
    out.code = "DEPLOYMENT_NOT_STARTED";
    out.sentence = {.en = "The deployment could not be started: " + message,
                    .ko = "배포를 시작하지 못했습니다: " + message};
    out.remedy = {
        .en = "Check application and group in the action (" + configuration.text("ApplicationName") + ", " +
              configuration.text("DeploymentGroupName") + ") and whether another deployment of the group runs.",
        .ko = "액션의 애플리케이션과 그룹(" + configuration.text("ApplicationName") + ", " +
              configuration.text("DeploymentGroupName") + "), 그리고 그룹의 다른 배포가 진행 중인지 확인하십시오."};
  } else if (has(message, "Rejected")) {
    out.code = "APPROVAL_REJECTED";
    out.sentence = {.en = "Somebody rejected it. " + message, .ko = "누군가 승인을 거부했습니다. " + message};
    out.remedy = {.en = "Mend what was rejected and release the change again.",
                  .ko = "거부된 것을 고치고 다시 릴리스하십시오."};
  }
  return out;
}

void explain_failed_action(Story& story, const Json& run, const Json& action, const Json& pipeline,
                           const std::string& subject) {
  const std::string message = run["errorDetails"].text("message"), provider = action["actionTypeId"].text("provider");
  story.add({.code = "ACTION_FAILED",
             .subject = subject,
             .sentence = {.en = "The action failed: " + run["errorDetails"].text("code") + ".",
                          .ko = "액션이 실패했습니다: " + run["errorDetails"].text("code") + "."}});
  story.show("codepipeline:GetPipelineState", message);
  const std::string behind = run.text("externalExecutionId");
  const std::size_t causes = story.told().causes.size();
  try {
    if (provider == "CodeBuild" && !behind.empty()) explain_build(story, behind);
    if (provider == "CodeDeploy" && !behind.empty()) explain_deployment(story, behind);
  } catch (const ResourceNotFoundException&) {
    // What stood behind it is gone; the action's own words are left.
  }
  if (story.told().causes.size() > causes) return;
  const Finding finding = finding_of_error(message, action, pipeline);
  if (!finding.code.empty()) {
    story.add(finding).subject = subject;
    story.show("codepipeline:GetPipelineState", message);
  }
  explain_refusal(story, message, subject, "codepipeline:GetPipelineState");
}

void explain_running_action(Story& story, const Json& run, const Json& action, const std::string& subject,
                            const std::string& name, const std::string& stage) {
  const std::string category = action["actionTypeId"].text("category"),
                    provider = action["actionTypeId"].text("provider");
  const auto since = time_of(run["lastStatusChange"]);
  if (category == "Approval") {
    story.add({.code = "APPROVAL_WAITS",
               .subject = subject,
               .sentence = {.en = "The action waits for somebody to approve or reject it.",
                            .ko = "액션이 누군가의 승인 또는 거부를 기다립니다."},
               .remedy = {.en = "Approve it.", .ko = "승인하십시오."},
               .command = "aws codepipeline put-approval-result --pipeline-name " + name + " --stage-name " + stage +
                          " --action-name " + action.text("name") + " --token " + run.text("token", "TOKEN") +
                          " --result summary=ok,status=Approved"});
    return story.waits(since, since ? std::optional(*since + Seconds(7 * 86400)) : std::nullopt);
  }
  story.add({.code = "ACTION_RUNS",
             .subject = subject,
             .sentence = {.en = "The action is under way.", .ko = "액션이 진행 중입니다."}});
  story.waits(since);
  const std::string behind = run.text("externalExecutionId");
  if (provider == "CodeBuild" && !behind.empty()) explain_build(story, behind);
  if (provider == "CodeDeploy" && !behind.empty()) explain_deployment(story, behind);
}

/// Whether the branch has moved on past what the pipeline took last.
void explain_behind(Story& story, const std::string& name, const Json& pipeline, const Json& state) {
  const Json& source = pipeline["stages"].items().front()["actions"].items().front();
  if (source["actionTypeId"].text("provider") != "CodeCommit") return;
  const Json& configuration = source["configuration"];
  const Answer branch = story.ask("codecommit", "GetBranch",
                                  Json::object({{"repositoryName", configuration.text("RepositoryName")},
                                                {"branchName", configuration.text("BranchName")}}));
  if (!branch) return;
  const std::string newest = branch["branch"].text("commitId");
  const std::string taken =
      state["stageStates"].items().front()["actionStates"].items().front()["currentRevision"].text("revisionId");
  if (taken.empty() || newest == taken) return;
  const std::string subject = "pipeline " + name;
  story.add({.code = "PIPELINE_BEHIND",
             .subject = subject,
             .sentence = {.en = "The branch " + configuration.text("BranchName") + " is at " + newest.substr(0, 8) +
                                ", and the pipeline last took " + taken.substr(0, 8) + ".",
                          .ko = "브랜치 " + configuration.text("BranchName") + "은(는) " + newest.substr(0, 8) +
                                "인데 파이프라인은 " + taken.substr(0, 8) + "까지만 가져갔습니다."},
             .remedy = {.en = "Release the change.", .ko = "변경을 릴리스하십시오."},
             .command = "aws codepipeline start-pipeline-execution --name " + name});
  story.show("codecommit:GetBranch", configuration.text("BranchName") + " " + newest);
  explain_trigger(story, name, source, subject);
}

}  // namespace

void explain_pipeline(Story& story, const std::string& name) {
  const Answer state = story.ask("codepipeline", "GetPipelineState", Json::object({{"name", name}}));
  require_seen(state);
  const Answer found = story.ask("codepipeline", "GetPipeline", Json::object({{"name", name}}));
  if (!state || !found) return;
  const Json& pipeline = found["pipeline"];
  bool ran = false;
  for (const Json& stage : state["stageStates"].items()) {
    const std::string stage_name = stage.text("stageName"), status = stage["latestExecution"].text("status");
    const Json& inbound = stage["inboundTransitionState"];
    if (inbound.is_object() && !inbound.flag("enabled", true) && ran) {
      const Answer runs = story.ask("codepipeline", "ListPipelineExecutions",
                                    Json::object({{"pipelineName", name}, {"maxResults", 1}}));
      const bool waits = runs && !runs["pipelineExecutionSummaries"].empty() &&
                         runs["pipelineExecutionSummaries"].items().front().text("status") == "InProgress";
      if (waits) {
        story.add(
            {.code = "TRANSITION_DISABLED",
             .subject = "pipeline " + name + " " + stage_name,
             .sentence =
                 {.en = "The transition into the stage " + stage_name + " is disabled" +
                        (inbound.text("disabledReason").empty() ? "." : ": " + inbound.text("disabledReason") + "."),
                  .ko = "단계 " + stage_name + "(으)로 가는 전환이 꺼져 있습니다" +
                        (inbound.text("disabledReason").empty() ? "." : ": " + inbound.text("disabledReason") + ".")},
             .remedy = {.en = "Enable it.", .ko = "켜십시오."},
             .command = "aws codepipeline enable-stage-transition --pipeline-name " + name + " --stage-name " +
                        stage_name + " --transition-type Inbound"});
        story.show("codepipeline:GetPipelineState", inbound.dump());
        return story.waits(inbound["lastChangedAt"]);
      }
    }
    ran = ran || !status.empty();
    if (status.empty() || status == "Succeeded") continue;
    story.add({.code = status == "InProgress" ? "STAGE_RUNS" : "STAGE_FAILED",
               .subject = "pipeline " + name + " " + stage_name,
               .sentence = {.en = "The stage " + stage_name + " is " + status + ".",
                            .ko = "단계 " + stage_name + "이(가) " + status + " 상태입니다."}});
    story.show("codepipeline:GetPipelineState", stage_name + ": " + status);
    for (const Json& action : stage["actionStates"].items()) {
      const Json& run = action["latestExecution"];
      const std::string subject = "pipeline " + name + " " + stage_name + " " + action.text("actionName");
      const Json& declaration = declared(pipeline, stage_name, action.text("actionName"));
      if (run.text("status") == "Failed") return explain_failed_action(story, run, declaration, pipeline, subject);
      if (run.text("status") == "InProgress")
        return explain_running_action(story, run, declaration, subject, name, stage_name);
    }
    if (status == "InProgress") story.waits(std::nullopt);
    return;
  }
  if (ran) return explain_behind(story, name, pipeline, state.body);
  story.add({.code = "PIPELINE_NEVER_RAN",
             .subject = "pipeline " + name,
             .sentence = {.en = "The pipeline never ran.", .ko = "파이프라인이 한 번도 실행되지 않았습니다."},
             .remedy = {.en = "Start it.", .ko = "시작하십시오."},
             .command = "aws codepipeline start-pipeline-execution --name " + name});
  explain_trigger(story, name, pipeline["stages"].items().front()["actions"].items().front(), "pipeline " + name);
}

}  // namespace hanbat::explain
