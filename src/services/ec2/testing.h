// EC2 in a region in memory over a host of memory, for its tests. Header only.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "gen/ec2/client.h"
#include "host/fake_host.h"
#include "http/server.h"
#include "region/testing.h"
#include "services/ec2/ec2.h"
#include "wire/testing.h"

namespace hanbat::ec2 {

using wire::code_of;

class Ec2Test : public ::testing::Test {
 protected:
  explicit Ec2Test(http::Server* server = nullptr)
      : test([this, server](region::TestRegion&, region::Parts& parts) {
          parts.host = &host;
          parts.server = server;
        }),
        ec2(test.home, test.user, test.region) {
    test.add<Ec2>();
    test.tasks->handle(std::string(region::kDeliverEvent), [](store::TaskRun&) {});
    test.start();
    host.image_states["amzn2"] = {.alias = "amzn2"};
  }

  std::string vpc() { return *ec2.create_vpc({.cidr_block = "10.1.0.0/16"}).vpc->vpc_id; }
  std::string subnet(const std::string& vpc_id, const std::string& cidr, const std::string& zone = "ap-northeast-2a") {
    return *ec2.create_subnet({.availability_zone = zone, .cidr_block = cidr, .vpc_id = vpc_id}).subnet->subnet_id;
  }
  std::string gateway(const std::string& vpc_id) {
    const std::string id = *ec2.create_internet_gateway({}).internet_gateway->internet_gateway_id;
    ec2.attach_internet_gateway({.internet_gateway_id = id, .vpc_id = vpc_id});
    return id;
  }
  std::string image() { return *ec2.describe_images({.owners = {{"amazon"}}}).images->front().image_id; }
  RunInstancesInput launch(const std::string& subnet_id) {
    RunInstancesInput in;
    in.image_id = image();
    in.instance_type = "t3.small";
    in.max_count = in.min_count = 1;
    in.subnet_id = subnet_id;
    return in;
  }
  Instance instance(const std::string& id) {
    return ec2.describe_instances({.instance_ids = {{id}}}).reservations->front().instances->front();
  }

  host::FakeHost host;
  region::TestRegion test;
  Client ec2;
};

}  // namespace hanbat::ec2
