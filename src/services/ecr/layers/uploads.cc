#include "services/ecr/layers/uploads.h"

#include <utility>
#include <vector>

#include "base/ids.h"
#include "region/region.h"
#include "services/ecr/layers/store.h"
#include "store/typed_tasks.h"

namespace hanbat::ecr {

std::string Uploads::begin(region::Request& rq, const RepositoryRow& repository) {
  const std::string id = random_uuid();
  insert_upload(rq.tx, id, repository, rq.now());
  store::add_task(rq.home.tasks, rq.tx, ExpireUpload{id}, id, rq.now() + std::chrono::hours(24));
  return id;
}

std::shared_ptr<Uploads::Upload> Uploads::find_or_make(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto it = uploads_.find(id);
  if (it != uploads_.end()) return it->second;
  return uploads_.emplace(id, std::make_shared<Upload>()).first->second;
}

std::shared_ptr<Uploads::Upload> Uploads::take(std::string_view id) {
  std::lock_guard lock(mutex_);
  const auto it = uploads_.find(id);
  if (it == uploads_.end()) return nullptr;
  auto upload = std::move(it->second);
  uploads_.erase(it);
  return upload;
}

std::uint64_t Uploads::received(std::string_view id) {
  const auto upload = find_or_make(id);
  std::lock_guard lock(upload->mutex);
  if (upload->blob) return upload->blob->size;
  return upload->writer ? upload->writer->size() : 0;
}

std::uint64_t Uploads::append(std::string_view id, http::BodyReader& body) {
  const auto upload = find_or_make(id);
  std::lock_guard lock(upload->mutex);
  std::vector<char> buffer(128 << 10);
  while (const std::size_t n = body.read(buffer)) {
    if (upload->blob) throw http::Error(416, "the upload is complete already");
    if (!upload->writer) upload->writer = blobs_.create();
    upload->writer->write({buffer.data(), n});
  }
  if (upload->blob) return upload->blob->size;
  return upload->writer ? upload->writer->size() : 0;
}

std::optional<std::uint64_t> Uploads::append_at(std::string_view id, std::uint64_t first, std::string_view bytes) {
  const auto upload = find_or_make(id);
  std::lock_guard lock(upload->mutex);
  if (upload->blob || (upload->writer ? upload->writer->size() : 0) != first) return std::nullopt;
  if (!upload->writer) upload->writer = blobs_.create();
  upload->writer->write(bytes);
  return upload->writer->size();
}

store::Blob Uploads::to_blob(std::string_view id) {
  const auto upload = find_or_make(id);
  std::lock_guard lock(upload->mutex);
  if (!upload->blob) {
    if (!upload->writer) upload->writer = blobs_.create();
    upload->blob = upload->writer->commit();
    upload->writer.reset();
  }
  return *upload->blob;
}

void Uploads::forget(store::Tx& tx, std::string_view id) {
  remove_upload(tx, id);
  tx.on_commit([this, id = std::string(id)] {
    const auto gone = take(id);
    if (!gone) return;
    // Who has its turn with the upload sends a chunk of it, so it is no blob yet.
    std::unique_lock lock(gone->mutex, std::try_to_lock);
    if (lock && gone->blob) store::LooseBlob(blobs_, *std::exchange(gone->blob, std::nullopt));
  });
}

}  // namespace hanbat::ecr
