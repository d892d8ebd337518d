#include "services/s3/uploads/store.h"

#include <limits>

namespace hanbat::s3 {
namespace {

constexpr std::string_view kUploads =
    "SELECT upload_id, bucket, object_key, initiated, initiator, body FROM s3_uploads ";

UploadRow upload_of(const store::Row& row) {
  return {row.text(0), row.text(1), row.text(2), row.timestamp(3), row.text(4), row.json(5)};
}

PartRow part_of(const store::Row& row) {
  return {static_cast<int>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1)), row.text(2), row.timestamp(3),
          row.json(4)};
}

std::string part_owner(std::string_view upload_id, int number) {
  return "s3/part/" + std::string(upload_id) + "/" + std::to_string(number);
}

}  // namespace

std::vector<Segment> PartRow::segments() const { return segments_of(body); }

Initiator initiator_of(const UploadRow& upload) {
  return {.display_name = upload.initiator.substr(upload.initiator.rfind('/') + 1), .id = upload.initiator};
}

void insert(store::Tx& tx, const UploadRow& upload) {
  tx.exec("INSERT INTO s3_uploads(upload_id, bucket, object_key, initiated, initiator, body) VALUES (?, ?, ?, ?, ?, ?)",
          upload.upload_id, upload.bucket, upload.key, upload.initiated, upload.initiator, upload.body);
}

StoredBytes bytes_of_parts(store::Tx& tx) {
  StoredBytes out;
  for (const store::Row& row :
       tx.query("SELECT u.bucket, u.body, SUM(p.size) FROM s3_parts p JOIN s3_uploads u ON u.upload_id = p.upload_id "
                "GROUP BY u.upload_id, u.bucket, u.body")) {
    const auto kept_in = require_word<StorageClass>(row.json(1).text("storage_class", "STANDARD"));
    const bool archive = kept_in == StorageClass::kGlacier || kept_in == StorageClass::kDeepArchive;
    out[{row.text(0), archive ? StorageClass::kStandard : kept_in}] += row.integer(2);
  }
  return out;
}

std::optional<UploadRow> find_upload(store::Tx& tx, std::string_view upload_id) {
  const auto row = tx.find(std::string(kUploads) + "WHERE upload_id = ?", upload_id);
  if (!row) return std::nullopt;
  return upload_of(*row);
}

std::vector<UploadRow> list_uploads(store::Tx& tx, std::string_view bucket, const KeyRange& range,
                                    std::string_view after_upload, int limit) {
  const auto [start, inclusive] = start_of(range);
  // Behind all uploads of the key when none of them is named; before all of them when the key itself is wanted.
  const std::string_view after = inclusive ? "" : after_upload.empty() ? kBeyondAllKeys : after_upload;
  std::vector<UploadRow> out;
  for (const auto& row :
       tx.query(std::string(kUploads) + "WHERE bucket = ? AND (object_key, upload_id) > (?, ?) AND object_key < ? "
                                        "ORDER BY object_key, upload_id LIMIT ?",
                bucket, start, after, end_of(range), limit))
    out.push_back(upload_of(row));
  return out;
}

void remove_upload(store::Tx& tx, store::Blobs& blobs, const UploadRow& upload) {
  for (const PartRow& part : list_parts(tx, upload.upload_id, 0, std::numeric_limits<int>::max()))
    unlink(tx, blobs, part.segments(), part_owner(upload.upload_id, part.number));
  tx.exec("DELETE FROM s3_parts WHERE upload_id = ?", upload.upload_id);
  tx.exec("DELETE FROM s3_uploads WHERE upload_id = ?", upload.upload_id);
}

void remove_uploads(store::Tx& tx, store::Blobs& blobs, std::string_view bucket) {
  for (const auto& row : tx.query(std::string(kUploads) + "WHERE bucket = ?", bucket))
    remove_upload(tx, blobs, upload_of(row));
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
