#include "services/ecr/layers/store.h"

#include "services/ecr/images/manifest.h"

namespace hanbat::ecr {
namespace {

std::string blob_owner(const RepositoryRow& repository, std::string_view digest) {
  return "ecr/" + repository.id + "/" + std::string(digest);
}

}  // namespace

std::optional<std::int64_t> find_layer(store::Tx& tx, const RepositoryRow& repository, std::string_view digest) {
  const auto row = tx.find("SELECT size FROM ecr_layers WHERE repository_id = ? AND digest = ?", repository.id, digest);
  if (!row) return std::nullopt;
  return row->integer(0);
}

std::vector<LayerHome> list_layer_homes(store::Tx& tx, std::string_view repository_name, std::string_view digest) {
  std::vector<LayerHome> homes;
  for (const auto& row : tx.query("SELECT l.repository_id, l.size FROM ecr_layers l JOIN resources r "
                                  "ON r.id = l.repository_id WHERE r.kind = ? AND r.name = ? AND l.digest = ?",
                                  region::KindOf<Repository>::kRows, repository_name, digest))
    homes.push_back({row.text(0), row.integer(1)});
  return homes;
}

void mount_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest,
                 std::int64_t size) {
  if (find_layer(tx, repository, digest)) return;
  tx.exec("INSERT INTO ecr_layers (repository_id, digest, size) VALUES (?, ?, ?)", repository.id, digest, size);
  blobs.link(tx, hex_of(digest), blob_owner(repository, digest));
}

void add_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, const store::Blob& blob) {
  mount_layer(tx, blobs, repository, "sha256:" + blob.sha256, static_cast<std::int64_t>(blob.size));
}

void remove_layer(store::Tx& tx, store::Blobs& blobs, const RepositoryRow& repository, std::string_view digest) {
  if (tx.exec("DELETE FROM ecr_layers WHERE repository_id = ? AND digest = ?", repository.id, digest) > 0)
    blobs.unlink(tx, hex_of(digest), blob_owner(repository, digest));
}

void insert_upload(store::Tx& tx, std::string_view id, const RepositoryRow& repository, Timestamp now) {
  tx.exec("INSERT INTO ecr_uploads (id, repository_id, started) VALUES (?, ?, ?)", id, repository.id, now);
}

bool has_upload(store::Tx& tx, const RepositoryRow& repository, std::string_view id) {
  return tx.find("SELECT 1 FROM ecr_uploads WHERE id = ? AND repository_id = ?", id, repository.id).has_value();
}

void remove_upload(store::Tx& tx, std::string_view id) { tx.exec("DELETE FROM ecr_uploads WHERE id = ?", id); }

std::int64_t bytes_of_layers(store::Tx& tx, std::string_view repository_id) {
  return tx.find("SELECT COALESCE(SUM(size), 0) FROM ecr_layers WHERE repository_id = ?", repository_id)
      .value()
      .integer(0);
}

void remove_all_uploads(store::Tx& tx) { tx.exec("DELETE FROM ecr_uploads"); }

}  // namespace hanbat::ecr
