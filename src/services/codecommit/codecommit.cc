#include "services/codecommit/codecommit.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "gen/codecommit/schema.h"
#include "os/files.h"
#include "os/unfinished.h"
#include "services/codecommit/git/receive_pack.h"

namespace hanbat::codecommit {
std::string folder_of(const region::Region& home, std::string_view repository_id) {
  return home.settings.state_folder + "/codecommit/" + std::string(repository_id) + ".git";
}

std::span<const store::Migration> CodeCommit::migrations() const { return schema(); }

wire::Error CodeCommit::invalid_page_size(const wire::OperationModel&, int, const region::PageSizes& sizes) const {
  return InvalidMaxResultsException("MaxResults must be at least " + std::to_string(sizes.least) + ".");
}

void CodeCommit::start() {
  const std::string repositories = home_.settings.state_folder + "/codecommit";
  remove_unfinished(repositories);
  if (path_exists(repositories))
    for (const std::string& name : list_folder(repositories)) {
      remove_unfinished(repositories + "/" + name);
      remove_quarantines(repositories + "/" + name);
    }
  start_upkeep();
  // The root daemon makes the folder, which only sshd's programs and this one can enter.
  const std::string door = home_.settings.state_folder + "/ssh";
  if (keys_ && path_exists(door))
    ssh_door_ = std::make_unique<SshDoor>(door + "/git.sock", [this](const SshCall& call, const std::stop_token& stop) {
      return answer_ssh(call, stop);
    });
}

void CodeCommit::project_references(const Repository& repository) {
  // Rows are read and the file is written under one lock, so that no older state lands on a newer one.
  std::lock_guard lock(projecting_);
  const std::string path = folder(repository);
  {
    const GitRepository made(path);
  }
  std::string packed = "# pack-refs with: sorted \n";
  std::string head = "ref: refs/heads/main\n";
  home_.db.read([&](store::Tx& tx) {
    for (const auto& reference : list_references(tx, repository))
      packed += reference.object_id + " " + reference.name + "\n";
    const auto now = find_repository(tx, repository.place, name_of(repository));
    if (now && now->shape.default_branch)
      head = "ref: " + std::string(kBranchPrefix) + *now->shape.default_branch + "\n";
  });
  if (find_file(path + "/packed-refs") != packed) write_file_atomic(path + "/packed-refs", packed);
  if (find_file(path + "/HEAD") != head) write_file_atomic(path + "/HEAD", head);
}

void authorize(region::Request& rq, std::string_view action, std::string_view repository_name,
               const region::ConditionKeys& keys) {
  region::ConditionKeys all = keys;
  const std::string arn = repository_arn({rq.account, rq.region}, repository_name);
  region::add_resource_tags(all, region::tags_of(rq.tx, arn));
  rq.authorize("codecommit:" + std::string(action), arn, all);
}

region::ConditionKeys branch_key(std::string_view branch) {
  return {{"codecommit:References", {std::string(kBranchPrefix) + std::string(branch)}}};
}

GitRepository open(region::Request& rq, const Repository& repository) {
  return GitRepository::to_read(folder_of(rq.home, repository.id));
}

namespace {

/// Whether the text can name a commit: a branch, a tag, HEAD, a full reference or an id.
bool can_name_commit(const std::string& text) {
  return is_reference_name(text.starts_with("refs/") ? text : std::string(kBranchPrefix) + text);
}

}  // namespace

std::string require_commit_id(region::Request& rq, const Repository& repository, const GitRepository& git,
                              std::string_view specifier) {
  if (specifier.empty()) throw CommitRequiredException("A commit was not specified.");
  std::vector<std::string> candidates;
  const std::string text(specifier);
  if (!can_name_commit(text)) throw InvalidCommitException("The specified commit is not valid: " + text);
  if (text == "HEAD") {
    if (const auto& branch = repository.shape.default_branch)
      candidates.push_back(std::string(kBranchPrefix) + *branch);
  } else if (text.starts_with("refs/")) {
    candidates.push_back(text);
  } else {
    candidates = {std::string(kBranchPrefix) + text, std::string(kTagPrefix) + text};
  }
  for (const auto& name : candidates)
    if (const auto id = find_reference(rq.tx, repository, name))
      if (auto commit = git.find_commit_id(*id)) return *std::move(commit);
  if (is_object_id(lower(text)))
    if (auto commit = git.find_commit_id(lower(text))) return *std::move(commit);
  throw CommitDoesNotExistException("Could not resolve the commit specifier " + text);
}

namespace {

// https://docs.aws.amazon.com/codecommit/latest/userguide/limits.html
constexpr std::size_t kLongestAuthor = 1024, kLongestEmail = 256, kLongestMessage = 256u << 10;

/// What would break out of a commit's header line.
bool breaks_out(unsigned char c) { return c < 32 || c == '<' || c == '>'; }

}  // namespace

void check_commit_words(const std::optional<std::string>& name, const std::optional<std::string>& email,
                        const std::optional<std::string>& message) {
  if (name && utf8_length(*name) > kLongestAuthor)
    throw NameLengthExceededException(
        "The user name is not valid because it has exceeded the character limit for author names.");
  if (email && (utf8_length(*email) > kLongestEmail || std::ranges::any_of(*email, breaks_out)))
    throw InvalidEmailException(
        "The specified email address either contains one or more characters that are not allowed, or it exceeds the "
        "maximum number of characters allowed for an email address.");
  if (message && message->size() > kLongestMessage)
    throw CommitMessageLengthExceededException("The commit message is longer than 256 KB.");
}

Signature make_signature(region::Request& rq, const std::optional<std::string>& name,
                         const std::optional<std::string>& email) {
  std::string who = name.value_or("");
  std::erase_if(who, breaks_out);
  if (trim(who).empty()) who = rq.caller.arn;
  return {who, email.value_or(""), rq.now().ms / 1000, 0};
}

}  // namespace hanbat::codecommit
