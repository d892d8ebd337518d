// Files written by the API: each call makes one commit on the tip of a branch.
#include <set>

#include "base/text.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/files/paths.h"

namespace hanbat::codecommit {
namespace {

constexpr std::size_t kLargestFile = 6u << 20;
constexpr std::size_t kLargestCommit = 20u << 20;
constexpr std::size_t kMostFiles = 100;
constexpr std::size_t kLongestMessage = 256u << 10;

std::uint32_t mode_of(const std::string& word) {
  if (word == "NORMAL") return 0100644;
  if (word == "EXECUTABLE") return 0100755;
  if (word == "SYMLINK") return 0120000;
  throw InvalidFileModeException("The specified file mode permission is not valid: " + word);
}

/// A commit in the making: the branch it goes to, what it stands on, and the tree as it will be.
class Draft {
 public:
  Draft(region::Request& rq, const std::string& repository_name, const std::string& branch,
        const std::optional<std::string>& parent)
      : rq_(rq),
        repository_(require_repository(rq, repository_name)),
        git_(open(rq, repository_)),
        reference_(std::string(kBranchPrefix) + branch),
        tree_(start(branch, parent)) {}

  GitRepository& git() { return git_; }
  TreeBuilder& tree() { return tree_; }
  const std::optional<std::string>& parent() const { return parent_; }

  /// Checks that the file can be where it is wanted, and puts it there. Returns whether it is new.
  bool put(const std::string& path, const std::string& blob, std::uint32_t mode) {
    if (tree_.is_folder(path))
      throw FileNameConflictsWithDirectoryNameException("A folder with the name " + path + " already exists");
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const auto above = tree_.find(path.substr(0, slash));
      if (!above) continue;
      if (kind_of_mode(above->mode) == EntryKind::kSubmodule)
        throw FilePathConflictsWithSubmodulePathException(path + " lies in a submodule");
      throw DirectoryNameConflictsWithFileNameException("A file with the name " + above->path + " already exists");
    }
    const bool is_new = !tree_.find(path).has_value();
    tree_.put({path, blob, mode});
    return is_new;
  }

  FileEntry erase(const std::string& path, bool keep_empty_folders) {
    const auto entry = tree_.find(path);
    if (!entry) throw FileDoesNotExistException("Could not find path " + path);
    tree_.erase(path);
    const auto slash = path.rfind('/');
    if (keep_empty_folders && slash != std::string::npos && !tree_.is_folder(path.substr(0, slash)))
      tree_.put({path.substr(0, slash) + "/.gitkeep", git_.write_blob(""), 0100644});
    return *entry;
  }

  /// Writes the commit, moves the branch. Returns {commit, tree}.
  std::pair<std::string, std::string> commit(const Signature& who, const std::string& message) {
    if (message.size() > kLongestMessage)
      throw CommitMessageLengthExceededException("The commit message is longer than 256 KB.");
    const std::string tree = git_.write_tree(tree_);
    std::vector<std::string> parents;
    if (parent_) parents.push_back(*parent_);
    const std::string id = git_.write_commit(tree, parents, who, message);
    if (!change_reference(rq_, repository_, {reference_, parent_.value_or(""), id}))
      throw ConcurrentReferenceUpdateException("The branch was changed meanwhile.");
    return {id, tree};
  }

 private:
  TreeBuilder start(const std::string& branch, const std::optional<std::string>& given) {
    check_branch_name(branch);
    const auto tip = find_reference(rq_.tx, repository_, reference_);
    if (!tip) {
      // In an empty repository the first commit makes the branch; later branches are made by CreateBranch.
      if (repository_.default_branch) throw BranchDoesNotExistException(branch + " does not exist");
      return git_.build_on("");
    }
    if (!given || given->empty())
      throw ParentCommitIdRequiredException("A parent commit ID is required: the branch has commits.");
    if (!is_object_id(*given)) throw InvalidParentCommitIdException("The parent commit ID is not valid: " + *given);
    if (*given != *tip) {
      if (!git_.find_commit(*given)) throw ParentCommitDoesNotExistException(*given + " does not exist");
      throw ParentCommitIdOutdatedException("The parent commit ID is not the tip of the branch, which is " + *tip);
    }
    parent_ = *tip;
    return git_.build_on(git_.tree_of(*tip));
  }

  region::Request& rq_;
  Repository repository_;
  GitRepository git_;
  std::string reference_;
  std::optional<std::string> parent_;
  TreeBuilder tree_;
};

void check_size(std::size_t size) {
  if (size > kLargestFile)
    throw FileContentSizeLimitExceededException("The file is larger than 6 MB; use a git client to add it.");
}

FileMetadata to_metadata(const std::string& path, const std::string& blob, std::uint32_t mode) {
  return {.absolute_path = path, .blob_id = blob, .file_mode = mode_word(kind_of_mode(mode))};
}

}  // namespace

