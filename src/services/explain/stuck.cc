// All that waits: for what, since when, until when.
#include "base/text.h"
#include "services/explain/chains.h"

namespace hanbat::explain {
namespace {

/// Pipelines whose newest execution has not ended.
void add_pipelines(Story& story) {
  for (const Json& pipeline :
       story.ask_all("codepipeline", "ListPipelines", Json::object(), "pipelines", "nextToken", "nextToken")) {
    const std::string name = pipeline.text("name");
    const Answer runs =
        story.ask("codepipeline", "ListPipelineExecutions", Json::object({{"pipelineName", name}, {"maxResults", 1}}));
    if (!runs || runs["pipelineExecutionSummaries"].empty()) continue;
    const std::string status = runs["pipelineExecutionSummaries"].items().front().text("status");
    if (status == "InProgress" || status == "Stopping") explain_pipeline(story, name);
  }
}

void add_builds(Story& story) {
  const Answer list = story.ask("codebuild", "ListBuilds", Json::object({{"sortOrder", "DESCENDING"}}));
  if (!list || list["ids"].empty()) return;
  const Answer builds = story.ask("codebuild", "BatchGetBuilds", Json::object({{"ids", list["ids"]}}));
  if (!builds || !builds["builds"].is_array()) return;
  for (const Json& build : builds["builds"].items())
    // Those of pipelines are told with their pipelines.
    if (build.text("buildStatus") == "IN_PROGRESS" && !build.text("initiator").starts_with("codepipeline/"))
      explain_build(story, build.text("id"));
}

void add_deployments(Story& story) {
  const Json::Array ids =
      story.ask_all("codedeploy", "ListDeployments",
                    Json::object({{"includeOnlyStatuses", Json::array({"Created", "Queued", "InProgress"})}}),
                    "deployments", "nextToken", "nextToken");
  for (const Json& id : ids) {
    bool told = false;
    for (const Cause& cause : story.told().causes) told = told || cause.subject == "deployment " + id.as_string();
    if (!told) explain_deployment(story, id.as_string());
  }
}

Json filter(const char* name, std::initializer_list<const char*> values) {
  Json list = Json::array();
  for (const char* value : values) list.push_back(value);
  return Json::array({Json::object({{"Name", name}, {"Values", std::move(list)}})});
}

void add_machines(Story& story) {
  const Answer answer =
      story.ask("ec2", "DescribeInstances",
                Json::object({{"Filters", filter("instance-state-name", {"pending", "stopping", "shutting-down"})}}));
  if (answer && answer["Reservations"].is_array())
    for (const Json& reservation : answer["Reservations"].items())
      for (const Json& instance : reservation["Instances"].items()) {
        const std::string id = instance.text("InstanceId"), state = instance["State"].text("Name");
        story.add({.code = "INSTANCE_CHANGES",
                   .subject = "instance " + id,
                   .sentence = {.en = "The instance " + id + " is " + state + ".",
                                .ko = "인스턴스 " + id + "이(가) " + state + " 상태입니다."}});
        story.show("ec2:DescribeInstances", id + " " + state + " " + instance["StateReason"].text("Message"));
        story.waits(state == "pending" ? time_of(instance["LaunchTime"]) : std::nullopt);
      }
  const Answer gateways = story.ask("ec2", "DescribeNatGateways",
                                    Json::object({{"Filter", filter("state", {"pending", "deleting", "failed"})}}));
  if (gateways && gateways["NatGateways"].is_array())
    for (const Json& gateway : gateways["NatGateways"].items()) {
      const std::string id = gateway.text("NatGatewayId"), state = gateway.text("State");
      story.add({.code = "NAT_GATEWAY_CHANGES",
                 .subject = "NAT gateway " + id,
                 .sentence = {.en = "The NAT gateway " + id + " is " + state + ".",
                              .ko = "NAT 게이트웨이 " + id + "이(가) " + state + " 상태입니다."}});
      story.show("ec2:DescribeNatGateways", state + " " + gateway.text("FailureMessage"));
      story.waits(time_of(gateway["CreateTime"]));
    }
}

void add_targets(Story& story) {
  for (const Json& group : story.ask_all("elasticloadbalancing", "DescribeTargetGroups", Json::object(), "TargetGroups",
                                         "Marker", "NextMarker")) {
    const Answer health = story.ask("elasticloadbalancing", "DescribeTargetHealth",
                                    Json::object({{"TargetGroupArn", group.text("TargetGroupArn")}}));
    if (!health || !health["TargetHealthDescriptions"].is_array()) continue;
    for (const Json& one : health["TargetHealthDescriptions"].items()) {
      const std::string state = one["TargetHealth"].text("State"), id = one["Target"].text("Id");
      if (state != "initial" && state != "draining") continue;
      story.add({.code = state == "initial" ? "TARGET_INITIAL" : "TARGET_DRAINING",
                 .subject = "target " + id + " of " + group.text("TargetGroupName"),
                 .sentence = {.en = "The target " + id + " of " + group.text("TargetGroupName") + " is " + state +
                                    ": " + one["TargetHealth"].text("Description") + ".",
                              .ko = group.text("TargetGroupName") + "의 대상 " + id + "이(가) " + state +
                                    " 상태입니다: " + one["TargetHealth"].text("Description") + "."}});
      story.show("elasticloadbalancing:DescribeTargetHealth", state + " " + one["TargetHealth"].text("Reason"));
      story.waits(std::nullopt);
    }
  }
}

}  // namespace

void explain_stuck(Story& story) {
  add_pipelines(story);
  add_builds(story);
  add_deployments(story);
  add_machines(story);
  add_targets(story);
}

}  // namespace hanbat::explain
