// The rows of ECR, and the changes that the API and the registry share. Repositories are rows of the region's store;
// what lies in them by the thousand (images, tags, layers and who names which) has tables of its own, and so have
// uploads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/ecr/model.h"
#include "region/request.h"
#include "region/resources.h"
#include "region/tag_keys.h"
#include "region/tags.h"
#include "services/ecr/manifest.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::region {

template <>
struct KindOf<ecr::Repository> {
  static constexpr std::string_view kRows = "ecr/repository";
  static std::string arn(const Resource<ecr::Repository>& row) { return *row.shape.repository_arn; }
};

}  // namespace hanbat::region

namespace hanbat::ecr {

/// A repository's row: what DescribeRepositories answers of it; its own is {"policy"}.
using RepositoryRow = region::Resource<Repository>;

inline const std::string& name_of(const RepositoryRow& repository) { return *repository.name; }
std::optional<std::string> policy_of(const RepositoryRow& repository);
/// "123456789012.dkr.ecr.ap-northeast-2.amazonaws.com"
std::string registry_host(const region::Place& place);
std::string repository_arn(const region::Place& place, std::string_view name);
/// A new repository.
RepositoryRow make_repository(const region::Place& place, std::string_view name, const std::string& mutability,
                              Timestamp now);

/// ECR's words about tags.
extern const region::TagRules kTagRules;

struct ImageRow {
  std::string digest;
  std::string media_type;
  std::string manifest;
  std::int64_t size = 0;
  std::optional<std::string> artifact_type;
  std::optional<std::string> subject;
  Timestamp pushed;
  std::optional<Timestamp> pulled;
};

std::optional<RepositoryRow> find_repository(store::Tx& tx, const region::Place& place, std::string_view name);
/// Rows of before 002_resources.sql as they are now, and their tags; at start.
void carry_repositories_over(store::Tx& tx);
/// With everything in it.
void remove(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository);

/// Checks that the caller may do the action to the repository, by its own policy too, and loads it. Throws the access
/// error, InvalidParameterException, RepositoryNotFoundException.
RepositoryRow require_repository(region::Request& rq, std::string_view action,
                                 const std::optional<std::string>& registry_id, const std::string& name,
                                 region::ConditionKeys keys = {});

std::optional<ImageRow> find_image(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);
std::optional<std::string> find_tag(store::Tx& tx, const RepositoryRow& repository, std::string_view tag);
/// The image of a tag or a digest.
std::optional<ImageRow> find_image_by_reference(store::Tx& tx, const RepositoryRow& repository,
                                                std::string_view reference);
/// Sorted by push time, then digest.
std::vector<ImageRow> list_images(store::Tx& tx, const RepositoryRow& repository);
/// A pull of the image, now.
void note_pull(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now);
std::vector<ImageRow> list_referrers(store::Tx& tx, const RepositoryRow& repository, std::string_view subject);
/// All tags of the repository, sorted, with their digests.
std::vector<std::pair<std::string, std::string>> list_tags(store::Tx& tx, const RepositoryRow& repository);
std::vector<std::string> tags_of(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);

std::optional<std::int64_t> find_layer(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);
/// A repository that has a layer.
struct LayerHome {
  std::string repository_id;
  std::int64_t size = 0;
};
/// The repositories of that name, of any account and region, that have the layer.
std::vector<LayerHome> list_layer_homes(store::Tx& tx, std::string_view repository_name, std::string_view digest);
/// The layer is the repository's from now on.
void add_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, const store::Blob& blob);
/// The same for a layer that another repository of the region has.
void mount_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest,
                 std::int64_t size);

/// Whether a put changed anything.
enum class PutResult { kNew, kAlreadyThere };
/// Adds an image, and the tag when there is one, with their event. Throws LayersNotFoundException,
/// ReferencedImagesNotFoundException, ImageTagAlreadyExistsException.
PutResult put_image(region::Request& rq, const RepositoryRow& repository, const Manifest& manifest,
                    std::string_view bytes, const std::string& tag);
/// Removes a tag (the image too when that was its last and `tag` is all that was asked for) or, without a tag, the
/// image with all its tags. Their events are published. False when it is not there.
bool delete_image(region::Request& rq, const RepositoryRow& repository, const std::string& digest,
                  const std::string& tag);
/// Whether an index of the repository names the image.
bool is_referenced(store::Tx& tx, const RepositoryRow& repository, std::string_view digest);

void insert_upload(store::Tx& tx, std::string_view id, const RepositoryRow& repository, Timestamp now);
bool has_upload(store::Tx& tx, const RepositoryRow& repository, std::string_view id);
void remove_upload(store::Tx& tx, std::string_view id);
void remove_all_uploads(store::Tx& tx);

/// The key that ECR signs with, made when there is none.
std::string require_signing_key(store::Tx& tx);

}  // namespace hanbat::ecr
