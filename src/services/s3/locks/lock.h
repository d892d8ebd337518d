// Object Lock: versions that cannot be removed before their time, or while somebody holds them.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
#pragma once

#include <optional>
#include <string>

#include "base/time.h"
#include "base/words.h"
#include "services/s3/buckets/store.h"
#include "services/s3/objects/store.h"
#include "wire/error.h"

namespace hanbat::s3 {

enum class LockMode { kGovernance, kCompliance };

}  // namespace hanbat::s3

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::LockMode> = std::to_array<hanbat::Word<hanbat::s3::LockMode>>(
    {{hanbat::s3::LockMode::kGovernance, "GOVERNANCE"}, {hanbat::s3::LockMode::kCompliance, "COMPLIANCE"}});

namespace hanbat::s3 {

/// Of a bucket's own: its configuration; there as soon as the bucket has Object Lock.
inline constexpr const char* kLockSetting = "object_lock";
/// Of an object's body: {mode, until (milliseconds), hold}.
inline constexpr const char* kLock = "lock";

inline bool has_object_lock(const BucketRow& bucket) { return bucket.own.contains(kLockSetting); }

struct Retention {
  LockMode mode;
  Timestamp until;
};
std::optional<Retention> retention_of(const ObjectRow& object);
bool is_held(const ObjectRow& object);

/// Whether the version may go: what is held, or retained in compliance mode, may not; what is retained in governance
/// mode may for who is let past it.
enum class Removal { kFree, kForWhoMayBypass, kNever };
Removal removal_of(const ObjectRow& object, Timestamp now);
wire::Error protected_by_lock();

/// What a write asks of its object's lock, or the bucket's default; {} where there is none. Throws S3's errors (400).
Json checked_lock(const BucketRow& bucket, Timestamp now, const std::optional<std::string>& mode,
                  const std::optional<Timestamp>& until, const std::optional<std::string>& hold);
template <class In>
Json lock_of(const BucketRow& bucket, Timestamp now, const In& in) {
  return checked_lock(bucket, now, in.object_lock_mode, in.object_lock_retain_until_date,
                      in.object_lock_legal_hold_status);
}
/// Tells it in an answer that describes the object.
template <class Out>
void give_lock(const ObjectRow& object, Out& out) {
  if (const auto found = retention_of(object)) {
    out.object_lock_mode = word_of(found->mode);
    out.object_lock_retain_until_date = found->until;
  }
  if (const Json* lock = object.body.find(kLock); lock && lock->contains("hold"))
    out.object_lock_legal_hold_status = lock->text("hold");
}

}  // namespace hanbat::s3
