// hanbat open: where a load balancer is reached from this machine.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "base/text.h"
#include "host/networks/plan.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"
#include "main/cli/region_api.h"
#include "main/cli/terminal.h"
#include "os/process.h"

namespace hanbat::cli {
namespace {

constexpr const char* kService = "elasticloadbalancing";

struct Found {
  std::string name, dns, arn, scheme;
};

/// The balancers, one `member` of the answer each: the ones that have a DNS name.
std::vector<Found> balancers(RegionApi& api) {
  const std::string answer = api.query(kService, "DescribeLoadBalancers", {});
  const auto names = xml_texts(answer, "LoadBalancerName"), dns = xml_texts(answer, "DNSName"),
             arns = xml_texts(answer, "LoadBalancerArn"), schemes = xml_texts(answer, "Scheme");
  std::vector<Found> out;
  for (std::size_t i = 0; i < names.size() && i < dns.size() && i < arns.size() && i < schemes.size(); ++i)
    out.push_back({names[i], dns[i], arns[i], schemes[i]});
  return out;
}

Found require_balancer(RegionApi& api, const std::string& name) {
  const std::vector<Found> all = balancers(api);
  std::string names;
  for (const Found& one : all) {
    if (one.name == name || (name.empty() && all.size() == 1)) return one;
    names += (names.empty() ? "" : ", ") + one.name;
  }
  if (all.empty()) throw Failure("there is no load balancer; one is made by: aws elbv2 create-load-balancer");
  throw Failure((name.empty() ? "there are several load balancers; say which: "
                              : "there is no load balancer " + name + "; there are: ") +
                names);
}

/// By its name below localhost, which every system resolves to itself.
std::vector<std::string> addresses(RegionApi& api, const Found& balancer) {
  std::string name = balancer.dns;
  if (const auto end = name.rfind(".amazonaws.com"); end != std::string::npos) name.resize(end);
  std::vector<std::string> out;
  for (const std::string& protocol :
       xml_texts(api.query(kService, "DescribeListeners", {{"LoadBalancerArn", balancer.arn}}), "Protocol")) {
    const bool tls = protocol == "HTTPS" || protocol == "TLS";
    if (!tls && protocol != "HTTP") continue;
    const std::string url = fmt::format("{}://{}.localhost:{}/", tls ? "https" : "http", name,
                                        tls ? host::kBalancerTlsPort : host::kBalancerPort);
    if (std::ranges::count(out, url) == 0) out.push_back(url);
  }
  return out;
}

}  // namespace

void open_balancer(const Home& home, const std::string& name, Browser browser) {
  RegionApi api = RegionApi::of_caller(home);
  const Found balancer = require_balancer(api, name);
  if (balancer.scheme != "internet-facing")
    throw Failure(balancer.name + " is internal: it is reached from its VPC alone, as http://" + balancer.dns +
                  "/; from an instance there: hanbat connect ID -- curl http://" + balancer.dns + "/");
  const std::vector<std::string> urls = addresses(api, balancer);
  if (urls.empty()) throw Failure(balancer.name + " has no listener of HTTP or HTTPS yet: aws elbv2 create-listener");
  for (const std::string& url : urls) std::cout << url << std::endl;
  browse(urls.front(), browser);
}

}  // namespace hanbat::cli
