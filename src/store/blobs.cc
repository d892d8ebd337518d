#include "store/blobs.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "base/encoding.h"
#include "base/ids.h"

namespace hanbat::store {
namespace {

constexpr Migration kSchema[] = {{"blobs", 1, R"sql(
-- Who needs which blob. The file named by sha256 may go when its last row does.
CREATE TABLE blob_links(
  sha256 TEXT NOT NULL,
  owner TEXT NOT NULL,
  PRIMARY KEY(sha256, owner)
);
)sql"}};

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

class Digest {
 public:
  explicit Digest(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, kind, nullptr); }
  Digest(const Digest&) = delete;
  ~Digest() { EVP_MD_CTX_free(context_); }
  void update(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  std::string hex() {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    EVP_DigestFinal_ex(context_, out, &size);
    return to_hex({reinterpret_cast<char*>(out), size});
  }

 private:
  EVP_MD_CTX* context_;
};

void sync_folder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("cannot open the folder " + folder);
  fsync(fd);
  close(fd);
}

}  // namespace

class FileBlobWriter final : public BlobWriter {
 public:
  FileBlobWriter(Blobs& blobs, std::string path)
      : blobs_(blobs), path_(std::move(path)), sha256_(EVP_sha256()), md5_(EVP_md5()) {
    fd_ = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ < 0) fail("cannot create " + path_);
  }
  ~FileBlobWriter() override {
    if (fd_ >= 0) close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view bytes) override {
    sha256_.update(bytes);
    md5_.update(bytes);
    size_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) fail("cannot write " + path_);
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  std::uint64_t size() const override { return size_; }

  Blob commit() override {
    if (fsync(fd_) != 0) fail("cannot sync " + path_);
    close(fd_);
    fd_ = -1;
    Blob blob{sha256_.hex(), size_, md5_.hex(), nullptr};
    blob.hold = blobs_.hold(blob.sha256);
    const std::string target = blobs_.path(blob.sha256);
    const std::string folder = target.substr(0, target.rfind('/'));
    if (mkdir(folder.c_str(), 0700) == 0) sync_folder(folder.substr(0, folder.rfind('/')));
    if (rename(path_.c_str(), target.c_str()) != 0) fail("cannot rename to " + target);
    path_.clear();
    sync_folder(folder);
    return blob;
  }

 private:
  Blobs& blobs_;
  std::string path_;
  int fd_ = -1;
  std::uint64_t size_ = 0;
  Digest sha256_;
  Digest md5_;
};

Blobs::Blobs(std::string folder, Database& database) : folder_(std::move(folder)), database_(database) {
  std::filesystem::create_directories(folder_);
  std::filesystem::remove_all(folder_ + "/incoming");
  std::filesystem::create_directories(folder_ + "/incoming");
}

std::unique_ptr<BlobWriter> Blobs::create() {
  return std::make_unique<FileBlobWriter>(*this, folder_ + "/incoming/" + random_hex(24));
}

Blob Blobs::put(std::string_view bytes) {
  const auto writer = create();
  writer->write(bytes);
  return writer->commit();
}

std::string Blobs::path(std::string_view sha256) const {
  return folder_ + "/" + std::string(sha256.substr(0, 2)) + "/" + std::string(sha256);
}

std::string Blobs::get(std::string_view sha256) const {
  const std::string name = path(sha256);
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("cannot open " + name);
  std::string out;
  char buffer[65536];
  ssize_t got = 0;
  while ((got = read(fd, buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<std::size_t>(got));
  close(fd);
  if (got < 0) fail("cannot read " + name);
  Digest digest(EVP_sha256());
  digest.update(out);
  if (digest.hex() != sha256) throw std::runtime_error("the blob " + std::string(sha256) + " is damaged on disk");
  return out;
}

bool Blobs::exists(std::string_view sha256) const { return access(path(sha256).c_str(), F_OK) == 0; }

std::shared_ptr<void> Blobs::hold(const std::string& sha256) {
  const std::lock_guard lock(mutex_);
  held_.insert(sha256);
  return {nullptr, [this, sha256](void*) {
            const std::lock_guard lock(mutex_);
            held_.erase(held_.find(sha256));
          }};
}

bool Blobs::collect(const std::string& sha256) {
  // hold() waits for this lock before a writer renames its file, so a name that is written again now is not lost.
  const std::lock_guard lock(mutex_);
  if (held_.find(sha256) != held_.end()) return false;
  const bool linked = database_.read(
      [&](Tx& tx) { return tx.find("SELECT 1 FROM blob_links WHERE sha256 = ? LIMIT 1", sha256).has_value(); });
  return !linked && ::unlink(path(sha256).c_str()) == 0;
}

void Blobs::link(Tx& tx, std::string_view sha256, std::string_view owner) {
  tx.exec("INSERT INTO blob_links(sha256, owner) VALUES (?, ?) ON CONFLICT DO NOTHING", sha256, owner);
}

void Blobs::unlink(Tx& tx, std::string_view sha256, std::string_view owner) {
  tx.exec("DELETE FROM blob_links WHERE sha256 = ? AND owner = ?", sha256, owner);
  tx.on_commit([this, name = std::string(sha256)] { collect(name); });
}

int Blobs::sweep() {
  int removed = 0;
  for (const auto& folder : std::filesystem::directory_iterator(folder_)) {
    if (!folder.is_directory() || folder.path().filename() == "incoming") continue;
    for (const auto& file : std::filesystem::directory_iterator(folder.path()))
      if (collect(file.path().filename())) ++removed;
  }
  return removed;
}

std::span<const Migration> blob_migrations() { return kSchema; }

}  // namespace hanbat::store
