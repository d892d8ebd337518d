// What an object's bytes cost on their way out: to whom they are billed, and who asks for nothing.
#include <gmock/gmock.h>

#include "region/data_out.h"
#include "services/s3/served.h"

namespace hanbat::s3 {
namespace {

class DataOut : public ServedS3Test {
 protected:
  DataOut() { door.start(); }

  int ask(const std::string& method, const std::string& target, const std::string& body = "") {
    return ServedS3Test::ask(method, target, body).status;
  }
  /// The bytes on the bill, once it is written, and that they are the bucket's.
  std::int64_t billed() {
    t.clock.advance(Seconds(60));
    t.run_until_idle();
    std::int64_t sum = 0;
    t.db->read([&](store::Tx& tx) {
      for (const auto& line : region::list_usage(tx, std::vector<std::string>{"123456789012"}, {0}, {1LL << 60})) {
        if (line.use.usage_type != "DataTransfer-Out-Bytes") continue;
        EXPECT_EQ(line.resource, "arn:aws:s3:::bucket");
        EXPECT_EQ(line.use.service, "Amazon Simple Storage Service");
        sum += line.use.quantity;
      }
    });
    return sum;
  }
};

TEST_F(DataOut, WhatIsReadFromOutsideIsBilledToTheBucketsOwner) {
  put("k", std::string(300'000, 'x'));
  EXPECT_EQ(billed(), 0) << "what came in is free";
  EXPECT_EQ(ask("GET", "/bucket/k"), 200);
  EXPECT_EQ(ask("GET", "/bucket/k"), 200);
  const std::int64_t sent = billed();
  EXPECT_GT(sent, 600'000);
  EXPECT_LT(sent, 603'000) << "with the answers' heads";
  EXPECT_EQ(billed(), sent) << "once";
}

TEST_F(DataOut, WhatARequesterReadsThatPaysIsNotTheOwners) {
  put("k", std::string(300'000, 'x'));
  PutBucketRequestPaymentInput in;
  in.bucket = "bucket";
  in.request_payment_configuration.payer = "Requester";
  client().put_bucket_request_payment(in);
  EXPECT_EQ(ask("GET", "/bucket/k"), 403) << "nobody cannot pay";
  EXPECT_EQ(billed(), 0);
}

TEST_F(DataOut, WhoIsRefusedCostsTheOwnerNothing) {
  put("k", std::string(300'000, 'x'));
  t.authorizer.refuses = [](const region::AccessQuestion&) { return true; };
  EXPECT_EQ(ask("GET", "/bucket/k"), 403);
  EXPECT_EQ(ask("GET", "/none/k"), 403);
  EXPECT_EQ(billed(), 0);
}

TEST_F(DataOut, TheRegionsOwnNetworksAreNoInternet) {
  const auto from = [&](const char* address, const char* tag = "edge") {
    http::RequestHead head;
    head.peer_address = address;
    head.listener_tag = tag;
    return region::is_from_internet(t.home, head);
  };
  EXPECT_FALSE(from("198.19.3.4")) << "an instance by its public address, or its NAT gateway's";
  EXPECT_FALSE(from("198.19.255.254")) << "the builds";
  EXPECT_FALSE(from("10.1.0.5", "vpce:vpc-1")) << "an instance by its VPC's endpoint";
  EXPECT_TRUE(from("198.18.254.1")) << "this machine's own programs stand for the internet";
  EXPECT_TRUE(from("127.0.0.1", "front"));
  EXPECT_TRUE(from("192.168.7.20", "network"));
  EXPECT_TRUE(from("", "network"));
}

}  // namespace
}  // namespace hanbat::s3
