#include "services/ecr/store.h"

#include <algorithm>

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "region/region.h"
#include "region/tag_refusals.h"

namespace hanbat::ecr {
namespace {

constexpr const char* kImageColumns =
    "SELECT digest, media_type, manifest, size, artifact_type, subject, pushed, pulled FROM ecr_images ";

ImageRow to_image(const store::Row& row) {
  ImageRow image{row.text(0),      row.text(1),      row.text(2),      row.integer(3),
                 row.find_text(4), row.find_text(5), row.timestamp(6), {}};
  if (!row.is_null(7)) image.pulled = row.timestamp(7);
  return image;
}

std::string blob_owner(const RepositoryRow& repository, std::string_view digest) {
  return "ecr/" + repository.id + "/" + std::string(digest);
}

void publish_action(region::Request& rq, const RepositoryRow& repository, const char* action, const ImageRow& image,
                    const std::string& tag) {
  Json detail = Json::object({{"action-type", action},
                              {"image-digest", image.digest},
                              {"repository-name", name_of(repository)},
                              {"result", "SUCCESS"}});
  if (!tag.empty()) detail["image-tag"] = tag;
  detail["manifest-media-type"] = image.media_type;
  if (image.artifact_type) detail["artifact-media-type"] = *image.artifact_type;
  rq.home.publish(rq.tx, repository.place.account, repository.place.region,
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
    if (is_referenced(tx, repository, target)) continue;
    if (tx.exec("DELETE FROM ecr_layers WHERE repository_id = ? AND digest = ?", repository.id, target) > 0)
      blobs.unlink(tx, hex_of(target), blob_owner(repository, target));
  }
}

std::string quoted_list(const std::vector<std::string>& list) { return "[" + join(list, ", ") + "]"; }

/// Writes down what DescribeRepositories answers of the row.
void describe(RepositoryRow& row, const std::string& mutability) {
  row.shape.created_at = row.created;
  row.shape.encryption_configuration = EncryptionConfiguration{.encryption_type = "AES256"};
  row.shape.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = false};
  row.shape.image_tag_mutability = mutability;
  row.shape.registry_id = row.place.account;
  row.shape.repository_arn = repository_arn(row.place, name_of(row));
  row.shape.repository_name = row.name;
  row.shape.repository_uri = registry_host(row.place) + "/" + name_of(row);
}

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsException", "A repository can have at most 50 tags."},
    .reserved = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .duplicate = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .empty_key = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .long_key = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .long_value = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .key_character = {"InvalidTagParameterException", "The tag '{key}' is not valid."},
    .value_character = {"InvalidTagParameterException", "The tag '{key}' is not valid."}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

std::optional<std::string> policy_of(const RepositoryRow& repository) {
  if (const Json* policy = repository.own.find("policy")) return policy->as_string();
  return std::nullopt;
}

std::string repository_arn(const region::Place& place, std::string_view name) {
  return make_arn("ecr", place.region, place.account, "repository/" + std::string(name));
}

std::string registry_host(const region::Place& place) {
  return place.account + ".dkr.ecr." + place.region + ".amazonaws.com";
}

RepositoryRow make_repository(const region::Place& place, std::string_view name, const std::string& mutability,
                              Timestamp now) {
  RepositoryRow row;
  row.id = random_uuid();
  row.place = place;
  row.name = name;
  row.created = now;
  describe(row, mutability);
  return row;
}

std::optional<RepositoryRow> find_repository(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find_named<Repository>(tx, place, "", name);
}

void carry_repositories_over(store::Tx& tx) {
  for (RepositoryRow& row : region::list_all<Repository>(tx)) {
    const Json old = row.own;
    if (!old.contains("mutability")) continue;
    describe(row, old.text("mutability"));
    row.own = Json::object();
    if (old.contains("policy")) row.own["policy"] = old["policy"];
    region::update(tx, row);
    region::TagMap tags;
    for (const auto& [key, value] : old["tags"].members()) tags[key] = value.as_string();
    region::carry_tags(tx, *row.shape.repository_arn, tags);
  }
}

void remove(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& r) {
  for (const auto& row : tx.query("SELECT digest FROM ecr_layers WHERE repository_id = ?", r.id))
    blobs.unlink(tx, hex_of(row.text(0)), blob_owner(r, row.text(0)));
  for (const char* table : {"ecr_layers", "ecr_references", "ecr_tags", "ecr_images", "ecr_uploads"})
    tx.exec(std::string("DELETE FROM ") + table + " WHERE repository_id = ?", r.id);
  region::remove(tx, r);
}

RepositoryRow require_repository(region::Request& rq, std::string_view action,
                                 const std::optional<std::string>& registry_id, const std::string& name,
                                 region::ConditionKeys keys) {
  const region::Place place{registry_id.value_or(rq.account), rq.region};
  auto repository = find_repository(rq.tx, place, name);
  region::AccessQuestion question{.action = "ecr:" + std::string(action),
                                  .resource = repository_arn(place, name),
                                  .keys = std::move(keys),
                                  .resource_account = place.account};
  if (repository) {
    if (const auto policy = policy_of(*repository)) question.resource_policies.push_back(Json::parse(*policy));
    region::add_resource_tags(question.keys, region::tags_of(rq.tx, *repository->shape.repository_arn), "ecr");
  }
  rq.authorize(std::move(question));
  if (!is_repository_name(name))
    throw InvalidParameterException(
        "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression "
        "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''");
  if (!repository)
    throw RepositoryNotFoundException("The repository with name '" + name +
                                      "' does not exist in the registry with id '" + place.account + "'");
  return *std::move(repository);
}

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

void note_pull(store::Tx& tx, const RepositoryRow& repository, std::string_view digest, Timestamp now) {
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

std::optional<std::int64_t> find_layer(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  const auto row = tx.find("SELECT size FROM ecr_layers WHERE repository_id = ? AND digest = ?", repository.id, digest);
  if (!row) return std::nullopt;
  return row->integer(0);
}

std::vector<LayerHome> list_layer_homes(store::Tx& tx, std::string_view repository_name, std::string_view digest) {
  std::vector<LayerHome> homes;
  for (const auto& row : tx.query("SELECT l.repository_id, l.size FROM ecr_layers l JOIN resources r "
                                  "ON r.id = l.repository_id WHERE r.kind = ? AND r.name = ? AND l.digest = ?",
                                  region::KindOf<Repository>::kRows, repository_name, digest))
    homes.push_back({row.text(0), row.integer(1)});
  return homes;
}

void mount_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest,
                 std::int64_t size) {
  if (find_layer(tx, repository, digest)) return;
  tx.exec("INSERT INTO ecr_layers (repository_id, digest, size) VALUES (?, ?, ?)", repository.id, digest, size);
  blobs.link(tx, hex_of(digest), blob_owner(repository, digest));
}

void add_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, const store::Blob& blob) {
  mount_layer(tx, blobs, repository, "sha256:" + blob.sha256, static_cast<std::int64_t>(blob.size));
}

