// What starts a pipeline when its source changes: EventBridge's rules with it as their target, as far as one of them is
// on, matches and may.
#include "base/text.h"
#include "base/time.h"
#include "services/explain/chains.h"
#include "services/explain/lines.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

/// The event of a push to the source's branch. Source: "CodeCommit Repository State Change" of CodeCommit's guide.
std::string event_of(Story& story, const Json& configuration) {
  const std::string repository = configuration.text("RepositoryName"), branch = configuration.text("BranchName");
  const std::string arn = "arn:aws:codecommit:" + story.region() + ":" + story.account() + ":" + repository;
  const Json detail = Json::object({{"event", "referenceUpdated"},
                                    {"repositoryName", repository},
                                    {"referenceType", "branch"},
                                    {"referenceName", branch},
                                    {"referenceFullName", "refs/heads/" + branch}});
  return Json::object({{"version", "0"},
                       {"id", "00000000-0000-0000-0000-000000000000"},
                       {"detail-type", "CodeCommit Repository State Change"},
                       {"source", "aws.codecommit"},
                       {"account", story.account()},
                       {"time", iso8601(story.now())},
                       {"region", story.region()},
                       {"resources", Json::array({arn})},
                       {"detail", detail}})
      .dump();
}

/// The rules that have the pipeline as their target, by whether they are on and would match.
struct Rules {
  std::string on, off, other;  // a name of each kind; "" where there is none
  std::string pattern;         // of `other`
  bool unseen = false;
};

Rules rules_of(Story& story, const Json& names, const Json& source) {
  Rules out;
  const bool commits = source["actionTypeId"].text("provider") == "CodeCommit";
  const std::string event = commits ? event_of(story, source["configuration"]) : "";
  for (const Json& name : names.items()) {
    const Answer rule = story.ask("events", "DescribeRule", Json::object({{"Name", name}}));
    if (!rule) {
      out.unseen = true;
      continue;
    }
    const std::string pattern = rule["EventPattern"].is_string() ? rule["EventPattern"].as_string() : "";
    if (commits && !pattern.empty()) {
      const Answer tried =
          story.ask("events", "TestEventPattern", Json::object({{"EventPattern", pattern}, {"Event", event}}));
      out.unseen = out.unseen || !tried;
      if (tried && !tried["Result"].as_bool()) {
        out.other = name.as_string();
        out.pattern = pattern;
        continue;
      }
    }
    (rule.body.text("State") == "DISABLED" ? out.off : out.on) = name.as_string();
  }
  return out;
}

/// What EventBridge was refused when it wanted to start the pipeline, by the trail.
void explain_refused_start(Story& story, const std::string& name, const std::string& subject) {
  const Answer events = story.ask(
      "cloudtrail", "LookupEvents",
      Json::object({{"LookupAttributes", Json::array({Json::object({{"AttributeKey", "EventName"},
                                                                    {"AttributeValue", "StartPipelineExecution"}})})},
                    {"MaxResults", 50}}));
  if (!events || !events["Events"].is_array()) return;
  for (const Json& event : events["Events"].items()) {
    const Json record = Json::parse(event.text("CloudTrailEvent", "{}"));
    if (!has(record.dump(), name)) continue;
    if (!record.text("errorCode").empty())
      explain_refusal(story, record.text("errorMessage"), subject, "cloudtrail:LookupEvents");
    return;
  }
}

}  // namespace

void explain_trigger(Story& story, const std::string& name, const Json& source, const std::string& subject) {
  if (source["configuration"].text("PollForSourceChanges", "true") != "false") return;
  const std::string arn = "arn:aws:codepipeline:" + story.region() + ":" + story.account() + ":" + name;
  const Answer rules = story.ask("events", "ListRuleNamesByTarget", Json::object({{"TargetArn", arn}}));
  if (!rules) return;
  if (rules["RuleNames"].empty()) {
    story.add(
        {.code = "TRIGGER_MISSING",
         .subject = subject,
         .sentence = {.en = "Nobody tells the pipeline of changes: polling is off, and no EventBridge rule has it "
                            "as its target.",
                      .ko = "변경을 알려 주는 것이 없습니다: 폴링이 꺼져 있고 이 파이프라인을 대상으로 하는 "
                            "EventBridge 규칙이 없습니다."},
         .remedy = {.en = "Make a rule for the repository's \"CodeCommit Repository State Change\" with the "
                          "pipeline as its target and a role that may start it.",
                    .ko = "리포지토리의 \"CodeCommit Repository State Change\" 규칙을 만들고 이 파이프라인을 "
                          "대상으로, 시작할 수 있는 역할과 함께 지정하십시오."},
         .command = "aws codepipeline start-pipeline-execution --name " + name});
    return story.show("events:ListRuleNamesByTarget", arn + ": []");
  }
  const Rules found = rules_of(story, rules["RuleNames"], source);
  if (!found.on.empty()) return explain_refused_start(story, name, subject);
  if (!found.off.empty()) {
    story.add({.code = "TRIGGER_DISABLED",
               .subject = subject,
               .sentence = {.en = "The EventBridge rule " + found.off + ", which starts the pipeline, is disabled.",
                            .ko = "파이프라인을 시작하는 EventBridge 규칙 " + found.off + "이(가) 꺼져 있습니다."},
               .remedy = {.en = "Enable it.", .ko = "켜십시오."},
               .command = "aws events enable-rule --name " + found.off});
    return story.show("events:DescribeRule", found.off + ": DISABLED");
  }
  if (found.other.empty() || found.unseen) return;
  const Json& configuration = source["configuration"];
  const std::string what = configuration.text("RepositoryName") + " " + configuration.text("BranchName");
  story.add(
      {.code = "TRIGGER_DOES_NOT_MATCH",
       .subject = subject,
       .sentence = {.en = "The EventBridge rule " + found.other +
                          " has the pipeline as its target, but its pattern does not match a push to " + what + ".",
                    .ko = "EventBridge 규칙 " + found.other + "이(가) 이 파이프라인을 대상으로 하지만 패턴이 " + what +
                          "(으)로의 푸시와 맞지 않습니다."},
       .remedy = {.en = "Mend the pattern's resources, referenceName or event; letter by letter.",
                  .ko = "패턴의 resources, referenceName, event를 대소문자까지 그대로 고치십시오."},
       .command = "aws events describe-rule --name " + found.other});
  story.show("events:DescribeRule", found.pattern);
}

}  // namespace hanbat::explain
