#include "services/s3/lifecycle/expiry.h"

#include <limits>
#include <set>

#include "base/ids.h"
#include "services/s3/lifecycle/rules.h"
#include "services/s3/locks/lock.h"
#include "services/s3/logging/access_notes.h"
#include "services/s3/logging/access_record.h"
#include "services/s3/objects/events.h"
#include "services/s3/uploads/store.h"
#include "store/typed_tasks.h"

namespace hanbat::s3 {
namespace {

constexpr Milliseconds kExpireEvery = std::chrono::hours(1);
constexpr int kRowsAtATime = 1000;
constexpr std::size_t kKeysAtATime = 100;  // that is how much one transaction removes

std::vector<ObjectRow> versions_of(store::Tx& tx, const std::string& bucket, const std::string& key) {
  std::vector<ObjectRow> out;
  for (std::int64_t before = std::numeric_limits<std::int64_t>::max();;) {
    const auto page =
        list_versions(tx, bucket, {.prefix = key, .after = key, .from_inclusive = true}, before, kRowsAtATime);
    for (const ObjectRow& row : page) {
      if (row.key != key) return out;
      out.push_back(row);
      before = row.id;
    }
    if (page.size() < static_cast<std::size_t>(kRowsAtATime)) return out;
  }
}

/// The keys of which something has expired or is to move; each is asked for again when its turn comes.
std::vector<std::string> keys_to_expire(store::Tx& tx, const BucketRow& bucket, const std::vector<LifecycleRule>& rules,
                                        Timestamp now) {
  std::vector<std::string> keys;
  std::vector<ObjectRow> versions;
  const SmallObjects small = small_objects_of(bucket);
  const auto look = [&] {
    const Expired expired = expired_of(rules, versions, now);
    if (expired.latest || !expired.versions.empty() || !transitions_of(rules, versions, small, now).empty())
      keys.push_back(versions.front().key);
    versions.clear();
  };
  KeyRange range{.prefix = "", .after = "", .from_inclusive = true};
  for (std::int64_t before = 0;;) {
    const auto page = list_versions(tx, bucket.id, range, before, kRowsAtATime);
    for (const ObjectRow& row : page) {
      if (!versions.empty() && versions.front().key != row.key) look();
      versions.push_back(row);
    }
    if (page.size() < static_cast<std::size_t>(kRowsAtATime)) break;
    range.after = page.back().key;
    before = page.back().id;
  }
  if (!versions.empty()) look();
  return keys;
}

std::vector<UploadRow> uploads_to_end(store::Tx& tx, const BucketRow& bucket, const std::vector<LifecycleRule>& rules,
                                      Timestamp now) {
  std::vector<UploadRow> out;
  for (const UploadRow& upload : list_uploads(tx, bucket.id, {.prefix = "", .after = "", .from_inclusive = true}, "",
                                              std::numeric_limits<int>::max()))
    if (is_expired(rules, upload, now)) out.push_back(upload);
  return out;
}

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-and-other-bucket-config.html
std::string_view logged_transition(StorageClass to) {
  switch (to) {
    case StorageClass::kStandardIa:
      return "S3.TRANSITION_SIA.OBJECT";
    case StorageClass::kOnezoneIa:
      return "S3.TRANSITION_ZIA.OBJECT";
    case StorageClass::kIntelligentTiering:
      return "S3.TRANSITION_INT.OBJECT";
    case StorageClass::kGlacierIr:
      return "S3.TRANSITION_GIR.OBJECT";
    case StorageClass::kDeepArchive:
      return "S3.TRANSITION_GDA.OBJECT";
    case StorageClass::kStandard:
    case StorageClass::kReducedRedundancy:
    case StorageClass::kGlacier:
      break;
  }
  return "S3.TRANSITION.OBJECT";
}

}  // namespace

std::vector<LifecycleRule> lifecycle_rules_of(const BucketRow& bucket) {
  const Json* setting = bucket.own.find(kLifecycleSetting);
  return setting ? wire::from_json<BucketLifecycleConfiguration>(*setting).rules : std::vector<LifecycleRule>{};
}

std::optional<std::string> told_expiration(const BucketRow& bucket, const ObjectRow& object) {
  if (!object.is_latest || !bucket.own.contains(kLifecycleSetting)) return std::nullopt;
  return expiration_header(lifecycle_rules_of(bucket), object);
}

void Expiry::start() {
  store::handle<ExpireObjectsTask>(home_.tasks, [this](store::TaskRun& run, const ExpireObjectsTask&) {
    const auto buckets = home_.db.read([](store::Tx& tx) { return region::list_all<Bucket>(tx); });
    for (const BucketRow& bucket : buckets)
      if (bucket.own.contains(kLifecycleSetting)) expire(bucket);
    store::again(run, kExpireEvery, ExpireObjectsTask{});
  });
  home_.db.write([this](store::Tx& tx) { store::add_task(home_.tasks, tx, ExpireObjectsTask{}, "all"); });
}

void Expiry::expire(const BucketRow& bucket) {
  const auto rules = lifecycle_rules_of(bucket);
  const Timestamp now = home_.clock.now();
  const auto [keys, uploads] = home_.db.read([&](store::Tx& tx) {
    return std::pair(keys_to_expire(tx, bucket, rules, now), uploads_to_end(tx, bucket, rules, now));
  });
  for (std::size_t from = 0; from < keys.size(); from += kKeysAtATime)
    expire_keys(bucket, {keys.begin() + static_cast<std::ptrdiff_t>(from),
                         keys.begin() + static_cast<std::ptrdiff_t>(std::min(keys.size(), from + kKeysAtATime))});
  if (uploads.empty()) return;
  home_.db.write([&](store::Tx& tx) {
    for (const UploadRow& upload : uploads)
      if (find_upload(tx, upload.upload_id)) {
        remove_upload(tx, home_.blobs, upload);
        log(tx, bucket, "S3.DELETE.UPLOAD", upload.key, "", std::nullopt);
      }
  });
}

void Expiry::expire_keys(const BucketRow& bucket, const std::vector<std::string>& keys) {
  home_.db.write([&](store::Tx& tx) {
    const auto now_there = find_bucket(tx, bucket.id);
    if (!now_there) return;
    const auto rules = lifecycle_rules_of(*now_there);
    for (const std::string& key : keys) {
      const auto versions = versions_of(tx, bucket.id, key);
      const Expired expired = expired_of(rules, versions, home_.clock.now());
      const auto free = [&](const ObjectRow& version) {
        return removal_of(version, home_.clock.now()) == Removal::kFree;
      };
      std::set<std::int64_t> gone;
      for (const ObjectRow& version : expired.versions) {
        if (!free(version)) continue;
        gone.insert(version.id);
        remove(tx, *now_there, version);
      }
      if (expired.latest && !versioning_of(*now_there)) gone.insert(versions.front().id);
      for (const Transitioned& due : transitions_of(rules, versions, small_objects_of(*now_there), home_.clock.now()))
        if (!gone.contains(due.version.id)) move(tx, *now_there, due);
      if (!expired.latest) continue;
      if (versioning_of(*now_there))
        hide(tx, *now_there, versions.front());
      else
        remove(tx, *now_there, versions.front());
    }
  });
}

void Expiry::remove(store::Tx& tx, const BucketRow& bucket, const ObjectRow& version) {
  remove_version(tx, home_.blobs, home_.clock.now(), version);
  ObjectRow gone = version;
  gone.delete_marker = false;
  publish_object_event(home_, tx, bucket, gone, ObjectEvent::kDeleted, cause_of_lifecycle());
  log(tx, bucket, "S3.EXPIRE.OBJECT", version.key, version.version_id, version.size);
}

void Expiry::move(store::Tx& tx, const BucketRow& bucket, const Transitioned& due) {
  ObjectRow version = due.version;
  const std::string to(word_of(due.to));
  version.body["storage_class"] = to;
  version.body.erase(kRestored);
  update_body(tx, version);
  publish_object_event(home_, tx, bucket, version, ObjectEvent::kStorageClassChanged, cause_of_transition(to));
  log(tx, bucket, logged_transition(due.to), version.key, version.version_id, version.size);
}

void Expiry::hide(store::Tx& tx, const BucketRow& bucket, const ObjectRow& latest) {
  ObjectRow marker;
  marker.bucket = bucket.id;
  marker.key = latest.key;
  marker.version_id = version_id_for(bucket);
  marker.delete_marker = true;
  marker.modified = home_.clock.now();
  marker.body = Json::object();
  marker = put_version(tx, home_.blobs, std::move(marker));
  publish_object_event(home_, tx, bucket, marker, ObjectEvent::kDeleted, cause_of_lifecycle());
  log(tx, bucket, "S3.CREATE.DELETEMARKER", latest.key, marker.version_id, latest.size);
}

void Expiry::log(store::Tx& tx, const BucketRow& bucket, std::string_view operation, const std::string& key,
                 const std::string& version_id, std::optional<std::uint64_t> size) {
  if (!bucket.own.contains(kLogging)) return;
  AccessRecord record;
  record.owner = bucket.place.account;
  record.bucket = bucket.id;
  record.at = home_.clock.now();
  record.requester = "AmazonS3";
  record.request_id = random_uuid();
  record.operation = operation;
  record.key = key;
  record.object_size = size;
  if (version_id != "null") record.version_id = version_id;
  tx.on_commit([this, line = LoggedLine{bucket.id, record.at, access_line(record)}] { logs_.add(line); });
}

}  // namespace hanbat::s3
