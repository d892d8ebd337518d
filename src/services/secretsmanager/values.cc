// Values of secrets, the versions that hold them, and the labels by which versions are found.
#include <algorithm>

#include "gen/secretsmanager/client.h"
#include "region/page.h"
#include "services/secretsmanager/listing.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {
namespace {

constexpr std::size_t kLongestValue = 65'536;  // bytes
constexpr std::size_t kMostLabels = 20;        // of a version
constexpr std::int64_t kDay = Milliseconds(std::chrono::hours(24)).count();

/// The version that a call asks for. Throws ResourceNotFoundException, InvalidRequestException.
const Version& require_version(const Versions& versions, const GetSecretValueInput& in) {
  if (in.version_id) {
    const Version* version = find_version(versions, *in.version_id);
    if (!version)
      throw ResourceNotFoundException("Secrets Manager can't find the specified secret value for VersionId: " +
                                      *in.version_id);
    if (in.version_stage && std::ranges::find(version->stages, *in.version_stage) == version->stages.end())
      throw InvalidRequestException("You provided a VersionStage that is not associated to the provided VersionId.");
    return *version;
  }
  const std::string stage = in.version_stage.value_or(std::string(kCurrent));
  if (const Version* version = find_labelled(versions, stage)) return *version;
  throw ResourceNotFoundException("Secrets Manager can't find the specified secret value for staging label: " + stage);
}

/// Remembers the day on which a value was read. A call that only reads writes it first, once a day.
void remember_access(region::Request& rq, const SecretRow& secret, const Version& version) {
  const Timestamp day{rq.now().ms - rq.now().ms % kDay};
  if (version.accessed == day) return;
  const auto write = [arn = secret.id, id = version.id, day](store::Tx& tx) { note_access(tx, arn, id, day); };
  if (rq.tx.mode() == store::Tx::Mode::kRead) throw region::WriteFirst{write};
  write(rq.tx);
}

const Version& require_version_id(const Versions& versions, const std::string& id) {
  if (const Version* version = find_version(versions, id)) return *version;
  throw ResourceNotFoundException("Secrets Manager can't find the specified secret version: " + id);
}

/// The secrets that a batch is about, and the token of the next page where filters chose them.
region::Page<std::string> wanted_of(region::Request& rq, const BatchGetSecretValueInput& in) {
  if (in.filters.has_value() == in.secret_id_list.has_value())
    throw InvalidParameterException("You must include either Filters or SecretIdList, but not both.");
  if (in.secret_id_list) {
    if (in.max_results) throw InvalidParameterException("MaxResults is used with Filters only.");
    region::Page<std::string> page;
    page.items = *in.secret_id_list;
    return page;
  }
  rq.authorize("secretsmanager:ListSecrets", "*");
  const auto cut = secrets_by_age(rq, region::Pager(rq, in, {.usual = 20, .most = 20}),
                                  {*in.filters, Deleted::kLeaveOut}, region::TimeRange::Order::kOldestFirst);
  region::Page<std::string> page;
  for (const SecretRow& secret : cut.items) page.items.push_back(secret.id);
  page.next_token = cut.next_token;
  return page;
}

SecretValueEntry entry_of(GetSecretValueOutput value) {
  SecretValueEntry entry;
  entry.arn = std::move(value.arn);
  entry.name = std::move(value.name);
  entry.version_id = std::move(value.version_id);
  entry.secret_string = std::move(value.secret_string);
  entry.secret_binary = std::move(value.secret_binary);
  entry.version_stages = std::move(value.version_stages);
  entry.created_date = value.created_date;
  return entry;
}

}  // namespace

