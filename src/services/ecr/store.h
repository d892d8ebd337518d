// The rows of repositories, which lie in the region's store, and the key that ECR signs with. What lies in them by the
// thousand has tables of its own: images/store.h and layers/store.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/words.h"
#include "gen/ecr/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "region/tag_keys.h"
#include "region/tags.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::ecr {

/// Whether a tag may come to name another image, and whether tags of some patterns are held the other way round.
enum class TagMutability { kMutable, kImmutable, kMutableWithExclusion, kImmutableWithExclusion };
/// With what images are encrypted at rest; keys of KMS are not built.
enum class EncryptionType { kAes256 };
/// Which images a list has.
enum class TagStatus { kAny, kTagged, kUntagged };

}  // namespace hanbat::ecr

namespace hanbat {

template <>
inline constexpr auto kWords<ecr::EncryptionType> =
    std::to_array<Word<ecr::EncryptionType>>({{ecr::EncryptionType::kAes256, "AES256"}});
template <>
inline constexpr auto kWords<ecr::TagStatus> = std::to_array<Word<ecr::TagStatus>>(
    {{ecr::TagStatus::kAny, "ANY"}, {ecr::TagStatus::kTagged, "TAGGED"}, {ecr::TagStatus::kUntagged, "UNTAGGED"}});
template <>
inline constexpr auto kWords<ecr::TagMutability> = std::to_array<Word<ecr::TagMutability>>(
    {{ecr::TagMutability::kMutable, "MUTABLE"},
     {ecr::TagMutability::kImmutable, "IMMUTABLE"},
     {ecr::TagMutability::kMutableWithExclusion, "MUTABLE_WITH_EXCLUSION"},
     {ecr::TagMutability::kImmutableWithExclusion, "IMMUTABLE_WITH_EXCLUSION"}});

}  // namespace hanbat

namespace hanbat::region {

template <>
struct KindOf<ecr::Repository> {
  static constexpr std::string_view kRows = "ecr/repository";
  static std::string arn(const Resource<ecr::Repository>& row) { return *row.shape.repository_arn; }
};

}  // namespace hanbat::region

namespace hanbat::ecr {

/// A repository's row: what DescribeRepositories answers of it; its own is {"policy"} and what
/// lifecycle/expiry.h names.
using RepositoryRow = region::Resource<Repository>;

inline const std::string& name_of(const RepositoryRow& repository) { return *repository.name; }
std::optional<std::string> policy_of(const RepositoryRow& repository);
/// "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
std::string registry_host(const region::Place& place);
std::string repository_arn(const region::Place& place, std::string_view name);
/// A new repository with mutable tags.
RepositoryRow make_repository(const region::Place& place, std::string_view name, Timestamp now);

/// ECR's words about tags.
extern const region::TagRules kTagRules;

std::optional<RepositoryRow> find_repository(store::Tx& tx, const region::Place& place, std::string_view name);
/// Rows of before 002_resources.sql as they are now, and their tags; at start.
void migrate_repositories(store::Tx& tx);
/// With everything in it.
void remove(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository);

/// Checks that the caller may do the action to the repository, by its own policy too, and loads it. Throws the access
/// error, InvalidParameterException, RepositoryNotFoundException.
RepositoryRow require_repository(region::Request& rq, std::string_view action,
                                 const std::optional<std::string>& registry_id, const std::string& name,
                                 region::ConditionKeys keys = {});

/// Throws InvalidParameterException for what can be no repository's name.
void require_repository_name(std::string_view name);

/// ECR's words for a parameter that breaks a rule.
InvalidParameterException invalid_parameter(std::string_view name, std::string_view constraint);

/// The key that ECR signs with, made when there is none.
std::string require_signing_key(store::Tx& tx);

}  // namespace hanbat::ecr
