// What is put into other people's files, and that nothing but it is taken out again.
#include "main/cli/trust_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<std::string> kNames = {"ec2.eu-west-1.amazonaws.com", "iam.amazonaws.com"};

TEST(TrustFiles, WhatWasPutIsTakenOutToTheByte) {
  for (const char* hosts : {"", "127.0.0.1 localhost\n", "127.0.0.1 localhost", "\n\n# a comment\n\n"}) {
    const std::string with = with_names(hosts, "198.18.0.1", kNames);
    EXPECT_THAT(with, HasSubstr("198.18.0.1\tiam.amazonaws.com\n"));
    EXPECT_EQ(without_names(with), hosts);
    EXPECT_EQ(with_names(with, "198.18.0.1", kNames), with) << "twice is once";
  }
}

TEST(TrustFiles, ANewAddressTakesThePlaceOfTheOld) {
  const std::string again = with_names(with_names("a b\n", "198.18.0.1", kNames), "10.230.0.1", kNames);
  EXPECT_THAT(*find_names(again),
              ElementsAre("10.230.0.1 ec2.eu-west-1.amazonaws.com", "10.230.0.1 iam.amazonaws.com"));
}

TEST(TrustFiles, WhatOthersWroteMeanwhileStays) {
  std::string with = with_names("127.0.0.1 localhost\n", "198.18.0.1", kNames) + "10.0.0.9 printer\n";
  with.insert(with.find("198.18.0.1\tiam"), "10.0.0.8 nas # in the middle of the block\n");
  EXPECT_EQ(without_names(with), "127.0.0.1 localhost\n10.0.0.8 nas # in the middle of the block\n10.0.0.9 printer\n");
  std::string cut = with_names("127.0.0.1 localhost\n", "198.18.0.1", kNames);
  cut = cut.substr(0, cut.find("# END")) + "10.0.0.9 printer\n";
  EXPECT_EQ(without_names(cut), "127.0.0.1 localhost\n10.0.0.9 printer\n");
  EXPECT_EQ(without_names(with_names("127.0.0.1 localhost", "198.18.0.1", kNames) + "10.0.0.9 printer\n"),
            "127.0.0.1 localhost\n10.0.0.9 printer\n");
}

TEST(TrustFiles, AFileWithoutABlockIsLeftAsItIs) {
  const std::string hosts = "198.18.0.1\tec2.eu-west-1.amazonaws.com\n127.0.0.1 localhost";
  EXPECT_EQ(without_names(hosts), hosts);
  EXPECT_FALSE(find_names(hosts));
}

TEST(TrustFiles, ACertificateIsKnownByItsContent) {
  const std::string name = ca_file_name("certificate");
  EXPECT_TRUE(is_our_ca(name, "certificate"));
  EXPECT_FALSE(is_our_ca(name, "another"));
  EXPECT_FALSE(is_our_ca("corporate.crt", "certificate"));
}

TEST(TrustFiles, TheNamesAreThoseOfTheRegionsServices) {
  const auto names = endpoint_names("eu-west-1", "123456789012");
  EXPECT_THAT(names, Contains("git-codecommit.eu-west-1.amazonaws.com"));
  EXPECT_THAT(names, Contains("iam.amazonaws.com"));
  EXPECT_THAT(names, Contains("123456789012.dkr.ecr.eu-west-1.amazonaws.com"));
}

}  // namespace
}  // namespace hanbat::cli
