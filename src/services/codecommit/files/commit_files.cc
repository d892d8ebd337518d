// Files written by the API: each call makes one commit on the tip of a branch. Its objects are prepared, then the
// branch is moved.
#include <set>
#include <tuple>

#include "base/text.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/files/paths.h"

namespace hanbat::codecommit {
namespace {

constexpr std::size_t kLargestCommit = 20u << 20;
constexpr std::size_t kMostFiles = 100;

std::uint32_t require_mode(const std::string& word) {
  if (const auto mode = find_word<FileMode>(word)) return mode_of(*mode);
  throw InvalidFileModeException("The specified file mode permission is not valid: " + word);
}

/// Where a commit goes: the tip of a branch, or a branch that comes with it.
struct Base {
  Repository repository;
  std::string reference;
  std::string parent;  // "" = none yet

  /// What a commit on it depends on, for Request::prepare.
  std::string key() const { return repository.id + " " + reference + " " + parent; }
};

Base require_base(region::Request& rq, const std::string& repository_name, const std::string& branch,
                  const std::optional<std::string>& given) {
  check_branch_name(branch);
  const bool names_parent = given && !given->empty();
  if (names_parent && !is_object_id(*given))
    throw InvalidParentCommitIdException("The parent commit ID is not valid: " + *given);
  Base base{require_repository(rq, repository_name), std::string(kBranchPrefix) + branch, ""};
  refuse_tag(rq.tx, base.repository, branch);
  const auto tip = find_reference(rq.tx, base.repository, base.reference);
  if (!tip) {
    // In an empty repository the first commit makes the branch; later branches are made by CreateBranch.
    if (base.repository.shape.default_branch) throw BranchDoesNotExistException(branch + " does not exist");
    if (names_parent) throw ParentCommitDoesNotExistException(*given + " does not exist");
    return base;
  }
  if (!names_parent) throw ParentCommitIdRequiredException("A parent commit ID is required: the branch has commits.");
  if (*given != *tip) {
    if (!open(rq, base.repository).find_commit(*given))
      throw ParentCommitDoesNotExistException(*given + " does not exist");
    throw ParentCommitIdOutdatedException("The parent commit ID is not the tip of the branch, which is " + *tip);
  }
  base.parent = *tip;
  return base;
}

/// Moves the branch to the commit that was made on the base.
void move_branch(region::Request& rq, Base base, const std::string& commit) {
  if (!change_reference(rq, base.repository, {base.reference, base.parent, commit}))
    throw ConcurrentReferenceUpdateException("The branch was changed meanwhile.");
}

/// A commit in the making: what it stands on, and the tree as it will be. Outside of transactions: it writes objects.
class Draft {
 public:
  Draft(const std::string& folder, const Base& base)
      : git_(folder),
        parent_(base.parent),
        tree_(git_.build_on(parent_.empty() ? std::string() : git_.tree_of(parent_))) {}

  GitRepository& git() { return git_; }
  TreeBuilder& tree() { return tree_; }

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
      tree_.put({path.substr(0, slash) + "/.gitkeep", git_.write_blob(""), mode_of(FileMode::kNormal)});
    return *entry;
  }

  /// Writes the commit. Returns {commit, tree}.
  std::pair<std::string, std::string> commit(const Signature& who, const std::string& message) {
    const std::string tree = git_.write_tree(tree_);
    std::vector<std::string> parents;
    if (!parent_.empty()) parents.push_back(parent_);
    return {git_.write_commit(tree, parents, who, message), tree};
  }

