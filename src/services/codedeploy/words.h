// What groups, configurations and lists of CodeDeploy choose from: AWS's words of what is built here.
#pragma once

#include "base/words.h"
#include "gen/codedeploy/model.h"

namespace hanbat::codedeploy {

enum class TagFilterType { kKeyOnly, kValueOnly, kKeyAndValue };
enum class MinimumHealthyHostsType { kHostCount, kFleetPercent };
enum class DeploymentType { kInPlace };
enum class DeploymentOption { kWithTrafficControl, kWithoutTrafficControl };
enum class ComputePlatform { kServer };
enum class AutoRollbackEvent { kFailure, kStopOnRequest };
enum class RevisionType { kS3 };
enum class BundleType { kTar, kTgz, kZip };
/// What happens on an instance, in a deployment's order.
enum class LifecycleEventName {
  kBeforeBlockTraffic,
  kBlockTraffic,
  kAfterBlockTraffic,
  kApplicationStop,
  kDownloadBundle,
  kBeforeInstall,
  kInstall,
  kAfterInstall,
  kApplicationStart,
  kValidateService,
  kBeforeAllowTraffic,
  kAllowTraffic,
  kAfterAllowTraffic
};
enum class DeploymentCreator { kUser, kRollback };
/// What ListApplicationRevisions and ListDeployments are sorted and filtered by.
enum class RevisionSortBy { kRegisterTime, kFirstUsedTime, kLastUsedTime };
enum class SortOrder { kAscending, kDescending };
enum class StateFilter { kInclude, kExclude, kIgnore };
enum class FileExistsBehavior { kDisallow, kOverwrite, kRetain };
/// Of an on-premises instance.
enum class RegistrationStatus { kRegistered, kDeregistered };

}  // namespace hanbat::codedeploy

