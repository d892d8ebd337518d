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

}  // namespace
}  // namespace hanbat::ec2
