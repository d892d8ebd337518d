// Whether a repository's tags may come to name another image.
#pragma once

#include <string>
#include <string_view>

#include "services/ecr/store.h"

namespace hanbat::ecr {

/// What CreateRepository and PutImageTagMutability say of it.
struct MutabilityChoice {
  std::optional<std::string> mutability;
  std::optional<std::vector<ImageTagMutabilityExclusionFilter>> exclusions;
};

/// Checks the choice and writes it into the row. Throws InvalidParameterException.
/// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
void set_mutability(RepositoryRow& repository, const MutabilityChoice& choice);
/// Whether a tag that names an image may not be moved to another.
bool is_immutable(const RepositoryRow& repository, std::string_view tag);

}  // namespace hanbat::ecr
