// git over HTTP: /v1/repos/<name>/info/refs, git-upload-pack and git-receive-pack.
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/text.h"
#include "http/server.h"
#include "os/files.h"
#include "region/gate.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/git/git_login.h"
#include "services/codecommit/git/receive_pack.h"
#include "store/blobs.h"
#include "store/durability.h"
#include "wire/error.h"

namespace hanbat::codecommit {
namespace {

constexpr std::string_view kRoot = "/v1/repos/";
constexpr std::uint64_t kLargestNegotiation = 64u << 20;

enum class Verb { kPull, kPush };

/// What goes over the wire: only what references there are, or objects.
enum class Transfer { kReferences, kData };

/// What a request of a git client wants.
struct GitRoute {
  std::string repository;
  Verb verb;
  bool advertises;  // info/refs; else the exchange itself
};

std::optional<GitRoute> route(const http::RequestHead& head) {
  const auto path = percent_decode(head.raw_path);
  if (!path || !path->starts_with(kRoot)) return std::nullopt;
  const std::string_view rest = std::string_view(*path).substr(kRoot.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0) return std::nullopt;
  const std::string name(rest.substr(0, slash));
  const std::string_view action = rest.substr(slash + 1);
  if (action == "info/refs" && head.method == "GET") {
    const std::string service = head.query("service").value_or("");
    if (service == "git-upload-pack") return GitRoute{name, Verb::kPull, true};
    if (service == "git-receive-pack") return GitRoute{name, Verb::kPush, true};
  }
  if (head.method != "POST") return std::nullopt;
  if (action == "git-upload-pack") return GitRoute{name, Verb::kPull, false};
  if (action == "git-receive-pack") return GitRoute{name, Verb::kPush, false};
  return std::nullopt;
}

std::string_view name_of(Verb verb) { return verb == Verb::kPull ? "GitPull" : "GitPush"; }

/// Git's requests have no model; authorization and events still ask for the operation.
const wire::OperationModel& operation(Verb verb) {
  const auto unmodelled = service_model().unmodelled;
  return *std::ranges::find(unmodelled, name_of(verb), &wire::OperationModel::name);
}

/// What the record of one of git's requests says beside its operation. CodeCommit has two of a push: the look at what
/// is there and the transfer.
Json additional(const Repository* repository, Transfer transfer) {
  Json out = Json::object({{"protocol", "HTTP"}, {"dataTransferred", transfer == Transfer::kData}});
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

http::Headers uncached(std::string type) {
  return {{"Content-Type", std::move(type)}, {"Cache-Control", "no-cache, max-age=0, must-revalidate"}};
}

void refuse(http::Exchange& exchange, int status, std::string text) {
  http::Headers headers{{"Content-Type", "text/plain; charset=utf-8"}};
  if (status == 401) headers.add("WWW-Authenticate", "Basic realm=\"AWS CodeCommit\"");
  exchange.send({status, std::move(headers), std::move(text) + "\n"});
}

/// An error as a client of git shows it.
void refuse(http::Exchange& exchange, const wire::Error& error) {
  refuse(exchange, error.status() == 400 ? 403 : error.status(), error.message());
}

/// Runs upload-pack on a body that is at hand as a file, and sends what it says as it comes.
void upload_pack(http::Exchange& exchange, const std::string& folder, bool advertises) {
  SpawnOptions options = git_options(exchange.head().headers.get("Git-Protocol"));
  std::vector<std::string> argv{"git", "upload-pack", "--stateless-rpc"};
  Fd input;
  if (advertises) {
    argv.push_back("--advertise-refs");
  } else {
    // The whole question first: git may begin to answer before it has read all, and neither side must wait on the
    // other.
    input = Fd(::memfd_create("negotiation", MFD_CLOEXEC));  // a full disk must not keep anyone from cloning
    if (!input) throw_errno("make a file in memory");
    std::unique_ptr<http::BodyReader> inflated;
    http::BodyReader* body = &exchange.body();
    if (iequals(exchange.head().headers.get("Content-Encoding"), "gzip")) body = (inflated = inflate(*body)).get();
    std::array<char, 65536> buffer;
    std::uint64_t total = 0;
    while (const std::size_t n = body->read(buffer)) {
      if ((total += n) > kLargestNegotiation) throw http::Error(413, "the request is too large");
      write_all(input.get(), {buffer.data(), n});
    }
    ::lseek(input.get(), 0, SEEK_SET);
    options.in = Stdio::of(input.get());
  }
  argv.push_back(folder);
  options.out = Stdio::pipe();
  Process git = Process::spawn(argv, options);

  auto& out = exchange.start(200, uncached(advertises ? "application/x-git-upload-pack-advertisement"
                                                      : "application/x-git-upload-pack-result"));
  if (advertises && exchange.head().headers.get("Git-Protocol").find("version=2") == std::string_view::npos)
    out.write(packet("# service=git-upload-pack\n").append(kFlush));
  std::array<char, 65536> buffer;
  while (const std::size_t n = read_some(git.out.get(), buffer)) {
    out.write({buffer.data(), n});
    out.flush();
  }
  if (!git.wait().ok()) throw http::Error(500, "upload-pack failed");  // the answer is cut, so the client knows
  out.finish();
}

}  // namespace

bool CodeCommit::claims(const http::RequestHead& head) const { return head.raw_path.starts_with(kRoot); }

void CodeCommit::serve(http::Exchange& exchange) {
  region::Gate gate(home_, exchange);
  gate.pass([&] { serve_git(gate, exchange); }, [&](const wire::Error& error) { refuse(exchange, error); });
}

void CodeCommit::serve_git(region::Gate& gate, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  const auto wanted = route(head);
  if (!wanted) return refuse(exchange, 404, "not a git request");
  auto login = home_.db.read([&](store::Tx& tx) { return log_in(home_, tx, head, wanted->repository); });
  if (!login) return refuse(exchange, 401, "authentication required");
  gate.enter(std::move(login->caller), login->region);

  // May they, and is there such a repository: in that order. A push that transfers is recorded with the references that
  // it moves.
  const bool pushes = wanted->verb == Verb::kPush && !wanted->advertises;
  std::optional<Repository> repository;
  std::vector<Reference> references;
  region::CallRecord record = gate.record_of(operation(wanted->verb));
  record.additional = additional(nullptr, Transfer::kReferences);
  gate.carry_out(*this, record, store::Tx::Mode::kRead,
                 pushes ? region::Recorded::kWhenRefused : region::Recorded::kAlways, [&](region::Request& rq) {
                   authorize(rq, name_of(wanted->verb), wanted->repository);
                   repository = find_repository(rq.tx, {rq.account, rq.region}, wanted->repository);
                   if (!repository)
                     throw wire::Error("RepositoryDoesNotExistException", 404,
                                       "repository '" + wanted->repository + "' not found");
                   if (wanted->verb == Verb::kPush) references = list_references(rq.tx, *repository);
                   record.additional =
                       additional(&*repository, wanted->advertises ? Transfer::kReferences : Transfer::kData);
                 });
  if (wanted->verb == Verb::kPull) {
    project_references(*repository);  // what git would hand out without it may be older than what was pushed
    return upload_pack(exchange, folder(*repository), wanted->advertises);
  }
  if (pushes) return receive_push(gate, exchange, *repository);
  exchange.send({200, uncached("application/x-git-receive-pack-advertisement"), advertise(references)});
}

void CodeCommit::receive_push(region::Gate& gate, http::Exchange& exchange, const Repository& repository) {
  std::unique_ptr<http::BodyReader> inflated;
  http::BodyReader* source = &exchange.body();
  if (iequals(exchange.head().headers.get("Content-Encoding"), "gzip")) source = (inflated = inflate(*source)).get();
  PacketReader body(*source);
  Push push = read_commands(body);
  std::string unpacked;
  bool pushed = false;
  if (!push.commands.empty()) {
    try {
      require_free_space(home_.settings.state_folder, store::kDiskReserve);
      project_references(repository);
      unpacked = store_pack(body, folder(repository), push);
      if (unpacked.empty()) {
        apply(gate, push, repository);
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
  exchange.send({200, uncached("application/x-git-receive-pack-result"), report(push, unpacked)});
}

void CodeCommit::apply(region::Gate& gate, Push& push, const Repository& known) {
  const GitRepository git(folder(known));
  struct Undone {};
  region::CallRecord record = gate.record_of(operation(Verb::kPush));
  record.additional = additional(&known, Transfer::kData);
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
