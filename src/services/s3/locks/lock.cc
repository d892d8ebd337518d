#include "services/s3/locks/lock.h"

#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

constexpr std::int64_t kLockDayMs = 24LL * 3600 * 1000;

wire::Error malformed_lock() {
  return {"MalformedXML", 400,
          "The XML you provided was not well-formed or did not validate against our published schema"};
}

void require_lock(const BucketRow& bucket) {
  if (!has_object_lock(bucket)) throw wire::Error("InvalidRequest", 400, "Bucket is missing Object Lock Configuration");
}

wire::Error not_set() {
  return {"NoSuchObjectLockConfiguration", 404, "The specified object does not have a ObjectLock configuration"};
}

void check_hold(const std::string& hold) {
  if (hold != "ON" && hold != "OFF")
    throw invalid_argument("Legal Hold must be either of 'ON' or 'OFF'", "x-amz-object-lock-legal-hold", hold);
}

void check_until(Timestamp until, Timestamp now) {
  if (until <= now)
    throw invalid_argument("The retain until date must be in the future!", "x-amz-object-lock-retain-until-date",
                           iso8601(until));
}

void check_default(const DefaultRetention& retention) {
  if (!retention.mode || !find_word<LockMode>(*retention.mode)) throw malformed_lock();
  if (retention.days.has_value() == retention.years.has_value()) throw malformed_lock();
  if (retention.days.value_or(1) < 1 || retention.years.value_or(1) < 1)
    throw wire::Error("InvalidArgument", 400, "Default retention period must be a positive integer value.");
}

/// What a new object of the bucket is locked by unless it says otherwise.
std::optional<Retention> default_of(const BucketRow& bucket, Timestamp now) {
  const auto configuration = wire::from_json<ObjectLockConfiguration>(bucket.own[kLockSetting]);
  if (!configuration.rule || !configuration.rule->default_retention) return std::nullopt;
  const DefaultRetention& retention = *configuration.rule->default_retention;
  const std::int64_t days = retention.days ? *retention.days : 365LL * *retention.years;
  return Retention{require_word<LockMode>(*retention.mode), {now.ms + days * kLockDayMs}};
}

}  // namespace

std::optional<Retention> retention_of(const ObjectRow& object) {
  const Json* lock = object.body.find(kLock);
  if (!lock || !lock->contains("mode")) return std::nullopt;
  return Retention{require_word<LockMode>(lock->text("mode")), {lock->integer("until")}};
}

bool is_held(const ObjectRow& object) {
  const Json* lock = object.body.find(kLock);
  return lock && lock->text("hold") == "ON";
}

Removal removal_of(const ObjectRow& object, Timestamp now) {
  if (is_held(object)) return Removal::kNever;
  const auto retention = retention_of(object);
  if (!retention || retention->until <= now) return Removal::kFree;
  return retention->mode == LockMode::kGovernance ? Removal::kForWhoMayBypass : Removal::kNever;
}

wire::Error protected_by_lock() {
  return {"AccessDenied", 403, "Access Denied because object protected by object lock."};
}

