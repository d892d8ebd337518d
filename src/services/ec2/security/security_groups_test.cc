// What a security group must say of itself.
#include <gtest/gtest.h>

#include "services/ec2/testing.h"

namespace hanbat::ec2 {
namespace {

TEST_F(Ec2Test, ASecurityGroupHasANameAndADescription) {
  const std::string id = vpc();
  const auto code = [&](const char* name, const char* description) {
    return code_of([&] { ec2.create_security_group({.description = description, .group_name = name, .vpc_id = id}); });
  };
  EXPECT_EQ(code("web", ""), "MissingParameter");
  EXPECT_EQ(code("", "of the web"), "MissingParameter");
  EXPECT_EQ(code("web", "of the web"), "");
}

TEST_F(Ec2Test, WhatIsNamedTwiceIsNotDeleted) {
  const std::string id = vpc();
  const std::string group =
      *ec2.create_security_group({.description = "of the web", .group_name = "web", .vpc_id = id}).group_id;
  EXPECT_EQ(wire::refusal_of([&] { ec2.delete_security_group({.group_id = group, .group_name = "web"}); }),
            "InvalidParameterCombination: The parameter 'groupName' may not be used in combination with 'groupId'");
  const std::string key = *ec2.create_key_pair({.key_name = "walk"}).key_pair_id;
  EXPECT_EQ(wire::refusal_of([&] { ec2.delete_key_pair({.key_name = "walk", .key_pair_id = key}); }),
            "InvalidParameterCombination: The parameter 'keyName' may not be used in combination with 'keyPairId'");
  EXPECT_EQ(code_of([&] { ec2.delete_key_pair({.key_pair_id = key}); }), "");
}

}  // namespace
}  // namespace hanbat::ec2