std::optional<Value> find_value(const std::optional<std::string>& text, const std::optional<std::string>& binary) {
  if (text && binary)
    throw InvalidParameterException(
        "You can't specify both a binary secret value and a string secret value in the same secret.");
  if (!text && !binary) return std::nullopt;
  if ((text ? *text : *binary).size() > kLongestValue)
    throw wire::Error("ValidationException", 400,
                      std::string("1 validation error detected: Value at '") +
                          (text ? "secretString" : "secretBinary") +
                          "' failed to satisfy constraint: Member must have length less than or equal to 65536");
  return Value{.text = text, .binary = binary};
}

std::string require_token(const std::optional<std::string>& token) {
  if (token) return *token;
  throw InvalidRequestException("You must provide a ClientRequestToken value. We recommend a UUID-type value.");
}

std::optional<std::map<std::string, std::vector<std::string>>> stages_of(const Versions& versions) {
  std::map<std::string, std::vector<std::string>> stages;
  for (const Version& version : versions)
    if (!version.stages.empty()) stages[version.id] = version.stages;
  if (stages.empty()) return std::nullopt;
  return stages;
}

void refuse_strangers(const region::Request& rq, const SecretRow& secret) {
  if (secret.place.account != rq.account)
    throw InvalidRequestException(
        "You can't access a secret from a different AWS account if you encrypt the secret with the default KMS "
        "service key.");
}

bool SecretsManager::put_version(region::Request& rq, SecretRow& secret, const std::string& token,
                                 const Value& value) const {
  if (!find_version(secret.shape.versions, token)) {
    add_version(rq.tx, home_.vault, secret, token, value, rq.now());
    return true;
  }
  if (require_value(rq.tx, home_.vault, secret, token) == value) return false;
  throw ResourceExistsException("You can't use ClientRequestToken " + token +
                                " because that value is already in use for a version of secret " + secret.id + ".");
}

GetSecretValueOutput SecretsManager::get_secret_value(region::Request& rq, const GetSecretValueInput& in) {
  region::ConditionKeys keys;
  if (in.version_id) keys["secretsmanager:VersionId"] = {*in.version_id};
  if (in.version_stage || !in.version_id)
    keys["secretsmanager:VersionStage"] = {in.version_stage.value_or(std::string(kCurrent))};
  const SecretRow secret = require_secret(rq, "secretsmanager:GetSecretValue", in.secret_id, std::move(keys));

  refuse_strangers(rq, secret);
  const Version& version = require_version(secret.shape.versions, in);
  remember_access(rq, secret, version);

  Value value = require_value(rq.tx, home_.vault, secret, version.id);
  GetSecretValueOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  out.version_id = version.id;
  out.secret_string = std::move(value.text);
  out.secret_binary = std::move(value.binary);
  if (!version.stages.empty()) out.version_stages = version.stages;
  out.created_date = version.created;
  return out;
}

BatchGetSecretValueOutput SecretsManager::batch_get_secret_value(region::Request& rq,
                                                                 const BatchGetSecretValueInput& in) {
  rq.authorize("secretsmanager:BatchGetSecretValue", "*");

  const region::Page<std::string> wanted = wanted_of(rq, in);

  // The caller itself asks for each, so Secrets Manager is no service on its way.
  region::Actor caller(rq);
  caller.caller = rq.caller;
  const Client client(std::move(caller));
  BatchGetSecretValueOutput out;
  out.secret_values.emplace();
  out.errors.emplace();
  for (const std::string& id : wanted.items) try {
      out.secret_values->push_back(entry_of(client.get_secret_value({.secret_id = id})));
    } catch (const wire::Error& error) {
      if (error.fault() == wire::Fault::kServer) throw;
      out.errors->push_back({.error_code = error.code(), .message = error.message(), .secret_id = id});
    }
  out.next_token = wanted.next_token;
  return out;
}

