#include "services/explain/packets/packet_findings.h"

namespace hanbat::explain {
namespace {

std::string ids_of(const Json& components) {
  std::string out;
  if (components.is_array())
    for (const Json& one : components.items()) out += (out.empty() ? "" : ", ") + one.text("Id");
  return out;
}

bool is_internet(const std::string& address, const AskedPacket& asked) {
  return address == kSomewhere && (asked.source == "internet" || asked.destination == "internet");
}
Text name_of(const std::string& address, const AskedPacket& asked) {
  return is_internet(address, asked) ? Text{.en = "the internet", .ko = "인터넷"} : Text{.en = address, .ko = address};
}
std::string cidr_of(const std::string& address, const AskedPacket& asked) {
  return is_internet(address, asked) ? "0.0.0.0/0" : address + "/32";
}

/// What an explanation of the analyzer is about.
struct Told {
  const Json& json;
  bool in;                     // the direction
  std::string from, to, port;  // of the packet where it ended; the port that was asked for
  Text from_name, to_name;
  std::string subnet, table, interface;
};

Told read_told(const Json& json, const AskedPacket& asked) {
  const Json& addresses = json["Addresses"];
  const bool known = addresses.size() == 2;
  return {.json = json,
          .in = json.text("Direction") == "ingress",
          .from = known ? addresses.items()[0].as_string() : "",
          .to = known ? addresses.items()[1].as_string() : "",
          .port = std::to_string(asked.port),
          .from_name = known ? name_of(addresses.items()[0].as_string(), asked) : Text(),
          .to_name = known ? name_of(addresses.items()[1].as_string(), asked) : Text(),
          .subnet = json["Subnet"].text("Id"),
          .table = json["RouteTable"].text("Id"),
          .interface = json["NetworkInterface"].text("Id")};
}

/// A security group or a network ACL that does not let it pass.
void fill_filter(Finding& out, const Told& told, const AskedPacket& asked) {
  const bool in = told.in;
  const std::string &from = told.from, &to = told.to, &port = told.port;
  if (out.code == "ENI_SG_RULES_MISMATCH") {
    const std::string what = asked.protocol + " " + port;
    const std::string groups = ids_of(told.json["SecurityGroups"]), first = groups.substr(0, groups.find(','));
    out.subject = groups;
    const Text peer = in ? told.from_name : told.to_name;
    out.sentence =
        in ? Text{.en = "No rule of " + groups + " lets in " + what + " from " + peer.en + ".",
                  .ko = groups + "에 " + peer.ko + "에서 오는 " + what + "을(를) 들이는 규칙이 없습니다."}
           : Text{.en = "No rule of " + groups + " lets out " + what + " to " + peer.en + ".",
                  .ko = groups + "에 " + peer.ko + "(으)로 가는 " + what + "을(를) 내보내는 규칙이 없습니다."};
    out.remedy = {.en = "Add the rule.", .ko = "규칙을 추가하십시오."};
    out.command = std::string("aws ec2 authorize-security-group-") + (in ? "ingress" : "egress") + " --group-id " +
                  first + " --protocol " + asked.protocol + " --port " + port + " --cidr " +
                  cidr_of(in ? from : to, asked);
    return;
  }
  const std::string& subnet = told.subnet;
  const Json& range =
      told.json["PortRanges"].empty() ? told.json["PortRanges"] : told.json["PortRanges"].items().front();
  const std::string said = range.is_object() ? ports_text(range) : port;
  const std::string acl = told.json["Acl"].text("Id"),
                    number = std::to_string(told.json["AclRule"].integer("RuleNumber"));
  out.subject = acl;
  out.sentence = {.en = "The network ACL " + acl + " of " + subnet + " denies " + asked.protocol + " " + said +
                        (in ? " in" : " out") + " from " + told.from_name.en + " to " + told.to_name.en +
                        ", by entry " + number + ". It keeps no state: the answer's ports need an entry of their own.",
                  .ko = subnet + "의 네트워크 ACL " + acl + "이(가) " + told.from_name.ko + " → " + told.to_name.ko +
                        " " + asked.protocol + " " + said + "을(를) " + (in ? "인바운드" : "아웃바운드") + " 항목 " +
                        number + "에서 거부합니다. 상태를 기억하지 않으므로 응답 포트에도 항목이 필요합니다."};
  out.remedy = {.en = "Add an entry with a lower number that allows it.",
                .ko = "더 낮은 번호로 허용하는 항목을 추가하십시오."};
  out.command = "aws ec2 create-network-acl-entry --network-acl-id " + acl + (in ? " --ingress" : " --egress") +
                " --rule-number NUMBER --protocol " + asked.protocol +
                " --port-range From=" + std::to_string(range.integer("From")) +
                ",To=" + std::to_string(range.integer("To")) + " --cidr-block " + cidr_of(in ? from : to, asked) +
                " --rule-action allow";
}

/// A route table or a gateway that does not lead there; false when it is another code.
bool fill_way(Finding& out, const Told& told) {
  const std::string &to = told.to, &subnet = told.subnet, &table = told.table, &interface = told.interface;
  if (out.code == "NO_ROUTE_TO_DESTINATION") {
    const std::string nat = told.json["NatGateway"].text("Id");
    out.sentence = {.en = (nat.empty() ? "The route table "
                                       : "The NAT gateway " + nat + " is in no public subnet: the route table ") +
                          table + " of " + subnet + " has no route that leads to " + told.to_name.en + ".",
                    .ko = (nat.empty() ? "" : "NAT 게이트웨이 " + nat + "이(가) 퍼블릭 서브넷에 있지 않습니다: ") +
                          subnet + "의 라우트 테이블 " + table + "에 " + told.to_name.ko +
                          "(으)로 가는 라우트가 없습니다."};
    out.remedy = {.en =
                      "Add one: to the internet gateway from a public subnet, to a NAT gateway (--nat-gateway-id) "
                      "from a private one.",
                  .ko =
                      "추가하십시오: 퍼블릭 서브넷은 인터넷 게이트웨이로, 프라이빗 서브넷은 NAT "
                      "게이트웨이(--nat-gateway-id)로."};
    out.command =
        "aws ec2 create-route --route-table-id " + table + " --destination-cidr-block 0.0.0.0/0 --gateway-id IGW";
  } else if (out.code == "BAD_STATE_ROUTE") {
    const std::string cidr = told.json["RouteTableRoute"].text("DestinationCidr");
    out.sentence = {.en = "The route to " + cidr + " in " + table + " is a blackhole: what it led to is gone.",
                    .ko = table + "의 " + cidr + " 라우트가 블랙홀입니다: 대상이 없어졌습니다."};
    out.remedy = {.en = "Replace it; to a NAT gateway with --nat-gateway-id in place of --gateway-id.",
                  .ko = "바꾸십시오. NAT 게이트웨이로는 --gateway-id 대신 --nat-gateway-id."};
    out.command =
        "aws ec2 replace-route --route-table-id " + table + " --destination-cidr-block " + cidr + " --gateway-id IGW";
  } else if (out.code == "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS") {
    out.sentence = {.en = interface + " has no public address, so the internet gateway does not carry what it sends.",
                    .ko = interface + "에 퍼블릭 주소가 없어 인터넷 게이트웨이가 내보내지 않습니다."};
    out.remedy = {.en = "Give it an Elastic IP, or route the subnet through a NAT gateway.",
                  .ko = "탄력적 IP를 연결하거나 서브넷을 NAT 게이트웨이로 라우팅하십시오."};
    out.command = "aws ec2 associate-address --network-interface-id " + interface + " --allocation-id EIPALLOC";
  } else if (out.code == "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS") {
    out.sentence = {
        .en = interface + " has no public address behind an internet gateway, so nothing from the internet gets to it.",
        .ko = interface + "에 인터넷 게이트웨이 뒤의 퍼블릭 주소가 없어 인터넷에서 닿지 않습니다."};
    out.remedy = {.en = "Give it an Elastic IP, or put an internet-facing load balancer before it.",
                  .ko = "탄력적 IP를 연결하거나 앞에 인터넷용 로드 밸런서를 두십시오."};
    out.command = "aws ec2 associate-address --network-interface-id " + interface + " --allocation-id EIPALLOC";
  } else if (out.code == "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS") {
    out.sentence = {.en = to + " is a private address of another network; an internet gateway carries none.",
                    .ko = to + "은(는) 다른 네트워크의 사설 주소라 인터넷 게이트웨이가 보내지 않습니다."};
    out.remedy = {.en = "Address it within its own VPC, or by its public address.",
                  .ko = "같은 VPC 안에서 접근하거나 퍼블릭 주소를 쓰십시오."};
  } else if (out.code == "ENI_SOURCE_DEST_CHECK_RESTRICTION") {
    out.sentence = {.en = interface + " is to forward packets, but checks that source or destination is itself.",
                    .ko = interface + "이(가) 패킷을 전달해야 하지만 출발지/목적지 확인이 켜져 있습니다."};
    out.remedy = {.en = "Turn the check off.", .ko = "확인을 끄십시오."};
    out.command =
        "aws ec2 modify-network-interface-attribute --network-interface-id " + interface + " --no-source-dest-check";
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::string ports_text(const Json& range) {
  if (!range.is_object()) return "";
  const std::int64_t from = range.integer("From"), to = range.integer("To");
  return from == to ? std::to_string(from) : std::to_string(from) + "-" + std::to_string(to);
}

Finding finding_of_packet(const Json& json, const AskedPacket& asked) {
  const Told told = read_told(json, asked);
  Finding out;
  out.code = json.text("ExplanationCode");
  out.subject = !told.interface.empty() ? told.interface : !told.table.empty() ? told.table : json["Vpc"].text("Id");
  if (out.code == "ENI_SG_RULES_MISMATCH" || out.code == "SUBNET_ACL_RESTRICTION") {
    fill_filter(out, told, asked);
  } else if (out.code == "BAD_STATE") {
    out.subject = told.json["Component"].text("Id");
    out.sentence = {.en = "The instance " + out.subject + " is " + told.json.text("State") + ".",
                    .ko = "인스턴스 " + out.subject + "이(가) " + told.json.text("State") + " 상태입니다."};
    out.remedy = {.en = "Start it.", .ko = "시작하십시오."};
    out.command = "aws ec2 start-instances --instance-ids " + out.subject;
  } else if (!fill_way(out, told)) {
    out.sentence = {.en = "The packet ends: " + out.code + ".", .ko = "패킷이 여기서 끝납니다: " + out.code + "."};
  }
  return out;
}

}  // namespace hanbat::explain
