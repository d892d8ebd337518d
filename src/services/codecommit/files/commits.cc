// Commits read and compared.
#include <limits>

#include "services/codecommit/codecommit.h"
#include "services/codecommit/files/paths.h"

namespace hanbat::codecommit {
namespace {

/// "1484167798 -0800", as CodeCommit writes the date of a commit.
UserInfo to_user(const Signature& s) {
  char zone[16];
  const int minutes = s.offset_minutes < 0 ? -s.offset_minutes : s.offset_minutes;
  std::snprintf(zone, sizeof zone, "%c%02d%02d", s.offset_minutes < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
  return {.date = std::to_string(s.seconds) + " " + zone, .email = s.email, .name = s.name};
}

Commit to_commit(const CommitInfo& info) {
  return {.additional_data = "",
          .author = to_user(info.author),
          .commit_id = info.id,
          .committer = to_user(info.committer),
          .message = info.message,
          .parents = info.parents,
          .tree_id = info.tree_id};
}

/// "/a/b/" and "a/b" are the same folder; "" and "/" are all. Throws InvalidPathException.
std::string plain_path(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path.empty() ? path : check_file_path(path);
}

/// Throws PathDoesNotExistException for what neither of the trees has. A file that one of the commits has not is a
/// difference.
void require_path(const GitRepository& git, const std::string& path, const std::string& before,
                  const std::string& after) {
  const auto is_in = [&](const std::string& tree) { return !tree.empty() && git.find_entry(tree, path); };
  if (!path.empty() && !is_in(before) && !is_in(after)) throw PathDoesNotExistException("Could not find path " + path);
}

bool is_inside(const std::string& path, const std::string& folder) {
  return folder.empty() || path == folder || path.starts_with(folder + "/");
}

Difference to_difference(const FileChange& change) {
  Difference out{.change_type = std::string(1, change.type)};
  if (change.type != 'A')
    out.before_blob = BlobMetadata{.blob_id = change.old_id, .mode = change.old_mode, .path = change.old_path};
  if (change.type != 'D')
    out.after_blob = BlobMetadata{.blob_id = change.new_id, .mode = change.new_mode, .path = change.new_path};
  return out;
}

}  // namespace

GetCommitOutput CodeCommit::get_commit(region::Request& rq, const GetCommitInput& in) {
  authorize(rq, "GetCommit", in.repository_name);

  if (in.commit_id.empty()) throw CommitIdRequiredException("A commit ID is required.");
  if (!is_object_id(in.commit_id)) throw InvalidCommitIdException("The commit ID is not valid: " + in.commit_id);
  const Repository repository = require_repository(rq, in.repository_name);
  const auto info = open(rq, repository).find_commit(in.commit_id);
  if (!info) throw CommitIdDoesNotExistException(in.commit_id + " does not exist");

  return {.commit = to_commit(*info)};
}

BatchGetCommitsOutput CodeCommit::batch_get_commits(region::Request& rq, const BatchGetCommitsInput& in) {
  authorize(rq, "BatchGetCommits", in.repository_name);

  if (in.commit_ids.empty()) throw CommitIdsListRequiredException("A list of commit IDs is required.");
  if (in.commit_ids.size() > 100) throw CommitIdsLimitExceededException("The maximum number of commit IDs is 100.");
  const Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  BatchGetCommitsOutput out;
  out.commits.emplace();
  out.errors.emplace();
  for (const auto& id : in.commit_ids) {
    const auto info = is_object_id(id) ? git.find_commit(id) : std::nullopt;
    if (info)
      out.commits->push_back(to_commit(*info));
    else
      out.errors->push_back(
          {.commit_id = id,
           .error_code = is_object_id(id) ? "CommitIdDoesNotExistException" : "InvalidCommitIdException",
           .error_message = id + (is_object_id(id) ? " does not exist" : " is not a valid commit ID")});
  }
  return out;
}

GetDifferencesOutput CodeCommit::get_differences(region::Request& rq, const GetDifferencesInput& in) {
  authorize(rq, "GetDifferences", in.repository_name);

  const auto before_path = plain_path(in.before_path.value_or("")), after_path = plain_path(in.after_path.value_or(""));
  const region::Pager pager(rq, in, {.usual = 100, .most = std::numeric_limits<int>::max()});
  const Repository repository = require_repository(rq, in.repository_name);
  const GitRepository git = open(rq, repository);
  const std::string after = git.tree_of(require_commit_id(rq, repository, git, in.after_commit_specifier));
  const std::string before = in.before_commit_specifier
                                 ? git.tree_of(require_commit_id(rq, repository, git, *in.before_commit_specifier))
                                 : "";

  require_path(git, before_path, before, after);
  require_path(git, after_path, before, after);
  auto changes = git.diff(before, after);
  std::erase_if(changes, [&](const FileChange& change) {
    const bool in_before = !change.old_path.empty() && is_inside(change.old_path, before_path);
    const bool in_after = !change.new_path.empty() && is_inside(change.new_path, after_path);
    if (in.before_path && in.after_path) return !in_before && !in_after;
    return in.before_path ? !in_before : in.after_path ? !in_after : false;
  });
  const auto page = pager.cut(std::move(changes), [](const FileChange& change) {
    return change.new_path.empty() ? change.old_path : change.new_path;
  });

  GetDifferencesOutput out{.next_token = page.next_token, .differences = std::vector<Difference>()};
  for (const FileChange& change : page.items) out.differences->push_back(to_difference(change));
  return out;
}

}  // namespace hanbat::codecommit