 private:
  GitRepository git_;
  const std::string parent_;
  TreeBuilder tree_;
};

void check_size(std::size_t size) {
  if (size > kLargestFile)
    throw FileContentSizeLimitExceededException("The file is larger than 6 MB; use a git client to add it.");
}

FileMetadata to_metadata(const std::string& path, const std::string& blob, std::uint32_t mode) {
  return {.absolute_path = path, .blob_id = blob, .file_mode = std::string(word_of(file_mode(kind_of_mode(mode))))};
}

PutFileOutput write_file(Draft& draft, const PutFileInput& in, const std::string& path, std::uint32_t mode,
                         const Signature& who) {
  const std::string blob = draft.git().write_blob(in.file_content);
  if (const auto now = draft.tree().find(path); now && now->object_id == blob && now->mode == mode)
    throw SameFileContentException("The file is the same as in the tip of the branch: " + path);
  const bool is_new = draft.put(path, blob, mode);
  const auto [commit, tree] = draft.commit(who, in.commit_message.value_or((is_new ? "Added " : "Edited ") + path));
  return {.blob_id = blob, .commit_id = commit, .tree_id = tree};
}

DeleteFileOutput write_deletion(Draft& draft, const DeleteFileInput& in, const std::string& path,
                                const Signature& who) {
  const FileEntry gone = draft.erase(path, in.keep_empty_folders.value_or(false));
  const auto [commit, tree] = draft.commit(who, in.commit_message.value_or("Deleted " + path));
  return {.blob_id = gone.object_id, .commit_id = commit, .file_path = path, .tree_id = tree};
}

/// The files of one CreateCommit: put, deleted and changed in mode, in AWS's order.
class CommitOfFiles {
 public:
  CommitOfFiles(Draft& draft, bool keep_empty_folders) : draft_(draft), keep_(keep_empty_folders) {
    out_.files_added.emplace();
    out_.files_updated.emplace();
    out_.files_deleted.emplace();
  }

  void erase(const DeleteFileEntry& entry) {
    record_deletion(draft_.erase(once(entry.file_path), keep_));
    changed_ = true;
  }

  void put(const PutFileEntry& entry) {
    const std::string path = once(entry.file_path);
    if (entry.file_content && entry.source_file)
      throw FileContentAndSourceFileSpecifiedException("Give the content or a source file, not both: " + path);
    FileEntry file = entry.source_file ? copied(*entry.source_file) : written(entry, path);
    if (entry.file_mode) file.mode = require_mode(*entry.file_mode);
    const auto before = draft_.tree().find(path);
    changed_ = changed_ || !before || before->object_id != file.object_id || before->mode != file.mode;
    auto& list = draft_.put(path, file.object_id, file.mode) ? out_.files_added : out_.files_updated;
    list->push_back(to_metadata(path, file.object_id, file.mode));
  }

  void set_mode(const SetFileModeEntry& entry) {
    const std::string path = once(entry.file_path);
    const auto file = draft_.tree().find(path);
    if (!file) throw FileDoesNotExistException("Could not find path " + path);
    const std::uint32_t mode = require_mode(entry.file_mode);
    changed_ = changed_ || file->mode != mode;
    draft_.put(path, file->object_id, mode);
    out_.files_updated->push_back(to_metadata(path, file->object_id, mode));
  }

  CreateCommitOutput commit(const Signature& who, const std::string& message) {
    if (!changed_) throw NoChangeException("The commit would change nothing.");
    std::tie(out_.commit_id, out_.tree_id) = draft_.commit(who, message);
    return std::move(out_);
  }

 private:
  std::string once(const std::string& given) {
    std::string path = check_file_path(given);
    if (!seen_.insert(path).second) throw SamePathRequestException("The path is named more than once: " + path);
    return path;
  }

  void record_deletion(const FileEntry& gone) {
    out_.files_deleted->push_back(to_metadata(gone.path, gone.object_id, gone.mode));
  }

  FileEntry copied(const SourceFileSpecifier& from) {
    const std::string path = check_file_path(from.file_path);
    if (("/" + path).ends_with("/.gitkeep"))
      throw RestrictedSourceFileException(
          "The commit cannot be created because one of the changes specifies copying or moving a .gitkeep file.");
    auto source = draft_.tree().find(path);
    if (!source) throw FileDoesNotExistException("Could not find path " + path);
    if (from.is_move.value_or(false)) record_deletion(draft_.erase(path, keep_));
    return *std::move(source);
  }

  FileEntry written(const PutFileEntry& entry, const std::string& path) {
    if (!entry.file_content) throw SourceFileOrContentRequiredException("Give the content or a source file: " + path);
    check_size(entry.file_content->size());
    if ((total_ += entry.file_content->size()) > kLargestCommit)
      throw FolderContentSizeLimitExceededException("The commit's files are larger than 20 MB together.");
    return {path, draft_.git().write_blob(*entry.file_content), mode_of(FileMode::kNormal)};
  }

