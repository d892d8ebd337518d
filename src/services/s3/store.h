// The rows of S3. Buckets are rows of the region's store; versions of objects and uploads in parts come by the million
// and have tables of their own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "gen/s3/model.h"
#include "region/resources.h"
#include "region/tags.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::region {

template <>
struct KindOf<s3::Bucket> {
  static constexpr std::string_view kRows = "s3/bucket";
  static std::string arn(const Resource<s3::Bucket>& row) { return "arn:aws:s3:::" + row.id; }
};

}  // namespace hanbat::region

namespace hanbat::s3 {

/// A bucket's row; its id is its name, which is one for all accounts and regions, so its place has no region. Its own
/// is {versioning, policy, public_access_block, event_bridge}.
using BucketRow = region::Resource<Bucket>;

inline std::string versioning_of(const BucketRow& bucket) { return bucket.own.text("versioning"); }  // "", "Enabled", …
inline const std::string& region_of(const BucketRow& bucket) { return *bucket.shape.bucket_region; }

/// A stretch of a blob; an object is its segments, one after the other.
struct Segment {
  std::string sha256;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

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

struct UploadRow {
  std::string upload_id;
  std::string bucket;
  std::string key;
  Timestamp initiated;
  std::string initiator;
  Json body;
};

struct PartRow {
  int number = 0;
  std::uint64_t size = 0;
  std::string e_tag;
  Timestamp modified;
  Json body;

  std::vector<Segment> segments() const;
};

Json to_json(const std::vector<Segment>& segments);

/// Where a page of keys begins and what it holds.
struct KeyRange {
  std::string prefix;
  std::string after;            // keys greater than this
  bool from_inclusive = false;  // …or equal
};

std::optional<BucketRow> find_bucket(store::Tx& tx, std::string_view name);
/// Rows of before 002_resources.sql as they are now, and their tags; at start.
void carry_buckets_over(store::Tx& tx);
/// Whether it has no version of an object.
bool is_empty(store::Tx& tx, std::string_view bucket);
/// With the uploads to it that are not completed, and its tags.
void remove(store::Tx& tx, store::Blobs& blobs, const BucketRow& bucket);

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

void insert(store::Tx& tx, const UploadRow& upload);
std::optional<UploadRow> find_upload(store::Tx& tx, std::string_view upload_id);
/// By key, then id. `after_upload` continues within the key `range.after`.
std::vector<UploadRow> list_uploads(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                    std::string_view after_upload, int limit);
void remove_upload(store::Tx& tx, store::Blobs& blobs, const UploadRow& upload);
void put_part(store::Tx& tx, store::Blobs& blobs, std::string_view upload_id, const PartRow& part);
std::vector<PartRow> list_parts(store::Tx& tx, std::string_view upload_id, int after, int limit);

}  // namespace hanbat::s3
