#include "services/s3/store.h"

#include <limits>

namespace hanbat::s3 {
namespace {

constexpr std::string_view kObjectColumns =
    "id, bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, body";

constexpr std::string_view kUploads =
    "SELECT upload_id, bucket, object_key, initiated, initiator, body FROM s3_uploads ";

// How long who lists versions page by page, and deletes them, may take between two pages.
constexpr std::chrono::hours kRememberRemoved{24};

std::vector<Segment> segments_of(const Json& body) {
  std::vector<Segment> out;
  if (const Json* list = body.find("segments"))
    for (const Json& item : list->items())
      out.push_back({item.text("sha256"), static_cast<std::uint64_t>(item.integer("offset")),
                     static_cast<std::uint64_t>(item.integer("size"))});
  return out;
}

ObjectRow object_of(const store::Row& row) {
  return {.id = row.integer(0),
          .bucket = row.text(1),
          .key = row.text(2),
          .version_id = row.text(3),
          .is_latest = row.flag(4),
          .delete_marker = row.flag(5),
          .size = static_cast<std::uint64_t>(row.integer(6)),
          .e_tag = row.text(7),
          .modified = row.timestamp(8),
          .body = row.json(9)};
}

UploadRow upload_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.timestamp(3), row.text(4), row.json(5)};
}

PartRow part_of(const store::Row& row) {
  return {static_cast<int>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1)), row.text(2), row.timestamp(3),
          row.json(4)};
}

/// The smallest text greater than every text with the prefix; "" when there is none.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty()) {
    if (static_cast<unsigned char>(prefix.back()) != 0xFF) {
      prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
      return prefix;
    }
    prefix.pop_back();
  }
  return prefix;
}

/// Where the scan begins: at the prefix or after the last key, whichever is later.
std::pair<std::string, bool> start_of(const KeyRange& range) {
  if (range.after < range.prefix) return {range.prefix, true};
  return {range.after, range.from_inclusive};
}

// A text greater than all keys: keys are UTF-8, which never has this byte.
const std::string kBeyondAllKeys = "\xFF";

std::string end_of(const KeyRange& range) {
  const std::string end = after_prefix(range.prefix);
  return end.empty() ? kBeyondAllKeys : end;
}

std::string object_owner(std::int64_t id) { return "s3/object/" + std::to_string(id); }

std::string part_owner(std::string_view upload_id, int number) {
  return "s3/part/" + std::string(upload_id) + "/" + std::to_string(number);
}

void link(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner) {
  for (const Segment& segment : segments) blobs.link(tx, segment.sha256, owner);
}

void unlink(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner) {
  for (const Segment& segment : segments) blobs.unlink(tx, segment.sha256, owner);
}

std::vector<ObjectRow> objects_of(const std::vector<store::Row>& rows) {
  std::vector<ObjectRow> out;
  for (const auto& row : rows) out.push_back(object_of(row));
  return out;
}

}  // namespace

Json to_json(const std::vector<Segment>& segments) {
  Json out = Json::array();
  for (const Segment& segment : segments)
    out.push_back(Json::object({{"sha256", segment.sha256}, {"offset", segment.offset}, {"size", segment.size}}));
  return out;
}

std::vector<Segment> ObjectRow::segments() const { return segments_of(body); }
std::vector<Segment> PartRow::segments() const { return segments_of(body); }

std::optional<BucketRow> find_bucket(store::Tx& tx, std::string_view name) { return region::find<Bucket>(tx, name); }

void carry_buckets_over(store::Tx& tx) {
  for (BucketRow& row : region::list_all<Bucket>(tx)) {
    const Json* old = row.own.find("tags");
    if (!old) continue;
    region::TagMap tags;
    for (const Json& tag : old->items()) tags[tag.text("Key")] = tag.text("Value");
    region::carry_tags(tx, region::KindOf<Bucket>::arn(row), tags);
    row.own.erase("tags");
    region::update(tx, row);
  }
}

bool is_empty(store::Tx& tx, std::string_view bucket) {
  return !tx.find("SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1", bucket);
}

