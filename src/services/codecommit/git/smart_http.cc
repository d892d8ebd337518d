// git over HTTP: /v1/repos/<name>/info/refs, git-upload-pack and git-receive-pack.
#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "base/ids.h"
#include "base/text.h"
#include "http/server.h"
#include "os/files.h"
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

/// Tells the trail of one of git's requests, as CodeCommit does: a push is two, the look at what is there and the
/// transfer. Without a transaction for what changed nothing.
void tell_trail(region::Region& home, store::Tx* tx, region::CallRecord call, const Repository* repository,
                Transfer transfer) {
  region::Trail* trail = home.find_trail();
  if (!trail) return;
  call.additional = Json::object({{"protocol", "HTTP"}, {"dataTransferred", transfer == Transfer::kData}});
  if (repository) {
    call.additional["repositoryName"] = name_of(*repository);
    call.additional["repositoryId"] = repository->id;
  }
  if (tx) return trail->record(*tx, call);
  trail->record(call);
}

/// A push as the trail has it: which references it moved where.
region::CallRecord push_record(const region::Request& rq, const Push& push, std::vector<std::string> resources) {
  Json references = Json::array();
  for (const auto& command : push.commands)
    if (command.refusal.empty())
      references.push_back(Json::object({{"commit", command.change.new_id}, {"ref", command.change.name}}));
  region::CallRecord call{.operation = rq.operation,
                          .caller = rq.caller,
                          .region = rq.region,
                          .request_id = rq.request_id,
                          .resources = std::move(resources)};
  call.request = Json::object({{"references", std::move(references)}});
  return call;
}

http::Headers uncached(std::string type) {
  return {{"Content-Type", std::move(type)}, {"Cache-Control", "no-cache, max-age=0, must-revalidate"}};
}

void refuse(http::Exchange& exchange, int status, std::string text) {
  http::Headers headers{{"Content-Type", "text/plain; charset=utf-8"}};
  if (status == 401) headers.add("WWW-Authenticate", "Basic realm=\"AWS CodeCommit\"");
  exchange.send({status, std::move(headers), std::move(text) + "\n"});
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
  const http::RequestHead& head = exchange.head();
  const auto wanted = route(head);
  if (!wanted) return refuse(exchange, 404, "not a git request");

  // Who is it, may they, and is there such a repository: in that order.
  const std::string request_id = random_uuid();
  std::optional<GitLogin> login;
  std::optional<Repository> repository;
  std::vector<Reference> references;
  std::vector<std::string> resources;
  const auto call = [&] {
    return region::CallRecord{.operation = operation(wanted->verb),
                              .caller = login->caller,
                              .region = login->region,
                              .request_id = request_id,
                              .resources = resources};
  };
  try {
    home_.db.read([&](store::Tx& tx) {
      login = log_in(home_, tx, head, wanted->repository);
      if (!login) return;
      region::Request rq(home_, *this, operation(wanted->verb), tx, login->caller, login->region, request_id);
      rq.asked = &resources;
      authorize(rq, name_of(wanted->verb), wanted->repository);
      rq.require_authorized();
      repository = require_repository(rq, wanted->repository);
      if (wanted->verb == Verb::kPush) references = list_references(tx, *repository);
    });
  } catch (const wire::Error& error) {
    if (login) {
      region::CallRecord refused = call();
      refused.error = &error;
      tell_trail(home_, nullptr, std::move(refused), nullptr, Transfer::kReferences);
    }
    if (dynamic_cast<const RepositoryDoesNotExistException*>(&error))
      return refuse(exchange, 404, "repository '" + wanted->repository + "' not found");
    return refuse(exchange, error.status() == 400 ? 403 : error.status(), error.message());
  }
  if (!login) return refuse(exchange, 401, "authentication required");

  // A push that transfers is told with the references that it moved, in their transaction.
  if (wanted->advertises || wanted->verb == Verb::kPull)
    tell_trail(home_, nullptr, call(), &*repository, wanted->advertises ? Transfer::kReferences : Transfer::kData);
  const std::string path = folder(*repository);
  if (wanted->verb == Verb::kPull) {
    try {
      project_references(*repository);
    } catch (const std::exception& error) {
      // What git would hand out without it may be older than what was pushed.
      if (!store::tells_full_disk(error)) throw;
      return refuse(exchange, 503, "the region's disk is full; free some space, then pull again");
    }
    return upload_pack(exchange, path, wanted->advertises);
  }
  if (wanted->advertises) {
    auto headers = uncached("application/x-git-receive-pack-advertisement");
    return exchange.send({200, std::move(headers), advertise(references)});
  }

  std::unique_ptr<http::BodyReader> inflated;
  http::BodyReader* source = &exchange.body();
  if (iequals(head.headers.get("Content-Encoding"), "gzip")) source = (inflated = inflate(*source)).get();
  PacketReader body(*source);
  Push push = read_commands(body);
  std::string unpacked;
  bool pushed = false;
  if (!push.commands.empty()) {
    try {
      require_free_space(home_.settings.state_folder, store::kDiskReserve);
      project_references(*repository);
      unpacked = store_pack(body, path, push);
      if (unpacked.empty()) {
        apply(push, *repository, *login, request_id);
        pushed = true;
        project_references(*repository);  // now, while there is room: a pull may find none
      }
    } catch (const std::exception& error) {
      // A client of git shows what the report says, and nothing of an answer with another status.
      if (!store::tells_full_disk(error)) throw;
      spdlog::error("{} push to {}: {}", request_id, name_of(*repository), error.what());
      if (!pushed) unpacked = "the region's disk is full; free some space, then push again";
    }
    if (!unpacked.empty())
      for (auto& command : push.commands) command.refusal = "unpacker error";
  }
  exchange.send({200, uncached("application/x-git-receive-pack-result"), report(push, unpacked)});
}

void CodeCommit::apply(Push& push, const Repository& known, const GitLogin& login, const std::string& request_id) {
  const GitRepository git(folder(known));
  struct Undone {};
  try {
    home_.db.write([&](store::Tx& tx) {
      region::Request rq(home_, *this, operation(Verb::kPush), tx, login.caller, login.region, request_id);
      std::vector<std::string> resources;
      rq.asked = &resources;
      auto repository = find_repository(tx, known.place, name_of(known));
      if (!repository || repository->id != known.id) throw http::Error(404, "the repository is gone");
      for (auto& command : push.commands) command.refusal = refusal_of(rq, *repository, git, command.change);
      const bool any_refused = std::any_of(push.commands.begin(), push.commands.end(),
                                           [](const auto& command) { return !command.refusal.empty(); });
      if (push.atomic && any_refused) throw Undone();
      for (auto& command : push.commands)
        if (command.refusal.empty() && !change_reference(rq, *repository, command.change))
          command.refusal = "reference already changed";
      tell_trail(home_, &tx, push_record(rq, push, resources), &*repository, Transfer::kData);
    });
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
