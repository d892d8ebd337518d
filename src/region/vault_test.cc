// Sealed secrets: what opens them and what does not.
#include "region/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "os/files.h"

namespace hanbat::region {
namespace {

TEST(Vault, OpensWhatItSealedForThatPurposeOnly) {
  const TemporaryFolder folder;
  const Vault vault(folder.path());
  const std::string sealed = vault.seal("secret", "a");
  EXPECT_EQ(vault.open(sealed, "a"), "secret");
  EXPECT_EQ(vault.open(sealed, "b"), std::nullopt);
  EXPECT_EQ(vault.open(sealed.substr(0, sealed.size() - 8), "a"), std::nullopt);
  EXPECT_EQ(vault.open("nonsense!", "a"), std::nullopt);
  EXPECT_NE(vault.seal("secret", "a"), sealed);
}

TEST(Vault, KeepsItsKeyInAFileThatOthersCannotRead) {
  const TemporaryFolder folder;
  const std::string sealed = Vault(folder.path()).seal("secret", "a");
  EXPECT_EQ(Vault(folder.path()).open(sealed, "a"), "secret");
  struct stat info = {};
  ASSERT_EQ(stat((folder.path() + "/secrets.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

}  // namespace
}  // namespace hanbat::region
