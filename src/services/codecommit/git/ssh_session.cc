// git over SSH: which command a session is to carry out, for whom, and how. sshd has seen that the client has the
// private key; whose the public one is, and whether it still counts, is asked here, at every session.
#include <spdlog/spdlog.h>

#include <optional>

#include "base/text.h"
#include "gen/ec2/client.h"
#include "host/listening/setting.h"
#include "region/aws_regions.h"
#include "region/gate.h"
#include "region/ssh_keys.h"
#include "services/codecommit/codecommit.h"
#include "services/codecommit/git/git_login.h"
#include "services/codecommit/git/receive_pack.h"
#include "services/codecommit/git/ssh_exchange.h"
#include "wire/error.h"

namespace hanbat::codecommit {
namespace {

constexpr std::string_view kRepositories = "/v1/repos/";
// sshd reads a key's line up to 16 KiB.
constexpr std::size_t kMostForwards = 300;
constexpr auto kUploadPoll = std::chrono::milliseconds(500);

/// AWS's words to who comes without a command, to see whether the key will do.
/// Source: https://docs.aws.amazon.com/codecommit/latest/userguide/setting-up-ssh-unixes.html
constexpr const char* kNoShell =
    "You have successfully authenticated over SSH. You can use Git to interact with AWS CodeCommit. Interactive shells "
    "are not supported.";

/// The repository of "'/v1/repos/app'", as git quotes it; nothing when it is another path.
std::optional<std::string> repository_of(std::string_view quoted) {
  std::string_view path = trim(quoted);
  if (path.size() >= 2 && (path.front() == '\'' || path.front() == '"') && path.back() == path.front())
    path = path.substr(1, path.size() - 2);
  if (!path.starts_with('/')) return std::nullopt;
  if (!path.starts_with(kRepositories)) return std::nullopt;
  path.remove_prefix(kRepositories.size());
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || path.find_first_of("/'\"\\ ") != std::string_view::npos) return std::nullopt;
  return std::string(path);
}

struct SshCommand {
  Verb verb;
  std::string repository;
};

/// Throws wire::Error for what is no command of a git client's.
SshCommand read_command(const std::string& command) {
  const std::string_view text = trim(command);
  for (const auto& [word, verb] :
       {std::pair{"git-upload-pack ", Verb::kPull}, std::pair{"git upload-pack ", Verb::kPull},
        std::pair{"git-receive-pack ", Verb::kPush}, std::pair{"git receive-pack ", Verb::kPush}}) {
    if (!text.starts_with(word)) continue;
    if (auto repository = repository_of(text.substr(std::string_view(word).size())))
      return {verb, *std::move(repository)};
    throw wire::Error("InvalidRepositoryNameException", 400,
                      "A repository's path is /v1/repos/ and its name: ssh://<key id>@git-codecommit.<region>."
                      "amazonaws.com/v1/repos/<name>");
  }
  throw wire::Error("InvalidCommand", 400, "Only git-upload-pack and git-receive-pack are carried out over SSH.");
}

/// Runs upload-pack between the client's two ends, to the end of the conversation.
void upload_pack_over_ssh(SshExchange& exchange, const std::string& folder) {
  SpawnOptions options = git_options(exchange.head().headers.get("Git-Protocol"));
  options.in = Stdio::of(exchange.in());
  options.out = Stdio::of(exchange.out());
  Process git = Process::spawn({"git", "upload-pack", "--timeout=600", folder}, options);
  exchange.hand_over();
  std::optional<Exit> exit;
  while (!(exit = git.wait(kUploadPoll)))
    if (exchange.stopping()) exit = git.stop();
  exchange.end(exit->code);
}

/// The public addresses in the caller's account, in all regions, as far as the caller may see them: to these, sshd
/// passes on connections of who comes from a local network. None where the region is open to no network.
std::vector<std::string> addresses_of(region::Region& home, const region::Caller& caller) {
  std::vector<std::string> found;
  if (!host::ListenSetting::find(home.settings.state_folder)) return found;
  for (const char* name : region::kAwsRegions) {
    try {
      const auto out = ec2::Client(home.as(caller, name)).describe_network_interfaces({});
      for (const auto& each : out.network_interfaces.value_or(std::vector<ec2::NetworkInterface>{}))
        if (each.association && each.association->public_ip && found.size() < kMostForwards)
          found.push_back(*each.association->public_ip);
    } catch (const wire::Error&) {
      return found;  // not this caller's to see, by a policy of the user's or by the clock of a contest
    }
  }
  return found;
}

}  // namespace

border::SshAnswer CodeCommit::answer_ssh(const SshCall& call, const std::stop_token& stop) {
  const border::SshQuestion& question = call.question;
  if (question.ask == border::SshQuestion::Ask::kKey) {
    const auto key = home_.db.read([&](store::Tx& tx) { return keys_->find_ssh_key(tx, question.key_id); });
    if (!key) return {.exit_code = 1, .out = "", .err = ""};
    return {.exit_code = 0, .out = key->line, .err = "", .forward_to = addresses_of(home_, key->caller)};
  }
  SshExchange exchange(call, stop);
  region::Gate gate(home_, exchange);
  try {
    gate.pass([&] { serve_session(gate, exchange, question); },
              [&](const wire::Error& error) { exchange.refuse(error.message()); });
  } catch (const std::exception& error) {
    // What stops a session in the middle: the client is gone, or what it sends is not git's.
    spdlog::info("{} git over SSH: {}", gate.request_id(), error.what());
    exchange.refuse(error.what());
  }
  return exchange.answer();
}

void CodeCommit::serve_session(region::Gate& gate, SshExchange& exchange, const border::SshQuestion& question) {
  const auto key = home_.db.read([&](store::Tx& tx) { return keys_->find_ssh_key(tx, question.key_id); });
  if (!key) return exchange.refuse("Permission denied (publickey).", 255);
  if (trim(question.command).empty()) return exchange.refuse(kNoShell, 1);
  const SshCommand command = read_command(question.command);
  // SSH does not say by which of the region's names the client came.
  const auto regions =
      home_.db.read([&](store::Tx& tx) { return regions_of(home_, tx, key->caller.account, command.repository); });
  gate.enter(key->caller, regions.front());

  const Transfer transfer = command.verb == Verb::kPull ? Transfer::kData : Transfer::kReferences;
  const Admitted admitted = admit(gate, {command.repository, command.verb, transfer, kOverSsh});
  if (command.verb == Verb::kPull) {
    project_references(admitted.repository);
    return upload_pack_over_ssh(exchange, folder(admitted.repository));
  }
  auto& out = exchange.start(200, {}, std::nullopt);
  out.write(advertise(admitted.references));
  out.write(receive_push(gate, exchange.body(), admitted.repository,
                         {command.repository, Verb::kPush, Transfer::kData, kOverSsh},
                         [&](int pidfd) { exchange.end_with(pidfd); }));
}

}  // namespace hanbat::codecommit
