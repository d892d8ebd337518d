// Files read one by one: blobs, files and folders of a commit.
#include "base/text.h"
#include "base/utf8.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/files/paths.h"

namespace hanbat::codecommit {
namespace {

std::string specifier_or_default(const Repository& repository, const std::optional<std::string>& specifier) {
  if (specifier && !specifier->empty()) return *specifier;
  if (!repository.shape.default_branch) throw CommitDoesNotExistException("The repository has no commits");
  return std::string(kBranchPrefix) + *repository.shape.default_branch;
}

}  // namespace

std::string check_file_path(std::string_view given) {
  std::string path(given);
  if (path.starts_with('/')) path.erase(0, 1);
  if (path.empty()) throw PathRequiredException("A file path is required.");
  if (utf8_length(path) > 4096) throw InvalidPathException("The file path is too long.");
  for (const auto& part : split(path, '/')) {
    const std::string name = lower(part);
    if (part.empty() || part == "." || part == ".." || name == ".git" || part.find('\0') != std::string::npos)
      throw InvalidPathException("The file path is not valid: " + std::string(given));
  }
  return path;
}

GetBlobOutput CodeCommit::get_blob(region::Request& rq, const GetBlobInput& in) {
  authorize(rq, "GetBlob", in.repository_name);

  if (in.blob_id.empty()) throw BlobIdRequiredException("A blob ID is required.");
  if (!is_object_id(in.blob_id)) throw InvalidBlobIdException("The blob ID is not valid: " + in.blob_id);
  const Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  const auto size = git.blob_size(in.blob_id);
  if (!size) throw BlobIdDoesNotExistException("The blob " + in.blob_id + " does not exist");
  if (*size > kLargestFile) throw FileTooLargeException("The blob is larger than 6 MB; use a git client.");

  return {.content = git.read_blob(in.blob_id)};
}

GetFileOutput CodeCommit::get_file(region::Request& rq, const GetFileInput& in) {
  authorize(rq, "GetFile", in.repository_name);

  const std::string path = check_file_path(in.file_path);
  const Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  const std::string commit =
      require_commit_id(rq, repository, git, specifier_or_default(repository, in.commit_specifier));
  const auto entry = git.find_entry(git.tree_of(commit), path);
  if (!entry || entry->kind == EntryKind::kFolder || entry->kind == EntryKind::kSubmodule)
    throw FileDoesNotExistException("Could not find path " + path);
  const auto size = git.blob_size(entry->object_id).value_or(0);
  if (size > kLargestFile) throw FileTooLargeException("The file is larger than 6 MB; use a git client.");

  return {.blob_id = entry->object_id,
          .commit_id = commit,
          .file_content = git.read_blob(entry->object_id),
          .file_mode = std::string(word_of(file_mode(entry->kind))),
          .file_path = path,
          .file_size = static_cast<std::int64_t>(size)};
}

GetFolderOutput CodeCommit::get_folder(region::Request& rq, const GetFolderInput& in) {
  authorize(rq, "GetFolder", in.repository_name);

  std::string path = in.folder_path;
  while (path.ends_with('/')) path.pop_back();
  if (!path.empty()) path = check_file_path(path);
  const Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  const std::string commit =
      require_commit_id(rq, repository, git, specifier_or_default(repository, in.commit_specifier));
  std::string tree = git.tree_of(commit);
  if (!path.empty()) {
    const auto entry = git.find_entry(tree, path);
    if (!entry || entry->kind != EntryKind::kFolder) throw FolderDoesNotExistException("Could not find folder " + path);
    tree = entry->object_id;
  }

  GetFolderOutput out{.commit_id = commit, .folder_path = path, .tree_id = tree};
  out.files.emplace();
  out.sub_folders.emplace();
  out.sub_modules.emplace();
  out.symbolic_links.emplace();
  for (const auto& entry : git.list_tree(tree)) {
    const std::string absolute = path.empty() ? entry.name : path + "/" + entry.name;
    switch (entry.kind) {
      case EntryKind::kFolder:
        out.sub_folders->push_back(
            {.absolute_path = absolute, .relative_path = entry.name, .tree_id = entry.object_id});
        break;
      case EntryKind::kSubmodule:
        out.sub_modules->push_back(
            {.absolute_path = absolute, .commit_id = entry.object_id, .relative_path = entry.name});
        break;
      case EntryKind::kSymlink:
        out.symbolic_links->push_back({.absolute_path = absolute,
                                       .blob_id = entry.object_id,
                                       .file_mode = std::string(word_of(file_mode(entry.kind))),
                                       .relative_path = entry.name});
        break;
      case EntryKind::kFile:
      case EntryKind::kExecutable:
        out.files->push_back({.absolute_path = absolute,
                              .blob_id = entry.object_id,
                              .file_mode = std::string(word_of(file_mode(entry.kind))),
                              .relative_path = entry.name});
    }
  }
  return out;
}

}  // namespace hanbat::codecommit
