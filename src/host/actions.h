// The closed set of what hanbatd may ask of the root daemon, as plain structs. Each names its fields once, in visit(),
// from which JSON encoding and the strict decoding come. Specs are whole wanted states: applying one twice does nothing
// more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hanbat::host {

// ----------------------------------------------------------------------------------------------------------------
// networks

/// A part of a VPC. Its first host address (base+1) is the gateway that guests see.
struct Subnet {
  std::string id;
  std::string cidr;
  std::string route_table_id;

  template <class V>
  void visit(V& v) {
    v("id", id), v("cidr", cidr), v("route_table_id", route_table_id);
  }
};

/// One route. The route to the VPC's own range is always there and is not listed.
struct Route {
  std::string destination;  ///< CIDR
  std::string kind;         ///< igw | nat | eni | blackhole
  std::string target;       ///< the NAT gateway's id or the interface's id; empty for igw and blackhole

  template <class V>
  void visit(V& v) {
    v("destination", destination), v("kind", kind), v("target", target);
  }
};

struct RouteTable {
  std::string id;
  std::vector<Route> routes;

  template <class V>
  void visit(V& v) {
    v("id", id), v("routes", routes);
  }
};

/// A NAT gateway works when its own subnet's route table leads to the internet gateway, as in AWS.
struct NatGateway {
  std::string id;
  std::string subnet_id;
  std::string private_ip;
  std::string public_ip;

  template <class V>
  void visit(V& v) {
    v("id", id), v("subnet_id", subnet_id), v("private_ip", private_ip), v("public_ip", public_ip);
  }
};

struct SecurityRule {
  std::string direction;            ///< ingress | egress
  std::string protocol;             ///< tcp | udp | icmp | -1 (all) | an IP protocol number
  int from_port = -1;               ///< tcp/udp: first port; icmp: type, -1 for all
  int to_port = -1;                 ///< tcp/udp: last port; icmp: code, -1 for all
  std::vector<std::string> cidrs;   ///< IPv4 ranges; the rule holds for a peer in any of these or of the groups
  std::vector<std::string> groups;  ///< ids of security groups of this VPC

  template <class V>
  void visit(V& v) {
    v("direction", direction), v("protocol", protocol), v("from_port", from_port), v("to_port", to_port),
        v("cidrs", cidrs), v("groups", groups);
  }
};

struct SecurityGroup {
  std::string id;
  std::vector<SecurityRule> rules;

  template <class V>
  void visit(V& v) {
    v("id", id), v("rules", rules);
  }
};

/// One numbered entry of a network ACL; the lowest matching number decides, and what matches none is denied.
struct NetworkAclEntry {
  int number = 0;
  std::string direction;  ///< ingress | egress
  std::string action;     ///< allow | deny
  std::string protocol;   ///< as in SecurityRule
  int from_port = -1;
  int to_port = -1;
  std::string cidr;

  template <class V>
  void visit(V& v) {
    v("number", number), v("direction", direction), v("action", action), v("protocol", protocol),
        v("from_port", from_port), v("to_port", to_port), v("cidr", cidr);
  }
};

/// Stateless, at the border of the subnets named. A subnet in no ACL lets everything pass.
struct NetworkAcl {
  std::string id;
  std::vector<std::string> subnet_ids;
  std::vector<NetworkAclEntry> entries;

  template <class V>
  void visit(V& v) {
    v("id", id), v("subnet_ids", subnet_ids), v("entries", entries);
  }
};

/// An elastic network interface. On a machine it is a NIC of the guest (address, gateway and DNS by DHCP); of a load
/// balancer it is an address of the VPC's namespace itself. Security groups hold for both.
struct Interface {
  std::string id;          ///< eni-…; the host-side device name comes from it: device_name()
  std::string attachment;  ///< machine | balancer | none
  std::string subnet_id;
  std::string private_ip;
  std::string mac;        ///< aa:bb:cc:dd:ee:ff; empty for a balancer's
  std::string public_ip;  ///< of 198.19.0.0/16, or empty
  std::string host_name;  ///< for DHCP, e.g. ip-10-1-0-5; may be empty
  std::vector<std::string> security_group_ids;
  bool source_dest_check = true;

