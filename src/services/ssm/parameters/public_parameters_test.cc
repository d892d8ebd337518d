// AWS's own parameters, of the images that EC2 has.
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
  EXPECT_EQ(wire::refusal_of([&] { get("/own"); }), "ParameterNotFound: Parameter /own not found.");
}

}  // namespace
}  // namespace hanbat::ssm