PutFileOutput CodeCommit::put_file(region::Request& rq, const PutFileInput& in) {
  authorize(rq, "PutFile", in.repository_name, branch_key(in.branch_name));

  const std::string path = check_file_path(in.file_path);
  check_size(in.file_content.size());
  const std::uint32_t mode = mode_of(in.file_mode.value_or("NORMAL"));
  Draft draft(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const std::string blob = draft.git().write_blob(in.file_content);
  if (const auto now = draft.tree().find(path); now && now->object_id == blob && now->mode == mode)
    throw SameFileContentException("The file is the same as in the tip of the branch: " + path);

  const bool is_new = draft.put(path, blob, mode);
  const auto [commit, tree] = draft.commit(make_signature(rq, in.name, in.email),
                                           in.commit_message.value_or((is_new ? "Added " : "Edited ") + path));

  return {.blob_id = blob, .commit_id = commit, .tree_id = tree};
}

DeleteFileOutput CodeCommit::delete_file(region::Request& rq, const DeleteFileInput& in) {
  authorize(rq, "DeleteFile", in.repository_name, branch_key(in.branch_name));

  const std::string path = check_file_path(in.file_path);
  Draft draft(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const FileEntry gone = draft.erase(path, in.keep_empty_folders.value_or(false));

  const auto [commit, tree] =
      draft.commit(make_signature(rq, in.name, in.email), in.commit_message.value_or("Deleted " + path));

  return {.blob_id = gone.object_id, .commit_id = commit, .file_path = path, .tree_id = tree};
}

CreateCommitOutput CodeCommit::create_commit(region::Request& rq, const CreateCommitInput& in) {
  authorize(rq, "CreateCommit", in.repository_name, branch_key(in.branch_name));

  const auto puts = in.put_files.value_or(std::vector<PutFileEntry>());
  const auto deletes = in.delete_files.value_or(std::vector<DeleteFileEntry>());
  const auto modes = in.set_file_modes.value_or(std::vector<SetFileModeEntry>());
  if (puts.size() + deletes.size() + modes.size() == 0)
    throw FileEntryRequiredException("At least one file to put, to delete or to change the mode of is required.");
  if (puts.size() + deletes.size() + modes.size() > kMostFiles)
    throw MaximumFileEntriesExceededException("The maximum number of file entries is 100.");
  Draft draft(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const bool keep = in.keep_empty_folders.value_or(false);

  CreateCommitOutput out;
  out.files_added.emplace();
  out.files_updated.emplace();
  out.files_deleted.emplace();
  std::set<std::string> seen;
  const auto once = [&](const std::string& given) {
    std::string path = check_file_path(given);
    if (!seen.insert(path).second) throw SamePathRequestException("The path is named more than once: " + path);
    return path;
  };
  for (const auto& entry : deletes) {
    const FileEntry gone = draft.erase(once(entry.file_path), keep);
    out.files_deleted->push_back(to_metadata(gone.path, gone.object_id, gone.mode));
  }
  std::size_t total = 0;
  bool changed = !deletes.empty();
  for (const auto& entry : puts) {
    const std::string path = once(entry.file_path);
    if (entry.file_content && entry.source_file)
      throw FileContentAndSourceFileSpecifiedException("Give the content or a source file, not both: " + path);
    std::string blob;
    std::uint32_t mode = 0100644;
    if (entry.source_file) {
      const std::string from = check_file_path(entry.source_file->file_path);
      const auto source = draft.tree().find(from);
      if (!source) throw FileDoesNotExistException("Could not find path " + from);
      blob = source->object_id;
      mode = source->mode;
      if (entry.source_file->is_move.value_or(false)) {
        const FileEntry gone = draft.erase(from, keep);
        out.files_deleted->push_back(to_metadata(gone.path, gone.object_id, gone.mode));
      }
    } else if (entry.file_content) {
      check_size(entry.file_content->size());
      if ((total += entry.file_content->size()) > kLargestCommit)
        throw FolderContentSizeLimitExceededException("The commit's files are larger than 20 MB together.");
      blob = draft.git().write_blob(*entry.file_content);
    } else {
      throw SourceFileOrContentRequiredException("Give the content or a source file: " + path);
    }
    if (entry.file_mode) mode = mode_of(*entry.file_mode);
    const auto before = draft.tree().find(path);
    changed = changed || !before || before->object_id != blob || before->mode != mode;
    auto& list = draft.put(path, blob, mode) ? out.files_added : out.files_updated;
    list->push_back(to_metadata(path, blob, mode));
  }
  for (const auto& entry : modes) {
    const std::string path = once(entry.file_path);
    const auto file = draft.tree().find(path);
    if (!file) throw FileDoesNotExistException("Could not find path " + path);
    const std::uint32_t mode = mode_of(entry.file_mode);
    changed = changed || file->mode != mode;
    draft.put(path, file->object_id, mode);
    out.files_updated->push_back(to_metadata(path, file->object_id, mode));
  }
  if (!changed) throw NoChangeException("The commit would change nothing.");
  const auto [commit, tree] =
      draft.commit(make_signature(rq, in.author_name, in.email), in.commit_message.value_or("Changed files"));

  out.commit_id = commit;
  out.tree_id = tree;
  return out;
}

}  // namespace hanbat::codecommit