  template <class V>
  void visit(V& v) {
    v("id", id), v("attachment", attachment), v("subnet_id", subnet_id), v("private_ip", private_ip), v("mac", mac),
        v("public_ip", public_ip), v("host_name", host_name), v("security_group_ids", security_group_ids),
        v("source_dest_check", source_dest_check);
  }
};

struct DnsRecord {
  std::string name;  ///< lower case, without the final dot
  std::vector<std::string> addresses;

  template <class V>
  void visit(V& v) {
    v("name", name), v("addresses", addresses);
  }
};

/// What the resolver at base+2 and 169.254.169.253 knows beside the world and AWS's own names (which all lead to
/// 198.18.0.1).
struct Dns {
  bool enabled = true;
  std::string domain;  ///< search domain given by DHCP, e.g. ap-northeast-2.compute.internal
  std::vector<DnsRecord> records;

  template <class V>
  void visit(V& v) {
    v("enabled", enabled), v("domain", domain), v("records", records);
  }
};

/// The account of what is the region's own, such as the builds' network.
inline constexpr const char* kOwnAccount = "000000000000";

/// The whole wanted state of one VPC.
struct VpcSpec {
  std::string id;
  std::string account;
  std::string region;
  std::vector<std::string> cidrs;  ///< the primary one first; the resolver is at its base+2
  bool internet_gateway = false;
  std::vector<Subnet> subnets;
  std::vector<RouteTable> route_tables;
  std::vector<NatGateway> nat_gateways;
  std::vector<SecurityGroup> security_groups;
  std::vector<NetworkAcl> network_acls;
  std::vector<Interface> interfaces;
  Dns dns;

  template <class V>
  void visit(V& v) {
    v("id", id), v("account", account), v("region", region), v("cidrs", cidrs), v("internet_gateway", internet_gateway),
        v("subnets", subnets), v("route_tables", route_tables), v("nat_gateways", nat_gateways),
        v("security_groups", security_groups), v("network_acls", network_acls), v("interfaces", interfaces),
        v("dns", dns);
  }
};

/// A VPC that the host makes and keeps, or the edge.
struct VpcState {
  std::string id;  ///< empty for the edge
  std::string account;
  /// Tells its namespace from every other one, also from a later one of the same VPC: what listens in one that is gone
  /// hears nothing. Empty while there is none.
  std::string space;

  template <class V>
  void visit(V& v) {
    v("id", id), v("account", account), v("space", space);
  }
};

/// The name of an interface's outer end on the host: at most 15 characters, the same for the same interface always.
std::string device_name(const std::string& interface_id);

/// Where hanbatd wants to listen. The edge's 198.18.0.1 (ports 80, 443), or a VPC's 169.254.169.254 (port 80) and
/// 169.254.170.2 (port 80, container credentials). Nothing else is allowed.
struct ListenSpec {
  std::string vpc_id;  ///< empty for the edge
  std::string address;
  int port = 0;

  template <class V>
  void visit(V& v) {
    v("vpc_id", vpc_id), v("address", address), v("port", port);
  }
};

// ----------------------------------------------------------------------------------------------------------------
// machines

/// A NIC of a machine: an interface that some VpcSpec has (applied before or after; the NIC joins the VPC when both are
/// there).
struct Nic {
  std::string interface_id;
  std::string mac;

  template <class V>
  void visit(V& v) {
    v("interface_id", interface_id), v("mac", mac);
  }
};

/// A folder of the host seen inside a machine, with the machine's root as its owner (uids shifted).
struct SharedFolder {
  std::string source;  ///< absolute, within the state directory's shared/ folder
  std::string path;    ///< absolute, in the guest
  bool read_only = false;

  template <class V>
  void visit(V& v) {
    v("source", source), v("path", path), v("read_only", read_only);
  }
};

struct Label {
  std::string key;
  std::string value;

  template <class V>
  void visit(V& v) {
    v("key", key), v("value", value);
  }
};

/// A system container: an EC2 instance or a build machine.
struct MachineSpec {
  std::string name;   ///< the instance id (i-…) or another name of letters, digits and dashes, at most 63
  std::string image;  ///< alias of an imported image
  int cpus = 1;
  int memory_mib = 512;
  int disk_gib = 8;
  std::vector<Nic> nics;  ///< in order: eth0, eth1…
  std::vector<SharedFolder> folders;
  bool nesting = false;            ///< docker or podman inside
  std::vector<Label> environment;  ///< given to the guest's first process
  std::vector<Label> labels;