  Draft& draft_;
  const bool keep_;
  CreateCommitOutput out_;
  std::set<std::string> seen_;
  std::size_t total_ = 0;
  bool changed_ = false;
};

/// Throws when the commit names no file, or too many.
void check_count(const CreateCommitInput& in) {
  const auto size = [](const auto& list) { return list ? list->size() : 0; };
  const std::size_t count = size(in.put_files) + size(in.delete_files) + size(in.set_file_modes);
  if (count == 0)
    throw FileEntryRequiredException("At least one file to put, to delete or to change the mode of is required.");
  if (count > kMostFiles) throw MaximumFileEntriesExceededException("The maximum number of file entries is 100.");
}

/// Throws when one of the files to put would be a folder of another.
void check_entries(const CreateCommitInput& in) {
  std::set<std::string> paths;
  for (const PutFileEntry& entry : in.put_files.value_or(std::vector<PutFileEntry>()))
    paths.insert(check_file_path(entry.file_path));
  for (const std::string& path : paths) {
    const auto below = paths.lower_bound(path + "/");
    if (below != paths.end() && below->starts_with(path + "/"))
      throw PutFileEntryConflictException(
          "The commit cannot be created because one or more files specified in the commit reference both a file and a "
          "folder.");
  }
}

CreateCommitOutput write_files(Draft& draft, const CreateCommitInput& in, const Signature& who) {
  CommitOfFiles commit(draft, in.keep_empty_folders.value_or(false));
  if (in.delete_files)
    for (const DeleteFileEntry& entry : *in.delete_files) commit.erase(entry);
  if (in.put_files)
    for (const PutFileEntry& entry : *in.put_files) commit.put(entry);
  if (in.set_file_modes)
    for (const SetFileModeEntry& entry : *in.set_file_modes) commit.set_mode(entry);
  return commit.commit(who, in.commit_message.value_or("Changed files"));
}

}  // namespace

PutFileOutput CodeCommit::put_file(region::Request& rq, const PutFileInput& in) {
  authorize(rq, "PutFile", in.repository_name, branch_key(in.branch_name));

  const std::string path = check_file_path(in.file_path);
  check_commit_words(in.name, in.email, in.commit_message);
  check_size(in.file_content.size());
  const std::uint32_t mode = in.file_mode ? require_mode(*in.file_mode) : mode_of(FileMode::kNormal);
  const Base base = require_base(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const auto& made = rq.prepare<PutFileOutput>(base.key(), [base, in, path, mode, folder = folder(base.repository),
                                                            who = make_signature(rq, in.name, in.email)] {
    Draft draft(folder, base);
    return write_file(draft, in, path, mode, who);
  });

  move_branch(rq, base, made.commit_id);

  return made;
}

DeleteFileOutput CodeCommit::delete_file(region::Request& rq, const DeleteFileInput& in) {
  authorize(rq, "DeleteFile", in.repository_name, branch_key(in.branch_name));

  const std::string path = check_file_path(in.file_path);
  check_commit_words(in.name, in.email, in.commit_message);
  const Base base = require_base(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const auto& made = rq.prepare<DeleteFileOutput>(
      base.key(), [base, in, path, folder = folder(base.repository), who = make_signature(rq, in.name, in.email)] {
        Draft draft(folder, base);
        return write_deletion(draft, in, path, who);
      });

  move_branch(rq, base, made.commit_id);

  return made;
}

CreateCommitOutput CodeCommit::create_commit(region::Request& rq, const CreateCommitInput& in) {
  authorize(rq, "CreateCommit", in.repository_name, branch_key(in.branch_name));

  check_count(in);
  check_entries(in);
  check_commit_words(in.author_name, in.email, in.commit_message);
  const Base base = require_base(rq, in.repository_name, in.branch_name, in.parent_commit_id);
  const auto& made = rq.prepare<CreateCommitOutput>(
      base.key(), [base, in, folder = folder(base.repository), who = make_signature(rq, in.author_name, in.email)] {
        Draft draft(folder, base);
        return write_files(draft, in, who);
      });

  move_branch(rq, base, *made.commit_id);

  return made;
}

}  // namespace hanbat::codecommit
