// The rows of S3: buckets, versions of objects, uploads in parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::s3 {

struct BucketRow {
  std::string name;
  std::string account;
  std::string region;
  Timestamp created;
  Json body;

  std::string versioning() const { return body.text("versioning"); }  // "", "Enabled", "Suspended"
};

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

class Store {
 public:
  explicit Store(store::Blobs& blobs) : blobs_(blobs) {}

  std::optional<BucketRow> find_bucket(store::Tx& tx, std::string_view name) const;
  std::vector<BucketRow> list_buckets(store::Tx& tx, std::string_view account, std::string_view prefix,
                                      std::string_view after, int limit) const;
  void insert(store::Tx& tx, const BucketRow& bucket) const;
  void update(store::Tx& tx, const BucketRow& bucket) const;
  void remove_bucket(store::Tx& tx, std::string_view name) const;
  bool is_empty(store::Tx& tx, std::string_view bucket) const;

  std::optional<ObjectRow> find_latest(store::Tx& tx, std::string_view bucket, std::string_view key) const;
  std::optional<ObjectRow> find_version(store::Tx& tx, std::string_view bucket, std::string_view key,
                                        std::string_view version_id) const;
  /// Latest versions that are no delete markers, by key.
  std::vector<ObjectRow> list_latest(store::Tx& tx, std::string_view bucket, const KeyRange& range, int limit) const;
  /// All versions, by key and then newest first. `before_id` continues within the key `range.after`.
  std::vector<ObjectRow> list_versions(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                       std::int64_t before_id, int limit) const;
  /// Makes the version the latest of its key; a version of the same id is replaced. Returns it with its id.
  ObjectRow put(store::Tx& tx, ObjectRow object) const;
  void update_body(store::Tx& tx, const ObjectRow& object) const;
  /// Removes one version; the newest of those left becomes the latest.
  void remove(store::Tx& tx, const ObjectRow& object) const;

  void insert(store::Tx& tx, const UploadRow& upload) const;
  std::optional<UploadRow> find_upload(store::Tx& tx, std::string_view upload_id) const;
  std::vector<UploadRow> list_uploads(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                      std::string_view after_upload, int limit) const;
  void remove_upload(store::Tx& tx, const UploadRow& upload) const;
  void put_part(store::Tx& tx, std::string_view upload_id, const PartRow& part) const;
  std::vector<PartRow> list_parts(store::Tx& tx, std::string_view upload_id, int after, int limit) const;

 private:
  void link(store::Tx& tx, const std::vector<Segment>& segments, const std::string& owner) const;
  void unlink(store::Tx& tx, const std::vector<Segment>& segments, const std::string& owner) const;

  store::Blobs& blobs_;
};

}  // namespace hanbat::s3
