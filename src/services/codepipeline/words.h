// The words of CodePipeline: statuses, states and modes as the API and its events spell them.
#pragma once

#include <array>

#include "base/words.h"
#include "gen/codepipeline/model.h"

namespace hanbat::codepipeline {

enum class ExecutionStatus { kInProgress, kStopping, kStopped, kSucceeded, kSuperseded, kFailed };
enum class StageStatus { kInProgress, kStopping, kStopped, kSucceeded, kFailed };
enum class ActionStatus { kInProgress, kAbandoned, kSucceeded, kFailed };

/// What EventBridge hears.
/// Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
enum class State { kStarted, kResumed, kStopping, kStopped, kSucceeded, kSuperseded, kFailed, kAbandoned };

enum class ExecutionMode { kQueued, kSuperseded, kParallel };
enum class ActionCategory { kSource, kBuild, kDeploy, kTest, kInvoke, kApproval, kCompute };
enum class ApprovalStatus { kApproved, kRejected };
// Of these, what is built here.
enum class ActionOwner { kAws };
enum class PipelineType { kV1, kV2 };
enum class StageTransitionType { kInbound };
enum class StageRetryMode { kFailedActions, kAllActions };
enum class SourceRevisionType { kCommitId, kS3ObjectVersionId, kS3ObjectKey };

}  // namespace hanbat::codepipeline

namespace hanbat {

template <>
inline constexpr auto kWords<codepipeline::ExecutionStatus> = std::to_array<Word<codepipeline::ExecutionStatus>>({
    {codepipeline::ExecutionStatus::kInProgress, "InProgress"},
    {codepipeline::ExecutionStatus::kStopping, "Stopping"},
    {codepipeline::ExecutionStatus::kStopped, "Stopped"},
    {codepipeline::ExecutionStatus::kSucceeded, "Succeeded"},
    {codepipeline::ExecutionStatus::kSuperseded, "Superseded"},
    {codepipeline::ExecutionStatus::kFailed, "Failed"},
});

template <>
inline constexpr auto kWords<codepipeline::StageStatus> = std::to_array<Word<codepipeline::StageStatus>>({
    {codepipeline::StageStatus::kInProgress, "InProgress"},
    {codepipeline::StageStatus::kStopping, "Stopping"},
    {codepipeline::StageStatus::kStopped, "Stopped"},
    {codepipeline::StageStatus::kSucceeded, "Succeeded"},
    {codepipeline::StageStatus::kFailed, "Failed"},
});

template <>
inline constexpr auto kWords<codepipeline::ActionStatus> = std::to_array<Word<codepipeline::ActionStatus>>({
    {codepipeline::ActionStatus::kInProgress, "InProgress"},
    {codepipeline::ActionStatus::kAbandoned, "Abandoned"},
    {codepipeline::ActionStatus::kSucceeded, "Succeeded"},
    {codepipeline::ActionStatus::kFailed, "Failed"},
});

template <>
inline constexpr auto kWords<codepipeline::State> = std::to_array<Word<codepipeline::State>>({
    {codepipeline::State::kStarted, "STARTED"},
    {codepipeline::State::kResumed, "RESUMED"},
    {codepipeline::State::kStopping, "STOPPING"},
    {codepipeline::State::kStopped, "STOPPED"},
    {codepipeline::State::kSucceeded, "SUCCEEDED"},
    {codepipeline::State::kSuperseded, "SUPERSEDED"},
    {codepipeline::State::kFailed, "FAILED"},
    {codepipeline::State::kAbandoned, "ABANDONED"},
});

template <>
inline constexpr auto kWords<codepipeline::ExecutionMode> = std::to_array<Word<codepipeline::ExecutionMode>>({
    {codepipeline::ExecutionMode::kQueued, "QUEUED"},
    {codepipeline::ExecutionMode::kSuperseded, "SUPERSEDED"},
    {codepipeline::ExecutionMode::kParallel, "PARALLEL"},
});

template <>
inline constexpr auto kWords<codepipeline::ActionCategory> = std::to_array<Word<codepipeline::ActionCategory>>({
    {codepipeline::ActionCategory::kSource, "Source"},
    {codepipeline::ActionCategory::kBuild, "Build"},
    {codepipeline::ActionCategory::kDeploy, "Deploy"},
    {codepipeline::ActionCategory::kTest, "Test"},
    {codepipeline::ActionCategory::kInvoke, "Invoke"},
    {codepipeline::ActionCategory::kApproval, "Approval"},
    {codepipeline::ActionCategory::kCompute, "Compute"},
});

template <>
inline constexpr auto kWords<codepipeline::ApprovalStatus> = std::to_array<Word<codepipeline::ApprovalStatus>>({
    {codepipeline::ApprovalStatus::kApproved, "Approved"},
    {codepipeline::ApprovalStatus::kRejected, "Rejected"},
});

template <>
inline constexpr auto kWords<codepipeline::ActionOwner> =
    std::to_array<Word<codepipeline::ActionOwner>>({{codepipeline::ActionOwner::kAws, "AWS"}});

template <>
inline constexpr auto kWords<codepipeline::PipelineType> = std::to_array<Word<codepipeline::PipelineType>>({
    {codepipeline::PipelineType::kV1, "V1"},
    {codepipeline::PipelineType::kV2, "V2"},
});

template <>
inline constexpr auto kWords<codepipeline::StageTransitionType> =
    std::to_array<Word<codepipeline::StageTransitionType>>({{codepipeline::StageTransitionType::kInbound, "Inbound"}});

template <>
inline constexpr auto kWords<codepipeline::StageRetryMode> = std::to_array<Word<codepipeline::StageRetryMode>>({
    {codepipeline::StageRetryMode::kFailedActions, "FAILED_ACTIONS"},
    {codepipeline::StageRetryMode::kAllActions, "ALL_ACTIONS"},
});

template <>
inline constexpr auto kWords<codepipeline::SourceRevisionType> = std::to_array<Word<codepipeline::SourceRevisionType>>({
    {codepipeline::SourceRevisionType::kCommitId, "COMMIT_ID"},
    {codepipeline::SourceRevisionType::kS3ObjectVersionId, "S3_OBJECT_VERSION_ID"},
    {codepipeline::SourceRevisionType::kS3ObjectKey, "S3_OBJECT_KEY"},
});

}  // namespace hanbat

namespace hanbat::codepipeline {

/// How executions of the pipeline meet: SUPERSEDED unless it says otherwise.
inline ExecutionMode mode_of(const PipelineDeclaration& pipeline) {
  return require_word(pipeline.execution_mode, ExecutionMode::kSuperseded);
}

inline bool is_of(const ActionDeclaration& action, ActionCategory category) {
  return require_word<ActionCategory>(action.action_type_id.category) == category;
}

}  // namespace hanbat::codepipeline
