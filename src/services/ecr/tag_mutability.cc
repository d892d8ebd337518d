#include "services/ecr/tag_mutability.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "services/ecr/ecr.h"

namespace hanbat::ecr {
namespace {

constexpr std::size_t kMostExclusions = 5;
constexpr std::size_t kLongestExclusion = 128;
constexpr int kMostWildcards = 2;

void check(const ImageTagMutabilityExclusionFilter& exclusion) {
  const std::string& filter = exclusion.filter;
  if (exclusion.filter_type != "WILDCARD")
    throw invalid_parameter("imageTagMutabilityExclusionFilters", "Member must satisfy enum value set: [WILDCARD]");
  const bool known = std::all_of(filter.begin(), filter.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '_' || c == '*' || c == '-';
  });
  if (filter.empty() || filter.size() > kLongestExclusion || !known)
    throw invalid_parameter("imageTagMutabilityExclusionFilters",
                            "must satisfy regular expression '^[0-9a-zA-Z._*-]{1,128}$'");
  if (std::count(filter.begin(), filter.end(), '*') > kMostWildcards)
    throw invalid_parameter("imageTagMutabilityExclusionFilters", "a filter has at most 2 wildcards");
}

bool has_exclusions(TagMutability mutability) {
  return mutability == TagMutability::kMutableWithExclusion || mutability == TagMutability::kImmutableWithExclusion;
}

}  // namespace

void set_mutability(RepositoryRow& repository, const MutabilityChoice& choice) {
  const auto mutability = find_word<TagMutability>(choice.mutability.value_or("MUTABLE"));
  if (!mutability)
    throw invalid_parameter("imageTagMutability",
                            "Member must satisfy enum value set: [MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, "
                            "MUTABLE_WITH_EXCLUSION]");
  const bool excludes = choice.exclusions && !choice.exclusions->empty();
  if (excludes != has_exclusions(*mutability))
    throw invalid_parameter("imageTagMutabilityExclusionFilters",
                            excludes ? "goes with MUTABLE_WITH_EXCLUSION and IMMUTABLE_WITH_EXCLUSION only"
                                     : "Member must not be empty with " + std::string(word_of(*mutability)));
  if (excludes) {
    if (choice.exclusions->size() > kMostExclusions)
      throw invalid_parameter("imageTagMutabilityExclusionFilters", "Member must have length less than or equal to 5");
    for (const auto& exclusion : *choice.exclusions) check(exclusion);
  }

  repository.shape.image_tag_mutability = word_of(*mutability);
  repository.shape.image_tag_mutability_exclusion_filters = excludes ? choice.exclusions : std::nullopt;
}

bool is_immutable(const RepositoryRow& repository, std::string_view tag) {
  bool excluded = false;
  if (const auto& filters = repository.shape.image_tag_mutability_exclusion_filters)
    excluded = std::any_of(filters->begin(), filters->end(),
                           [&](const auto& exclusion) { return wildcard_match(exclusion.filter, tag); });
  switch (require_word<TagMutability>(repository.shape.image_tag_mutability.value_or(""))) {
    case TagMutability::kMutable:
      return false;
    case TagMutability::kImmutable:
      return true;
    case TagMutability::kMutableWithExclusion:
      return excluded;
    case TagMutability::kImmutableWithExclusion:
      return !excluded;
  }
  return false;
}

PutImageTagMutabilityOutput Ecr::put_image_tag_mutability(region::Request& rq, const PutImageTagMutabilityInput& in) {
  RepositoryRow row = require_repository(rq, "PutImageTagMutability", in.registry_id, in.repository_name);

  set_mutability(row, {in.image_tag_mutability, in.image_tag_mutability_exclusion_filters});
  region::update(rq.tx, row);

  return {.image_tag_mutability = row.shape.image_tag_mutability,
          .image_tag_mutability_exclusion_filters = row.shape.image_tag_mutability_exclusion_filters,
          .registry_id = row.place.account,
          .repository_name = name_of(row)};
}

}  // namespace hanbat::ecr
