// What a push may say before its pack.
#include "services/codecommit/git/receive_pack.h"

#include <gtest/gtest.h>

namespace hanbat::codecommit {
namespace {

const std::string kOld(40, '0');
const std::string kNew(40, 'a');

int refusal(const std::string& text) {
  http::StringBody bytes(text);
  PacketReader body(bytes);
  try {
    read_commands(body);
  } catch (const http::Error& error) {
    return error.status;
  }
  return 0;
}

TEST(PushCommands, ALengthIsFourHexDigitsAndNothingElse) {
  for (const char* length : {"-001", " 010", "+010", "0x10", "00g0", "0003"})
    EXPECT_EQ(refusal(std::string(length) + std::string(100, 'x')), 400) << length;
  EXPECT_EQ(refusal("0000"), 0);
  EXPECT_EQ(refusal(packet(kOld + " " + kNew + " refs/heads/main") + "0000"), 0);
}

TEST(PushCommands, KeepNoMoreThanAPushNeeds) {
  const std::string line = packet(kOld + " " + kNew + " refs/heads/" + std::string(60'000, 'a'));
  EXPECT_EQ(refusal(line + "0000"), 400);
  std::string many;
  for (int i = 0; i < 10'001; ++i) many += packet(kOld + " " + kNew + " refs/heads/" + std::to_string(i));
  EXPECT_EQ(refusal(many + "0000"), 413);
}

}  // namespace
}  // namespace hanbat::codecommit
