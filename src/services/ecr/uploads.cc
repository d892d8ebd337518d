#include "services/ecr/uploads.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/ids.h"
#include "os/files.h"

namespace hanbat::ecr {

std::string Uploads::path(std::string_view id) const { return folder_ + "/" + std::string(id); }

std::string Uploads::begin(region::Request& rq, const RepositoryRow& repository) const {
  const std::string id = random_uuid();
  rq.tx.exec("INSERT INTO ecr_uploads (id, repository_id, started) VALUES (?, ?, ?)", id, repository.id, rq.now());
  rq.add_task({std::string(kExpireUpload), id, Json::object({{"id", id}}), rq.now() + std::chrono::hours(24)});
  return id;
}

bool Uploads::exists(store::Tx& tx, const RepositoryRow& repository, std::string_view id) const {
  return tx.find("SELECT 1 FROM ecr_uploads WHERE id = ? AND repository_id = ?", id, repository.id).has_value();
}

std::uint64_t Uploads::received(std::string_view id) const {
  struct stat about{};
  if (::stat(path(id).c_str(), &about) < 0) return 0;
  return static_cast<std::uint64_t>(about.st_size);
}

std::uint64_t Uploads::append(std::string_view id, http::BodyReader& body) const {
  make_folders(folder_);
  const Fd file = open_file(path(id), O_WRONLY | O_CREAT | O_APPEND, 0600);
  std::vector<char> buffer(128 << 10);
  while (const std::size_t n = body.read(buffer)) write_all(file.get(), {buffer.data(), n});
  return received(id);
}

store::Blob Uploads::to_blob(std::string_view id, store::Blobs& blobs) const {
  auto writer = blobs.create();
  if (path_exists(path(id))) {
    const Fd file = open_file(path(id), O_RDONLY);
    std::vector<char> buffer(128 << 10);
    while (const std::size_t n = read_some(file.get(), buffer)) writer->write({buffer.data(), n});
  }
  return writer->commit();
}

void Uploads::forget(store::Tx& tx, std::string_view id) const {
  tx.exec("DELETE FROM ecr_uploads WHERE id = ?", id);
  tx.on_commit([this, id = std::string(id)] { remove_file(id); });
}

void Uploads::remove_file(std::string_view id) const { ::unlink(path(id).c_str()); }

}  // namespace hanbat::ecr
