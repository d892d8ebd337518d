// IPv4 arithmetic: blocks, overlaps, the addresses that AWS keeps.
#include "services/ec2/networks/cidr.h"

#include <gtest/gtest.h>

namespace hanbat::ec2 {
namespace {

TEST(Cidr, ReadsABlockAndCutsBitsBeyondTheMask) {
  EXPECT_EQ(parse_cidr("10.1.2.3/16")->str(), "10.1.0.0/16");
  EXPECT_EQ(parse_cidr("0.0.0.0/0")->size(), std::uint64_t{1} << 32);
  EXPECT_EQ(parse_cidr("255.255.255.255/32")->last(), 0xffffffffU);
}

TEST(Cidr, RefusesWhatIsNoBlock) {
  for (const char* text :
       {"", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "10.0.0.256/8", "a.b.c.d/8", "10.0.0.0/-1", "::/0"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

TEST(Cidr, KnowsWhetherBlocksOverlap) {
  const Cidr vpc = *parse_cidr("10.1.0.0/16");
  EXPECT_TRUE(vpc.contains(*parse_cidr("10.1.3.0/24")));
  EXPECT_FALSE(vpc.contains(*parse_cidr("10.0.0.0/8")));
  EXPECT_TRUE(vpc.overlaps(*parse_cidr("10.0.0.0/8")));
  EXPECT_FALSE(parse_cidr("10.1.0.0/24")->overlaps(*parse_cidr("10.1.1.0/24")));
}

TEST(Cidr, GivesTheFirstAddressThatAwsDoesNotKeep) {
  const Cidr subnet = *parse_cidr("10.1.0.0/28");
  EXPECT_EQ(usable_addresses(subnet), 11);
  EXPECT_EQ(ipv4_text(*first_free(subnet, {})), "10.1.0.4");
  EXPECT_EQ(ipv4_text(*first_free(subnet, {subnet.base + 4, subnet.base + 5})), "10.1.0.6");
  std::set<Ipv4> all;
  for (Ipv4 address = subnet.base; address <= subnet.last(); ++address) all.insert(address);
  EXPECT_FALSE(first_free(subnet, all));
  EXPECT_TRUE(is_reserved(subnet, subnet.base + 3));
  EXPECT_TRUE(is_reserved(subnet, subnet.last()));
  EXPECT_FALSE(is_reserved(subnet, subnet.base + 4));
}

TEST(Mac, IsLocalAndStaysTheSame) {
  EXPECT_EQ(mac_of("eni-0123"), mac_of("eni-0123"));
  EXPECT_NE(mac_of("eni-0123"), mac_of("eni-0124"));
  EXPECT_EQ(mac_of("eni-0123").substr(0, 3), "02:");
}

}  // namespace
}  // namespace hanbat::ec2