  template <class V>
  void visit(V& v) {
    v("name", name), v("image", image), v("cpus", cpus), v("memory_mib", memory_mib), v("disk_gib", disk_gib),
        v("nics", nics), v("folders", folders), v("nesting", nesting), v("environment", environment),
        v("labels", labels);
  }
};

struct MachineState {
  std::string name;
  std::string status;  ///< running | stopped | other
  std::int64_t started_at_ms = 0;
  std::int64_t memory_bytes = 0;
  std::vector<Label> labels;

  template <class V>
  void visit(V& v) {
    v("name", name), v("status", status), v("started_at_ms", started_at_ms), v("memory_bytes", memory_bytes),
        v("labels", labels);
  }
};

/// How a machine is stopped: graceful asks its init and after the timeout forces; force does so at once.
enum class StopMode { kGraceful, kForce };

/// An image on disk: a tarball with metadata.yaml, and a squashfs or tarball of the root file system.
struct ImageSpec {
  std::string alias;     ///< e.g. ami-…; an existing alias of other content is replaced
  std::string metadata;  ///< path
  std::string rootfs;    ///< path

  template <class V>
  void visit(V& v) {
    v("alias", alias), v("metadata", metadata), v("rootfs", rootfs);
  }
};

struct ImageState {
  std::string alias;
  std::string fingerprint;
  std::int64_t size_bytes = 0;

  template <class V>
  void visit(V& v) {
    v("alias", alias), v("fingerprint", fingerprint), v("size_bytes", size_bytes);
  }
};

// ---------------------------------------------------------------------------------------------------------------
// balancers

/// What a listener (or a rule of it) does: forward to target groups by weight, redirect, or a fixed answer.
struct ForwardTo {
  std::string target_group_id;
  int weight = 1;

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("weight", weight);
  }
};

struct BalancerAction {
  std::string kind;  ///< forward | redirect | fixed-response
  std::vector<ForwardTo> forward;
  std::string redirect_protocol;  ///< AWS's redirect parts, with #{protocol} #{host} #{port} #{path} #{query}
  std::string redirect_host;
  std::string redirect_port;
  std::string redirect_path;
  std::string redirect_query;
  int status = 0;  ///< 301 or 302; the fixed answer's code
  std::string content_type;
  std::string body;

  template <class V>
  void visit(V& v) {
    v("kind", kind), v("forward", forward), v("redirect_protocol", redirect_protocol),
        v("redirect_host", redirect_host), v("redirect_port", redirect_port), v("redirect_path", redirect_path),
        v("redirect_query", redirect_query), v("status", status), v("content_type", content_type), v("body", body);
  }
};

/// A rule: all conditions must hold; within one condition any value, with AWS's wildcards * and ?.
struct BalancerCondition {
  std::string field;  ///< path-pattern | host-header | http-request-method | source-ip | http-header
  std::string header;
  std::vector<std::string> values;

  template <class V>
  void visit(V& v) {
    v("field", field), v("header", header), v("values", values);
  }
};

struct BalancerRule {
  std::string id;
  std::vector<BalancerCondition> conditions;
  BalancerAction action;

  template <class V>
  void visit(V& v) {
    v("id", id), v("conditions", conditions), v("action", action);
  }
};

struct BalancerListener {
  std::string id;
  int port = 80;
  std::string protocol;         ///< HTTP | HTTPS
  std::string certificate_pem;  ///< chain and key, for HTTPS
  BalancerAction default_action;
  std::vector<BalancerRule> rules;  ///< by falling priority
  int host_port = 0;                ///< when not 0 and the balancer has public addresses: also reached from the host at
                                    ///< 127.0.0.1:<host_port> by host_name

  template <class V>
  void visit(V& v) {
    v("id", id), v("port", port), v("protocol", protocol), v("certificate_pem", certificate_pem),
        v("default_action", default_action), v("rules", rules), v("host_port", host_port);
  }
};

