// Secrets: found, made, described, changed, deleted and restored.
#include <algorithm>

#include "base/arn.h"
#include "base/ids.h"
#include "region/carried_over.h"
#include "services/secretsmanager/secretsmanager.h"
#include "store/typed_tasks.h"
#include "wire/operation.h"

namespace hanbat::secretsmanager {
namespace {

constexpr std::int64_t kShortestWindow = 7, kLongestWindow = 30;
constexpr std::string_view kDefaultKey = "alias/aws/secretsmanager";

/// The ARN in a SecretId; nothing when it is a name.
std::optional<Arn> find_arn(const std::string& secret_id) {
  auto arn = parse_arn(secret_id);
  const bool whole = arn && arn->partition == "aws" && arn->service == "secretsmanager" && !arn->region.empty() &&
                     arn->account.size() == 12 && arn->resource.starts_with("secret:");
  return whole ? arn : std::nullopt;
}

std::optional<SecretRow> find_secret(region::Request& rq, const std::string& secret_id) {
  if (const auto arn = find_arn(secret_id))
    return arn->region == rq.region ? find_by_arn(rq.tx, secret_id) : std::nullopt;
  return find_by_name(rq.tx, place_of(rq), secret_id);
}

/// Names of secrets that AWS's services make have a "!", too.
void check_name(const std::string& name, std::string_view others = "/_+=.@-") {
  const bool valid = std::ranges::all_of(name, [&](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || others.find(c) != std::string_view::npos;
  });
  if (!valid)
    throw wire::Error("ValidationException", 400,
                      "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
                      "following: -/_+=.@!");
}

/// No keys but the region's own are here.
void check_key(const region::Request& rq, const std::optional<std::string>& key) {
  if (!key || key->empty() || *key == kDefaultKey || *key == rq.arn("kms", kDefaultKey)) return;
  throw wire::Error::not_implemented(rq.operation.name, "KmsKeyId=" + *key);
}

region::ConditionKeys described_keys(const std::optional<std::string>& description,
                                     const std::optional<std::string>& key) {
  region::ConditionKeys keys;
  if (description) keys["secretsmanager:Description"] = {*description};
  if (key && !key->empty()) keys["secretsmanager:KmsKeyId"] = {*key};
  return keys;
}

CreateSecretOutput created(const SecretRow& secret, const std::optional<std::string>& version) {
  CreateSecretOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  out.version_id = version;
  return out;
}

}  // namespace

std::optional<SecretRow> SecretsManager::authorized(region::Request& rq, std::string_view action,
                                                    const std::string& secret_id, region::ConditionKeys keys) const {
  if (!find_arn(secret_id)) check_name(secret_id, "/_+=.@-!");
  if (auto secret = find_secret(rq, secret_id)) {
    ask(rq, action, *secret, std::move(keys));
    return secret;
  }
  const std::string arn = find_arn(secret_id) ? secret_id : partial_arn(place_of(rq), secret_id);
  keys["secretsmanager:SecretId"] = {arn};
  rq.authorize(action, arn, keys);
  return std::nullopt;
}

void SecretsManager::ask(region::Request& rq, std::string_view action, const SecretRow& secret,
                         region::ConditionKeys keys) const {
  keys["secretsmanager:SecretId"] = {secret.id};
  keys["secretsmanager:SecretPrimaryRegion"] = {secret.place.region};
  region::add_resource_tags(keys, region::tags_of(rq.tx, secret.id), "secretsmanager");
  region::AccessQuestion question{.action = std::string(action),
                                  .resource = secret.id,
                                  .keys = std::move(keys),
                                  .resource_policies = {},
                                  .resource_account = secret.place.account};
  if (secret.shape.policy) question.resource_policies.emplace_back(*secret.shape.policy);
  rq.authorize(std::move(question));
  // Each call once, whatever else it asks for.
  if (action.ends_with(rq.operation.name)) count_call(rq, secret);
}

void SecretsManager::count_call(const region::Request& rq, const SecretRow& secret) const {
  calls_.add_once(rq, place_of(rq), secret.id,
                  {"AWS Secrets Manager", "AWSSecretsManagerAPIRequest", std::string(rq.operation.name),
                   region::UsageUnit::kRequests});
}

SecretRow SecretsManager::require_secret(region::Request& rq, std::string_view action, const std::string& secret_id,
                                         region::ConditionKeys keys, Which which) const {
  auto secret = authorized(rq, action, secret_id, std::move(keys));
  if (!secret) throw ResourceNotFoundException("Secrets Manager can't find the specified secret.");
  if (secret->shape.deleted && which == Which::kUsable)
    throw InvalidRequestException("You can't perform this operation on the secret because it was marked for deletion.");
  return *std::move(secret);
}

void SecretsManager::start() {
  calls_.start();
  store::handle<DeleteTask>(home_.tasks, [this](store::TaskRun& run, const DeleteTask& task) {
    run.finish([&](store::Tx& tx) {
      const auto secret = region::find<Secret>(tx, task.arn);
      if (secret && secret->shape.deleted && *secret->shape.deleted <= home_.clock.now())
        remove_secret(tx, home_.clock.now(), *secret);
    });
  });
  home_.db.write([&](store::Tx& tx) {
    region::carry_over(tx, "secretsmanager: usage", [&] {
      for (const auto& secret : region::list_all<Secret>(tx)) meter(tx, home_.clock.now(), secret);
    });
  });
}

CreateSecretOutput SecretsManager::create_secret(region::Request& rq, const CreateSecretInput& in) {
  const auto there = find_by_name(rq.tx, place_of(rq), in.name);
  SecretRow secret;
  secret.id = there ? there->id : new_secret_arn(place_of(rq), in.name);
  const region::ConditionKeys tag_keys = region::request_tag_keys(region::tag_map(in.tags));
  region::ConditionKeys keys = described_keys(in.description, in.kms_key_id);
  keys["secretsmanager:Name"] = {in.name};
  keys.insert(tag_keys.begin(), tag_keys.end());
  rq.authorize("secretsmanager:CreateSecret", secret.id, keys);
  if (!tag_keys.empty()) rq.authorize("secretsmanager:TagResource", secret.id, tag_keys);

  check_name(in.name);
  check_key(rq, in.kms_key_id);
  const std::string token = require_token(in.client_request_token);
  const auto value = find_value(in.secret_string, in.secret_binary);
  if (there && there->shape.deleted)
    throw InvalidRequestException(
        "You can't create this secret because a secret with this name is already scheduled for deletion.");
  if (there) {
    const bool repeated = value && find_version(there->shape.versions, token) &&
                          require_value(rq.tx, home_.vault, *there, token) == *value;
    if (repeated) return created(*there, token);
    throw ResourceExistsException("The operation failed because the secret " + in.name + " already exists.");
  }

  secret.place = place_of(rq);
  secret.name = in.name;
  secret.created = secret.shape.changed = rq.now();
  secret.shape.description = in.description;
  if (value) {
    put_version(rq, secret, token, *value);
    move_stage(secret.shape.versions, kCurrent, token);
  }
  region::insert(rq.tx, secret);
  region::put_tags(rq.tx, secret.id, region::tag_pairs(in.tags), kTagRules);
  meter(rq.tx, rq.now(), secret);
  count_call(rq, secret);

  return created(secret, value ? std::optional(token) : std::nullopt);
}

DescribeSecretOutput SecretsManager::describe_secret(region::Request& rq, const DescribeSecretInput& in) {
  const SecretRow secret = require_secret(rq, "secretsmanager:DescribeSecret", in.secret_id, {}, Which::kDeletedToo);

  DescribeSecretOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  out.description = secret.shape.description;
  out.created_date = secret.created;
  out.last_changed_date = secret.shape.changed;
  out.last_accessed_date = secret.shape.accessed;
  out.deleted_date = secret.shape.deleted;
  if (const region::TagMap tags = region::tags_of(rq.tx, secret.id); !tags.empty())
    out.tags = region::tag_list<Tag>(tags);
  out.version_ids_to_stages = stages_of(secret.shape.versions);
  return out;
}

UpdateSecretOutput SecretsManager::update_secret(region::Request& rq, const UpdateSecretInput& in) {
  SecretRow secret =
      require_secret(rq, "secretsmanager:UpdateSecret", in.secret_id, described_keys(in.description, in.kms_key_id));

  check_key(rq, in.kms_key_id);
  const auto value = find_value(in.secret_string, in.secret_binary);
  const std::string token = value ? require_token(in.client_request_token) : "";
  if (value) refuse_strangers(rq, secret);

  if (in.description) secret.shape.description = *in.description;
  if (value && put_version(rq, secret, token, *value)) move_stage(secret.shape.versions, kCurrent, token);
  secret.shape.changed = rq.now();
  region::update(rq.tx, secret);

  UpdateSecretOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  if (value) out.version_id = token;
  return out;
}

DeleteSecretOutput SecretsManager::delete_secret(region::Request& rq, const DeleteSecretInput& in) {
  const bool force = in.force_delete_without_recovery.value_or(false);
  region::ConditionKeys keys{{"secretsmanager:ForceDeleteWithoutRecovery", {force ? "true" : "false"}}};
  if (in.recovery_window_in_days)
    keys["secretsmanager:RecoveryWindowInDays"] = {std::to_string(*in.recovery_window_in_days)};
  auto secret = authorized(rq, "secretsmanager:DeleteSecret", in.secret_id, std::move(keys));

  if (force && in.recovery_window_in_days)
    throw InvalidParameterException(
        "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.");
  const std::int64_t days = in.recovery_window_in_days.value_or(kLongestWindow);
  if (days < kShortestWindow || days > kLongestWindow)
    throw InvalidParameterException("The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).");
  DeleteSecretOutput out;
  if (!secret && force) {
    // As AWS documents it, to delete for good what is not there is no error.
    const auto arn = find_arn(in.secret_id);
    out.arn = arn ? in.secret_id : new_secret_arn(place_of(rq), in.secret_id);
    out.name = arn ? arn->resource.substr(arn->resource.find(':') + 1) : in.secret_id;
    out.deletion_date = rq.now();
    return out;
  }
  if (!secret) throw ResourceNotFoundException("Secrets Manager can't find the specified secret.");
  if (secret->shape.deleted && !force)
    throw InvalidRequestException("You can't perform this operation on the secret because it was marked for deletion.");

  out.arn = secret->id;
  out.name = secret->name;
  out.deletion_date = force ? rq.now() : rq.now() + std::chrono::hours(24 * days);
  if (force) {
    home_.tasks.cancel(rq.tx, DeleteTask::kKind, secret->id);
    remove_secret(rq.tx, rq.now(), *secret);
    return out;
  }
  secret->shape.deleted = out.deletion_date;
  secret->shape.changed = rq.now();
  region::update(rq.tx, *secret);
  meter(rq.tx, rq.now(), *secret);
  store::add_task(home_.tasks, rq.tx, DeleteTask{secret->id}, secret->id, *out.deletion_date);

  return out;
}

RestoreSecretOutput SecretsManager::restore_secret(region::Request& rq, const RestoreSecretInput& in) {
  SecretRow secret = require_secret(rq, "secretsmanager:RestoreSecret", in.secret_id, {}, Which::kDeletedToo);

  if (secret.shape.deleted) {
    secret.shape.deleted.reset();
    secret.shape.changed = rq.now();
    region::update(rq.tx, secret);
    meter(rq.tx, rq.now(), secret);
    home_.tasks.cancel(rq.tx, DeleteTask::kKind, secret.id);
  }

  RestoreSecretOutput out;
  out.arn = secret.id;
  out.name = secret.name;
  return out;
}

}  // namespace hanbat::secretsmanager
