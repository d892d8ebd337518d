// CodePipeline's lists in pages, its tags, and what policies see of them.
#include "services/codepipeline/testing.h"
#include "wire/testing.h"

namespace hanbat::codepipeline {
namespace {

TEST_F(CodePipelineTest, WhatStartsBetweenTwoPagesIsOnNeither) {
  create();
  run();
  StartPipelineExecutionInput start;
  start.name = "wsi-api-pipeline";
  for (int i = 0; i < 4; ++i) {
    client.start_pipeline_execution(start);
    run();
  }
  const auto executions = executions_of(client.list_pipeline_executions({.pipeline_name = "wsi-api-pipeline"}));
  const auto actions = actions_of(client.list_action_executions({.pipeline_name = "wsi-api-pipeline"}));
  ASSERT_EQ(executions.size(), 5U);
  ASSERT_EQ(actions.size(), 15U);

  ListPipelineExecutionsInput in{.max_results = 2, .pipeline_name = "wsi-api-pipeline"};
  ListActionExecutionsInput of{.max_results = 2, .pipeline_name = "wsi-api-pipeline"};
  std::vector<std::string> paged, paged_actions;
  for (int page = 0; page < 8; ++page) {
    if (page == 0 || in.next_token) {
      const auto out = client.list_pipeline_executions(in);
      for (const std::string& id : executions_of(out)) paged.push_back(id);
      in.next_token = out.next_token;
    }
    const auto out = client.list_action_executions(of);
    for (const std::string& id : actions_of(out)) paged_actions.push_back(id);
    of.next_token = out.next_token;
    client.start_pipeline_execution(start);
  }
  EXPECT_EQ(paged, executions);
  EXPECT_EQ(paged_actions, actions);
  EXPECT_FALSE(in.next_token);
  EXPECT_FALSE(of.next_token);
}

TEST_F(CodePipelineTest, OnlyExecutionsThatPassedTheStageAreListedWhenAskedFor) {
  create();
  run();
  const std::string passed = *latest().pipeline_execution_id;
  build_status = "FAILED";
  StartPipelineExecutionInput start;
  start.name = "wsi-api-pipeline";
  for (int i = 0; i < 3; ++i) {
    client.start_pipeline_execution(start);
    run();
  }
  ListPipelineExecutionsInput in{.max_results = 1, .pipeline_name = "wsi-api-pipeline"};
  in.filter.emplace().succeeded_in_stage.emplace().stage_name = "Build";
  const auto page = client.list_pipeline_executions(in);
  ASSERT_EQ(page.pipeline_execution_summaries->size(), 1U);
  EXPECT_EQ(page.pipeline_execution_summaries->front().pipeline_execution_id, passed);
  EXPECT_FALSE(page.next_token);
}

TEST_F(CodePipelineTest, PipelinesAndTagsComeInPagesAndGarbageIsNoToken) {
  for (const char* name : {"b", "a", "c"}) client.create_pipeline(pipeline(name));
  ListPipelinesInput in{.max_results = 2};
  const auto first = client.list_pipelines(in);
  EXPECT_EQ(first.pipelines->front().name, "a");
  in.next_token = first.next_token;
  const auto second = client.list_pipelines(in);
  ASSERT_EQ(second.pipelines->size(), 1U);
  EXPECT_EQ(second.pipelines->front().name, "c");
  for (const std::string& wrong : {std::string("garbage"), std::string("MTA="), *first.next_token + "x"}) {
    in.next_token = wrong;
    EXPECT_EQ(wire::code_of([&] { client.list_pipelines(in); }), "InvalidNextTokenException") << wrong;
  }
  ListPipelineExecutionsInput other{.next_token = first.next_token, .pipeline_name = "a"};
  EXPECT_EQ(wire::code_of([&] { client.list_pipeline_executions(other); }), "InvalidNextTokenException");
}

TEST_F(CodePipelineTest, TagsAreCheckedWhereverACallBringsThemAndGoWithThePipeline) {
  const std::string arn = "arn:aws:codepipeline:ap-northeast-2:123456789012:wsi-api-pipeline";
  for (const std::vector<Tag>& wrong : {std::vector<Tag>{{.key = "aws:x", .value = "1"}},
                                        {{.key = "a", .value = "1"}, {.key = "a", .value = "2"}},
                                        {{.key = "k", .value = "<"}}}) {
    CreatePipelineInput in = pipeline();
    in.tags = wrong;
    EXPECT_EQ(wire::code_of([&] { client.create_pipeline(in); }), "InvalidTagsException") << wrong[0].key;
  }
  create();
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({.key = "k" + std::to_string(i), .value = ""});
  EXPECT_EQ(wire::code_of([&] { client.tag_resource({.resource_arn = arn, .tags = many}); }), "TooManyTagsException");
  many.pop_back();
  client.tag_resource({.resource_arn = arn, .tags = many});
  EXPECT_EQ(client.list_tags_for_resource({.resource_arn = arn}).tags->size(), 50U);
  client.delete_pipeline({.name = "wsi-api-pipeline"});
  create();
  EXPECT_TRUE(client.list_tags_for_resource({.resource_arn = arn}).tags->empty());
}

TEST_F(CodePipelineTest, PoliciesSeeAPipelinesTagsForItsStagesAndActionsToo) {
  create();
  const std::string arn = "arn:aws:codepipeline:ap-northeast-2:123456789012:wsi-api-pipeline";
  client.tag_resource({.resource_arn = arn, .tags = {{.key = "team", .value = "a"}}});
  DisableStageTransitionInput in;
  in.pipeline_name = "wsi-api-pipeline";
  in.stage_name = "Deploy";
  in.transition_type = "Inbound";
  in.reason = "a freeze";
  client.disable_stage_transition(in);
  client.get_pipeline({.name = "wsi-api-pipeline"});
  client.untag_resource({.resource_arn = arn, .tag_keys = {"team"}});
  const std::string role = "arn:aws:iam::123456789012:role/wsi-codepipeline";
  const region::ExpectedKey expected[] = {
      {"iam:PassRole", role, "iam:PassedToService", "codepipeline.amazonaws.com"},
      {"iam:PassRole", role, "iam:AssociatedResourceArn", arn},
      {"codepipeline:TagResource", arn, "aws:RequestTag/team", "a"},
      {"codepipeline:DisableStageTransition", arn + "/Deploy", "aws:ResourceTag/team", "a"},
      {"codepipeline:GetPipeline", arn, "aws:ResourceTag/team", "a"},
      {"codepipeline:UntagResource", arn, "aws:TagKeys", "team"}};
  for (const region::ExpectedKey& one : expected)
    EXPECT_EQ(region.authorizer.condition_key_of(one.action, one.resource, one.key), one.value) << one.action;
}

}  // namespace
}  // namespace hanbat::codepipeline
