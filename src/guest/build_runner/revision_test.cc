// What a build's source version means.
#include "guest/build_runner/revision.h"

#include <gtest/gtest.h>

namespace hanbat::guest {
namespace {

constexpr const char* kCommit = "46e8ab0123456789abcdef0123456789abcdef01";

std::string shown(std::string_view version) {
  const WantedRevision wanted = wanted_revision(version);
  return wanted.name + "@" + wanted.commit;
}

TEST(Revision, IsABranchATagACommitOrACommitOfABranch) {
  const std::string commit = kCommit;
  EXPECT_EQ(shown(""), "@");
  EXPECT_EQ(shown("main"), "main@");
  EXPECT_EQ(shown("refs/heads/feature/a"), "feature/a@");
  EXPECT_EQ(shown("refs/tags/v1"), "v1@");
  EXPECT_EQ(shown(commit), "@" + commit);
  EXPECT_EQ(shown("refs/heads/main^{" + commit + "}"), "main@" + commit);
  EXPECT_EQ(shown("main^{v1}"), "main^{v1}@");
}

}  // namespace
}  // namespace hanbat::guest