Json checked_lock(const BucketRow& bucket, Timestamp now, const std::optional<std::string>& mode,
                  const std::optional<Timestamp>& until, const std::optional<std::string>& hold) {
  Json out = Json::object();
  if (!mode && !until && !hold && !has_object_lock(bucket)) return out;
  require_lock(bucket);
  if (mode.has_value() != until.has_value())
    throw wire::Error("InvalidArgument", 400,
                      "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
        .with("ArgumentName", mode ? "x-amz-object-lock-retain-until-date" : "x-amz-object-lock-mode");
  if (mode && !find_word<LockMode>(*mode))
    throw invalid_argument("Unknown wormMode directive.", "x-amz-object-lock-mode", *mode);
  if (until) check_until(*until, now);
  if (hold) check_hold(*hold);
  if (const auto usual = mode ? std::nullopt : default_of(bucket, now)) {
    out["mode"] = word_of(usual->mode);
    out["until"] = usual->until.ms;
  }
  if (mode) {
    out["mode"] = *mode;
    out["until"] = until->ms;
  }
  if (hold) out["hold"] = *hold;
  return out;
}

void S3::require_removable(region::Request& rq, const ObjectRow& object, const std::optional<bool>& bypass) {
  const Removal removal = removal_of(object, rq.now());
  if (removal == Removal::kFree) return;
  if (removal == Removal::kNever || !bypass.value_or(false)) throw protected_by_lock();
  require_bucket_for_key(rq, "s3:BypassGovernanceRetention", object.bucket, object.key);
}

GetObjectLockConfigurationOutput S3::get_object_lock_configuration(region::Request& rq,
                                                                   const GetObjectLockConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketObjectLockConfiguration", in.bucket, terms_of(in));
  if (!has_object_lock(bucket))
    throw wire::Error("ObjectLockConfigurationNotFoundError", 404,
                      "Object Lock configuration does not exist for this bucket")
        .with("BucketName", bucket.id);
  GetObjectLockConfigurationOutput out;
  out.object_lock_configuration = wire::from_json<ObjectLockConfiguration>(bucket.own[kLockSetting]);
  return out;
}

PutObjectLockConfigurationOutput S3::put_object_lock_configuration(region::Request& rq,
                                                                   const PutObjectLockConfigurationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketObjectLockConfiguration", in.bucket, terms_of(in));
  if (!in.object_lock_configuration || in.object_lock_configuration->object_lock_enabled != "Enabled")
    throw malformed_lock();
  const auto& rule = in.object_lock_configuration->rule;
  if (rule && !rule->default_retention) throw malformed_lock();
  if (rule) check_default(*rule->default_retention);
  if (versioning_of(bucket) != Versioning::kEnabled)
    throw wire::Error("InvalidBucketState", 409,
                      "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration");
  put_setting(rq, bucket, kLockSetting, wire::to_json(*in.object_lock_configuration));
  return {};
}

GetObjectRetentionOutput S3::get_object_retention(region::Request& rq, const GetObjectRetentionInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:GetObjectRetention", in.bucket, in.key, terms_of(in), in.version_id);
  require_lock(bucket);
  const auto found = retention_of(require_object(rq, bucket, in.key, in.version_id));
  if (!found) throw not_set();
  GetObjectRetentionOutput out;
  auto& told = out.retention.emplace();
  told.mode = word_of(found->mode);
  told.retain_until_date = found->until;
  return out;
}

PutObjectRetentionOutput S3::put_object_retention(region::Request& rq, const PutObjectRetentionInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObjectRetention", in.bucket, in.key, terms_of(in), in.version_id);
  require_lock(bucket);
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  if (!in.retention || in.retention->mode.has_value() != in.retention->retain_until_date.has_value())
    throw malformed_lock();
  if (in.retention->mode && !find_word<LockMode>(*in.retention->mode)) throw malformed_lock();
  if (in.retention->retain_until_date) check_until(*in.retention->retain_until_date, rq.now());
  const auto before = retention_of(object);
  // What is retained may be retained for longer; anything less has to be let past.
  if (before && before->until > rq.now()) {
    const bool longer =
        in.retention->mode && *in.retention->retain_until_date >= before->until &&
        (before->mode == LockMode::kGovernance || *in.retention->mode == word_of(LockMode::kCompliance));
    if (!longer && before->mode == LockMode::kCompliance) throw protected_by_lock();
    if (!longer && !in.bypass_governance_retention.value_or(false)) throw protected_by_lock();
    if (!longer) require_bucket_for_key(rq, "s3:BypassGovernanceRetention", in.bucket, in.key);
  }
  Json lock = object.body.contains(kLock) ? object.body[kLock] : Json::object();
  lock.erase("mode");
  lock.erase("until");
  if (in.retention->mode) {
    lock["mode"] = *in.retention->mode;
    lock["until"] = in.retention->retain_until_date->ms;
  }
  object.body[kLock] = std::move(lock);
  update_body(rq.tx, object);
  return {};
}

GetObjectLegalHoldOutput S3::get_object_legal_hold(region::Request& rq, const GetObjectLegalHoldInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:GetObjectLegalHold", in.bucket, in.key, terms_of(in), in.version_id);
  require_lock(bucket);
  const ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  const Json* lock = object.body.find(kLock);
  if (!lock || !lock->contains("hold")) throw not_set();
  GetObjectLegalHoldOutput out;
  out.legal_hold.emplace().status = lock->text("hold");
  return out;
}

PutObjectLegalHoldOutput S3::put_object_legal_hold(region::Request& rq, const PutObjectLegalHoldInput& in) {
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObjectLegalHold", in.bucket, in.key, terms_of(in), in.version_id);
  require_lock(bucket);
  ObjectRow object = require_object(rq, bucket, in.key, in.version_id);
  if (!in.legal_hold || !in.legal_hold->status) throw malformed_lock();
  if (*in.legal_hold->status != "ON" && *in.legal_hold->status != "OFF") throw malformed_lock();
  object.body[kLock]["hold"] = *in.legal_hold->status;
  update_body(rq.tx, object);
  return {};
}

}  // namespace hanbat::s3