bool is_referenced(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  return tx.find("SELECT 1 FROM ecr_references WHERE repository_id = ? AND target = ? LIMIT 1", repository.id, digest)
      .has_value();
}

PutResult put_image(region::Request& rq, const RepositoryRow& repository, const Manifest& manifest,
                    std::string_view bytes, const std::string& tag) {
  const auto tagged = tag.empty() ? std::nullopt : find_tag(rq.tx, repository, tag);
  if (tagged && *tagged != manifest.digest && repository.shape.image_tag_mutability == "IMMUTABLE")
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
    image = ImageRow{
        manifest.digest,        manifest.media_type, std::string(bytes), static_cast<std::int64_t>(manifest.size),
        manifest.artifact_type, manifest.subject,    rq.now(),           {}};
    rq.tx.exec(
        "INSERT INTO ecr_images (repository_id, digest, media_type, manifest, size, artifact_type, subject, pushed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        repository.id, image->digest, image->media_type, image->manifest, image->size, image->artifact_type,
        image->subject, image->pushed);
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
  publish_action(rq, repository, "PUSH", *image, tag);
  return PutResult::kNew;
}

bool delete_image(region::Request& rq, const RepositoryRow& repository, const std::string& digest,
                  const std::string& tag) {
  const auto image = find_image(rq.tx, repository, digest);
  if (!image) return false;
  auto tags = tags_of(rq.tx, repository, digest);
  if (!tag.empty()) {
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) return false;
    rq.tx.exec("DELETE FROM ecr_tags WHERE repository_id = ? AND tag = ?", repository.id, tag);
    publish_action(rq, repository, "DELETE", *image, tag);
    // "If you remove the last tag from an image, the image is deleted": so says BatchDeleteImage's reference.
    if (tags.size() > 1) return true;
    if (is_referenced(rq.tx, repository, digest)) return true;
  } else {
    rq.tx.exec("DELETE FROM ecr_tags WHERE repository_id = ? AND digest = ?", repository.id, digest);
    if (tags.empty()) tags.push_back("");
    for (const auto& each : tags) publish_action(rq, repository, "DELETE", *image, each);
  }
  rq.tx.exec("DELETE FROM ecr_images WHERE repository_id = ? AND digest = ?", repository.id, digest);
  release_layers(rq.tx, rq.home.blobs, repository, digest);
  return true;
}

void insert_upload(store::Tx& tx, std::string_view id, const RepositoryRow& repository, Timestamp now) {
  tx.exec("INSERT INTO ecr_uploads (id, repository_id, started) VALUES (?, ?, ?)", id, repository.id, now);
}

bool has_upload(store::Tx& tx, const RepositoryRow& repository, std::string_view id) {
  return tx.find("SELECT 1 FROM ecr_uploads WHERE id = ? AND repository_id = ?", id, repository.id).has_value();
}

void remove_upload(store::Tx& tx, std::string_view id) { tx.exec("DELETE FROM ecr_uploads WHERE id = ?", id); }

void remove_all_uploads(store::Tx& tx) { tx.exec("DELETE FROM ecr_uploads"); }

std::string require_signing_key(store::Tx& tx) {
  if (const auto row = tx.find("SELECT secret FROM ecr_keys WHERE id = 1")) return row->text(0);
  std::string secret = to_base64(random_bytes(32));
  tx.exec("INSERT INTO ecr_keys (id, secret) VALUES (1, ?)", secret);
  return secret;
}

}  // namespace hanbat::ecr
