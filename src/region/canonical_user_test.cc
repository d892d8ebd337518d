// An account and its canonical user id, both ways.
#include "region/canonical_user.h"

#include <gtest/gtest.h>

namespace hanbat::region {
namespace {

TEST(CanonicalUser, AnAccountHasOneIdWhichIsReadBack) {
  for (const char* account : {"123456789012", "000000000001", "999999999999", "000000000000"}) {
    const std::string id = canonical_user_id(account);
    EXPECT_EQ(id.size(), 64U);
    EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    EXPECT_EQ(canonical_user_id(account), id);
    EXPECT_EQ(find_canonical_user(id), account);
  }
  // It is written down in policies and templates, so it stays what it is.
  EXPECT_EQ(canonical_user_id("123456789012"), "95878ba739ff4213ba1e694536e37990748e3db6b361cce4f432b70b452063b9");
}

TEST(CanonicalUser, WhatNoAccountHasIsNobodys) {
  std::string id = canonical_user_id("123456789012");
  id[0] = id[0] == 'a' ? 'b' : 'a';
  for (const std::string& one : {id, std::string(64, 'a'), std::string("123456789012"), std::string(), id.substr(1)})
    EXPECT_EQ(find_canonical_user(one), std::nullopt) << one;
}

}  // namespace
}  // namespace hanbat::region
