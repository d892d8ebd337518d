// libarchive reads; the files are made here, relative to a descriptor of the folder and without following links.
#include "guest/archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

#include "base/text.h"
#include "os/fd.h"

namespace hanbat::guest {
namespace {

using Reader = std::unique_ptr<archive, int (*)(archive*)>;

std::vector<std::string> safe_parts(const std::string& path) {
  if (path.starts_with('/')) throw BundleError("the bundle has an absolute path: " + path);
  std::vector<std::string> parts;
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") throw BundleError("the bundle has a path that leads out of it: " + path);
    parts.push_back(part);
  }
  return parts;
}

/// Whether a link `depth` folders below the root stays below it. After a name there is no way up: that name may be a
/// link itself, and its ".." the folder above what it leads to.
bool stays_inside(const std::string& target, std::size_t depth) {
  if (target.starts_with('/')) return false;
  bool named = false;
  for (const std::string& part : split(target, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      named = true;
    } else if (named || depth-- == 0) {
      return false;
    }
  }
  return true;
}

/// The folder of the entry, made as needed; a link in the way is an error.
Fd parent_folder(int root, const std::vector<std::string>& parts, const std::string& path) {
  Fd at(::fcntl(root, F_DUPFD_CLOEXEC, 0));
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (::mkdirat(at.get(), parts[i].c_str(), 0755) != 0 && errno != EEXIST)
      throw BundleError("cannot make the folder of " + path);
    Fd next(::openat(at.get(), parts[i].c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (next.get() < 0) throw BundleError("the bundle puts " + path + " through something that is no folder");
    at = std::move(next);
  }
  return at;
}

void write_content(archive* from, int at, const std::string& name, mode_t mode, const std::string& path) {
  ::unlinkat(at, name.c_str(), 0);
  const Fd out(::openat(at, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (out.get() < 0) throw BundleError("cannot make " + path);
  std::vector<char> chunk(1 << 16);
  while (true) {
    const la_ssize_t n = archive_read_data(from, chunk.data(), chunk.size());
    if (n < 0) throw BundleError("cannot read " + path + " of the bundle: " + archive_error_string(from));
    if (n == 0) break;
    for (la_ssize_t done = 0; done < n;) {
      const ssize_t w = ::write(out.get(), chunk.data() + done, static_cast<std::size_t>(n - done));
      if (w < 0) throw BundleError("cannot write " + path);
      done += w;
    }
  }
  ::fchmod(out.get(), mode & 0777 ? mode & 0777 : 0644);
}

}  // namespace

void unpack(const std::string& file, const std::string& bundle_type, const std::string& folder) {
  Reader reader(archive_read_new(), archive_read_free);
  if (bundle_type == "zip") {
    archive_read_support_format_zip(reader.get());
  } else if (bundle_type == "tar" || bundle_type == "tgz") {
    archive_read_support_format_tar(reader.get());
    if (bundle_type == "tgz") archive_read_support_filter_gzip(reader.get());
  } else {
    throw BundleError("bundles of type " + bundle_type + " are not supported");
  }
  if (archive_read_open_filename(reader.get(), file.c_str(), 1 << 16) != ARCHIVE_OK)
    throw BundleError(std::string("the bundle cannot be opened: ") + archive_error_string(reader.get()));
  const Fd root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (root.get() < 0) throw BundleError("cannot open " + folder);

  archive_entry* entry = nullptr;
  while (true) {
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) break;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
      throw BundleError(std::string("the bundle cannot be read: ") + archive_error_string(reader.get()));
    const char* raw = archive_entry_pathname(entry);
    const std::string path = raw ? raw : "";
    const auto parts = safe_parts(path);
    if (parts.empty()) continue;
    const Fd at = parent_folder(root.get(), parts, path);
    const std::string& name = parts.back();
    const mode_t mode = archive_entry_perm(entry);
    if (archive_entry_hardlink(entry)) {
      const auto target = safe_parts(archive_entry_hardlink(entry));
      if (target.empty()) throw BundleError("the bundle links " + path + " to nothing");
      const Fd from = parent_folder(root.get(), target, path);
      if (::linkat(from.get(), target.back().c_str(), at.get(), name.c_str(), 0) != 0)
        throw BundleError("cannot link " + path);
    } else if (archive_entry_filetype(entry) == AE_IFDIR) {
      if (::mkdirat(at.get(), name.c_str(), mode ? mode : 0755) != 0 && errno != EEXIST)
        throw BundleError("cannot make " + path);
    } else if (archive_entry_filetype(entry) == AE_IFLNK) {
      const char* told = archive_entry_symlink(entry);
      const std::string target = told ? told : "";
      if (target.empty()) throw BundleError("the bundle's link " + path + " leads nowhere");
      if (!stays_inside(target, parts.size() - 1))
        throw BundleError("the bundle's link " + path + " leads out of it: " + target);
      ::unlinkat(at.get(), name.c_str(), 0);
      if (::symlinkat(target.c_str(), at.get(), name.c_str()) != 0) throw BundleError("cannot link " + path);
    } else if (archive_entry_filetype(entry) == AE_IFREG) {
      write_content(reader.get(), at.get(), name, mode, path);
    } else {
      throw BundleError("the bundle has something that is neither file, folder nor link: " + path);
    }
  }
}

}  // namespace hanbat::guest
