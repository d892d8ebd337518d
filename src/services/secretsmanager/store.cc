#include "services/secretsmanager/store.h"

#include "base/arn.h"
#include "base/ids.h"
#include "gen/secretsmanager/model.h"
#include "region/usage.h"

namespace hanbat::secretsmanager {
namespace {

constexpr std::string_view kSuffixCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kSuffixLength = 6;
constexpr std::string_view kType = "secret:";
constexpr std::size_t kMostVersions = 100;

std::string value_id(const std::string& arn, const std::string& version) { return arn + "|" + version; }
std::string purpose_of(const std::string& arn, const std::string& version) {
  return "secretsmanager.value:" + value_id(arn, version);
}

std::optional<Timestamp> find_time(const Json& json, std::string_view name) {
  if (!json.contains(name)) return std::nullopt;
  return Timestamp{json.integer(name)};
}

std::optional<std::string> find_text(const Json& json, std::string_view name) {
  if (!json.contains(name)) return std::nullopt;
  return json.text(name);
}

}  // namespace

Json Secret::to_json() const {
  Json json = Json::object({{"changed", changed.ms}});
  if (description) json["description"] = *description;
  if (accessed) json["accessed"] = accessed->ms;
  if (deleted) json["deleted"] = deleted->ms;
  if (policy) json["policy"] = *policy;
  Json& list = json["versions"] = Json::array();
  for (const Version& version : versions) list.push_back(version.to_json());
  return json;
}

Secret Secret::from_json(const Json& json) {
  Secret secret{.description = find_text(json, "description"),
                .changed = {json.integer("changed")},
                .accessed = find_time(json, "accessed"),
                .deleted = find_time(json, "deleted"),
                .policy = find_text(json, "policy"),
                .versions = {}};
  for (const Json& version : json["versions"].items()) secret.versions.push_back(Version::from_json(version));
  return secret;
}

Json SealedValue::to_json() const { return Json::object({{kind == Kind::kText ? "text" : "binary", sealed}}); }

SealedValue SealedValue::from_json(const Json& json) {
  if (json.contains("binary")) return {Kind::kBinary, json.text("binary")};
  return {Kind::kText, json.text("text")};
}

std::string partial_arn(const Place& place, std::string_view name) {
  return make_arn("secretsmanager", place.region, place.account, std::string(kType) + std::string(name));
}

std::string new_secret_arn(const Place& place, std::string_view name) {
  return partial_arn(place, name) + "-" + random_from(kSuffixCharacters, kSuffixLength);
}

std::optional<SecretRow> find_by_name(store::Tx& tx, const Place& place, const std::string& name) {
  return region::find_named<Secret>(tx, place, "", name);
}

std::optional<SecretRow> find_by_arn(store::Tx& tx, const std::string& arn) {
  if (auto found = region::find<Secret>(tx, arn)) return found;
  const auto parsed = parse_arn(arn);
  if (!parsed || !parsed->resource.starts_with(kType)) return std::nullopt;
  return find_by_name(tx, {parsed->account, parsed->region}, parsed->resource.substr(kType.size()));
}

void meter(store::Tx& tx, Timestamp now, const SecretRow& secret) {
  std::vector<region::Use> uses;
  if (!secret.shape.deleted)
    uses.push_back({"AWS Secrets Manager", "AWSSecretsManager-Secrets", "Secret", region::UsageUnit::kMonths});
  region::meter(tx, now, secret.place, secret.id, uses);
}

void remove_secret(store::Tx& tx, Timestamp now, const SecretRow& secret) {
  region::meter(tx, now, secret.place, secret.id, {});
  for (const Version& version : secret.shape.versions)
    region::rows::remove(tx, region::KindOf<SealedValue>::kRows, value_id(secret.id, version.id));
  region::remove(tx, secret);
}

void add_version(store::Tx& tx, const region::Vault& vault, SecretRow& secret, const std::string& id,
                 const Value& value, Timestamp now) {
  secret.shape.versions.push_back({.id = id, .created = now});
  for (const std::string& gone : remove_outdated(secret.shape.versions, now))
    region::rows::remove(tx, region::KindOf<SealedValue>::kRows, value_id(secret.id, gone));
  if (secret.shape.versions.size() > kMostVersions)
    throw LimitExceededException("A secret can have " + std::to_string(kMostVersions) +
                                 " versions that have a staging label or were made within the last day.");
  region::Resource<SealedValue> row;
  row.id = value_id(secret.id, id);
  row.place = secret.place;
  row.scope = secret.id;
  row.name = id;
  row.created = now;
  row.shape = {value.text ? SealedValue::Kind::kText : SealedValue::Kind::kBinary,
               vault.seal(value.text ? *value.text : value.binary.value_or(""), purpose_of(secret.id, id))};
  region::insert(tx, row);
}

Value require_value(store::Tx& tx, const region::Vault& vault, const SecretRow& secret, const std::string& version) {
  const auto row = region::find<SealedValue>(tx, value_id(secret.id, version));
  auto opened = row ? vault.open(row->shape.sealed, purpose_of(secret.id, version)) : std::nullopt;
  if (!opened) throw InternalServiceError("The secret's value cannot be opened with the region's key.");
  if (row->shape.kind == SealedValue::Kind::kText) return {.text = std::move(opened), .binary = {}};
  return {.text = {}, .binary = std::move(opened)};
}

void note_access(store::Tx& tx, const std::string& arn, const std::string& version, Timestamp day) {
  auto secret = region::find<Secret>(tx, arn);
  if (!secret) return;
  secret->shape.accessed = day;
  if (Version* read = find_version(secret->shape.versions, version)) read->accessed = day;
  region::update(tx, *secret);
}

}  // namespace hanbat::secretsmanager
