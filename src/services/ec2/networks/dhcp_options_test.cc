// Sets of DHCP options: what they may say, and what of it the leases of a VPC tell.
#include <gmock/gmock.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DhcpOptionsTest : public Ec2Test {
 protected:
  std::string options(std::vector<NewDhcpConfiguration> settings) {
    return *ec2.create_dhcp_options({.dhcp_configurations = std::move(settings)}).dhcp_options->dhcp_options_id;
  }
  static NewDhcpConfiguration setting(const char* key, std::vector<std::string> values) {
    NewDhcpConfiguration out;
    out.key = key;
    out.values = std::move(values);
    return out;
  }
  const host::Dhcp& told(const std::string& vpc_id) {
    test.run_until_idle();
    return host.vpc_specs[vpc_id].dhcp;
  }
};

TEST_F(DhcpOptionsTest, AreToldByTheLeasesOfTheVpcThatHasThem) {
  const std::string vpc_id = vpc();
  ec2.run_instances(launch(subnet(vpc_id, "10.1.0.0/24")));
  EXPECT_THAT(told(vpc_id).domains, ElementsAre("ap-northeast-2.compute.internal"));
  EXPECT_THAT(told(vpc_id).dns_servers, ElementsAre("10.1.0.2"));

  const std::string id = options({setting("domain-name", {"Corp.example"}),
                                  setting("domain-name-servers", {"10.1.0.9", "AmazonProvidedDNS"}),
                                  setting("ntp-servers", {"169.254.169.123"}),
                                  setting("netbios-name-servers", {"10.1.0.8"}), setting("netbios-node-type", {"2"})});
  ec2.associate_dhcp_options({.dhcp_options_id = id, .vpc_id = vpc_id});
  EXPECT_THAT(told(vpc_id).domains, ElementsAre("corp.example"));
  EXPECT_THAT(told(vpc_id).dns_servers, ElementsAre("10.1.0.9", "10.1.0.2"));
  EXPECT_THAT(told(vpc_id).ntp_servers, ElementsAre("169.254.169.123"));
  EXPECT_THAT(told(vpc_id).netbios_name_servers, ElementsAre("10.1.0.8"));
  EXPECT_EQ(told(vpc_id).netbios_node_type, 2);
  EXPECT_EQ(host.vpc_specs[vpc_id].dns.domain, "ap-northeast-2.compute.internal") << "the resolver's names stay";
  EXPECT_EQ(code_of([&] { ec2.delete_dhcp_options({.dhcp_options_id = id}); }), "DependencyViolation");

  ec2.associate_dhcp_options({.dhcp_options_id = "default", .vpc_id = vpc_id});
  EXPECT_THAT(told(vpc_id).domains, IsEmpty());
  EXPECT_THAT(told(vpc_id).dns_servers, IsEmpty());
  EXPECT_EQ(ec2.describe_vpcs({.vpc_ids = {{vpc_id}}}).vpcs->front().dhcp_options_id, "default");
  ec2.delete_dhcp_options({.dhcp_options_id = id});
  EXPECT_EQ(code_of([&] { ec2.associate_dhcp_options({.dhcp_options_id = id, .vpc_id = vpc_id}); }),
            "InvalidDhcpOptionID.NotFound");
}

TEST_F(DhcpOptionsTest, ANewVpcHasTheRegionsOwnWhateverElseThereIs) {
  options({setting("domain-name", {"corp.example"})});
  const auto first = ec2.create_vpc({.cidr_block = "10.2.0.0/16"}).vpc->dhcp_options_id;
  EXPECT_EQ(ec2.create_vpc({.cidr_block = "10.3.0.0/16"}).vpc->dhcp_options_id, first);
  const auto shown = ec2.describe_dhcp_options({.dhcp_options_ids = {{*first}}}).dhcp_options->front();
  EXPECT_EQ(shown.dhcp_configurations->front().values->front().value, "ap-northeast-2.compute.internal");
}

TEST_F(DhcpOptionsTest, RefuseWhatNoLeaseCanTell) {
  const auto code = [&](const char* key, std::vector<std::string> values) {
    return code_of([&] { options({setting(key, std::move(values))}); });
  };
  EXPECT_EQ(code("domain-nam", {"a.example"}), "InvalidParameterValue");
  EXPECT_EQ(code("domain-name", {"a.example", "b.example"}), "InvalidParameterValue");
  EXPECT_EQ(code("domain-name", {"a.example\nserver=1.2.3.4"}), "InvalidParameterValue");
  EXPECT_EQ(code("domain-name-servers", {"10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.5"}),
            "InvalidParameterValue");
  EXPECT_EQ(code("ntp-servers", {"AmazonProvidedDNS"}), "InvalidParameterValue");
  EXPECT_EQ(code("ntp-servers", {"fd00:ec2::123"}), "NotImplemented");
  EXPECT_EQ(code("netbios-node-type", {"3"}), "InvalidParameterValue");
  EXPECT_EQ(code("ipv6-address-preferred-lease-time", {"140"}), "NotImplemented");
  EXPECT_EQ(code("domain-name", {}), "MissingParameter");
}

}  // namespace
}  // namespace hanbat::ec2
