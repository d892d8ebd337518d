// A region with a balancer and two groups, for tests of what listeners, rules and attributes make of them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gen/elasticloadbalancing/client.h"
#include "host/client.h"
#include "region/testing.h"
#include "services/elasticloadbalancing/elasticloadbalancing.h"
#include "services/elasticloadbalancing/workers/wanted.h"

namespace hanbat::elasticloadbalancing {

inline constexpr const char* kArn = "arn:aws:elasticloadbalancing:ap-northeast-2:123456789012:";

/// A region with a balancer and two groups in its rows, as if EC2 had been asked for interfaces.
class Balancing : public testing::Test {
 protected:
  explicit Balancing(host::Host* host = nullptr) : region(host) {}

  void SetUp() override {
    region.add<ElasticLoadBalancing>();
    region.start();
    region.db->write([&](store::Tx& tx) {
      Resource<LoadBalancer> row;
      row.id = balancer;
      row.place = {"123456789012", region.region};
      row.name = "web";
      row.shape.load_balancer_arn = balancer;
      row.shape.vpc_id = "vpc-1";
      row.shape.scheme = "internet-facing";
      row.shape.dns_name = "web-1.ap-northeast-2.elb.amazonaws.com";
      row.shape.state.emplace().code = "provisioning";
      row.own["interfaces"] = Json::array(
          {Json::object({{"private_ip", "10.1.2.5"}, {"public_ip", "198.19.0.1"}, {"cidr", "10.1.2.0/24"}})});
      insert(tx, row);
      for (const std::string& arn : {group, other_group}) {
        Resource<TargetGroup> one;
        one.id = arn;
        one.place = {"123456789012", region.region};
        one.name = arn;
        one.shape.target_group_arn = arn;
        one.shape.vpc_id = "vpc-1";
        one.shape.protocol = "HTTP";
        one.shape.port = 8080;
        one.shape.target_type = "ip";
        one.shape.health_check_port = "traffic-port";
        one.shape.matcher.emplace().http_code = "200";
        insert(tx, one);
      }
    });
  }

  Client client() { return Client(region.home, region.user, region.region); }

  std::string make_listener() {
    CreateListenerInput in;
    in.load_balancer_arn = balancer;
    in.port = 80;
    in.protocol = "HTTP";
    in.default_actions = {{.target_group_arn = group, .type = "forward"}};
    return *client().create_listener(in).listeners->front().listener_arn;
  }

  host::BalancersSpec wanted() {
    return region.db->read([&](store::Tx& tx) { return wanted_balancers(tx, region.home.vault); });
  }

  region::TestRegion region;
  const std::string balancer = std::string(kArn) + "loadbalancer/app/web/aaaaaaaaaaaaaaaa";
  const std::string group = std::string(kArn) + "targetgroup/api/bbbbbbbbbbbbbbbb";
  const std::string other_group = std::string(kArn) + "targetgroup/other/cccccccccccccccc";
};

}  // namespace hanbat::elasticloadbalancing
