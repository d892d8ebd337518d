#include "services/codecommit/git/git_calls.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "os/files.h"
#include "region/gate.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/git/receive_pack.h"
#include "store/blobs.h"
#include "store/durability.h"
#include "wire/error.h"

namespace hanbat::codecommit {
namespace {

std::string_view name_of(Verb verb) { return verb == Verb::kPull ? "GitPull" : "GitPush"; }

/// Git's requests have no model; authorization and events still ask for the operation.
const wire::OperationModel& operation(Verb verb) {
  const auto unmodelled = service_model().unmodelled;
  return *std::ranges::find(unmodelled, name_of(verb), &wire::OperationModel::name);
}

/// What the record of one of git's requests says beside its operation. CodeCommit has two of a push: the look at what
/// is there and the transfer.
Json additional(const GitCall& call, const Repository* repository) {
  Json out =
      Json::object({{"protocol", call.protocol}, {"dataTransferred", repository && call.transfer == Transfer::kData}});
  if (repository) {
    out["repositoryName"] = name_of(*repository);
    out["repositoryId"] = repository->id;
  }
  return out;
}

/// The references that a push moved, and where to.
Json moved_references(const Push& push) {
  Json references = Json::array();
  for (const auto& command : push.commands)
    if (command.refusal.empty())
      references.push_back(Json::object({{"commit", command.change.new_id}, {"ref", command.change.name}}));
  return Json::object({{"references", std::move(references)}});
}

}  // namespace

Admitted CodeCommit::admit(region::Gate& gate, const GitCall& call) {
  // May they, and is there such a repository: in that order. A push that transfers is recorded with the references that
  // it moves.
  const bool pushes = call.verb == Verb::kPush && call.transfer == Transfer::kData;
  std::optional<Repository> repository;
  Admitted admitted;
  region::CallRecord record = gate.record_of(operation(call.verb));
  record.additional = additional(call, nullptr);
  gate.carry_out(*this, record, store::Tx::Mode::kRead,
                 pushes ? region::Recorded::kWhenRefused : region::Recorded::kAlways, [&](region::Request& rq) {
                   authorize(rq, name_of(call.verb), call.repository);
                   repository = find_repository(rq.tx, {rq.account, rq.region}, call.repository);
                   if (!repository)
                     throw wire::Error("RepositoryDoesNotExistException", 404,
                                       "repository '" + call.repository + "' not found in " + rq.region);
                   if (call.verb == Verb::kPush) admitted.references = list_references(rq.tx, *repository);
                   record.additional = additional(call, &*repository);
                 });
  admitted.repository = *std::move(repository);
  return admitted;
}

std::string CodeCommit::receive_push(region::Gate& gate, http::BodyReader& source, const Repository& repository,
                                     const GitCall& call, const WatchProcess& watch) {
  PacketReader body(source);
  Push push = read_commands(body);
  std::string unpacked;
  bool pushed = false;
  if (!push.commands.empty()) {
    try {
      require_free_space(home_.settings.state_folder, store::kDiskReserve);
      project_references(repository);
      unpacked = store_pack(body, folder(repository), push, watch);
      if (unpacked.empty()) {
        apply(gate, push, repository, call);
        pushed = true;
        project_references(repository);  // now, while there is room: a pull may find none
      }
    } catch (const std::exception& error) {
      // A client of git shows what the report says, and nothing of an answer with another status.
      if (!store::is_disk_full(error)) throw;
      spdlog::error("{} push to {}: {}", gate.request_id(), name_of(repository), error.what());
      if (!pushed) unpacked = "the region's disk is full; free some space, then push again";
    }
    if (!unpacked.empty())
      for (auto& command : push.commands) command.refusal = "unpacker error";
  }
  return report(push, unpacked);
}

void CodeCommit::apply(region::Gate& gate, Push& push, const Repository& known, const GitCall& call) {
  const GitRepository git(folder(known));
  struct Undone {};
  region::CallRecord record = gate.record_of(operation(Verb::kPush));
  record.additional = additional(call, &known);
  const auto move = [&](region::Request& rq) {
    authorize(rq, name_of(Verb::kPush), name_of(known));
    auto repository = find_repository(rq.tx, known.place, name_of(known));
    if (!repository || repository->id != known.id)
      throw wire::Error("RepositoryDoesNotExistException", 404, "repository '" + name_of(known) + "' not found");
    for (auto& command : push.commands) command.refusal = refusal_of(rq, *repository, git, command.change);
    const bool any_refused = std::any_of(push.commands.begin(), push.commands.end(),
                                         [](const auto& command) { return !command.refusal.empty(); });
    if (push.atomic && any_refused) throw Undone();
    for (auto& command : push.commands)
      if (command.refusal.empty() && !change_reference(rq, *repository, command.change))
        command.refusal = "reference already changed";
    record.request = moved_references(push);
  };
  try {
    gate.carry_out(*this, record, store::Tx::Mode::kWrite, region::Recorded::kAlways, move);
  } catch (const Undone&) {
    for (auto& command : push.commands)
      if (command.refusal.empty()) command.refusal = "atomic transaction failed";
  }
}

std::string CodeCommit::refusal_of(region::Request& rq, const Repository& repository, const GitRepository& git,
                                   const ReferenceChange& change) {
  if (!change.name.starts_with("refs/") || !is_reference_name(change.name)) return "funny refname";
  const bool is_branch = change.name.starts_with(kBranchPrefix);
  if (change.new_id.empty() && is_branch && repository.shape.default_branch == change.name.substr(kBranchPrefix.size()))
    return "the default branch cannot be deleted";
  if (find_reference(rq.tx, repository, change.name).value_or("") != change.old_id) return "fetch first";
  if (!change.new_id.empty() && is_branch && !git.find_commit(change.new_id)) return "not a commit";
  // refs/heads/a and refs/heads/a/b cannot both be, in git's own store.
  if (!change.new_id.empty())
    for (const auto& other : list_references(rq.tx, repository))
      if (other.name.starts_with(change.name + "/") || change.name.starts_with(other.name + "/"))
        return "conflicts with " + other.name;
  try {
    authorize(rq, "GitPush", name_of(repository), {{"codecommit:References", {change.name}}});
  } catch (const wire::Error&) {
    return "not authorized";
  }
  return "";
}

}  // namespace hanbat::codecommit
