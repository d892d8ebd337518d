// The path of a packet: EC2's Reachability Analyzer walks it with the caller's rights; here its words become sentences,
// and a load balancer's listeners are looked at.
#include "services/explain/explain.h"

#include "base/ids.h"
#include "base/text.h"
#include "base/words.h"
#include "host/client.h"
#include "region/region.h"
#include "services/explain/chains.h"
#include "services/explain/packets/kernels_answer.h"
#include "services/explain/packets/packet_findings.h"
#include "services/explain/refusal.h"

namespace hanbat::explain {
namespace {

/// What the caller named, as Reachability Analyzer knows it.
struct End {
  std::string resource;  // an interface, or the internet gateway; "" until it is known
  std::string address;   // of the internet, where one was said
  std::string balancer;  // its ARN
  std::string vpc;
  std::string private_ip, public_ip;  // of the interface
  bool internet = false;
};

Json filters(const std::string& name, const std::string& value) {
  return Json::array({Json::object({{"Name", name}, {"Values", Json::array({value})}})});
}

bool is_address(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string::npos &&
         text.find('.') != std::string::npos;
}

void take_interface(End& end, const Json& interface) {
  end.resource = interface.text("NetworkInterfaceId");
  end.vpc = interface.text("VpcId");
  end.private_ip = interface.text("PrivateIpAddress");
  end.public_ip = interface["Association"].text("PublicIp");
}

/// The interface with the filter's value; false when there is none, or none that may be seen.
bool find_interface(Story& story, End& end, const std::string& name, const std::string& value) {
  const Answer answer =
      story.ask("ec2", "DescribeNetworkInterfaces", Json::object({{"Filters", filters(name, value)}}));
  if (!answer || answer["NetworkInterfaces"].empty()) return false;
  take_interface(end, answer["NetworkInterfaces"].items().front());
  return true;
}

/// A load balancer by name or DNS name: its first interface.
bool find_balancer(Story& story, End& end, const std::string& text) {
  for (const Json& balancer : story.ask_all("elasticloadbalancing", "DescribeLoadBalancers", Json::object(),
                                            "LoadBalancers", "Marker", "NextMarker")) {
    if (balancer.text("LoadBalancerName") != text && balancer.text("DNSName") != text &&
        balancer.text("LoadBalancerArn") != text)
      continue;
    const std::string arn = balancer.text("LoadBalancerArn");
    end.balancer = arn;
    return find_interface(story, end, "description", "ELB " + arn.substr(arn.find("loadbalancer/") + 13));
  }
  return false;
}

End find_end(Story& story, const std::string& text) {
  End end;
  if (text == "internet") {
    end.internet = true;
  } else if (text.starts_with("i-") || text.starts_with("eni-")) {
    if (text.starts_with("eni-") ? find_interface(story, end, "network-interface-id", text)
                                 : find_interface(story, end, "attachment.instance-id", text))
      return end;
    require_seen(story.ask(
        "ec2", text.starts_with("eni-") ? "DescribeNetworkInterfaces" : "DescribeInstances",
        Json::object({{text.starts_with("eni-") ? "NetworkInterfaceIds" : "InstanceIds", Json::array({text})}})));
    end.resource = text;
  } else if (is_address(text)) {
    if (!find_interface(story, end, "addresses.private-ip-address", text) &&
        !find_interface(story, end, "addresses.association.public-ip", text)) {
      end.internet = true;
      end.address = text;
    }
  } else if (!find_balancer(story, end, text) && story.told().unseen.empty()) {
    throw ResourceNotFoundException("There is no instance, interface, address or load balancer " + text + ".");
  }
  return end;
}

/// The internet gateway of the VPC; "" when it has none.
std::string gateway_of(Story& story, const std::string& vpc) {
  const Answer answer =
      story.ask("ec2", "DescribeInternetGateways", Json::object({{"Filters", filters("attachment.vpc-id", vpc)}}));
  if (!answer || answer["InternetGateways"].empty()) return "";
  return answer["InternetGateways"].items().front().text("InternetGatewayId");
}

/// A NAT gateway of the VPC that carries; "" when it has none.
std::string nat_of(Story& story, const std::string& vpc) {
  Json in = filters("vpc-id", vpc);
  in.push_back(filters("state", "available").items().front());
  const Answer answer = story.ask("ec2", "DescribeNatGateways", Json::object({{"Filter", in}}));
  if (!answer || answer["NatGateways"].empty()) return "";
  return answer["NatGateways"].items().front().text("NatGatewayId");
}

std::string type_of(const std::string& id) {
  for (const auto& [prefix, type] : {std::pair{"i-", "instance"},
                                     {"eni-", "network-interface"},
                                     {"sg-", "security-group"},
                                     {"acl-", "network-acl"},
                                     {"rtb-", "route-table"},
                                     {"igw-", "internet-gateway"},
                                     {"nat-", "nat-gateway"},
                                     {"vpce-", "vpc-endpoint"}})
    if (id.starts_with(prefix)) return type;
  return "";
}

Text sentence_of(const Json& component) {
  const std::string id = component["Component"].text("Id");
  if (const Json& rule = component["SecurityGroupRule"]; rule.is_object()) {
    const std::string peer = rule.text("Cidr", rule.text("SecurityGroupId"));
    const std::string what =
        rule.text("Protocol") + (ports_text(rule["PortRange"]).empty() ? "" : " " + ports_text(rule["PortRange"]));
    const bool in = rule.text("Direction") == "ingress";
    return {.en = std::string(in ? "lets in " : "lets out ") + what + (in ? " from " : " to ") + peer,
            .ko = peer + (in ? "에서 오는 " : "(으)로 가는 ") + what + " 허용"};
  }
  if (const Json& rule = component["AclRule"]; rule.is_object()) {
    const std::string number = std::to_string(rule.integer("RuleNumber"));
    const bool out = rule.flag("Egress");
    return {.en = "entry " + number + " (" + (out ? "out" : "in") + ") allows " + rule.text("Protocol") + " " +
                  rule.text("Cidr"),
            .ko = "항목 " + number + "(" + (out ? "아웃바운드" : "인바운드") + ")이 " + rule.text("Protocol") + " " +
                  rule.text("Cidr") + " 허용"};
  }
  if (const Json& route = component["RouteTableRoute"]; route.is_object()) {
    const std::string to =
        route.text("GatewayId", route.text("NatGatewayId", route.text("NetworkInterfaceId", "the endpoint")));
    return {.en = route.text("DestinationCidr") + " goes to " + to, .ko = route.text("DestinationCidr") + " → " + to};
  }
  if (id.starts_with("i-")) return {.en = "the instance", .ko = "인스턴스"};
  if (id.starts_with("igw-")) return {.en = "the internet gateway", .ko = "인터넷 게이트웨이"};
  if (id.starts_with("nat-")) return {.en = "translates the source address", .ko = "출발지 주소를 변환"};
  return {.en = "the network interface", .ko = "네트워크 인터페이스"};
}

void add_hops(const Json& components, const char* direction, std::vector<Hop>& hops) {
  if (!components.is_array()) return;
  for (const Json& component : components.items()) {
    Hop& hop = hops.emplace_back();
    hop.component = component["Component"].text("Id");
    hop.type = type_of(hop.component);
    hop.direction = direction;
    hop.passes = true;
    hop.sentence = sentence_of(component);
  }
}

/// Whether the balancer at the path's end listens on the port.
void explain_listener(Story& story, const std::string& balancer, int asked_port) {
  const Answer listeners =
      story.ask("elasticloadbalancing", "DescribeListeners", Json::object({{"LoadBalancerArn", balancer}}));
  if (!listeners) return;
  std::string there;
  if (listeners["Listeners"].is_array())
    for (const Json& listener : listeners["Listeners"].items()) {
      if (listener.integer("Port") == asked_port) return;
      there += (there.empty() ? "" : ", ") + std::to_string(listener.integer("Port"));
    }
  const std::string port = std::to_string(asked_port);
  story.add({.code = "ELBV2_LISTENERS_MISMATCH",
             .subject = balancer,
             .sentence = {.en = "The load balancer has no listener on port " + port + ".",
                          .ko = "로드 밸런서에 포트 " + port + " 리스너가 없습니다."},
             .remedy = {.en = "Make one, or ask one of its own ports.", .ko = "만들거나 있는 포트를 쓰십시오."},
             .command = "aws elbv2 create-listener --load-balancer-arn " + balancer + " --protocol HTTP --port " +
                        port + " --default-actions Type=forward,TargetGroupArn=ARN"});
  story.show("elasticloadbalancing:DescribeListeners", "ports: " + (there.empty() ? "none" : there));
}

void add_missing_gateway(Story& story, const std::string& vpc) {
  story.add({.code = "INTERNET_GATEWAY_MISSING",
             .subject = vpc,
             .sentence = {.en = "The VPC " + vpc + " has no internet gateway.",
                          .ko = "VPC " + vpc + "에 인터넷 게이트웨이가 없습니다."},
             .remedy = {.en = "Create one, attach it, and route 0.0.0.0/0 of a public subnet to it.",
                        .ko = "만들어 연결하고 퍼블릭 서브넷의 0.0.0.0/0을 그리로 라우팅하십시오."},
             .command = "aws ec2 attach-internet-gateway --vpc-id " + vpc + " --internet-gateway-id IGW"});
  story.show("ec2:DescribeInternetGateways", "attachment.vpc-id=" + vpc + ": []");
}

Json analysis_of(Story& story, const std::string& source, const std::string& destination, const AskedPacket& asked,
                 const End& from, const End& to) {
  Json in = Json::object({{"ClientToken", random_uuid()},
                          {"Source", source},
                          {"Protocol", asked.protocol},
                          {"DestinationPort", asked.port}});
  if (!destination.empty()) in["Destination"] = destination;
  if (!to.address.empty()) in["DestinationIp"] = to.address;
  if (!from.address.empty()) in["SourceIp"] = from.address;
  const Answer path = story.ask("ec2", "CreateNetworkInsightsPath", in);
  if (!path) {
    require_seen(path);
    return {};
  }
  const Json id = path["NetworkInsightsPath"].text("NetworkInsightsPathId");
  Answer analysis = story.ask("ec2", "StartNetworkInsightsAnalysis",
                              Json::object({{"ClientToken", random_uuid()}, {"NetworkInsightsPathId", id}}));
  if (analysis)
    story.ask("ec2", "DeleteNetworkInsightsAnalysis",
              Json::object({{"NetworkInsightsAnalysisId",
                             analysis["NetworkInsightsAnalysis"].text("NetworkInsightsAnalysisId")}}));
  story.ask("ec2", "DeleteNetworkInsightsPath", Json::object({{"NetworkInsightsPathId", id}}));
  return analysis ? analysis["NetworkInsightsAnalysis"] : Json();
}

/// What the kernel is to be tried with; nothing where no packet can be sent, as the text says.
std::optional<host::PacketTrial> trial_of(const End& from, const End& to, const AskedPacket& asked) {
  host::PacketTrial trial{.vpc_id = from.internet ? to.vpc : from.vpc,
                          .interface_id = from.internet ? "" : from.resource,
                          .source = !from.internet         ? ""
                                    : from.address.empty() ? kSomewhere
                                                           : from.address,
                          .destination = {},
                          .protocol = require_word<host::TrialProtocol>(asked.protocol),
                          .port = asked.port};
  trial.destination = to.internet     ? (to.address.empty() ? kSomewhere : to.address)
                      : from.internet ? to.public_ip
                                      : to.private_ip;
  if (trial.destination.empty() || trial.vpc_id.empty()) return std::nullopt;
  return trial;
}

/// Sends the packet on trial, outside of the transaction, and tells beside what was computed what the kernel did.
void ask_kernel(Story& story, const End& from, const End& to, const AskedPacket& asked, const Json& explanations) {
  region::Request& rq = story.request();
  host::Host* host = rq.home.find_host();
  const auto trial = trial_of(from, to, asked);
  if (!host || !trial) return;
  const std::string key = "packet " + trial->interface_id + " " + trial->source + " " + trial->destination + " " +
                          asked.protocol + " " + std::to_string(asked.port);
  const Tried& tried = rq.prepare<Tried>(key, [host, trial = *trial] {
    try {
      return Tried{host->try_packet(trial), ""};
    } catch (const host::HostError& error) {
      return Tried{std::nullopt, error.what()};
    }
  });
  KernelsAnswer answer = kernels_answer(tried, explanations, asked, !to.balancer.empty());
  KernelWord& word = story.told().kernel.emplace();
  word.agrees = answer.agrees;
  word.sentence = answer.sentence;
  if (!tried.result) return;
  const std::string trace = join(tried.result->trace, "\n");
  Evidence& evidence = word.evidence.emplace_back();
  evidence.call = "nft trace, " + trial->vpc_id;
  evidence.excerpt = trace;
  if (!answer.finding) return;
  story.add(*answer.finding);
  story.show(evidence.call, trace);
}

}  // namespace

ExplainPacketOutput Explain::explain_packet(Request& rq, const ExplainPacketInput& in) {
  // Whoever is known may ask, as in Explain.
  const AskedPacket asked{.source = in.source,
                          .destination = in.destination,
                          .protocol = in.protocol.value_or("tcp"),
                          .port = in.port.value_or(443)};
  const std::string name = in.source + " " + in.destination + ":" + std::to_string(asked.port);
  Story story(rq, "packet", name);
  const Text well{.en = "The packet gets from " + in.source + " to " + in.destination + ":" +
                        std::to_string(asked.port) + ", and the answer back.",
                  .ko = "패킷이 " + in.source + "에서 " + in.destination + ":" + std::to_string(asked.port) +
                        "까지 가고 응답도 돌아옵니다."};
  const End from = find_end(story, in.source);
  const End to = find_end(story, in.destination);
  if (!story.told().unseen.empty()) return {.explanation = story.finish(well)};
  if (from.internet && to.internet)
    throw ValidationException(
        "One end at least must be of a VPC: an instance, an interface, its address or a load balancer.");
  std::string source = from.resource, destination = to.resource, gateway;
  if (from.internet || to.internet) {
    gateway = gateway_of(story, from.internet ? to.vpc : from.vpc);
    (from.internet ? source : destination) = gateway;
    if (gateway.empty()) {
      if (story.told().unseen.empty()) add_missing_gateway(story, from.internet ? to.vpc : from.vpc);
      return {.explanation = story.finish(well)};
    }
  }
  const Json analysis = analysis_of(story, source, destination, asked, from, to);
  if (analysis.is_null()) return {.explanation = story.finish(well)};
  auto& hops = story.told().path.emplace();
  add_hops(analysis["ForwardPathComponents"], "forward", hops);
  add_hops(analysis["ReturnPathComponents"], "return", hops);
  // The first in the way is the first cause, and the chain ends with it.
  if (analysis["Explanations"].is_array()) {
    const Json::Array& all = analysis["Explanations"].items();
    for (auto told = all.rbegin(); told != all.rend(); ++told) {
      Finding finding = finding_of_packet(*told, asked);
      if (!from.internet && from.public_ip.empty() && finding.code == "NO_ROUTE_TO_DESTINATION" &&
          (*told)["NatGateway"].text("Id").empty())
        if (const std::string nat = nat_of(story, from.vpc); !nat.empty())
          finding.command = replace_all(finding.command, "--gateway-id IGW", "--nat-gateway-id " + nat);
      if (!gateway.empty())
        finding.command = replace_all(finding.command, "--gateway-id IGW", "--gateway-id " + gateway);
      story.add(finding);
      story.show("ec2:StartNetworkInsightsAnalysis", told->dump());
    }
    for (const Json& told : all) {
      const Finding finding = finding_of_packet(told, asked);
      Hop& hop = hops.emplace_back();
      hop.component = finding.subject;
      hop.type = type_of(finding.subject);
      hop.passes = false;
      hop.code = finding.code;
      hop.sentence = finding.sentence;
    }
  }
  if (!to.balancer.empty()) explain_listener(story, to.balancer, asked.port);
  ask_kernel(story, from, to, asked, analysis["Explanations"]);

  return {.explanation = story.finish(well)};
}

}  // namespace hanbat::explain
