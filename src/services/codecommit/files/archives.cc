// A commit's files as one zip: what CodePipeline's source action takes into its artifact store.
#include <archive.h>
#include <archive_entry.h>

#include <memory>

#include "services/codecommit/codecommit.h"
#include "wire/error.h"

namespace hanbat::codecommit {
namespace {

using Writer = std::unique_ptr<archive, decltype([](archive* it) { archive_write_free(it); })>;
using Entry = std::unique_ptr<archive_entry, decltype([](archive_entry* it) { archive_entry_free(it); })>;

void require(archive* writer, int result) {
  if (result < ARCHIVE_WARN)
    throw wire::Error("InternalFailure", 500, std::string("cannot write the archive: ") + archive_error_string(writer));
}

void add(archive* writer, const GitRepository& git, const std::string& tree, const std::string& folder,
         std::int64_t time) {
  for (const TreeEntry& entry : git.list_tree(tree)) {
    if (entry.kind == EntryKind::kSubmodule) continue;
    const std::string path = folder + entry.name;
    if (entry.kind == EntryKind::kFolder) {
      add(writer, git, entry.object_id, path + "/", time);
      continue;
    }
    const std::string content = git.read_blob(entry.object_id);
    const Entry file(archive_entry_new());
    archive_entry_set_pathname(file.get(), path.c_str());
    archive_entry_set_mtime(file.get(), time, 0);
    const bool link = entry.kind == EntryKind::kSymlink;
    archive_entry_set_filetype(file.get(), link ? AE_IFLNK : AE_IFREG);
    archive_entry_set_perm(file.get(), entry.kind == EntryKind::kExecutable || link ? 0755 : 0644);
    if (link)
      archive_entry_set_symlink(file.get(), content.c_str());
    else
      archive_entry_set_size(file.get(), static_cast<la_int64_t>(content.size()));
    require(writer, archive_write_header(writer, file.get()));
    if (!link && archive_write_data(writer, content.data(), content.size()) < 0) require(writer, ARCHIVE_FATAL);
  }
}

la_ssize_t append(archive*, void* out, const void* bytes, std::size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

UploadArchiveOutput CodeCommit::upload_archive(region::Request& rq, const UploadArchiveInput& in) {
  authorize(rq, "UploadArchive", in.repository_name);

  const Repository repository = require_repository(rq, in.repository_name);
  if (in.commit_id.empty()) throw CommitIdRequiredException("A commit ID is required.");
  const GitRepository git = open(rq, repository);
  const auto commit = is_object_id(in.commit_id) ? git.find_commit(in.commit_id) : std::nullopt;
  if (!commit) throw CommitIdDoesNotExistException("The commit " + in.commit_id + " does not exist");

  UploadArchiveOutput out;
  const Writer writer(archive_write_new());
  archive_write_set_format_zip(writer.get());
  archive_write_set_bytes_in_last_block(writer.get(), 1);
  require(writer.get(), archive_write_open(writer.get(), &out.archive, nullptr, &append, nullptr));
  // The commit's own time, so that the same commit makes the same bytes.
  add(writer.get(), git, commit->tree_id, "", commit->committer.seconds);
  require(writer.get(), archive_write_close(writer.get()));
  return out;
}

}  // namespace hanbat::codecommit
