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
#include "services/codecommit/git/git_calls.h"
#include "services/codecommit/git/git_login.h"
#include "services/codecommit/git/receive_pack.h"
#include "store/blobs.h"
#include "store/durability.h"
#include "wire/error.h"

namespace hanbat::codecommit {
namespace {

constexpr std::string_view kRoot = "/v1/repos/";
/// Where `hanbat env` has a shell's git go with CodeCommit's names of regions that it was not made for: in the place of
/// "https://git-codecommit.", so that the path begins with the rest of the name.
constexpr std::string_view kOtherRegions = "git-codecommit.localhost";
constexpr std::uint64_t kLargestNegotiation = 64u << 20;

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
  if (error.code() == region::kThrottled) return refuse(exchange, 429, error.message());
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

bool CodeCommit::claims(const http::RequestHead& head) const {
  return head.raw_path.starts_with(kRoot) || head.host() == kOtherRegions;
}

void CodeCommit::serve(http::Exchange& exchange) {
  region::Gate gate(home_, exchange);
  gate.pass([&] { serve_git(gate, exchange); }, [&](const wire::Error& error) { refuse(exchange, error); });
}

void CodeCommit::serve_git(region::Gate& gate, http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.host() == kOtherRegions) {
    const std::string region = split(head.raw_path, '.').front().substr(1);
    return refuse(exchange, 404,
                  "this address is of " + region + ", and this shell's git is set up for another region: " +
                      "eval \"$(hanbat env --region " + region + ")\"");
  }
  const auto wanted = route(head);
  if (!wanted) return refuse(exchange, 404, "not a git request");
  auto login = home_.db.read([&](store::Tx& tx) { return log_in(home_, tx, head, wanted->repository); });
  if (!login) return refuse(exchange, 401, "authentication required");
  gate.enter(std::move(login->caller), login->region, region::Load::kData);

  const GitCall call{wanted->repository, wanted->verb, wanted->advertises ? Transfer::kReferences : Transfer::kData,
                     kOverHttp};
  const Admitted admitted = admit(gate, call);
  if (wanted->verb == Verb::kPull) {
    project_references(admitted.repository);  // what git would hand out without it may be older than what was pushed
    return upload_pack(exchange, folder(admitted.repository), wanted->advertises);
  }
  if (wanted->advertises) {
    const std::string service = packet("# service=git-receive-pack\n").append(kFlush);
    exchange.send(
        {200, uncached("application/x-git-receive-pack-advertisement"), service + advertise(admitted.references)});
    return;
  }
  std::unique_ptr<http::BodyReader> inflated;
  http::BodyReader* source = &exchange.body();
  if (iequals(head.headers.get("Content-Encoding"), "gzip")) source = (inflated = inflate(*source)).get();
  exchange.send({200, uncached("application/x-git-receive-pack-result"),
                 receive_push(gate, *source, admitted.repository, call, nullptr)});
}

}  // namespace hanbat::codecommit
