// What the root daemon takes from the one that faces the network: a call of an action. What is decoded is written back
// as it was; and what passes validation yields configuration in which nothing that was given has become a line, a word
// or a flag of its own.
#include <algorithm>
#include <set>

#include "base/fuzzing.h"
#include "base/text.h"
#include "host/actions.h"
#include "host/balancers/haproxy_config.h"
#include "host/balancers/haproxy_states.h"
#include "host/codec.h"
#include "host/error.h"
#include "host/ipv4.h"
#include "host/networks/plan.h"
#include "host/networks/traffic.h"
#include "host/protocol.h"
#include "host/validation.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::host;

namespace {

constexpr std::string_view kShared = "/var/lib/hanbat/shared/";

/// The words of a line of HAProxy's configuration.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool open = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == ' ') {
      open = false;
      continue;
    }
    require(c != '#', "no comment begins outside quotes");
    if (!open) words.emplace_back();
    open = true;
    if (c == '\'') {
      for (++i; i < line.size() && line[i] != '\''; ++i) words.back() += line[i];
      require(i < line.size(), "quotes are closed");
    } else {
      if (c == '\\') ++i;
      require(i < line.size(), "a line ends with no backslash");
      words.back() += line[i];
    }
  }
  return words;
}

void check_haproxy(const std::string& config) {
  static const std::set<std::string> kFirst = {"global",
                                               "stats",
                                               "server-state-file",
                                               "maxconn",
                                               "nbthread",
                                               "log",
                                               "log-format",
                                               "error-log-format",
                                               "http-response",
                                               "defaults",
                                               "mode",
                                               "load-server-state-from-file",
                                               "option",
                                               "timeout",
                                               "frontend",
                                               "bind",
                                               "http-request",
                                               "use_backend",
                                               "backend",
                                               "balance",
                                               "cookie",
                                               "http-check",
                                               "default-server",
                                               "server",
                                               "retries",
                                               "user",
                                               "group",
                                               "chroot",
                                               "errorfile",
                                               "http-after-response",
                                               "http-error",
                                               "use-server",
                                               "tcp-request",
                                               "stick-table",
                                               "h1-case-adjust",
                                               "default_backend",
                                               "tune.bufsize"};
  for (const std::string& line : split(config, '\n')) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    require(kFirst.contains(words[0]), "a line begins with a word of ours");
    bool in_condition = false, values = false;
    for (const std::string& word : words) {
      if (word == "{" || word == "!{") in_condition = true, values = false;
      if (word == "}") in_condition = false;
      if (word == "--") values = true;
      if (in_condition && !values && word.starts_with('-'))
        require(word == "-m" || word == "-i", "no value is a flag of a condition");
    }
  }
}

/// Each line of what dnsmasq, nft and ip read is made of characters that end no word.
void check_lines(const std::string& text, std::string_view extra) {
  for (const char c : text)
    require(std::isalnum(static_cast<unsigned char>(c)) || c == '\n' || extra.find(c) != std::string_view::npos,
            "a value is plain");
}

void check(const VpcSpec& spec) {
  VpcNumbers numbers;
  for (const auto& table : spec.route_tables) numbers.tables[table.id] = 1000 + static_cast<int>(numbers.tables.size());
  const KernelLines lines = kernel_lines(spec, numbers);
  for (const auto* set : {&lines.addresses, &lines.routes, &lines.rules})
    for (const std::string& line : *set) {
      require(line.find('\n') == std::string::npos, "a line is one");
      check_lines(line, " ./-");
    }
  for (const std::string& line : edge_routes(spec, numbers)) check_lines(line, " ./-");
  check_lines(nft_of_vpc(spec), " .,:;/-_@={}!*\"");
  check_lines(nft_of_traffic(spec), " .,:;/-_@={}!*\"");
  const DnsmasqFiles files = dnsmasq_of_vpc(spec, "/run/x");
  check_lines(files.config, " .,:/-_=#");
  check_lines(files.names, " .,:/-_=#");
  check_lines(files.hosts, " .-_");
  check_lines(files.leases, ".,:-");
  for (const auto& interface : spec.interfaces)
    if (interface.attachment == Attachment::kMachine) check_lines(interface_batch(spec, interface), " ./:-");
}

void check(const BalancersSpec& spec) {
  for (const HaproxyFiles& files : {haproxy_of(spec, "/run/x", "key"), haproxy_of_host(spec, "/run/x")}) {
    check_haproxy(files.config);
    for (const auto& [name, content] : files.others)
      require(name.find('/') == std::string::npos && !name.starts_with('.'), "a file lies in the folder");
  }
  server_states(spec, "");
}

void check(const MachineSpec& spec) {
  for (const auto& folder : spec.folders)
    require(folder.source.starts_with(kShared) && folder.source.find("/../") == std::string::npos &&
                !folder.source.ends_with("/.."),
            "only what is shared is shared");
}

template <class Argument>
void check(const Argument&) {}

template <class Argument>
void carry_out(const Json& arguments) {
  const auto argument = read_argument<Argument>(arguments, {.shared_folder = "/var/lib/hanbat/shared"});
  require(encode(decode<Argument>(encode(argument))) == encode(argument), "an argument comes back as it was");
  require(encode(argument) == arguments, "nothing of an argument is passed over");
  check(argument);
}

void carry_out(const ActionCall& call) {
#define HANBAT_CARRY_OUT(name, Argument, Result) \
  if (call.action == #name) return carry_out<Argument>(call.arguments);
  HANBAT_HOST_ACTIONS(HANBAT_CARRY_OUT)
#undef HANBAT_CARRY_OUT
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    carry_out(read_call({reinterpret_cast<const char*>(data), size}));
  } catch (const JsonError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
  } catch (const HostError& error) {
    require(error.code == HostErrorCode::kInvalid, "what is not allowed is invalid");
  }
  return 0;
}