/// A node: the private address of one of the balancer's interfaces (in its VpcSpec with attachment "balancer").
struct BalancerNode {
  std::string private_ip;
  std::string public_ip;    ///< empty for an internal balancer
  std::string subnet_cidr;  ///< targets within it are reached from this node

  template <class V>
  void visit(V& v) {
    v("private_ip", private_ip), v("public_ip", public_ip), v("subnet_cidr", subnet_cidr);
  }
};

struct Balancer {
  std::string id;
  std::string vpc_id;
  std::string host_name;  ///< e.g. wsi-alb.elb.localhost
  std::vector<BalancerNode> nodes;
  std::vector<BalancerListener> listeners;
  int idle_timeout_seconds = 60;

  template <class V>
  void visit(V& v) {
    v("id", id), v("vpc_id", vpc_id), v("host_name", host_name), v("nodes", nodes), v("listeners", listeners),
        v("idle_timeout_seconds", idle_timeout_seconds);
  }
};

struct HealthCheck {
  std::string protocol = "HTTP";  ///< HTTP | HTTPS
  std::string path = "/";
  int port = 0;  ///< 0: the target's own
  int interval_seconds = 30;
  int timeout_seconds = 5;
  int healthy_threshold = 5;
  int unhealthy_threshold = 2;
  std::string matcher = "200";  ///< "200", "200,202", "200-299"

  template <class V>
  void visit(V& v) {
    v("protocol", protocol), v("path", path), v("port", port), v("interval_seconds", interval_seconds),
        v("timeout_seconds", timeout_seconds), v("healthy_threshold", healthy_threshold),
        v("unhealthy_threshold", unhealthy_threshold), v("matcher", matcher);
  }
};

/// A target. Draining: no new requests, those under way go on; leaving it out cuts what is left.
struct Target {
  std::string ip;
  int port = 0;
  std::string state = "active";  ///< active | draining

  template <class V>
  void visit(V& v) {
    v("ip", ip), v("port", port), v("state", state);
  }
};

struct TargetGroup {
  std::string id;
  std::string vpc_id;
  std::string protocol = "HTTP";          ///< HTTP | HTTPS towards the targets
  std::string algorithm = "round_robin";  ///< round_robin | least_outstanding_requests
  int stickiness_seconds = 0;             ///< 0: none; else an lb_cookie of that duration
  HealthCheck health_check;
  std::vector<Target> targets;

  template <class V>
  void visit(V& v) {
    v("id", id), v("vpc_id", vpc_id), v("protocol", protocol), v("algorithm", algorithm),
        v("stickiness_seconds", stickiness_seconds), v("health_check", health_check), v("targets", targets);
  }
};

/// Everything that the one HAProxy does, over all accounts and regions.
struct BalancersSpec {
  std::vector<Balancer> balancers;
  std::vector<TargetGroup> target_groups;

  template <class V>
  void visit(V& v) {
    v("balancers", balancers), v("target_groups", target_groups);
  }
};

struct TargetHealth {
  std::string target_group_id;
  std::string ip;
  int port = 0;
  std::string state;           ///< initial | healthy | unhealthy | draining | unused
  std::string reason;          ///< AWS's code: Target.Timeout, Target.ResponseCodeMismatch, Target.FailedHealthChecks,
                               ///< Elb.InitialHealthChecking…
  int response_code = 0;       ///< of the last check, when it answered
  int active_connections = 0;  ///< requests under way

  template <class V>
  void visit(V& v) {
    v("target_group_id", target_group_id), v("ip", ip), v("port", port), v("state", state), v("reason", reason),
        v("response_code", response_code), v("active_connections", active_connections);
  }
};

// -----------------------------------------------------------------------------------------------------------
// housekeeping

/// What is wanted at all; sweep removes whatever else carries our name.
struct SweepSpec {
  std::vector<std::string> vpc_ids;
  std::vector<std::string> machines;

  template <class V>
  void visit(V& v) {
    v("vpc_ids", vpc_ids), v("machines", machines);
  }
};

/// One thing that the machine lacks, and the words that tell how to get it.
struct Finding {
  std::string what;
  std::string severity;  ///< missing | warning | ok
  std::string detail;
  std::string remedy;

  template <class V>
  void visit(V& v) {
    v("what", what), v("severity", severity), v("detail", detail), v("remedy", remedy);
  }
};

}  // namespace hanbat::host
