// The rows of images and their tags, which come by the thousand, and who of them names which; and the changes that the
// API and the registry share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "region/request.h"
#include "services/ecr/images/manifest.h"
#include "services/ecr/store.h"
#include "store/database.h"

namespace hanbat::ecr {

struct ImageRow {
  std::string digest;
  std::string media_type;
  std::string manifest;
  std::int64_t size = 0;
  std::optional<std::string> artifact_type;
  std::optional<std::string> subject;
  Timestamp pushed;
  std::optional<Timestamp> pulled;
  std::optional<Timestamp> scanned;  // when a scan was asked for last
};

std::optional<ImageRow> find_image(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);
std::optional<std::string> find_tag(store::Tx& tx, const RepositoryRow& repository, std::string_view tag);
/// The image of a tag or a digest.
std::optional<ImageRow> find_image_by_reference(store::Tx& tx, const RepositoryRow& repository,
                                                std::string_view reference);
/// Sorted by push time, then digest.
std::vector<ImageRow> list_images(store::Tx& tx, const RepositoryRow& repository);
/// In the same order, those from that place on, `most` of them.
std::vector<ImageRow> images_from(store::Tx& tx, const RepositoryRow& repository, Timestamp pushed,
                                  std::string_view digest, std::size_t most);
/// A pull of the image, now.
void record_pull(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now);
/// A scan of the image was asked for, now.
void record_scan(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now);
std::vector<ImageRow> list_referrers(store::Tx& tx, const RepositoryRow& repository, std::string_view subject);
/// All tags of the repository, sorted, with their digests.
std::vector<std::pair<std::string, std::string>> list_tags(store::Tx& tx, const RepositoryRow& repository);
std::vector<std::string> tags_of(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);

/// Whether a put changed anything.
enum class PutResult { kNew, kAlreadyThere };
/// Adds an image, and the tag when there is one, with their event. Throws LayersNotFoundException,
/// ReferencedImagesNotFoundException, ImageTagAlreadyExistsException.
PutResult put_image(region::Request& rq, const RepositoryRow& repository, const Manifest& manifest,
                    std::string_view bytes, const std::string& tag);
/// Removes a tag (the image too when that was its last and `tag` is all that was asked for) or, without a tag, the
/// image with all its tags. Their events are published. False when it is not there.
bool delete_image(region::Region& home, store::Tx& tx, const RepositoryRow& repository, const std::string& digest,
                  const std::string& tag);
/// Whether an index of the repository names the image.
bool is_referenced(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);

}  // namespace hanbat::ecr
