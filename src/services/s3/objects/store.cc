#include "services/s3/objects/store.h"

#include <algorithm>
#include <chrono>
#include <iterator>

namespace hanbat::s3 {
namespace {

constexpr std::string_view kObjectColumns =
    "id, bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, body";

// How long who lists versions page by page, and deletes them, may take between two pages.
constexpr std::chrono::hours kRememberRemoved{24};

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

std::string class_in(const Json& body) { return body.text("storage_class", word_of(StorageClass::kStandard)); }

std::string object_owner(std::int64_t id) { return "s3/object/" + std::to_string(id); }

std::vector<ObjectRow> objects_of(const std::vector<store::Row>& rows) {
  std::vector<ObjectRow> out;
  for (const auto& row : rows) out.push_back(object_of(row));
  return out;
}

}  // namespace

std::vector<Segment> ObjectRow::segments() const { return segments_of(body); }

StoredBytes bytes_of_objects(store::Tx& tx) {
  constexpr std::int64_t kLeastSize = 128 << 10;
  const auto has_least = [](StorageClass kept_in) {
    return kept_in == StorageClass::kStandardIa || kept_in == StorageClass::kOnezoneIa ||
           kept_in == StorageClass::kGlacierIr;
  };
  StoredBytes out;
  for (const store::Row& row : tx.query(
           "SELECT bucket, storage_class, SUM(size), SUM(MAX(size, ?)) FROM s3_objects GROUP BY bucket, storage_class",
           kLeastSize)) {
    const auto kept_in = require_word<StorageClass>(row.text(1));
    out[{row.text(0), kept_in}] = row.integer(has_least(kept_in) ? 3 : 2);
  }
  return out;
}

void classify_objects(store::Tx& tx) {
  for (const store::Row& row : tx.query("SELECT id, body FROM s3_objects WHERE body LIKE '%\"storage_class\"%'"))
    if (const std::string kept_in = row.json(1).text("storage_class"); !kept_in.empty())
      tx.exec("UPDATE s3_objects SET storage_class = ? WHERE id = ?", kept_in, row.integer(0));
}

bool is_empty(store::Tx& tx, std::string_view bucket) {
  return !tx.find("SELECT 1 FROM s3_objects WHERE bucket = ? LIMIT 1", bucket);
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
                                 "object_key " +
                                 std::string(inclusive ? ">=" : ">") +
                                 " ? AND object_key < ? ORDER BY object_key LIMIT ?",
                             bucket, start, end_of(range), limit));
}

std::vector<ObjectRow> list_versions(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                     std::int64_t before_id, int limit) {
  const auto [start, inclusive] = start_of(range);
  const std::string versions = "SELECT " + std::string(kObjectColumns) + " FROM s3_objects WHERE bucket = ? AND ";
  std::vector<ObjectRow> out;
  // The rest of the key that a page ended in, then the keys behind it.
  if (before_id)
    out = objects_of(
        tx.query(versions + "object_key = ? AND id < ? ORDER BY id DESC LIMIT ?", bucket, start, before_id, limit));
  if (const int more = limit - static_cast<int>(out.size()); more > 0)
    std::ranges::move(objects_of(tx.query(versions + "object_key " + (inclusive && !before_id ? ">=" : ">") +
                                              " ? AND object_key < ? ORDER BY object_key, id DESC LIMIT ?",
                                          bucket, start, end_of(range), more)),
                      std::back_inserter(out));
  return out;
}

ObjectRow put_version(store::Tx& tx, store::Blobs& blobs, ObjectRow object) {
  if (const auto replaced = find_version(tx, object.bucket, object.key, object.version_id)) {
    unlink(tx, blobs, replaced->segments(), object_owner(replaced->id));
    tx.exec("DELETE FROM s3_objects WHERE id = ?", replaced->id);
  }
  tx.exec("UPDATE s3_objects SET is_latest = 0 WHERE bucket = ? AND object_key = ? AND is_latest = 1", object.bucket,
          object.key);
  const auto row = tx.find(
      "INSERT INTO s3_objects(bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, body, "
      "storage_class) VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?) RETURNING id",
      object.bucket, object.key, object.version_id, object.delete_marker, object.size, object.e_tag, object.modified,
      object.body, class_in(object.body));
  object.id = row->integer(0);
  link(tx, blobs, object.segments(), object_owner(object.id));
  return object;
}

void update_body(store::Tx& tx, const ObjectRow& object) {
  tx.exec("UPDATE s3_objects SET body = ?, storage_class = ? WHERE id = ?", object.body, class_in(object.body),
          object.id);
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

}  // namespace hanbat::s3
