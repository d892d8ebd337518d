// Targets of load balancers: what the balancer says of each, and what in the network or on the server stands behind it.
#include <arpa/inet.h>

#include <algorithm>

#include "base/text.h"
#include "services/explain/chains.h"
#include "services/explain/lines.h"

namespace hanbat::explain {
namespace {

/// Whether the IPv4 address lies in the block.
bool lies_in(const std::string& address, const std::string& block) {
  const std::size_t slash = block.find('/');
  in_addr network{}, one{};
  if (slash == std::string::npos || inet_pton(AF_INET, block.substr(0, slash).c_str(), &network) != 1 ||
      inet_pton(AF_INET, address.c_str(), &one) != 1)
    return false;
  const auto bits = parse_int(block.substr(slash + 1));
  if (!bits || *bits < 0 || *bits > 32) return false;
  const std::uint32_t mask = *bits == 0 ? 0 : ~std::uint32_t{0} << (32 - *bits);
  return (ntohl(network.s_addr) & mask) == (ntohl(one.s_addr) & mask);
}

/// What a balancer's checks come from.
struct Checker {
  std::vector<std::string> groups;     // security groups
  std::vector<std::string> addresses;  // private ones of its interfaces
};

Checker checker_of(Story& story, const Json& group) {
  Checker out;
  for (const std::string& arn : group.texts("LoadBalancerArns")) {
    const Answer answer = story.ask("elasticloadbalancing", "DescribeLoadBalancers",
                                    Json::object({{"LoadBalancerArns", Json::array({arn})}}));
    if (!answer || answer["LoadBalancers"].empty()) continue;
    for (const std::string& id : answer["LoadBalancers"].items().front().texts("SecurityGroups"))
      out.groups.push_back(id);
    const std::size_t at = arn.find("loadbalancer/");
    const Answer interfaces = story.ask(
        "ec2", "DescribeNetworkInterfaces",
        Json::object(
            {{"Filters", Json::array({Json::object(
                             {{"Name", "description"}, {"Values", Json::array({"ELB " + arn.substr(at + 13)})}})})}}));
    if (interfaces && interfaces["NetworkInterfaces"].is_array())
      for (const Json& one : interfaces["NetworkInterfaces"].items())
        out.addresses.push_back(one.text("PrivateIpAddress"));
  }
  return out;
}

bool lets_in(const Json& permission, std::int64_t port, const Checker& from) {
  const std::string protocol = permission.text("IpProtocol");
  if (protocol != "-1" && protocol != "tcp") return false;
  if (protocol == "tcp" && (port < permission.integer("FromPort") || port > permission.integer("ToPort"))) return false;
  if (permission["UserIdGroupPairs"].is_array())
    for (const Json& pair : permission["UserIdGroupPairs"].items())
      if (std::ranges::find(from.groups, pair.text("GroupId")) != from.groups.end()) return true;
  if (permission["IpRanges"].is_array())
    for (const Json& range : permission["IpRanges"].items())
      for (const std::string& address : from.addresses)
        if (lies_in(address, range.text("CidrIp"))) return true;
  return false;
}

/// Adds as the cause that the instance's security groups keep the checks out, if they do.
bool explain_groups(Story& story, const std::string& instance, std::int64_t port, const Json& group,
                    const std::string& subject) {
  const Answer found = story.ask("ec2", "DescribeInstances", Json::object({{"InstanceIds", Json::array({instance})}}));
  if (!found || found["Reservations"].empty()) return false;
  Json ids = Json::array();
  std::vector<std::string> names;
  for (const Json& one : found["Reservations"].items().front()["Instances"].items().front()["SecurityGroups"].items())
    names.push_back(one.text("GroupId"));
  for (const std::string& name : names) ids.push_back(name);
  const Answer groups = story.ask("ec2", "DescribeSecurityGroups", Json::object({{"GroupIds", ids}}));
  if (!groups || ids.empty()) return false;
  const Checker from = checker_of(story, group);
  if (from.groups.empty() && from.addresses.empty()) return false;
  for (const Json& one : groups["SecurityGroups"].items())
    if (one["IpPermissions"].is_array())
      for (const Json& permission : one["IpPermissions"].items())
        if (lets_in(permission, port, from)) return false;
  const std::string first = names.front(), number = std::to_string(port);
  const std::string whom = from.groups.empty() ? from.addresses.front() + "/32" : from.groups.front();
  story.add(
      {.code = "TARGET_GROUP_KEEPS_OUT",
       .subject = subject,
       .sentence = {.en = "No rule of the instance's security groups (" + join(names, ", ") +
                          ") lets the load balancer in on port " + number + ".",
                    .ko = "인스턴스의 보안 그룹에 로드 밸런서를 포트 " + number + "(으)로 들이는 규칙이 없습니다."},
       .remedy = {.en = "Let it in.", .ko = "허용하십시오."},
       .command = "aws ec2 authorize-security-group-ingress --group-id " + first + " --protocol tcp --port " + number +
                  (from.groups.empty() ? " --cidr " : " --source-group ") + whom});
  story.show("ec2:DescribeSecurityGroups", groups["SecurityGroups"].items().front()["IpPermissions"].dump());
  return true;
}

std::string path_of(const Json& group) {
  return group.text("HealthCheckProtocol") + " " + group.text("HealthCheckPath", "");
}

/// A target that gets no requests for another reason than its checks; false when it is none of these.
bool explain_unused(Story& story, const std::string& reason, const std::string& said, const std::string& id,
                    const Json& group, const std::string& subject) {
  const std::string name = group.text("TargetGroupName");
  if (reason == "Target.NotInUse") {
    story.add(
        {.code = "TARGET_GROUP_UNUSED",
         .subject = subject,
         .sentence = {.en = "No traffic goes to it: " + said + ".", .ko = "트래픽이 가지 않습니다: " + said + "."},
         .remedy = {.en = "Make a listener that forwards to the target group, or enable the target's Availability Zone "
                          "at the load balancer.",
                    .ko = "대상 그룹으로 보내는 리스너를 만들거나 로드 밸런서에서 대상의 가용 영역을 켜십시오."},
         .command = "aws elbv2 create-listener --load-balancer-arn ARN --protocol HTTP --port 80 --default-actions "
                    "Type=forward,TargetGroupArn=" +
                    group.text("TargetGroupArn")});
    return true;
  }
  if (reason == "Target.InvalidState") {
    story.add({.code = "TARGET_NOT_RUNNING",
               .subject = subject,
               .sentence = {.en = "The instance does not run: " + said + ".",
                            .ko = "인스턴스가 실행 중이 아닙니다: " + said + "."},
               .remedy = {.en = "Start it.", .ko = "시작하십시오."},
               .command = "aws ec2 start-instances --instance-ids " + id});
    return true;
  }
  if (reason == "Target.NotRegistered") {
    story.add({.code = "TARGET_NOT_REGISTERED",
               .subject = subject,
               .sentence = {.en = "It is not registered with the target group " + name + ".",
                            .ko = "대상 그룹 " + name + "에 등록되어 있지 않습니다."},
               .remedy = {.en = "Register it; a deployment group with traffic control does so by itself.",
                          .ko = "등록하십시오. 트래픽 제어가 있는 배포 그룹은 스스로 등록합니다."},
               .command = "aws elbv2 register-targets --target-group-arn " + group.text("TargetGroupArn") +
                          " --targets Id=" + id});
    return true;
  }
  return false;
}

/// The packets' way from the group's load balancer, for rules that are in it: a network ACL, say. "" without one.
std::string way_to_ask(const Json& group, const std::string& id, std::int64_t port) {
  const auto balancers = group.texts("LoadBalancerArns");
  if (balancers.empty()) return "";
  const auto parts = split(balancers.front(), '/');
  return parts.size() < 3 ? "" : "hanbat explain packet " + parts[2] + " " + id + ":" + std::to_string(port);
}

/// How one gets a check that is answered with such a code to succeed.
Text remedy_of_code(const std::string& said) {
  const std::size_t at = said.find('[');
  const char kind = at == std::string::npos || at + 1 >= said.size() ? ' ' : said[at + 1];
  const std::string code = at == std::string::npos ? "" : said.substr(at + 1, 3);
  if (kind == '3')
    return {.en =
                "The program sends the check elsewhere (to HTTPS or a login, say): name a path that answers by "
                "itself, or take the redirect for healthy.",
            .ko =
                "프로그램이 검사를 다른 곳(HTTPS나 로그인 등)으로 보냅니다: 스스로 답하는 경로를 쓰거나 리디렉션도 "
                "정상으로 받으십시오."};
  if (code == "401" || code == "403")
    return {.en = "The path wants a login or permission: name one that is open to the load balancer.",
            .ko = "경로가 로그인이나 권한을 요구합니다: 로드 밸런서에 열린 경로를 쓰십시오."};
  if (code == "404")
    return {.en = "The program has no such path: name one that it has, or add it.",
            .ko = "프로그램에 그런 경로가 없습니다: 있는 경로를 쓰거나 추가하십시오."};
  if (kind == '5')
    return {.en = "The program itself fails at the check: its log on the instance says why.",
            .ko = "프로그램 자체가 검사에서 실패합니다: 인스턴스의 로그가 이유를 말해 줍니다."};
  return {.en = "Mend the path of the check or the program behind it; curl it on the instance.",
          .ko = "검사 경로나 프로그램을 고치십시오. 인스턴스에서 curl로 확인하십시오."};
}

void explain_health(Story& story, const Json& group, const Json& described) {
  const Json& health = described["TargetHealth"];
  const std::string id = described["Target"].text("Id"), name = group.text("TargetGroupName");
  const std::string state = health.text("State"), reason = health.text("Reason"), said = health.text("Description");
  const std::string port_text = group.text("HealthCheckPort", "traffic-port");
  const std::int64_t port = port_text == "traffic-port" ? described["Target"].integer("Port", group.integer("Port"))
                                                        : parse_int(port_text).value_or(0);
  const std::string subject =
      "target " + id + ":" + std::to_string(described["Target"].integer("Port")) + " of " + name;
  const std::string evidence = state + " " + reason + ": " + said, call = "elasticloadbalancing:DescribeTargetHealth";
  const std::string number = std::to_string(port);
  if (state == "healthy") return;
  if (state == "initial" || state == "draining") {
    story.add({.code = state == "initial" ? "TARGET_INITIAL" : "TARGET_DRAINING",
               .subject = subject,
               .sentence = state == "initial"
                               ? Text{.en = "The load balancer has not seen enough good checks of it yet: " +
                                            std::to_string(group.integer("HealthyThresholdCount")) + ", each " +
                                            std::to_string(group.integer("HealthCheckIntervalSeconds")) + " s.",
                                      .ko = "로드 밸런서가 아직 충분한 정상 검사를 보지 못했습니다: " +
                                            std::to_string(group.integer("HealthyThresholdCount")) + "회, " +
                                            std::to_string(group.integer("HealthCheckIntervalSeconds")) + "초마다."}
                               : Text{.en = "It is being deregistered: open connections may end first.",
                                      .ko = "등록 취소 중입니다: 열린 연결이 먼저 끝나도록 기다립니다."}});
    story.show(call, evidence);
    return story.waits(std::nullopt);
  }
  if (explain_unused(story, reason, said, id, group, subject)) return story.show(call, evidence);
  if (reason == "Target.ResponseCodeMismatch") {
    story.add({.code = "HEALTH_CHECK_CODES",
               .subject = subject,
               .sentence = {.en = "The server answers the check " + path_of(group) + " on port " + number +
                                  ", but not with " + group["Matcher"].text("HttpCode", "200") + ": " + said + ".",
                            .ko = "서버가 포트 " + number + "의 검사 " + path_of(group) + "에 답하지만 " +
                                  group["Matcher"].text("HttpCode", "200") + "이(가) 아닙니다: " + said + "."},
               .remedy = remedy_of_code(said),
               .command = "aws elbv2 modify-target-group --target-group-arn " + group.text("TargetGroupArn") +
                          (has(said, "[3") ? " --matcher HttpCode=200-399" : " --health-check-path /health")});
    return story.show(call, evidence);
  }
  const bool timed_out = reason == "Target.Timeout";
  story.add(
      {.code = timed_out ? "HEALTH_CHECK_TIMEOUT" : "HEALTH_CHECK_FAILED",
       .subject = subject,
       .sentence = timed_out ? Text{.en = "The check " + path_of(group) + " on port " + number + " had no answer in " +
                                          std::to_string(group.integer("HealthCheckTimeoutSeconds")) + " s.",
                                    .ko = "포트 " + number + "의 검사 " + path_of(group) + "에 " +
                                          std::to_string(group.integer("HealthCheckTimeoutSeconds")) +
                                          "초 안에 답이 없었습니다."}
                             : Text{.en = "The check " + path_of(group) + " on port " + number +
                                          " failed: nothing takes the connection there.",
                                    .ko = "포트 " + number + "의 검사 " + path_of(group) +
                                          "이(가) 실패했습니다: 연결을 받는 것이 없습니다."},
       .remedy = {.en = "See that the program runs and listens on 0.0.0.0:" + number + " (ss -ltnp on the instance).",
                  .ko = "프로그램이 실행되어 0.0.0.0:" + number + "에서 듣는지 확인하십시오(인스턴스에서 ss -ltnp)."},
       .command = timed_out ? way_to_ask(group, id, port) : ""});
  story.show(call, evidence);
  if (id.starts_with("i-")) explain_groups(story, id, port, group, subject);
}

}  // namespace

void explain_target(Story& story, const std::string& id) {
  Json in = Json::object();
  if (id.starts_with("arn:")) in["TargetGroupArns"] = Json::array({id});
  const Json::Array groups =
      story.ask_all("elasticloadbalancing", "DescribeTargetGroups", in, "TargetGroups", "Marker", "NextMarker");
  if (groups.empty() && !story.told().unseen.empty()) return;
  const bool is_group = std::ranges::any_of(groups, [&](const Json& group) {
    return group.text("TargetGroupName") == id || group.text("TargetGroupArn") == id;
  });
  bool known = is_group;
  for (const Json& group : groups) {
    if (is_group && group.text("TargetGroupName") != id && group.text("TargetGroupArn") != id) continue;
    const Answer health = story.ask("elasticloadbalancing", "DescribeTargetHealth",
                                    Json::object({{"TargetGroupArn", group.text("TargetGroupArn")}}));
    if (!health || !health["TargetHealthDescriptions"].is_array()) continue;
    if (is_group && health["TargetHealthDescriptions"].empty()) {
      story.add({.code = "TARGET_GROUP_EMPTY",
                 .subject = "target group " + id,
                 .sentence = {.en = "The target group has no targets.", .ko = "대상 그룹에 대상이 없습니다."},
                 .remedy = {.en = "Register some; a deployment group with traffic control does so by itself.",
                            .ko = "등록하십시오. 트래픽 제어가 있는 배포 그룹은 스스로 등록합니다."},
                 .command = "aws elbv2 register-targets --target-group-arn " + group.text("TargetGroupArn") +
                            " --targets Id=INSTANCE"});
      story.show("elasticloadbalancing:DescribeTargetHealth", "[]");
    }
    for (const Json& described : health["TargetHealthDescriptions"].items()) {
      if (!is_group && described["Target"].text("Id") != id) continue;
      known = true;
      explain_health(story, group, described);
    }
  }
  if (known || !id.starts_with("i-")) {
    if (!known && story.told().unseen.empty()) throw ResourceNotFoundException("There is no target " + id + ".");
    return;
  }
  require_seen(story.ask("ec2", "DescribeInstances", Json::object({{"InstanceIds", Json::array({id})}})));
  story.add({.code = "TARGET_NOT_REGISTERED",
             .subject = "target " + id,
             .sentence = {.en = id + " is registered with no target group.",
                          .ko = id + "이(가) 어느 대상 그룹에도 등록되어 있지 않습니다."},
             .remedy = {.en = "Register it; a deployment group with traffic control does so by itself.",
                        .ko = "등록하십시오. 트래픽 제어가 있는 배포 그룹은 스스로 등록합니다."},
             .command = "aws elbv2 register-targets --target-group-arn ARN --targets Id=" + id});
}

}  // namespace hanbat::explain
