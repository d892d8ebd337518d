#include "services/ecr/images/identifiers.h"

namespace hanbat::ecr {

std::string name_of(const ImageIdentifier& id) {
  return "{imageDigest:'" + id.image_digest.value_or("null") + "', imageTag:'" + id.image_tag.value_or("null") + "'}";
}

FoundImage look_up(store::Tx& tx, const RepositoryRow& repository, const ImageIdentifier& id) {
  if (!id.image_digest && !id.image_tag)
    return {{}, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null"};
  if (id.image_digest && !is_digest(*id.image_digest))
    return {{},
            "InvalidImageDigest",
            "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"};
  if (id.image_tag && !is_tag(*id.image_tag))
    return {{}, "InvalidImageTag", "Invalid request parameters: image tag is not valid"};
  if (id.image_tag) {
    const auto digest = find_tag(tx, repository, *id.image_tag);
    if (!digest) return {{}, "ImageNotFound", "Requested image not found"};
    if (id.image_digest && *digest != *id.image_digest)
      return {{}, "ImageTagDoesNotMatchDigest", "Requested image tag does not match image digest"};
    return {find_image(tx, repository, *digest), "", ""};
  }
  auto image = find_image(tx, repository, *id.image_digest);
  if (!image) return {{}, "ImageNotFound", "Requested image not found"};
  return {std::move(image), "", ""};
}

ImageRow require_image(store::Tx& tx, const RepositoryRow& repository, const ImageIdentifier& id) {
  FoundImage found = look_up(tx, repository, id);
  if (!found.image)
    throw ImageNotFoundException("The image with imageId " + name_of(id) +
                                 " does not exist within the repository with name '" + name_of(repository) +
                                 "' in the registry with id '" + repository.place.account + "'");
  return *std::move(found.image);
}

}  // namespace hanbat::ecr
