#include "services/ecr/store.h"

#include "base/arn.h"
#include "base/encoding.h"
#include "base/ids.h"
#include "region/tag_refusals.h"
#include "services/ecr/images/manifest.h"
#include "services/ecr/layers/store.h"

namespace hanbat::ecr {
namespace {

/// Writes down what DescribeRepositories answers of the row.
void describe(RepositoryRow& row, TagMutability mutability) {
  row.shape.created_at = row.created;
  row.shape.encryption_configuration =
      EncryptionConfiguration{.encryption_type = std::string(word_of(EncryptionType::kAes256))};
  row.shape.image_scanning_configuration = ImageScanningConfiguration{.scan_on_push = false};
  row.shape.image_tag_mutability = word_of(mutability);
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

RepositoryRow make_repository(const region::Place& place, std::string_view name, Timestamp now) {
  RepositoryRow row;
  row.id = random_uuid();
  row.place = place;
  row.name = name;
  row.created = now;
  describe(row, TagMutability::kMutable);
  return row;
}

std::optional<RepositoryRow> find_repository(store::Tx& tx, const region::Place& place, std::string_view name) {
  return region::find_named<Repository>(tx, place, "", name);
}

void migrate_repositories(store::Tx& tx) {
  for (RepositoryRow& row : region::list_all<Repository>(tx)) {
    const Json old = row.own;
    if (!old.contains("mutability")) continue;
    describe(row, require_word<TagMutability>(old.text("mutability")));
    row.own = Json::object();
    if (old.contains("policy")) row.own["policy"] = old["policy"];
    region::update(tx, row);
    region::TagMap tags;
    for (const auto& [key, value] : old["tags"].members()) tags[key] = value.as_string();
    region::import_tags(tx, *row.shape.repository_arn, tags);
  }
}

void remove(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& r) {
  for (const auto& row : tx.query("SELECT digest FROM ecr_layers WHERE repository_id = ?", r.id))
    remove_layer(tx, blobs, r, row.text(0));
  for (const char* table : {"ecr_references", "ecr_tags", "ecr_images", "ecr_uploads"})
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
  require_repository_name(name);
  if (!repository)
    throw RepositoryNotFoundException("The repository with name '" + name +
                                      "' does not exist in the registry with id '" + place.account + "'");
  return *std::move(repository);
}

void require_repository_name(std::string_view name) {
  if (!is_repository_name(name))
    throw invalid_parameter("repositoryName",
                            "must satisfy regular expression "
                            "'(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'");
}

InvalidParameterException invalid_parameter(std::string_view name, std::string_view constraint) {
  return InvalidParameterException("Invalid parameter at '" + std::string(name) + "' failed to satisfy constraint: '" +
                                   std::string(constraint) + "'");
}

std::string require_signing_key(store::Tx& tx) {
  if (const auto row = tx.find("SELECT secret FROM ecr_keys WHERE id = 1")) return row->text(0);
  std::string secret = to_base64(random_bytes(32));
  tx.exec("INSERT INTO ecr_keys (id, secret) VALUES (1, ?)", secret);
  return secret;
}

}  // namespace hanbat::ecr
