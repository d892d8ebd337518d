#include "services/ecr/images/store.h"

#include <algorithm>

#include "base/text.h"
#include "region/region.h"
#include "services/ecr/layers/store.h"
#include "services/ecr/scanning/rules.h"
#include "services/ecr/tag_mutability.h"

namespace hanbat::ecr {
namespace {

constexpr const char* kImageColumns =
    "SELECT digest, media_type, manifest, size, artifact_type, subject, pushed, pulled, scanned FROM ecr_images ";

ImageRow to_image(const store::Row& row) {
  ImageRow image{row.text(0),      row.text(1), row.text(2), row.integer(3), row.find_text(4), row.find_text(5),
                 row.timestamp(6), {},          {}};
  if (!row.is_null(7)) image.pulled = row.timestamp(7);
  if (!row.is_null(8)) image.scanned = row.timestamp(8);
  return image;
}

void publish_action(region::Region& home, store::Tx& tx, const RepositoryRow& repository, const char* action,
                    const ImageRow& image, const std::string& tag) {
  Json detail = Json::object({{"action-type", action},
                              {"image-digest", image.digest},
                              {"repository-name", name_of(repository)},
                              {"result", "SUCCESS"}});
  if (!tag.empty()) detail["image-tag"] = tag;
  detail["manifest-media-type"] = image.media_type;
  if (image.artifact_type) detail["artifact-media-type"] = *image.artifact_type;
  home.publish(tx, repository.place.account, repository.place.region,
               {"aws.ecr", "ECR Image Action", {}, std::move(detail)});
}

/// Lets go of layers that the image had and no other image has.
void release_layers(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest) {
  std::vector<std::string> targets;
  for (const auto& row :
       tx.query("SELECT target FROM ecr_references WHERE repository_id = ? AND digest = ?", repository.id, digest))
    targets.push_back(row.text(0));
  tx.exec("DELETE FROM ecr_references WHERE repository_id = ? AND digest = ?", repository.id, digest);
  for (const auto& target : targets) {
    if (!is_referenced(tx, repository, target)) remove_layer(tx, blobs, repository, target);
  }
}

std::string quoted_list(const std::vector<std::string>& list) { return "[" + join(list, ", ") + "]"; }

}  // namespace

std::optional<ImageRow> find_image(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  const auto row =
      tx.find(std::string(kImageColumns) + "WHERE repository_id = ? AND digest = ?", repository.id, digest);
  if (!row) return std::nullopt;
  return to_image(*row);
}

std::optional<std::string> find_tag(store::Tx& tx, const RepositoryRow& repository, std::string_view tag) {
  const auto row = tx.find("SELECT digest FROM ecr_tags WHERE repository_id = ? AND tag = ?", repository.id, tag);
  if (!row) return std::nullopt;
  return row->text(0);
}

std::optional<ImageRow> find_image_by_reference(store::Tx& tx, const RepositoryRow& repository,
                                                std::string_view reference) {
  if (is_digest(reference)) return find_image(tx, repository, reference);
  const auto digest = find_tag(tx, repository, reference);
  return digest ? find_image(tx, repository, *digest) : std::nullopt;
}

std::vector<ImageRow> list_images(store::Tx& tx, const RepositoryRow& repository) {
  std::vector<ImageRow> list;
  for (const auto& row :
       tx.query(std::string(kImageColumns) + "WHERE repository_id = ? ORDER BY pushed, digest", repository.id))
    list.push_back(to_image(row));
  return list;
}

std::vector<ImageRow> images_from(store::Tx& tx, const RepositoryRow& repository, Timestamp pushed,
                                  std::string_view digest, std::size_t most) {
  std::vector<ImageRow> list;
  for (const auto& row : tx.query(std::string(kImageColumns) +
                                      "WHERE repository_id = ? AND (pushed, digest) >= (?, ?) ORDER BY pushed, digest "
                                      "LIMIT ?",
                                  repository.id, pushed, digest, static_cast<std::int64_t>(most)))
    list.push_back(to_image(row));
  return list;
}

void record_scan(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now) {
  tx.exec("UPDATE ecr_images SET scanned = ? WHERE repository_id = ? AND digest = ?", now, repository.id, digest);
}

void record_pull(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now) {
  tx.exec("UPDATE ecr_images SET pulled = ? WHERE repository_id = ? AND digest = ?", now, repository.id, digest);
}

std::vector<ImageRow> list_referrers(store::Tx& tx, const RepositoryRow& repository, std::string_view subject) {
  std::vector<ImageRow> list;
  for (const auto& row :
       tx.query(std::string(kImageColumns) + "WHERE repository_id = ? AND subject = ? ORDER BY digest", repository.id,
                subject))
    list.push_back(to_image(row));
  return list;
}

std::vector<std::pair<std::string, std::string>> list_tags(store::Tx& tx, const RepositoryRow& repository) {
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& row :
       tx.query("SELECT tag, digest FROM ecr_tags WHERE repository_id = ? ORDER BY tag", repository.id))
    list.emplace_back(row.text(0), row.text(1));
  return list;
}

