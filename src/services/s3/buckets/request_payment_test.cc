// Buckets whose requesters pay: who is let in, and whose bill it is.
#include <gmock/gmock.h>

#include "region/usage.h"
#include "services/s3/testing.h"

namespace hanbat::s3 {
namespace {

using ::testing::ElementsAre;

class RequestPayment : public S3Test {
 protected:
  RequestPayment() {
    put("k", "12345");
    stranger = t.user;
    stranger.account = "210987654321";
    stranger.arn = stranger.principal_arn = "arn:aws:iam::210987654321:user/guest";
  }
  void pays(const std::string& payer) {
    PutBucketRequestPaymentInput in;
    in.bucket = "bucket";
    in.request_payment_configuration.payer = payer;
    client().put_bucket_request_payment(in);
  }
  std::string get_as(const region::Caller& caller, std::optional<std::string> payer, const std::string& key = "k") {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.request_payer = std::move(payer);
    try {
      return Client(t.home, caller, t.region).get_object(in).body.read_all();
    } catch (const wire::Error& error) {
      return error.code();
    }
  }
  std::int64_t reads_billed_to(const std::string& account) {
    t.clock.advance(Seconds(60));
    t.run_until_idle();
    std::int64_t sum = 0;
    t.db->read([&](store::Tx& tx) {
      for (const auto& line : region::list_usage(tx, std::vector<std::string>{account}, {0}, {1LL << 60}))
        if (line.use.operation == "GetObject") sum += line.use.quantity;
    });
    return sum;
  }

  region::Caller stranger;
};

TEST_F(RequestPayment, TheOwnerPaysUntilThatIsChanged) {
  EXPECT_EQ(client().get_bucket_request_payment({.bucket = "bucket"}).payer, "BucketOwner");
  EXPECT_EQ(get_as(stranger, {}), "12345");
  pays("Requester");
  EXPECT_EQ(client().get_bucket_request_payment({.bucket = "bucket"}).payer, "Requester");
  EXPECT_EQ(get_as(stranger, {}), "AccessDenied");
  pays("BucketOwner");
  EXPECT_EQ(get_as(stranger, {}), "12345");
}

TEST_F(RequestPayment, AStrangerSaysThatItPaysAndDoes) {
  pays("Requester");
  EXPECT_EQ(get_as(stranger, "requester"), "12345");
  EXPECT_EQ(get_as(stranger, {}), "AccessDenied");
  EXPECT_EQ(reads_billed_to("210987654321"), 1);
  EXPECT_EQ(reads_billed_to("123456789012"), 0) << "nor what was refused";
}

TEST_F(RequestPayment, TheOwnerNeedNotSaySoAndPaysForItself) {
  pays("Requester");
  EXPECT_EQ(get_as(t.user, {}), "12345");
  EXPECT_EQ(reads_billed_to("123456789012"), 1);
}

TEST_F(RequestPayment, NobodyWithoutAnAccountCanPay) {
  pays("Requester");
  region::Caller nobody;
  nobody.arn = nobody.principal_arn = "*";
  EXPECT_EQ(get_as(nobody, "requester"), "AccessDenied");
}

TEST_F(RequestPayment, WhatIsNotThereIsToldToWhoPaysForTheQuestion) {
  pays("Requester");
  EXPECT_EQ(get_as(stranger, "requester", "none"), "NoSuchKey");
}

TEST_F(RequestPayment, EveryWriteAndListAsksForItToo) {
  pays("Requester");
  const Client guest(t.home, stranger, t.region);
  const auto code = [](const std::function<void()>& call) -> std::string {
    try {
      call();
      return "";
    } catch (const wire::Error& error) {
      return error.code();
    }
  };
  const auto each = [&](std::optional<std::string> payer) {
    Texts out;
    PutObjectInput put_in;
    put_in.bucket = "bucket";
    put_in.key = "new";
    put_in.request_payer = payer;
    out.push_back(code([&] { guest.put_object(put_in); }));
    ListObjectsV2Input list_in;
    list_in.bucket = "bucket";
    list_in.request_payer = payer;
    out.push_back(code([&] { guest.list_objects_v2(list_in); }));
    DeleteObjectsInput delete_in;
    delete_in.bucket = "bucket";
    delete_in.delete_.objects.push_back({.key = "new"});
    delete_in.request_payer = payer;
    const auto deleted = guest.delete_objects(delete_in);
    out.push_back(deleted.errors ? *deleted.errors->front().code : "");
    return out;
  };
  EXPECT_THAT(each({}), ElementsAre("AccessDenied", "AccessDenied", "AccessDenied"));
  EXPECT_THAT(each("requester"), ElementsAre("", "", ""));
}

TEST_F(RequestPayment, AnotherPayerIsMalformed) {
  try {
    pays("Nobody");
    FAIL();
  } catch (const wire::Error& error) {
    EXPECT_EQ(error.code(), "MalformedXML");
  }
}

}  // namespace
}  // namespace hanbat::s3
