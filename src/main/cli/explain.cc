#include "main/cli/explain.h"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

#include "base/text.h"
#include "base/time.h"
#include "main/cli/explain_text.h"
#include "main/cli/region_api.h"

namespace hanbat::cli {
namespace {

constexpr const char* kTarget = "HanbatExplain_20261130";

/// What the options are read into; lives as long as the parser.
struct Flags {
  std::string id, destination, protocol = "tcp", language, region;
  bool json = false;
};

std::string variable_of(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// The caller's keys, as `hanbat env` sets them.
Keys keys_of_caller() {
  Keys keys{variable_of("AWS_ACCESS_KEY_ID"), variable_of("AWS_SECRET_ACCESS_KEY"), variable_of("AWS_SESSION_TOKEN")};
  if (keys.id.empty() || keys.secret.empty())
    throw Failure("there are no keys in the environment; run first: eval \"$(hanbat env)\"");
  return keys;
}

std::string region_of(const Flags& flags) {
  for (const std::string& region : {flags.region, variable_of("AWS_REGION"), variable_of("AWS_DEFAULT_REGION")})
    if (!region.empty()) return region;
  return "ap-northeast-2";
}

Language chosen_language(const Flags& flags) {
  for (const std::string& locale :
       {flags.language, variable_of("LC_ALL"), variable_of("LC_MESSAGES"), variable_of("LANG")})
    if (!locale.empty()) return language_of(locale);
  return Language::kEnglish;
}

void ask(const Flags& flags, const std::string& operation, const Json& input) {
  RegionApi api(region_of(flags), keys_of_caller());
  const Json told = api.json("explain", kTarget, operation, input)["explanation"];
  std::cout << (flags.json ? told.pretty() + "\n"
                           : explanation_text(told, chosen_language(flags), SystemClock().now().seconds()));
}

/// The kinds that are asked about by one word.
void add_kind(CLI::App& explain, const std::shared_ptr<Flags>& flags, const std::string& kind, const std::string& what,
              const std::string& about) {
  auto* command = explain.add_subcommand(kind, about);
  if (!what.empty()) {
    auto* id = command->add_option(what, flags->id, what);
    if (kind != "denied") id->required();
  }
  command->callback([flags, kind] {
    Json input = Json::object({{"kind", kind}});
    if (!flags->id.empty()) input["id"] = flags->id;
    ask(*flags, "Explain", input);
  });
}

/// Reads TO:PORT.
Json read_packet(const Flags& flags) {
  Json input = Json::object({{"source", flags.id}, {"destination", flags.destination}, {"protocol", flags.protocol}});
  const std::size_t colon = flags.destination.rfind(':');
  if (colon == std::string::npos || flags.destination.starts_with("arn:"))
    throw Failure("say the port, too: TO:PORT, internet:443 say");
  const auto port = parse_int(flags.destination.substr(colon + 1));
  if (!port) throw Failure(flags.destination.substr(colon + 1) + " is no port");
  input["destination"] = flags.destination.substr(0, colon);
  input["port"] = *port;
  return input;
}

}  // namespace

void add_explain(CLI::App& app) {
  auto* explain =
      app.add_subcommand("explain", "why something is as it is: the chain of causes, with evidence and the way out");
  explain->require_subcommand(1);
  explain->fallthrough();
  const auto flags = std::make_shared<Flags>();
  explain->add_flag("--json", flags->json, "the answer as JSON");
  explain->add_option("--language", flags->language, "ko or en; of the locale without")
      ->check(CLI::IsMember({"ko", "en"}));
  explain->add_option("--region", flags->region, "the AWS region; of AWS_REGION without");
  add_kind(*explain, flags, "pipeline", "NAME", "a pipeline: which stage, which action, what stands behind it");
  add_kind(*explain, flags, "build", "ID", "a build, or a project's newest one");
  add_kind(*explain, flags, "deployment", "ID", "a deployment: which host, which event, which script, its last lines");
  add_kind(*explain, flags, "target", "ID", "a load balancer's target: an instance, an address, or a target group");
  add_kind(*explain, flags, "denied", "REQUEST", "a denied call: its request id, the error's message, or `last`");
  add_kind(*explain, flags, "image", "NAME", "an image of the registry: NAME or NAME:TAG");
  add_kind(*explain, flags, "stuck", "", "what waits: for what, since when, until when");
  auto* packet = explain->add_subcommand(
      "packet", "a packet's path, hop by hop: instances, interfaces, addresses, load balancers, `internet`");
  packet->add_option("FROM", flags->id, "where it begins")->required();
  packet->add_option("TO", flags->destination, "where it goes, with the port: TO:PORT")->required();
  packet->add_option("--protocol", flags->protocol, "tcp or udp")
      ->capture_default_str()
      ->check(CLI::IsMember({"tcp", "udp"}));
  packet->callback([flags] { ask(*flags, "ExplainPacket", read_packet(*flags)); });
}

}  // namespace hanbat::cli
