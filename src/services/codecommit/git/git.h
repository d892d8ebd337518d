// Git objects through libgit2: what the file, commit and merge operations read and write. Objects are named by their
// content, so writing one that no reference reaches harms nothing; references are rows, see store.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/words.h"

struct git_repository;
struct git_index;

namespace hanbat::codecommit {

/// Whether it is a full object id: 40 lower-case hex digits.
bool is_object_id(std::string_view text);
/// Whether git takes it as the full name of a reference.
bool is_reference_name(const std::string& name);

enum class EntryKind { kFile, kExecutable, kSymlink, kFolder, kSubmodule };

/// One line of a tree.
struct TreeEntry {
  std::string name;  // without its folder
  std::string object_id;
  EntryKind kind;
};

struct Signature {
  std::string name;
  std::string email;
  std::int64_t seconds = 0;
  int offset_minutes = 0;
};

struct CommitInfo {
  std::string id;
  std::string tree_id;
  std::vector<std::string> parents;
  std::string message;
  Signature author;
  Signature committer;
};

struct FileChange {
  char type;  // 'A', 'M', 'D'
  std::string old_id, old_path, old_mode;
  std::string new_id, new_path, new_mode;
};

/// A path, content and mode as a tree holds it, without the tree.
struct FileEntry {
  std::string path;
  std::string object_id;
  std::uint32_t mode = 0;
};

/// A tree in the making, held in memory.
class TreeBuilder {
 public:
  explicit TreeBuilder(git_index* index);
  TreeBuilder(TreeBuilder&&) noexcept;
  ~TreeBuilder();

  std::optional<FileEntry> find(const std::string& path) const;
  /// Whether there is anything below the path as a folder.
  bool is_folder(const std::string& path) const;
  void put(const FileEntry& entry);
  void erase(const std::string& path);
  std::vector<FileEntry> entries() const;
  git_index* index() const { return index_; }

 private:
  git_index* index_;
};

/// One path that a merge could not settle; an id is "" where the path does not exist.
struct Conflict {
  std::string path;
  FileEntry base, destination, source;
  bool lines = false;  // the contents cannot be merged line by line either
};

struct Merge {
  std::string base_id;  // "" without a common ancestor
  TreeBuilder tree;     // settled as far as it could be, by line
  std::vector<Conflict> conflicts;
};

enum class DetailLevel { kFile, kLine };
enum class Strategy { kNone, kAcceptSource, kAcceptDestination, kAutomerge };

/// A bare repository's objects. Used by one thread.
class GitRepository {
 public:
  /// Opens the folder; makes the repository there first when there is none.
  explicit GitRepository(const std::string& folder);
  /// Opens what there is in the folder, only to read: where there is no repository it has no objects.
  static GitRepository to_read(const std::string& folder);
  ~GitRepository();
  GitRepository(const GitRepository&) = delete;
  GitRepository& operator=(const GitRepository&) = delete;

  /// The commit that an object id names, through annotated tags; nothing when there is none.
  std::optional<std::string> find_commit_id(const std::string& object_id) const;
  std::optional<CommitInfo> find_commit(const std::string& id) const;
  std::string tree_of(const std::string& commit_id) const;
  /// What lies at the path ("a/b") of a tree.
  std::optional<TreeEntry> find_entry(const std::string& tree_id, const std::string& path) const;
  std::vector<TreeEntry> list_tree(const std::string& tree_id) const;
  std::optional<std::uint64_t> blob_size(const std::string& id) const;
  std::string read_blob(const std::string& id) const;
  bool is_binary(const std::string& id) const;
  /// From one tree to another ("" = nothing), without looking for renames, in path order.
  std::vector<FileChange> diff(const std::string& old_tree, const std::string& new_tree) const;

  std::string write_blob(std::string_view content);
  TreeBuilder build_on(const std::string& tree_id) const;  // "" = empty
  std::string write_tree(const TreeBuilder& builder);
  std::string write_commit(const std::string& tree_id, const std::vector<std::string>& parents,
                           const Signature& signature, const std::string& message);

  /// The best common ancestor, or "".
  std::string merge_base(const std::string& a, const std::string& b) const;
  bool is_ancestor(const std::string& ancestor, const std::string& of) const;
  /// Merges source into destination as far as level and strategy settle it.
  Merge merge(const std::string& destination, const std::string& source, DetailLevel level, Strategy strategy);

 private:
  explicit GitRepository(git_repository* repository) : repository_(repository) {}

  git_repository* repository_ = nullptr;
};

std::string mode_text(std::uint32_t mode);  // "100644"
EntryKind kind_of_mode(std::uint32_t mode);

/// How the API names the mode of a file; of what is none, kNormal.
enum class FileMode { kNormal, kExecutable, kSymlink };
FileMode file_mode(EntryKind kind);
std::uint32_t mode_of(FileMode mode);

}  // namespace hanbat::codecommit

template <>
inline constexpr auto hanbat::kWords<hanbat::codecommit::FileMode> =
    std::to_array<hanbat::Word<hanbat::codecommit::FileMode>>(
        {{hanbat::codecommit::FileMode::kNormal, "NORMAL"},
         {hanbat::codecommit::FileMode::kExecutable, "EXECUTABLE"},
         {hanbat::codecommit::FileMode::kSymlink, "SYMLINK"}});