std::vector<std::string> tags_of(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  std::vector<std::string> list;
  for (const auto& row :
       tx.query("SELECT tag FROM ecr_tags WHERE repository_id = ? AND digest = ? ORDER BY tag", repository.id, digest))
    list.push_back(row.text(0));
  return list;
}

bool is_referenced(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  return tx.find("SELECT 1 FROM ecr_references WHERE repository_id = ? AND target = ? LIMIT 1", repository.id, digest)
      .has_value();
}

PutResult put_image(region::Request& rq, const RepositoryRow& repository, const Manifest& manifest,
                    std::string_view bytes, const std::string& tag) {
  const auto tagged = tag.empty() ? std::nullopt : find_tag(rq.tx, repository, tag);
  if (tagged && *tagged != manifest.digest && is_immutable(repository, tag))
    throw ImageTagAlreadyExistsException("The image tag '" + tag + "' already exists in the '" + name_of(repository) +
                                         "' repository and cannot be overwritten because the tag is immutable.");
  auto image = find_image(rq.tx, repository, manifest.digest);
  if (image && (tag.empty() || tagged == manifest.digest)) return PutResult::kAlreadyThere;

  if (!image) {
    std::vector<std::string> missing;
    for (const auto& layer : manifest.layers)
      if (!find_layer(rq.tx, repository, layer)) missing.push_back(layer);
    if (!missing.empty())
      throw LayersNotFoundException("Layers with digests '" + quoted_list(missing) +
                                    "' required for pushing image into repository with name '" + name_of(repository) +
                                    "' in the registry with id '" + repository.place.account + "' do not exist");
    for (const auto& each : manifest.images)
      if (!find_image(rq.tx, repository, each)) missing.push_back(each);
    if (!missing.empty())
      throw ReferencedImagesNotFoundException(
          "Images with digests '" + quoted_list(missing) + "' required for pushing image into repository with name '" +
          name_of(repository) + "' in the registry with id '" + repository.place.account + "' do not exist");
    image = ImageRow{manifest.digest,
                     manifest.media_type,
                     std::string(bytes),
                     static_cast<std::int64_t>(manifest.size),
                     manifest.artifact_type,
                     manifest.subject,
                     rq.now(),
                     {},
                     is_scanned_on_push(rq.tx, repository) ? std::optional(rq.now()) : std::nullopt};
    rq.tx.exec(
        "INSERT INTO ecr_images (repository_id, digest, media_type, manifest, size, artifact_type, subject, pushed, "
        "scanned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        repository.id, image->digest, image->media_type, image->manifest, image->size, image->artifact_type,
        image->subject, image->pushed, image->scanned);
    std::vector<std::string> targets = manifest.layers;
    targets.insert(targets.end(), manifest.images.begin(), manifest.images.end());
    for (const auto& target : targets)
      rq.tx.exec("INSERT INTO ecr_references (repository_id, digest, target) VALUES (?, ?, ?)", repository.id,
                 image->digest, target);
  }
  if (!tag.empty()) {
    rq.tx.exec("DELETE FROM ecr_tags WHERE repository_id = ? AND tag = ?", repository.id, tag);
    rq.tx.exec("INSERT INTO ecr_tags (repository_id, tag, digest) VALUES (?, ?, ?)", repository.id, tag, image->digest);
  }
  publish_action(rq.home, rq.tx, repository, "PUSH", *image, tag);
  return PutResult::kNew;
}

bool delete_image(region::Region& home, store::Tx& tx, const RepositoryRow& repository, const std::string& digest,
                  const std::string& tag) {
  const auto image = find_image(tx, repository, digest);
  if (!image) return false;
  auto tags = tags_of(tx, repository, digest);
  if (!tag.empty()) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) return false;
    tx.exec("DELETE FROM ecr_tags WHERE repository_id = ? AND tag = ?", repository.id, tag);
    publish_action(home, tx, repository, "DELETE", *image, tag);
    // "If you remove the last tag from an image, the image is deleted": so says BatchDeleteImage's reference.
    if (tags.size() > 1) return true;
    if (is_referenced(tx, repository, digest)) return true;
  } else {
    tx.exec("DELETE FROM ecr_tags WHERE repository_id = ? AND digest = ?", repository.id, digest);
    if (tags.empty()) tags.push_back("");
    for (const auto& each : tags) publish_action(home, tx, repository, "DELETE", *image, each);
  }
  tx.exec("DELETE FROM ecr_images WHERE repository_id = ? AND digest = ?", repository.id, digest);
  release_layers(tx, home.blobs, repository, digest);
  return true;
}

}  // namespace hanbat::ecr
