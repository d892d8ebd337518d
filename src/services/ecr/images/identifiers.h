// The image that a caller's digest or tag names.
#pragma once

#include <optional>
#include <string>

#include "services/ecr/images/store.h"

namespace hanbat::ecr {

/// The image that an identifier names, or why it names none: a code and words of BatchGetImage's failures.
struct FoundImage {
  std::optional<ImageRow> image;
  std::string code, why;
};

FoundImage look_up(store::Tx& tx, const RepositoryRow& repository, const ImageIdentifier& id);
/// "{imageDigest:'null', imageTag:'1.0'}", as AWS's errors name it.
std::string name_of(const ImageIdentifier& id);
/// Throws ImageNotFoundException.
ImageRow require_image(store::Tx& tx, const RepositoryRow& repository, const ImageIdentifier& id);

}  // namespace hanbat::ecr