void remove(store::Tx& tx, store::Blobs& blobs, const BucketRow& bucket) {
  for (const auto& row : tx.query(std::string(kUploads) + "WHERE bucket = ?", bucket.id))
    remove_upload(tx, blobs, upload_of(row));
  tx.exec("DELETE FROM s3_removed_versions WHERE bucket = ?", bucket.id);
  region::remove(tx, bucket);
}

std::optional<ObjectRow> find_latest(store::Tx& tx, std::string_view bucket, std::string_view key) {
  const auto row = tx.find("SELECT " + std::string(kObjectColumns) +
                               " FROM s3_objects WHERE bucket = ? AND object_key = ? AND is_latest = 1",
                           bucket, key);
  if (!row) return std::nullopt;
  return object_of(*row);
}

std::optional<ObjectRow> find_version(store::Tx& tx, std::string_view bucket, std::string_view key,
                                      std::string_view version_id) {
  const auto row = tx.find("SELECT " + std::string(kObjectColumns) +
                               " FROM s3_objects WHERE bucket = ? AND object_key = ? AND version_id = ?",
                           bucket, key, version_id);
  if (!row) return std::nullopt;
  return object_of(*row);
}

std::optional<std::int64_t> find_version_place(store::Tx& tx, std::string_view bucket, std::string_view key,
                                               std::string_view version_id) {
  if (const auto there = find_version(tx, bucket, key, version_id)) return there->id;
  const auto row = tx.find("SELECT id FROM s3_removed_versions WHERE bucket = ? AND object_key = ? AND version_id = ?",
                           bucket, key, version_id);
  if (!row) return std::nullopt;
  return row->integer(0);
}

std::vector<ObjectRow> list_latest(store::Tx& tx, std::string_view bucket, const KeyRange& range, int limit) {
  const auto [start, inclusive] = start_of(range);
  return objects_of(tx.query("SELECT " + std::string(kObjectColumns) +
                                 " FROM s3_objects WHERE bucket = ? AND is_latest = 1 AND delete_marker = 0 AND "
                                 "(object_key > ? OR (? = 1 AND object_key = ?)) AND object_key < ? "
                                 "ORDER BY object_key LIMIT ?",
                             bucket, start, inclusive ? 1 : 0, start, end_of(range), limit));
}

std::vector<ObjectRow> list_versions(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                     std::int64_t before_id, int limit) {
  const auto [start, inclusive] = start_of(range);
  const std::int64_t below = before_id ? before_id : (inclusive ? std::numeric_limits<std::int64_t>::max() : 0);
  return objects_of(
      tx.query("SELECT " + std::string(kObjectColumns) +
                   " FROM s3_objects WHERE bucket = ? AND (object_key > ? OR (object_key = ? AND id < ?)) "
                   "AND object_key < ? ORDER BY object_key, id DESC LIMIT ?",
               bucket, start, start, below, end_of(range), limit));
}

ObjectRow put_version(store::Tx& tx, store::Blobs& blobs, ObjectRow object) {
  if (const auto replaced = find_version(tx, object.bucket, object.key, object.version_id)) {
    unlink(tx, blobs, replaced->segments(), object_owner(replaced->id));
    tx.exec("DELETE FROM s3_objects WHERE id = ?", replaced->id);
  }
  tx.exec("UPDATE s3_objects SET is_latest = 0 WHERE bucket = ? AND object_key = ? AND is_latest = 1", object.bucket,
          object.key);
  const auto row = tx.find(
      "INSERT INTO s3_objects(bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, body) "
      "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?) RETURNING id",
      object.bucket, object.key, object.version_id, object.delete_marker, object.size, object.e_tag, object.modified,
      object.body);
  object.id = row->integer(0);
  link(tx, blobs, object.segments(), object_owner(object.id));
  return object;
}

void update_body(store::Tx& tx, const ObjectRow& object) {
  tx.exec("UPDATE s3_objects SET body = ? WHERE id = ?", object.body, object.id);
}

