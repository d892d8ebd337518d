// Asks ip and ss; what they say is judged by pure functions.
#include "host/clashes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "host/error.h"
#include "host/networks/plan.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::host {
namespace {

/// A route of fewer bits is a VPN's or the machine's way to everything.
constexpr int kFewestBits = 8;

std::optional<Range> find_destination(const Json& route) {
  std::string text = route.text("dst");
  if (text.empty() || text == "default") return std::nullopt;
  if (text.find('/') == std::string::npos) text += "/32";
  try {
    return require_range(text, "route");
  } catch (const HostError&) {
    return std::nullopt;  // of IPv6
  }
}

bool leads_somewhere(const Json& route) {
  const std::string type = route.text("type", "unicast");
  return type == "unicast" || type == "local";
}

/// "" when it fails, or is not there: `doctor` names what is missing.
std::string output_of(const std::vector<std::string>& argv) {
  try {
    const Captured done = run_capture(argv);
    return done.ok() ? done.out : "";
  } catch (const std::exception&) {
    return "";
  }
}

Json read_routes() {
  const std::string listed = output_of({"ip", "-4", "-json", "route", "show", "table", "all"});
  return trim(listed).empty() ? Json::array() : Json::parse(listed);
}

std::string between(std::string_view text, std::string_view before, char after) {
  const std::size_t at = text.find(before);
  if (at == std::string_view::npos) return "";
  const std::size_t from = at + before.size();
  const std::size_t to = text.find_first_of(std::string{after} + ",)", from);
  return std::string(text.substr(from, to == std::string_view::npos ? to : to - from));
}

}  // namespace

std::vector<std::string> find_overlaps(const Json& routes, const Range& range) {
  std::vector<std::string> found;
  if (!routes.is_array()) return found;
  for (const Json& route : routes.items()) {
    const auto to = find_destination(route);
    const std::string device = route.text("dev");
    if (!to || to->bits < kFewestBits || !to->overlaps(range) || !leads_somewhere(route) || device.starts_with("hb-"))
      continue;
    // An address of the machine's own tells nothing that its network's route does not, unless it is alone.
    const std::string text = to->text() + (device.empty() ? "" : " by " + device);
    if (std::find(found.begin(), found.end(), text) == found.end()) found.push_back(text);
  }
  return found;
}

std::optional<EdgeRange> find_free_range(const Json& routes) {
  for (const char* text : {"198.18.0.0/15", "10.230.0.0/15", "100.96.0.0/15", "172.28.0.0/15", "10.98.0.0/15"}) {
    const EdgeRange range = EdgeRange::require(text);
    if (find_overlaps(routes, range.whole()).empty()) return range;
  }
  return std::nullopt;
}

std::optional<std::string> find_listener(std::string_view sockets, std::string_view address, int port) {
  const std::string end = fmt::format(":{}", port);
  for (const std::string& line : split(sockets, '\n')) {
    std::vector<std::string> words = split(line, ' ');
    std::erase(words, "");
    if (words.size() < 5 || !words[4].ends_with(end)) continue;
    std::string at = words[4].substr(0, words[4].size() - end.size());
    at = at.substr(0, at.find('%'));
    if (at != "0.0.0.0" && at != "*" && at != "[::]" && at != address) continue;
    const std::string name = between(line, "((\"", '"'), process = between(line, "pid=", ',');
    return name.empty() ? "a program" : fmt::format("{} (process {})", name, process);
  }
  return std::nullopt;
}

std::string list_listeners() { return output_of({"ss", "-Hlntup"}); }

std::vector<Clash> find_clashes(const EdgeRange& edge) {
  std::vector<Clash> clashes;
  if (path_exists(std::string("/sys/class/net/") + kEdge)) return clashes;
  const Json routes = read_routes();
  const auto overlaps = find_overlaps(routes, edge.whole());
  if (!overlaps.empty()) {
    const auto free = find_free_range(routes);
    clashes.push_back({fmt::format("the edge's range {} is in use here: {}", edge.text(), join(overlaps, ", ")),
                       fmt::format("a new region takes another one: hanbat up --edge {}; one that has data keeps its "
                                   "own (hanbat reset deletes it)",
                                   free ? free->text() : "with a /15 that is free here")});
  }
  const std::string sockets = list_listeners();
  // At other addresses anyone may have it, and port 53 everywhere: the region's resolvers that are asked there lie in
  // namespaces.
  if (const auto who = find_listener(sockets, "", kUpstreamDnsPort))
    clashes.push_back({fmt::format("{} listens on port {} of every address, where the region's resolver has to be",
                                   *who, kUpstreamDnsPort),
                       "stop it, or have it listen at addresses of its own"});
  return clashes;
}

void require_room(const EdgeRange& edge) {
  std::vector<std::string> lines;
  for (const Clash& clash : find_clashes(edge)) lines.push_back(clash.what + "; " + clash.remedy);
  if (!lines.empty()) throw HostError(HostErrorCode::kInvalid, join(lines, "\n"));
}

}  // namespace hanbat::host
