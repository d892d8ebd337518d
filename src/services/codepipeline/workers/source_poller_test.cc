// Polled sources: which revisions start an execution.
#include "services/codepipeline/workers/source_poller.h"

#include "services/codepipeline/testing.h"
#include "services/codepipeline/workers/action_worker.h"

namespace hanbat::codepipeline {
namespace {

struct SourcePollerTest : CodePipelineTest {
  SourcePollerTest() {
    polled = pipeline();
    (*polled.pipeline.stages[0].actions[0].configuration)["PollForSourceChanges"] = "true";
  }
  /// The commits that executions took, newest first.
  std::vector<std::string> taken() {
    std::vector<std::string> commits;
    const auto listed = client.list_pipeline_executions({.pipeline_name = "wsi-api-pipeline"});
    for (const auto& one : *listed.pipeline_execution_summaries)
      commits.push_back(one.source_revisions && !one.source_revisions->empty()
                            ? one.source_revisions->front().revision_id.value_or("")
                            : "none");
    return commits;
  }
  void wait_for_polls() {
    region.clock.advance(std::chrono::seconds(31));
    run();
  }

  CreatePipelineInput polled;
};

using Commits = std::vector<std::string>;

TEST_F(SourcePollerTest, APushStartsOneExecution) {
  client.create_pipeline(polled);
  run();
  newest_commit = "beef";
  wait_for_polls();
  wait_for_polls();
  EXPECT_EQ(taken(), (Commits{"beef", "c0ffee"}));
}

TEST_F(SourcePollerTest, APushBetweenTheFirstExecutionsLookAndTheFirstPollIsNotLost) {
  client.create_pipeline(polled);
  // The branch moves on as soon as the execution has looked.
  after_look = [this] { newest_commit = "beef"; };
  run();
  wait_for_polls();
  EXPECT_EQ(taken(), (Commits{"beef", "c0ffee"}));
}

TEST_F(SourcePollerTest, ABranchThatComesAfterItsPipelineStartsIt) {
  newest_commit = "";
  client.create_pipeline(polled);
  run();
  EXPECT_EQ(taken(), Commits{"none"});
  newest_commit = "c0ffee";
  wait_for_polls();
  wait_for_polls();
  EXPECT_EQ(taken(), (Commits{"c0ffee", "none"}));
}

TEST_F(SourcePollerTest, WhatAnExecutionTookIsNoChangeThoughItsArtifactWasLost) {
  refuse_objects = true;
  client.create_pipeline(polled);
  run();
  wait_for_polls();
  EXPECT_EQ(taken().size(), 1U);
}

}  // namespace
}  // namespace hanbat::codepipeline
