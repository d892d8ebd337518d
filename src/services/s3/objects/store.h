// The rows of objects: each is a version. They come by the million and have tables of their own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "services/s3/objects/key_range.h"
#include "services/s3/objects/segments.h"
#include "services/s3/objects/storage_class.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::s3 {

struct ObjectRow {
  std::int64_t id = 0;
  std::string bucket;
  std::string key;
  std::string version_id;
  bool is_latest = true;
  bool delete_marker = false;
  std::uint64_t size = 0;
  std::string e_tag;  // in quotes, as it travels
  Timestamp modified;
  Json body;

  std::vector<Segment> segments() const;
};

/// Bytes by bucket and storage class.
using StoredBytes = std::map<std::pair<std::string, StorageClass>, std::int64_t>;
/// What all versions of objects are billed for. In the classes that have a least size of an object, 128 KB, a smaller
/// one counts as that. Source: https://aws.amazon.com/s3/pricing/ ("Storage")
StoredBytes bytes_of_objects(store::Tx& tx);
/// Tells the classes of rows of before 004_storage_classes.sql; at start.
void classify_objects(store::Tx& tx);
/// Whether the bucket has no version of an object.
bool is_empty(store::Tx& tx, std::string_view bucket);
std::optional<ObjectRow> find_latest(store::Tx& tx, std::string_view bucket, std::string_view key);
std::optional<ObjectRow> find_version(store::Tx& tx, std::string_view bucket, std::string_view key,
                                      std::string_view version_id);
/// Where the version stands among those of its key (`before_id` of list_versions); also of one that was removed in the
/// last day, for who lists a page, deletes it and lists on.
std::optional<std::int64_t> find_version_place(store::Tx& tx, std::string_view bucket, std::string_view key,
                                               std::string_view version_id);
/// Latest versions that are no delete markers, by key.
std::vector<ObjectRow> list_latest(store::Tx& tx, std::string_view bucket, const KeyRange& range, int limit);
/// All versions, by key and then newest first. `before_id` continues within the key `range.after`.
std::vector<ObjectRow> list_versions(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                     std::int64_t before_id, int limit);
/// Makes the version the latest of its key; a version of the same id is replaced. Returns it with its id.
ObjectRow put_version(store::Tx& tx, store::Blobs& blobs, ObjectRow object);
void update_body(store::Tx& tx, const ObjectRow& object);
/// Removes one version; the newest of those left becomes the latest.
void remove_version(store::Tx& tx, store::Blobs& blobs, Timestamp now, const ObjectRow& object);

}  // namespace hanbat::s3
