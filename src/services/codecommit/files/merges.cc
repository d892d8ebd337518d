// Branches merged, and what stands in the way of a merge.
#include "base/words.h"
#include "services/codecommit/codecommit.h"

namespace hanbat::codecommit {
namespace {

enum class MergeOption { kFastForward, kSquash, kThreeWay };

}  // namespace
}  // namespace hanbat::codecommit

namespace hanbat {

template <>
constexpr auto kWords<codecommit::DetailLevel> = std::to_array<Word<codecommit::DetailLevel>>(
    {{codecommit::DetailLevel::kFile, "FILE_LEVEL"}, {codecommit::DetailLevel::kLine, "LINE_LEVEL"}});
template <>
constexpr auto kWords<codecommit::Strategy> =
    std::to_array<Word<codecommit::Strategy>>({{codecommit::Strategy::kNone, "NONE"},
                                               {codecommit::Strategy::kAcceptSource, "ACCEPT_SOURCE"},
                                               {codecommit::Strategy::kAcceptDestination, "ACCEPT_DESTINATION"},
                                               {codecommit::Strategy::kAutomerge, "AUTOMERGE"}});
template <>
constexpr auto kWords<codecommit::MergeOption> =
    std::to_array<Word<codecommit::MergeOption>>({{codecommit::MergeOption::kFastForward, "FAST_FORWARD_MERGE"},
                                                  {codecommit::MergeOption::kSquash, "SQUASH_MERGE"},
                                                  {codecommit::MergeOption::kThreeWay, "THREE_WAY_MERGE"}});

}  // namespace hanbat

namespace hanbat::codecommit {
namespace {

DetailLevel level_of(const std::optional<std::string>& word) {
  const std::string text = word.value_or("FILE_LEVEL");
  if (const auto level = find_word<DetailLevel>(text)) return *level;
  throw InvalidConflictDetailLevelException("The specified conflict detail level is not valid: " + text);
}

Strategy strategy_of(const std::optional<std::string>& word) {
  const std::string text = word.value_or("NONE");
  if (const auto strategy = find_word<Strategy>(text)) return *strategy;
  throw InvalidConflictResolutionStrategyException("The specified conflict resolution strategy is not valid: " + text);
}

/// Two commits of a repository that a merge is about.
struct Sides {
  Repository repository;
  GitRepository git;
  std::string source, destination;

  Sides(region::Request& rq, const std::string& name, const std::string& from, const std::string& to)
      : repository(require_repository(rq, name)),
        git(open(rq, repository)),
        source(require_commit_id(rq, repository, git, from)),
        destination(require_commit_id(rq, repository, git, to)) {}

