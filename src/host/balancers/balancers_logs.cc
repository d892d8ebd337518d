// The part of load balancing that is about logs: who listens for records, and what is lost of them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "host/balancers/balancers.h"
#include "host/balancers/haproxy_logs.h"
#include "host/error.h"
#include "host/networks/plan.h"

namespace hanbat::host {
namespace {

constexpr std::string_view kDropped = "DroppedLogs: ";

}  // namespace

/// What runs has gone on sending while nobody listened.
void Balancers::adopt_logs() {
  for (const auto& [vpc, place] : places_) {
    try {
      if (!vpc.empty() && place.haproxy->serves()) listen_for_logs(vpc, place.spec);
    } catch (const std::exception&) {
      // Tried again with the rest.
    }
  }
}

/// Before it is told to send any.
void Balancers::listen_for_logs(const std::string& vpc_id, const BalancersSpec& part) {
  const std::string& folder = place_of(vpc_id).haproxy->folder();
  logs_.listen(vpc_id, fmt::format("{}/root/{}", folder, kLogSocket), namespace_name(vpc_id), part.balancers);
}

/// What of requests' records is lost: HAProxy counts what it could not send since its last reload.
void Balancers::examine_logs(std::vector<Finding>& findings) {
  for (const auto& [vpc, place] : places_) {
    const bool logged = std::any_of(place.spec.balancers.begin(), place.spec.balancers.end(),
                                    [](const Balancer& one) { return one.logs != BalancerLogs::kNone; });
    if (!logged || place.haproxy->pid() == 0) continue;
    try {
      for (const std::string& line : split(place.haproxy->ask("show info"), '\n'))
        if (line.starts_with(kDropped) && parse_int(line.substr(kDropped.size())).value_or(0) > 0)
          findings.push_back({.what = "logs of load balancers of " + vpc,
                              .severity = Severity::kNote,
                              .detail = line.substr(kDropped.size()) + " records came faster than they could be kept",
                              .remedy = "Logs are best effort; a machine with more processors keeps more"});
    } catch (const HostError&) {
      // It is being started anew, and has dropped nothing yet.
    }
  }
  for (const auto& [balancer, count] : logs_.lost())
    findings.push_back({.what = "logs of load balancer " + balancer,
                        .severity = Severity::kNote,
                        .detail = fmt::format("{} records had no room", count),
                        .remedy = "Records wait here for their delivery to S3: see that its bucket takes them"});
}

}  // namespace hanbat::host
