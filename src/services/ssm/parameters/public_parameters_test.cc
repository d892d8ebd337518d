// AWS's own parameters, of the images that EC2 has.
#include "region/bill_clock.h"
#include "services/ssm/testing.h"
#include "wire/testing.h"

namespace hanbat::ssm {
namespace {

const std::string kAmazonLinux = "/aws/service/ami-amazon-linux-latest/";
const std::string kUbuntu = "/aws/service/canonical/ubuntu/server/";

struct PublicParametersTest : SsmTest {
  PublicParametersTest() {
    images = {{"amzn2-ami-hvm-*-x86_64-gp2", "ami-amzn2"}, {"*/ubuntu-jammy-22.04-*", "ami-jammy"}};
  }
};

TEST_F(PublicParametersTest, OneOfAnImageThatIsHereIsItsId) {
  EXPECT_EQ(get(kAmazonLinux + "amzn2-ami-hvm-x86_64-gp2").value, "ami-amzn2");
  EXPECT_EQ(get(kUbuntu + "22.04/stable/current/amd64/hvm/ebs-gp2/ami-id").value, "ami-jammy");
}

TEST_F(PublicParametersTest, OneThatOnlyAwsHasIsNotFoundAndSaysWhichThereAre) {
  for (const char* name : {"al2023-ami-minimal-kernel-default-x86_64", "al2023-ami-kernel-default-arm64"})
    EXPECT_EQ(wire::refusal_of([&] { get(kAmazonLinux + name); }),
              "ParameterNotFound: Parameter " + kAmazonLinux + name + " not found. Below " + kAmazonLinux +
                  " this region has amzn2-ami-hvm-x86_64-ebs, amzn2-ami-hvm-x86_64-gp2.");
  const std::string focal = kUbuntu + "20.04/stable/current/amd64/hvm/ebs-gp2/ami-id";
  EXPECT_EQ(wire::refusal_of([&] { get(focal); }),
            "ParameterNotFound: Parameter " + focal + " not found. Below " + kUbuntu +
                " this region has 22.04/stable/current/amd64/hvm/ebs-gp2/ami-id, "
                "jammy/stable/current/amd64/hvm/ebs-gp2/ami-id.");
  EXPECT_EQ(wire::code_of([&] { get("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id"); }),
            "ParameterNotFound");
  EXPECT_EQ(client.get_parameters({.names = {focal}}).invalid_parameters, std::vector{focal});
}

TEST_F(PublicParametersTest, WhereThereIsNoImageItSaysHowOneIsMade) {
  images.clear();
  EXPECT_NE(wire::message_of([&] { get(kAmazonLinux + "amzn2-ami-hvm-x86_64-gp2"); }).find("'hanbat image build'"),
            std::string::npos);
}

TEST_F(PublicParametersTest, OnesOwnThatIsNotThereIsAsShortAsOnAws) {
  EXPECT_EQ(wire::refusal_of([&] { get("/own"); }), "ParameterNotFound: ");
}

TEST_F(PublicParametersTest, TheBillsClockIsOneWhereItIsNotTheRealOne) {
  const std::string name = "/aws/service/hanbat/bill-clock";
  const auto below = [&] {
    GetParametersByPathInput in;
    in.path = "/aws/service/hanbat";
    return client.get_parameters_by_path(in).parameters->size();
  };
  EXPECT_EQ(wire::code_of([&] { get(name); }), "ParameterNotFound");
  EXPECT_EQ(below(), 0u);
  region.db->write([&](store::Tx& tx) { region::set_bill_pace(tx, region.clock.now(), 60); });
  const Timestamp began = region.clock.now();
  region.clock.advance(std::chrono::minutes(2));
  const auto said = [&] { return Json::parse(*get(name).value); };
  EXPECT_EQ(said().text("now"), iso8601(began + std::chrono::hours(2)));
  EXPECT_EQ(said().integer("pace"), 60);
  EXPECT_EQ(below(), 1u);
  // Back at the real pace it stays ahead, and that is said.
  region.db->write([&](store::Tx& tx) { region::set_bill_pace(tx, region.clock.now(), 1); });
  EXPECT_EQ(said().text("now"), iso8601(began + std::chrono::hours(2)));
  EXPECT_EQ(said().integer("pace"), 1);
}

}  // namespace
}  // namespace hanbat::ssm