  /// What a merge of them depends on, for Request::prepare.
  std::string key() const { return repository.id + " " + destination + " " + source; }
};

/// The branch that a merge moves: the target, or the destination when that is a branch.
std::string branch_moved(const std::optional<Repository>& repository, const std::optional<std::string>& target,
                         const std::string& destination) {
  std::string branch = target.value_or(destination);
  if (branch.starts_with(kBranchPrefix)) branch.erase(0, kBranchPrefix.size());
  if (branch == "HEAD" && repository && repository->shape.default_branch) branch = *repository->shape.default_branch;
  return branch;
}

/// Asks for the branch that the merge will move, however the input names it.
template <class Input>
void authorize_merge(region::Request& rq, std::string_view action, const Input& in) {
  const auto repository = find_repository(rq.tx, {rq.account, rq.region}, in.repository_name);
  authorize(rq, action, in.repository_name,
            branch_key(branch_moved(repository, in.target_branch, in.destination_commit_specifier)));
}

std::string target_of(region::Request& rq, const Sides& sides, const std::optional<std::string>& target,
                      const std::string& destination) {
  const std::string branch = branch_moved(sides.repository, target, destination);
  if (target && !is_reference_name(std::string(kBranchPrefix) + branch))
    throw InvalidTargetBranchException("The specified target branch is not valid: " + branch);
  check_branch_name(branch);
  refuse_tag(rq.tx, sides.repository, branch);
  if (require_branch(rq.tx, sides.repository, branch) != sides.destination)
    throw ConcurrentReferenceUpdateException("The branch " + branch + " is not at the destination commit.");
  return std::string(kBranchPrefix) + branch;
}

void move_branch(region::Request& rq, Sides& sides, const std::string& reference, const std::string& commit) {
  if (!change_reference(rq, sides.repository, {reference, sides.destination, commit}))
    throw ConcurrentReferenceUpdateException("The branch was changed meanwhile.");
}

[[noreturn]] void need_manual_merge() {
  throw ManualMergeRequiredException("The commits cannot be merged automatically: there are conflicts.");
}

/// What a merge made.
struct Merged {
  std::string commit, tree;
};

enum class Parents { kDestination, kBoth };

/// Merges by squash or three-way, and moves the branch.
template <class Input>
Merged merge_and_commit(region::Request& rq, const Input& in, Parents keeps) {
  const DetailLevel level = level_of(in.conflict_detail_level);
  const Strategy strategy = strategy_of(in.conflict_resolution_strategy);
  check_commit_words(in.author_name, in.email, in.commit_message);
  Sides sides(rq, in.repository_name, in.source_commit_specifier, in.destination_commit_specifier);
  const std::string reference = target_of(rq, sides, in.target_branch, in.destination_commit_specifier);
  const auto& merged = rq.prepare<Merged>(
      sides.key(), [=, folder = folder_of(rq.home, sides.repository.id), destination = sides.destination,
                    source = sides.source, who = make_signature(rq, in.author_name, in.email),
                    message = in.commit_message.value_or("Merged " + in.source_commit_specifier + " into " +
                                                         in.destination_commit_specifier)] {
        GitRepository git(folder);
        const Merge merge = git.merge(destination, source, level, strategy);
        if (!merge.conflicts.empty()) need_manual_merge();
        std::vector<std::string> parents{destination};
        if (keeps == Parents::kBoth) parents.push_back(source);
        const std::string tree = git.write_tree(merge.tree);
        return Merged{git.write_commit(tree, parents, who, message), tree};
      });
  move_branch(rq, sides, reference, merged.commit);
  return merged;
}

std::optional<std::string> object_type(const FileEntry& entry) {
  if (entry.object_id.empty()) return std::nullopt;
  switch (kind_of_mode(entry.mode)) {
    case EntryKind::kSymlink:
      return "SYMBOLIC_LINK";
    case EntryKind::kSubmodule:
      return "GIT_LINK";
    case EntryKind::kFolder:
      return "DIRECTORY";
    case EntryKind::kFile:
    case EntryKind::kExecutable:
      return "FILE";
  }
  return std::nullopt;
}

std::optional<std::string> change_word(const FileEntry& base, const FileEntry& side) {
  if (base.object_id.empty()) return side.object_id.empty() ? std::nullopt : std::optional<std::string>("A");
  return side.object_id.empty() ? "D" : "M";
}

ConflictMetadata to_metadata(const GitRepository& git, const Conflict& conflict) {
  const auto size = [&](const FileEntry& e) -> std::optional<std::int64_t> {
    if (e.object_id.empty()) return std::nullopt;
    return static_cast<std::int64_t>(git.blob_size(e.object_id).value_or(0));
  };
  const auto mode = [&](const FileEntry& e) -> std::optional<std::string> {
    if (e.object_id.empty()) return std::nullopt;
    return std::string(word_of(file_mode(kind_of_mode(e.mode))));
  };
  const auto binary = [&](const FileEntry& e) { return !e.object_id.empty() && git.is_binary(e.object_id); };
  const FileEntry &base = conflict.base, &destination = conflict.destination, &source = conflict.source;
  ConflictMetadata out;
  out.file_path = conflict.path;
  out.file_sizes = FileSizes{.base = size(base), .destination = size(destination), .source = size(source)};
  out.file_modes = FileModes{.base = mode(base), .destination = mode(destination), .source = mode(source)};
  out.object_types =
      ObjectTypes{.base = object_type(base), .destination = object_type(destination), .source = object_type(source)};
  out.is_binary_file = IsBinaryFile{.base = binary(base), .destination = binary(destination), .source = binary(source)};
  out.content_conflict = destination.object_id != source.object_id;
  out.file_mode_conflict =
      !destination.object_id.empty() && !source.object_id.empty() && destination.mode != source.mode;
  out.object_type_conflict =
      object_type(destination) != object_type(source) && !destination.object_id.empty() && !source.object_id.empty();
  out.number_of_conflicts =
      (*out.content_conflict ? 1 : 0) + (*out.file_mode_conflict ? 1 : 0) + (*out.object_type_conflict ? 1 : 0);
  out.merge_operations =
      MergeOperations{.destination = change_word(base, destination), .source = change_word(base, source)};
  return out;
}

}  // namespace

GetMergeCommitOutput CodeCommit::get_merge_commit(region::Request& rq, const GetMergeCommitInput& in) {
  authorize(rq, "GetMergeCommit", in.repository_name);

  level_of(in.conflict_detail_level);
  strategy_of(in.conflict_resolution_strategy);
  const Sides sides(rq, in.repository_name, in.source_commit_specifier, in.destination_commit_specifier);
  const std::string base = sides.git.merge_base(sides.destination, sides.source);

  GetMergeCommitOutput out{.destination_commit_id = sides.destination, .source_commit_id = sides.source};
  if (!base.empty()) out.base_commit_id = base;
  // Without a merge in between, the merged commit is known only when one side holds the other already.
  if (base == sides.destination)
    out.merged_commit_id = sides.source;
  else if (base == sides.source)
    out.merged_commit_id = sides.destination;
  return out;
}

GetMergeOptionsOutput CodeCommit::get_merge_options(region::Request& rq, const GetMergeOptionsInput& in) {
  authorize(rq, "GetMergeOptions", in.repository_name);

  Sides sides(rq, in.repository_name, in.source_commit_specifier, in.destination_commit_specifier);
  const Merge merge = sides.git.merge(sides.destination, sides.source, level_of(in.conflict_detail_level),
                                      strategy_of(in.conflict_resolution_strategy));
  GetMergeOptionsOutput out{
      .base_commit_id = merge.base_id, .destination_commit_id = sides.destination, .source_commit_id = sides.source};
  if (merge.base_id == sides.destination) out.merge_options.emplace_back(word_of(MergeOption::kFastForward));
  if (merge.conflicts.empty()) {
    out.merge_options.emplace_back(word_of(MergeOption::kSquash));
    out.merge_options.emplace_back(word_of(MergeOption::kThreeWay));
  }
  return out;
}

GetMergeConflictsOutput CodeCommit::get_merge_conflicts(region::Request& rq, const GetMergeConflictsInput& in) {
  authorize(rq, "GetMergeConflicts", in.repository_name);

  const auto option = find_word<MergeOption>(in.merge_option);
  if (!option) throw InvalidMergeOptionException("The specified merge option is not valid: " + in.merge_option);
  // AWS's paginators do not know the member that says how large a page is.
  const int most = in.max_conflict_files.value_or(1000);
  if (most < 1) throw InvalidMaxConflictFilesException("The maximum number of conflict files must be at least 1.");
  const region::Pager pager(rq, in, {.usual = most});
  Sides sides(rq, in.repository_name, in.source_commit_specifier, in.destination_commit_specifier);
  Merge merge = sides.git.merge(sides.destination, sides.source, level_of(in.conflict_detail_level),
                                strategy_of(in.conflict_resolution_strategy));

  GetMergeConflictsOutput out{.destination_commit_id = sides.destination, .source_commit_id = sides.source};
  if (!merge.base_id.empty()) out.base_commit_id = merge.base_id;
  if (option == MergeOption::kFastForward) {
    out.mergeable = merge.base_id == sides.destination;
    return out;
  }
  out.mergeable = merge.conflicts.empty();
  const auto page = pager.cut(std::move(merge.conflicts), [](const Conflict& conflict) { return conflict.path; });
  for (const Conflict& conflict : page.items) out.conflict_metadata_list.push_back(to_metadata(sides.git, conflict));
  out.next_token = page.next_token;
  return out;
}

MergeBranchesByFastForwardOutput CodeCommit::merge_branches_by_fast_forward(region::Request& rq,
                                                                            const MergeBranchesByFastForwardInput& in) {
  authorize_merge(rq, "MergeBranchesByFastForward", in);

  Sides sides(rq, in.repository_name, in.source_commit_specifier, in.destination_commit_specifier);
  const std::string reference = target_of(rq, sides, in.target_branch, in.destination_commit_specifier);
  // To walk the history takes as long as it is.
  const auto& merged = rq.prepare<Merged>(sides.key(), [folder = folder_of(rq.home, sides.repository.id),
                                                        destination = sides.destination, source = sides.source] {
    const GitRepository git(folder);
    if (!git.is_ancestor(destination, source)) need_manual_merge();
    return Merged{source, git.tree_of(source)};
  });

  move_branch(rq, sides, reference, merged.commit);

  return {.commit_id = merged.commit, .tree_id = merged.tree};
}

MergeBranchesBySquashOutput CodeCommit::merge_branches_by_squash(region::Request& rq,
                                                                 const MergeBranchesBySquashInput& in) {
  authorize_merge(rq, "MergeBranchesBySquash", in);
  const auto [commit, tree] = merge_and_commit(rq, in, Parents::kDestination);
  return {.commit_id = commit, .tree_id = tree};
}

MergeBranchesByThreeWayOutput CodeCommit::merge_branches_by_three_way(region::Request& rq,
                                                                      const MergeBranchesByThreeWayInput& in) {
  authorize_merge(rq, "MergeBranchesByThreeWay", in);
  const auto [commit, tree] = merge_and_commit(rq, in, Parents::kBoth);
  return {.commit_id = commit, .tree_id = tree};
}

}  // namespace hanbat::codecommit
