#include "services/codecommit/git/git.h"

#include <git2.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

#include "os/fault.h"
#include "os/files.h"
#include "os/writers_turn.h"
#include "services/codecommit/git/library.h"

namespace hanbat::codecommit {
namespace {

template <class T, void (*kFree)(T*)>
struct Free {
  void operator()(T* object) const { kFree(object); }
};
using CommitPtr = std::unique_ptr<git_commit, Free<git_commit, git_commit_free>>;
using TreePtr = std::unique_ptr<git_tree, Free<git_tree, git_tree_free>>;
using BlobPtr = std::unique_ptr<git_blob, Free<git_blob, git_blob_free>>;
using ObjectPtr = std::unique_ptr<git_object, Free<git_object, git_object_free>>;
using EntryPtr = std::unique_ptr<git_tree_entry, Free<git_tree_entry, git_tree_entry_free>>;
using DiffPtr = std::unique_ptr<git_diff, Free<git_diff, git_diff_free>>;

git_oid to_oid(const std::string& id) {
  git_oid oid;
  if (!is_object_id(id)) throw std::invalid_argument("not an object id: " + id);
  git_oid_fromstr(&oid, id.c_str());
  return oid;
}

std::string to_text(const git_oid& oid) {
  char text[GIT_OID_HEXSZ + 1];
  git_oid_tostr(text, sizeof text, &oid);
  return text;
}

template <class T, class Ptr>
Ptr find_object(git_repository* repository, const std::string& id, git_object_t type) {
  const git_oid oid = to_oid(id);
  git_object* object = nullptr;
  const int code = git_object_lookup(&object, repository, &oid, type);
  if (code == GIT_ENOTFOUND) return nullptr;
  check(code, "read the object " + id);
  return Ptr(reinterpret_cast<T*>(object));
}

TreePtr require_tree(git_repository* repository, const std::string& id) {
  auto tree = find_object<git_tree, TreePtr>(repository, id, GIT_OBJECT_TREE);
  if (!tree) throw std::runtime_error("the tree " + id + " is missing");
  return tree;
}

CommitPtr require_commit(git_repository* repository, const std::string& id) {
  auto commit = find_object<git_commit, CommitPtr>(repository, id, GIT_OBJECT_COMMIT);
  if (!commit) throw std::runtime_error("the commit " + id + " is missing");
  return commit;
}

Signature to_signature(const git_signature* signature) {
  if (!signature) return {};
  return {signature->name ? signature->name : "", signature->email ? signature->email : "", signature->when.time,
          signature->when.offset};
}

FileEntry to_entry(const git_index_entry* entry) {
  if (!entry) return {};
  return {entry->path, to_text(entry->id), entry->mode};
}

TreeEntry to_tree_entry(const git_tree_entry* entry) {
  return {git_tree_entry_name(entry), to_text(*git_tree_entry_id(entry)),
          kind_of_mode(static_cast<std::uint32_t>(git_tree_entry_filemode(entry)))};
}

}  // namespace

bool is_object_id(std::string_view text) {
  return text.size() == 40 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_reference_name(const std::string& name) {
  ensure_library();
  int valid = 0;
  return name.find('\0') == std::string::npos && git_reference_name_is_valid(&valid, name.c_str()) == 0 && valid == 1;
}

std::string mode_text(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%06o", mode);
  return text;
}

EntryKind kind_of_mode(std::uint32_t mode) {
  switch (mode) {
    case GIT_FILEMODE_TREE:
      return EntryKind::kFolder;
    case GIT_FILEMODE_LINK:
      return EntryKind::kSymlink;
    case GIT_FILEMODE_COMMIT:
      return EntryKind::kSubmodule;
    case GIT_FILEMODE_BLOB_EXECUTABLE:
      return EntryKind::kExecutable;
    default:
      return EntryKind::kFile;
  }
}

FileMode file_mode(EntryKind kind) {
  switch (kind) {
    case EntryKind::kExecutable:
      return FileMode::kExecutable;
    case EntryKind::kSymlink:
      return FileMode::kSymlink;
    case EntryKind::kFile:
    case EntryKind::kFolder:
    case EntryKind::kSubmodule:
      return FileMode::kNormal;
  }
  return FileMode::kNormal;
}

std::uint32_t mode_of(FileMode mode) {
  switch (mode) {
    case FileMode::kNormal:
      return GIT_FILEMODE_BLOB;
    case FileMode::kExecutable:
      return GIT_FILEMODE_BLOB_EXECUTABLE;
    case FileMode::kSymlink:
      return GIT_FILEMODE_LINK;
  }
  return GIT_FILEMODE_BLOB;
}

TreeBuilder::TreeBuilder(git_index* index) : index_(index) {}
TreeBuilder::TreeBuilder(TreeBuilder&& other) noexcept : index_(std::exchange(other.index_, nullptr)) {}
TreeBuilder::~TreeBuilder() {
  if (index_) git_index_free(index_);
}

std::optional<FileEntry> TreeBuilder::find(const std::string& path) const {
  const git_index_entry* entry = git_index_get_bypath(index_, path.c_str(), 0);
  if (!entry) return std::nullopt;
  return to_entry(entry);
}

bool TreeBuilder::is_folder(const std::string& path) const {
  std::size_t position;
  return git_index_find_prefix(&position, index_, (path + "/").c_str()) == 0;
}

void TreeBuilder::put(const FileEntry& file) {
  git_index_entry entry{};
  entry.path = file.path.c_str();
  entry.mode = file.mode;
  entry.id = to_oid(file.object_id);
  check(git_index_add(index_, &entry), "put " + file.path + " into a tree");
}

void TreeBuilder::erase(const std::string& path) { git_index_remove(index_, path.c_str(), 0); }

std::vector<FileEntry> TreeBuilder::entries() const {
  std::vector<FileEntry> all;
  for (std::size_t i = 0; i < git_index_entrycount(index_); ++i)
    all.push_back(to_entry(git_index_get_byindex(index_, i)));
  return all;
}

std::optional<std::string> GitRepository::find_commit_id(const std::string& object_id) const {
  const auto object = find_object<git_object, ObjectPtr>(repository_, object_id, GIT_OBJECT_ANY);
  if (!object) return std::nullopt;
  git_object* peeled = nullptr;
  if (git_object_peel(&peeled, object.get(), GIT_OBJECT_COMMIT) < 0) return std::nullopt;
  const ObjectPtr commit(peeled);
  return to_text(*git_object_id(peeled));
}

std::optional<CommitInfo> GitRepository::find_commit(const std::string& id) const {
  git_object* any = nullptr;
  const git_oid oid = to_oid(id);
  const int code = git_object_lookup(&any, repository_, &oid, GIT_OBJECT_ANY);
  if (code == GIT_ENOTFOUND) return std::nullopt;
  check(code, "read the object " + id);
  const ObjectPtr object(any);
  if (git_object_type(any) != GIT_OBJECT_COMMIT) return std::nullopt;
  const git_commit* commit = reinterpret_cast<const git_commit*>(any);
  CommitInfo info{id,
                  to_text(*git_commit_tree_id(commit)),
                  {},
                  git_commit_message(commit),
                  to_signature(git_commit_author(commit)),
                  to_signature(git_commit_committer(commit))};
  for (unsigned i = 0; i < git_commit_parentcount(commit); ++i)
    info.parents.push_back(to_text(*git_commit_parent_id(commit, i)));
  return info;
}

std::string GitRepository::tree_of(const std::string& commit_id) const {
  return to_text(*git_commit_tree_id(require_commit(repository_, commit_id).get()));
}

std::optional<TreeEntry> GitRepository::find_entry(const std::string& tree_id, const std::string& path) const {
  const TreePtr tree = require_tree(repository_, tree_id);
  git_tree_entry* entry = nullptr;
  const int code = git_tree_entry_bypath(&entry, tree.get(), path.c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  check(code, "look up " + path);
  const EntryPtr owned(entry);
  return to_tree_entry(entry);
}

std::vector<TreeEntry> GitRepository::list_tree(const std::string& tree_id) const {
  const TreePtr tree = require_tree(repository_, tree_id);
  std::vector<TreeEntry> list;
  for (std::size_t i = 0; i < git_tree_entrycount(tree.get()); ++i)
    list.push_back(to_tree_entry(git_tree_entry_byindex(tree.get(), i)));
  return list;
}

std::optional<std::uint64_t> GitRepository::blob_size(const std::string& id) const {
  git_odb* odb = nullptr;
  check(git_repository_odb(&odb, repository_), "open the objects");
  const git_oid oid = to_oid(id);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int code = git_odb_read_header(&size, &type, odb, &oid);
  git_odb_free(odb);
  if (code < 0 || type != GIT_OBJECT_BLOB) return std::nullopt;
  return size;
}

std::string GitRepository::read_blob(const std::string& id) const {
  const auto blob = find_object<git_blob, BlobPtr>(repository_, id, GIT_OBJECT_BLOB);
  if (!blob) throw std::runtime_error("the blob " + id + " is missing");
  return {static_cast<const char*>(git_blob_rawcontent(blob.get())),
          static_cast<std::size_t>(git_blob_rawsize(blob.get()))};
}

bool GitRepository::is_binary(const std::string& id) const {
  const auto blob = find_object<git_blob, BlobPtr>(repository_, id, GIT_OBJECT_BLOB);
  return blob && git_blob_is_binary(blob.get()) == 1;
}

std::vector<FileChange> GitRepository::diff(const std::string& old_tree, const std::string& new_tree) const {
  const TreePtr before = old_tree.empty() ? nullptr : require_tree(repository_, old_tree);
  const TreePtr after = new_tree.empty() ? nullptr : require_tree(repository_, new_tree);
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  git_diff* made = nullptr;
  check(git_diff_tree_to_tree(&made, repository_, before.get(), after.get(), &options), "compare trees");
  const DiffPtr diff(made);
  std::vector<FileChange> changes;
  for (std::size_t i = 0; i < git_diff_num_deltas(made); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(made, i);
    FileChange change{};
    change.type = delta->status == GIT_DELTA_ADDED ? 'A' : delta->status == GIT_DELTA_DELETED ? 'D' : 'M';
    if (change.type != 'A') {
      change.old_id = to_text(delta->old_file.id);
      change.old_path = delta->old_file.path;
      change.old_mode = mode_text(delta->old_file.mode);
    }
    if (change.type != 'D') {
      change.new_id = to_text(delta->new_file.id);
      change.new_path = delta->new_file.path;
      change.new_mode = mode_text(delta->new_file.mode);
    }
    changes.push_back(std::move(change));
  }
  return changes;
}

std::string GitRepository::write_blob(std::string_view content) {
  require_no_writers_turn("write a git object");
  git_oid oid;
  check(git_blob_create_from_buffer(&oid, repository_, content.data(), content.size()), "write a blob");
  return to_text(oid);
}

TreeBuilder GitRepository::build_on(const std::string& tree_id) const {
  git_index* index = nullptr;
  check(git_index_new(&index), "make an index");
  TreeBuilder builder(index);
  if (!tree_id.empty()) check(git_index_read_tree(index, require_tree(repository_, tree_id).get()), "read a tree");
  return builder;
}

std::string GitRepository::write_tree(const TreeBuilder& builder) {
  require_no_writers_turn("write a git object");
  git_oid oid;
  check(git_index_write_tree_to(&oid, builder.index(), repository_), "write a tree");
  return to_text(oid);
}

std::string GitRepository::write_commit(const std::string& tree_id, const std::vector<std::string>& parents,
                                        const Signature& signature, const std::string& message) {
  require_no_writers_turn("write a git object");
  // Filled by hand: CodeCommit allows an empty address, git_signature_new does not.
  std::string name = signature.name, email = signature.email;
  const git_signature made{name.data(),
                           email.data(),
                           {signature.seconds, signature.offset_minutes, signature.offset_minutes < 0 ? '-' : '+'}};
  const TreePtr tree = require_tree(repository_, tree_id);
  std::vector<CommitPtr> owned;
  std::vector<const git_commit*> list;
  for (const auto& parent : parents) {
    owned.push_back(require_commit(repository_, parent));
    list.push_back(owned.back().get());
  }
  git_oid oid;
  check(git_commit_create(&oid, repository_, nullptr, &made, &made, nullptr, message.c_str(), tree.get(), list.size(),
                          list.data()),
        "write a commit");
  fault_point("commit-object:before-sync");
  // libgit2 syncs an object and the folder it lies in; that folder may be new.
  sync_folder(std::string(git_repository_path(repository_)) + "objects");
  return to_text(oid);
}

std::string GitRepository::merge_base(const std::string& a, const std::string& b) const {
  const git_oid one = to_oid(a), two = to_oid(b);
  git_oid base;
  const int code = git_merge_base(&base, repository_, &one, &two);
  if (code == GIT_ENOTFOUND) return "";
  check(code, "find the common ancestor");
  return to_text(base);
}

bool GitRepository::is_ancestor(const std::string& ancestor, const std::string& of) const {
  if (ancestor == of) return true;
  const git_oid one = to_oid(ancestor), two = to_oid(of);
  return git_graph_descendant_of(repository_, &two, &one) == 1;
}

Merge GitRepository::merge(const std::string& destination, const std::string& source, DetailLevel level,
                           Strategy strategy) {
  require_no_writers_turn("merge, which writes git objects");
  const CommitPtr ours = require_commit(repository_, destination), theirs = require_commit(repository_, source);
  git_merge_options options = GIT_MERGE_OPTIONS_INIT;
  options.flags = 0;  // CodeCommit follows no renames when it looks for conflicts
  git_index* merged = nullptr;
  check(git_merge_commits(&merged, repository_, ours.get(), theirs.get(), &options), "merge");
  Merge result{merge_base(destination, source), TreeBuilder(merged), {}};

  // What could not be merged line by line.
  std::map<std::string, Conflict> conflicts;
  git_index_conflict_iterator* iterator = nullptr;
  check(git_index_conflict_iterator_new(&iterator, merged), "list conflicts");
  const git_index_entry *base = nullptr, *our = nullptr, *their = nullptr;
  while (git_index_conflict_next(&base, &our, &their, iterator) == 0) {
    Conflict conflict{"", to_entry(base), to_entry(our), to_entry(their), true};
    conflict.path = !conflict.destination.path.empty() ? conflict.destination.path
                    : !conflict.source.path.empty()    ? conflict.source.path
                                                       : conflict.base.path;
    conflicts.emplace(conflict.path, std::move(conflict));
  }
  git_index_conflict_iterator_free(iterator);

  // At file level, what both sides changed to different ends is a conflict too, unless lines may be merged.
  if (level == DetailLevel::kFile && strategy != Strategy::kAutomerge) {
    const std::string base_tree = result.base_id.empty() ? "" : tree_of(result.base_id);
    std::map<std::string, FileChange> changed;
    for (auto& change : diff(base_tree, tree_of(destination)))
      changed.emplace(change.type == 'D' ? change.old_path : change.new_path, change);
    for (const auto& change : diff(base_tree, tree_of(source))) {
      const std::string path = change.type == 'D' ? change.old_path : change.new_path;
      const auto other = changed.find(path);
      if (other == changed.end() || conflicts.contains(path)) continue;
      const FileChange& mine = other->second;
      if (mine.new_id == change.new_id && mine.new_mode == change.new_mode) continue;
      const auto entry = [&](const std::string& id, const std::string& mode) {
        return id.empty() ? FileEntry{} : FileEntry{path, id, static_cast<std::uint32_t>(std::stoul(mode, nullptr, 8))};
      };
      conflicts.emplace(path, Conflict{path, entry(change.old_id, change.old_mode), entry(mine.new_id, mine.new_mode),
                                       entry(change.new_id, change.new_mode), false});
    }
  }

  for (auto& [path, conflict] : conflicts) {
    if (strategy == Strategy::kAcceptSource || strategy == Strategy::kAcceptDestination) {
      const FileEntry& winner = strategy == Strategy::kAcceptSource ? conflict.source : conflict.destination;
      git_index_conflict_remove(merged, path.c_str());
      result.tree.erase(path);
      if (!winner.object_id.empty()) result.tree.put(winner);
    } else {
      result.conflicts.push_back(std::move(conflict));
    }
  }
  return result;
}

}  // namespace hanbat::codecommit