PutSecretValueOutput SecretsManager::put_secret_value(region::Request& rq, const PutSecretValueInput& in) {
  SecretRow secret = require_secret(rq, "secretsmanager:PutSecretValue", in.secret_id);

  refuse_strangers(rq, secret);
  const std::string token = require_token(in.client_request_token);
  const auto value = find_value(in.secret_string, in.secret_binary);
  if (!value) throw InvalidRequestException("You must provide either SecretString or SecretBinary.");

  Versions& versions = secret.shape.versions;
  const bool first = versions.empty();
  if (put_version(rq, secret, token, *value)) {
    std::vector<std::string> stages = in.version_stages.value_or(std::vector<std::string>{std::string(kCurrent)});
    if (first) stages.emplace_back(kCurrent);
    for (const std::string& stage : stages) move_stage(versions, stage, token);
    secret.shape.changed = rq.now();
    region::update(rq.tx, secret);
  }

  PutSecretValueOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  out.version_id = token;
  out.version_stages = find_version(versions, token)->stages;
  return out;
}

UpdateSecretVersionStageOutput SecretsManager::update_secret_version_stage(region::Request& rq,
                                                                           const UpdateSecretVersionStageInput& in) {
  const std::string& stage = in.version_stage;
  SecretRow secret = require_secret(rq, "secretsmanager:UpdateSecretVersionStage", in.secret_id,
                                    {{"secretsmanager:VersionStage", {stage}}});

  Versions& versions = secret.shape.versions;
  if (!in.move_to_version_id && !in.remove_from_version_id)
    throw InvalidParameterException("You must include MoveToVersionId, RemoveFromVersionId or both.");
  if (!in.move_to_version_id && stage == kCurrent)
    throw InvalidParameterException(
        "You can only move staging label AWSCURRENT to a different secret version. It can't be completely removed.");
  const Version* holder = find_labelled(versions, stage);
  if (in.remove_from_version_id) {
    require_version_id(versions, *in.remove_from_version_id);
    if (!holder || holder->id != *in.remove_from_version_id)
      throw InvalidParameterException("The staging label " + stage + " is not attached to version " +
                                      *in.remove_from_version_id + ".");
  }
  if (in.move_to_version_id) {
    const Version& target = require_version_id(versions, *in.move_to_version_id);
    if (holder && holder != &target && !in.remove_from_version_id)
      throw InvalidParameterException("The parameter RemoveFromVersionId can't be empty. Staging label " + stage +
                                      " is currently attached to version " + holder->id +
                                      ", so you must explicitly reference that version in RemoveFromVersionId.");
    if (holder != &target && target.stages.size() == kMostLabels)
      throw LimitExceededException("A version can have at most 20 staging labels.");
  }

  if (in.move_to_version_id)
    move_stage(versions, stage, *in.move_to_version_id);
  else
    remove_stage(versions, stage);
  secret.shape.changed = rq.now();
  region::update(rq.tx, secret);

  UpdateSecretVersionStageOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  return out;
}

ListSecretVersionIdsOutput SecretsManager::list_secret_version_ids(region::Request& rq,
                                                                   const ListSecretVersionIdsInput& in) {
  SecretRow secret = require_secret(rq, "secretsmanager:ListSecretVersionIds", in.secret_id, {}, Which::kDeletedToo);

  Versions versions = std::move(secret.shape.versions);
  if (!in.include_deprecated.value_or(false))
    std::erase_if(versions, [](const Version& version) { return version.stages.empty(); });
  const auto page =
      region::Pager(rq, in, {.usual = 100, .most = 100}).cut(std::move(versions), [](const Version& version) {
        return region::page_key(version.created.ms) + version.id;
      });

  ListSecretVersionIdsOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  out.versions.emplace();
  for (const Version& version : page.items) {
    SecretVersionsListEntry& entry = out.versions->emplace_back();
    entry.version_id = version.id;
    entry.created_date = version.created;
    entry.last_accessed_date = version.accessed;
    entry.kms_key_ids = {"DefaultEncryptionKey"};
    if (!version.stages.empty()) entry.version_stages = version.stages;
  }
  out.next_token = page.next_token;
  return out;
}

}  // namespace hanbat::secretsmanager