void remove_version(store::Tx& tx, store::Blobs& blobs, Timestamp now, const ObjectRow& object) {
  tx.exec("DELETE FROM s3_removed_versions WHERE removed < ?", now - kRememberRemoved);
  tx.exec(
      "INSERT INTO s3_removed_versions(bucket, object_key, version_id, id, removed) VALUES (?, ?, ?, ?, ?) "
      "ON CONFLICT(bucket, object_key, version_id) DO UPDATE SET id = excluded.id, removed = excluded.removed",
      object.bucket, object.key, object.version_id, object.id, now);
  tx.exec("DELETE FROM s3_objects WHERE id = ?", object.id);
  unlink(tx, blobs, object.segments(), object_owner(object.id));
  tx.exec(
      "UPDATE s3_objects SET is_latest = 1 WHERE id = (SELECT MAX(id) FROM s3_objects WHERE bucket = ? AND "
      "object_key = ?)",
      object.bucket, object.key);
}

void insert(store::Tx& tx, const UploadRow& upload) {
  tx.exec("INSERT INTO s3_uploads(upload_id, bucket, object_key, initiated, initiator, body) VALUES (?, ?, ?, ?, ?, ?)",
          upload.upload_id, upload.bucket, upload.key, upload.initiated, upload.initiator, upload.body);
}

std::optional<UploadRow> find_upload(store::Tx& tx, std::string_view upload_id) {
  const auto row = tx.find(std::string(kUploads) + "WHERE upload_id = ?", upload_id);
  if (!row) return std::nullopt;
  return upload_of(*row);
}

std::vector<UploadRow> list_uploads(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                    std::string_view after_upload, int limit) {
  const auto [start, inclusive] = start_of(range);
  std::vector<UploadRow> out;
  for (const auto& row :
       tx.query(std::string(kUploads) +
                    "WHERE bucket = ? AND "
                    "(object_key > ? OR (object_key = ? AND (? = 1 OR upload_id > ?))) AND object_key < ? "
                    "ORDER BY object_key, upload_id LIMIT ?",
                bucket, start, start, inclusive ? 1 : 0,
                after_upload.empty() ? kBeyondAllKeys : std::string(after_upload), end_of(range), limit))
    out.push_back(upload_of(row));
  return out;
}

void remove_upload(store::Tx& tx, store::Blobs& blobs, const UploadRow& upload) {
  for (const PartRow& part : list_parts(tx, upload.upload_id, 0, std::numeric_limits<int>::max()))
    unlink(tx, blobs, part.segments(), part_owner(upload.upload_id, part.number));
  tx.exec("DELETE FROM s3_parts WHERE upload_id = ?", upload.upload_id);
  tx.exec("DELETE FROM s3_uploads WHERE upload_id = ?", upload.upload_id);
}

void put_part(store::Tx& tx, store::Blobs& blobs, std::string_view upload_id, const PartRow& part) {
  const std::string owner = part_owner(upload_id, part.number);
  const auto old = tx.find("SELECT body FROM s3_parts WHERE upload_id = ? AND part_number = ?", upload_id, part.number);
  if (old) unlink(tx, blobs, segments_of(old->json(0)), owner);
  tx.exec(
      "INSERT INTO s3_parts(upload_id, part_number, size, e_tag, modified, body) VALUES (?, ?, ?, ?, ?, ?) "
      "ON CONFLICT(upload_id, part_number) DO UPDATE SET size = excluded.size, e_tag = excluded.e_tag, "
      "modified = excluded.modified, body = excluded.body",
      upload_id, part.number, part.size, part.e_tag, part.modified, part.body);
  link(tx, blobs, part.segments(), owner);
}

std::vector<PartRow> list_parts(store::Tx& tx, std::string_view upload_id, int after, int limit) {
  std::vector<PartRow> out;
  for (const auto& row :
       tx.query("SELECT part_number, size, e_tag, modified, body FROM s3_parts WHERE upload_id = ? AND "
                "part_number > ? ORDER BY part_number LIMIT ?",
                upload_id, after, limit))
    out.push_back(part_of(row));
  return out;
}

}  // namespace hanbat::s3
