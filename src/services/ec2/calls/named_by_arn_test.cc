// What EC2 takes by name or id it takes by ARN too where its documentation says so: of the own account, and no other's.
#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using NamedByArnTest = Ec2Test;

TEST_F(NamedByArnTest, ThePathsEndsAreTakenByIdAndByArnOfTheOwnAccount) {
  const std::string net = vpc(), igw = gateway(net), in = subnet(net, "10.1.1.0/24");
  const std::string eni = *ec2.create_network_interface({.subnet_id = in}).network_interface->network_interface_id;
  const auto path = [&](const std::string& source) {
    return *ec2.create_network_insights_path(
                   {.client_token = source, .destination = igw, .protocol = "tcp", .source = source})
                .network_insights_path;
  };
  const std::string arn = "arn:aws:ec2:ap-northeast-2:" + test.user.account + ":network-interface/" + eni;
  EXPECT_EQ(path(eni).source, eni);
  EXPECT_EQ(path(eni).source_arn, arn);
  EXPECT_EQ(path(arn).source, eni);
  const std::pair<std::string, const char*> refused[] = {
      {"arn:aws:ec2:ap-northeast-2:999999999999:network-interface/" + eni, "NotImplemented"},
      {"arn:aws:ec2:us-east-1:" + test.user.account + ":network-interface/" + eni, "NotImplemented"},
      {"arn:aws:sqs:ap-northeast-2:" + test.user.account + ":" + eni, "InvalidParameterValue"},
      {"arn:nonsense", "InvalidParameterValue"}};
  for (const auto& [source, code] : refused) EXPECT_EQ(code_of([&] { path(source); }), code) << source;
}

}  // namespace
}  // namespace hanbat::ec2