namespace hanbat {

template <>
inline constexpr auto kWords<codedeploy::TagFilterType> =
    std::to_array<Word<codedeploy::TagFilterType>>({{codedeploy::TagFilterType::kKeyOnly, "KEY_ONLY"},
                                                    {codedeploy::TagFilterType::kValueOnly, "VALUE_ONLY"},
                                                    {codedeploy::TagFilterType::kKeyAndValue, "KEY_AND_VALUE"}});
template <>
inline constexpr auto kWords<codedeploy::MinimumHealthyHostsType> =
    std::to_array<Word<codedeploy::MinimumHealthyHostsType>>(
        {{codedeploy::MinimumHealthyHostsType::kHostCount, "HOST_COUNT"},
         {codedeploy::MinimumHealthyHostsType::kFleetPercent, "FLEET_PERCENT"}});
template <>
inline constexpr auto kWords<codedeploy::DeploymentType> =
    std::to_array<Word<codedeploy::DeploymentType>>({{codedeploy::DeploymentType::kInPlace, "IN_PLACE"}});
template <>
inline constexpr auto kWords<codedeploy::DeploymentOption> = std::to_array<Word<codedeploy::DeploymentOption>>(
    {{codedeploy::DeploymentOption::kWithTrafficControl, "WITH_TRAFFIC_CONTROL"},
     {codedeploy::DeploymentOption::kWithoutTrafficControl, "WITHOUT_TRAFFIC_CONTROL"}});
template <>
inline constexpr auto kWords<codedeploy::ComputePlatform> =
    std::to_array<Word<codedeploy::ComputePlatform>>({{codedeploy::ComputePlatform::kServer, "Server"}});
template <>
inline constexpr auto kWords<codedeploy::AutoRollbackEvent> = std::to_array<Word<codedeploy::AutoRollbackEvent>>(
    {{codedeploy::AutoRollbackEvent::kFailure, "DEPLOYMENT_FAILURE"},
     {codedeploy::AutoRollbackEvent::kStopOnRequest, "DEPLOYMENT_STOP_ON_REQUEST"}});
template <>
inline constexpr auto kWords<codedeploy::RevisionType> =
    std::to_array<Word<codedeploy::RevisionType>>({{codedeploy::RevisionType::kS3, "S3"}});
template <>
inline constexpr auto kWords<codedeploy::BundleType> =
    std::to_array<Word<codedeploy::BundleType>>({{codedeploy::BundleType::kTar, "tar"},
                                                 {codedeploy::BundleType::kTgz, "tgz"},
                                                 {codedeploy::BundleType::kZip, "zip"}});
template <>
inline constexpr auto kWords<codedeploy::LifecycleEventName> = std::to_array<Word<codedeploy::LifecycleEventName>>(
    {{codedeploy::LifecycleEventName::kBeforeBlockTraffic, "BeforeBlockTraffic"},
     {codedeploy::LifecycleEventName::kBlockTraffic, "BlockTraffic"},
     {codedeploy::LifecycleEventName::kAfterBlockTraffic, "AfterBlockTraffic"},
     {codedeploy::LifecycleEventName::kApplicationStop, "ApplicationStop"},
     {codedeploy::LifecycleEventName::kDownloadBundle, "DownloadBundle"},
     {codedeploy::LifecycleEventName::kBeforeInstall, "BeforeInstall"},
     {codedeploy::LifecycleEventName::kInstall, "Install"},
     {codedeploy::LifecycleEventName::kAfterInstall, "AfterInstall"},
     {codedeploy::LifecycleEventName::kApplicationStart, "ApplicationStart"},
     {codedeploy::LifecycleEventName::kValidateService, "ValidateService"},
     {codedeploy::LifecycleEventName::kBeforeAllowTraffic, "BeforeAllowTraffic"},
     {codedeploy::LifecycleEventName::kAllowTraffic, "AllowTraffic"},
     {codedeploy::LifecycleEventName::kAfterAllowTraffic, "AfterAllowTraffic"}});
template <>
inline constexpr auto kWords<codedeploy::DeploymentCreator> = std::to_array<Word<codedeploy::DeploymentCreator>>(
    {{codedeploy::DeploymentCreator::kUser, "user"}, {codedeploy::DeploymentCreator::kRollback, "codeDeployRollback"}});
template <>
inline constexpr auto kWords<codedeploy::RevisionSortBy> =
    std::to_array<Word<codedeploy::RevisionSortBy>>({{codedeploy::RevisionSortBy::kRegisterTime, "registerTime"},
                                                     {codedeploy::RevisionSortBy::kFirstUsedTime, "firstUsedTime"},
                                                     {codedeploy::RevisionSortBy::kLastUsedTime, "lastUsedTime"}});
template <>
inline constexpr auto kWords<codedeploy::SortOrder> = std::to_array<Word<codedeploy::SortOrder>>(
    {{codedeploy::SortOrder::kAscending, "ascending"}, {codedeploy::SortOrder::kDescending, "descending"}});
template <>
inline constexpr auto kWords<codedeploy::StateFilter> =
    std::to_array<Word<codedeploy::StateFilter>>({{codedeploy::StateFilter::kInclude, "include"},
                                                  {codedeploy::StateFilter::kExclude, "exclude"},
                                                  {codedeploy::StateFilter::kIgnore, "ignore"}});

template <>
inline constexpr auto kWords<codedeploy::FileExistsBehavior> =
    std::to_array<Word<codedeploy::FileExistsBehavior>>({{codedeploy::FileExistsBehavior::kDisallow, "DISALLOW"},
                                                         {codedeploy::FileExistsBehavior::kOverwrite, "OVERWRITE"},
                                                         {codedeploy::FileExistsBehavior::kRetain, "RETAIN"}});
template <>
inline constexpr auto kWords<codedeploy::RegistrationStatus> = std::to_array<Word<codedeploy::RegistrationStatus>>(
    {{codedeploy::RegistrationStatus::kRegistered, "Registered"},
     {codedeploy::RegistrationStatus::kDeregistered, "Deregistered"}});

}  // namespace hanbat
