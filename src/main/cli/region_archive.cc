#include "main/cli/region_archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "base/text.h"
#include "crypto/digest.h"
#include "main/cli/control.h"
#include "os/files.h"

namespace hanbat::cli {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSealHead = "\x50\x2A\x4D\x18\x28\x00\x00\x00HANBAT 1"sv;
constexpr std::size_t kSealSize = kSealHead.size() + 32;

using Entry = std::unique_ptr<archive_entry, decltype([](archive_entry* it) { archive_entry_free(it); })>;
using Reader = std::unique_ptr<archive, decltype([](archive* it) { archive_read_free(it); })>;

std::string name_of_user(unsigned uid) {
  const passwd* user = ::getpwuid(uid);
  return user ? user->pw_name : "root";
}

/// Whether the name stays below the folder that it is unpacked in.
bool stays_inside(const std::string& name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != std::string::npos) return false;
  const auto parts = split(name, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](const auto& part) { return part.empty() || part == "." || part == ".."; });
}

}  // namespace

Json Part::to_json() const {
  return Json::object({{"name", name}, {"size", static_cast<std::int64_t>(size)}, {"sha256", sha256}});
}

struct ArchiveWriter::State {
  int out;
  crypto::Digest all{crypto::Digest::Kind::kSha256};
  std::string failure;
  struct archive* writer = archive_write_new();
  ~State() { archive_write_free(writer); }

  void require(int result) {
    if (result >= ARCHIVE_WARN) return;
    throw Failure("cannot write the backup: " +
                  (failure.empty() ? std::string(archive_error_string(writer)) : failure));
  }

  /// What libarchive calls with compressed bytes. No exception may pass through its frames.
  static la_ssize_t write(struct archive*, void* self, const void* bytes, std::size_t size) {
    auto& state = *static_cast<State*>(self);
    try {
      write_all(state.out, {static_cast<const char*>(bytes), size});
      state.all.update({static_cast<const char*>(bytes), size});
      return static_cast<la_ssize_t>(size);
    } catch (const std::exception& error) {
      state.failure = error.what();
      return -1;
    }
  }
};

ArchiveWriter::ArchiveWriter(int out) : state_(std::make_unique<State>()) {
  state_->out = out;
  struct archive* writer = state_->writer;
  state_->require(archive_write_set_format_pax_restricted(writer));
  state_->require(archive_write_add_filter_zstd(writer));
  // No padding to a tape's blocks: the seal follows the last frame.
  archive_write_set_bytes_in_last_block(writer, 1);
  state_->require(archive_write_open(writer, state_.get(), nullptr, &State::write, nullptr));
}

ArchiveWriter::~ArchiveWriter() = default;

Part ArchiveWriter::add(const std::string& name, std::uint64_t size, unsigned mode, unsigned uid,
                        const std::function<std::size_t(char*, std::size_t)>& read) {
  const Entry entry(archive_entry_new());
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), mode);
  archive_entry_set_uname(entry.get(), name_of_user(uid).c_str());
  archive_entry_set_mtime(entry.get(), std::time(nullptr), 0);
  state_->require(archive_write_header(state_->writer, entry.get()));
  crypto::Digest hash(crypto::Digest::Kind::kSha256);
  std::string buffer(1u << 20, '\0');
  for (std::uint64_t left = size; left > 0;) {
    const std::size_t got = read(buffer.data(), std::min<std::uint64_t>(buffer.size(), left));
    if (got == 0) throw Failure(name + " became shorter while it was copied");
    hash.update({buffer.data(), got});
    if (archive_write_data(state_->writer, buffer.data(), got) < 0) state_->require(ARCHIVE_FATAL);
    left -= got;
  }
  return {name, size, hash.finish_hex()};
}

Part ArchiveWriter::add_file(const std::string& name, const Fd& file) {
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) throw_errno("look at " + name);
  return add(name, static_cast<std::uint64_t>(about.st_size), about.st_mode & 07777, about.st_uid,
             [&](char* into, std::size_t size) { return read_some(file.get(), {into, size}); });
}

Part ArchiveWriter::add_bytes(const std::string& name, std::string_view bytes) {
  std::size_t at = 0;
  return add(name, bytes.size(), 0600, ::geteuid(), [&](char* into, std::size_t size) {
    const std::size_t take = std::min(size, bytes.size() - at);
    std::copy_n(bytes.data() + at, take, into);
    at += take;
    return take;
  });
}

void ArchiveWriter::finish() {
  state_->require(archive_write_close(state_->writer));
  write_all(state_->out, std::string(kSealHead) + state_->all.finish());
}

void require_sealed(const std::string& path,
                    const std::function<void(std::uint64_t done, std::uint64_t all)>& progress) {
  const Fd file = open_file(path, O_RDONLY);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) throw_errno("look at " + path);
  if (!S_ISREG(about.st_mode)) throw Failure(path + " is no file");
  const auto size = static_cast<std::uint64_t>(about.st_size);
  const std::string why = path + " is no backup, or was cut short or changed";
  if (size < kSealSize) throw Failure(why);
  crypto::Digest hash(crypto::Digest::Kind::kSha256);
  std::string buffer(1u << 20, '\0');
  std::uint64_t left = size - kSealSize;
  while (left > 0) {
    const std::size_t got = read_some(file.get(), {buffer.data(), std::min<std::uint64_t>(buffer.size(), left)});
    if (got == 0) throw Failure(why);
    hash.update({buffer.data(), got});
    left -= got;
    if (progress) progress(size - kSealSize - left, size - kSealSize);
  }
  std::string seal;
  while (const std::size_t got = read_some(file.get(), {buffer.data(), kSealSize})) seal.append(buffer.data(), got);
  if (seal != std::string(kSealHead) + hash.finish()) throw Failure(why);
}

void read_archive(const std::string& path, const std::function<void(const ReadEntry&)>& each) {
  const Reader reader(archive_read_new());
  const auto fail = [&] { throw Failure(path + " cannot be read: " + archive_error_string(reader.get())); };
  archive_read_support_filter_zstd(reader.get());
  archive_read_support_format_tar(reader.get());
  if (archive_read_open_filename(reader.get(), path.c_str(), 1u << 20) != ARCHIVE_OK) fail();
  while (true) {
    archive_entry* found = nullptr;
    const int result = archive_read_next_header(reader.get(), &found);
    if (result == ARCHIVE_EOF) return;
    if (result != ARCHIVE_OK) fail();
    ReadEntry entry;
    entry.name = archive_entry_pathname(found) ? archive_entry_pathname(found) : "";
    if (!stays_inside(entry.name) || archive_entry_filetype(found) != AE_IFREG || archive_entry_hardlink(found))
      throw Failure(path + " holds what no backup holds: " + entry.name.substr(0, 200));
    entry.size = static_cast<std::uint64_t>(archive_entry_size(found));
    entry.mode = archive_entry_perm(found) & 0777;
    entry.owner = archive_entry_uname(found) ? archive_entry_uname(found) : "";
    entry.read = [&](char* into, std::size_t size) {
      const la_ssize_t got = archive_read_data(reader.get(), into, size);
      if (got < 0) fail();
      return static_cast<std::size_t>(got);
    };
    each(entry);
  }
}

}  // namespace hanbat::cli
