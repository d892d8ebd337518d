// Where the parts are looked for, in trees of empty files.
#include "main/cli/parts.h"

#include <gtest/gtest.h>

#include "os/files.h"

namespace hanbat::cli {
namespace {

void make(const std::string& path) {
  make_folders(path.substr(0, path.rfind('/')));
  write_file_atomic(path, "");
}

TEST(Parts, AnInstallationIsFoundFromItsProgram) {
  const TemporaryFolder prefix;
  make(prefix.path() + "/bin/hanbat");
  make(prefix.path() + "/libexec/hanbat/hanbat-hostd");
  const Parts parts = Parts::beside(prefix.path() + "/bin/hanbat");
  EXPECT_EQ(parts.hostd, prefix.path() + "/libexec/hanbat/hanbat-hostd");
  EXPECT_EQ(parts.hanbatd, prefix.path() + "/libexec/hanbat/hanbatd");
  EXPECT_EQ(parts.guest, prefix.path() + "/libexec/hanbat/guest");
  EXPECT_EQ(parts.ssh, prefix.path() + "/libexec/hanbat/ssh");
  EXPECT_EQ(parts.recipes, prefix.path() + "/share/hanbat/images");
  EXPECT_EQ(parts.task, prefix.path() + "/share/hanbat/task");
}

TEST(Parts, ABuildIsFoundFromItsProgram) {
  const TemporaryFolder build;
  make(build.path() + "/src/main/hanbat");
  const Parts parts = Parts::beside(build.path() + "/src/main/hanbat");
  EXPECT_EQ(parts.hostd, build.path() + "/src/main/hanbat-hostd");
  EXPECT_EQ(parts.guest, build.path() + "/guest");
  EXPECT_EQ(parts.ssh, build.path() + "/ssh");
  EXPECT_EQ(parts.recipes, build.path() + "/images");
  EXPECT_EQ(parts.task, build.path() + "/task");
}

}  // namespace
}  // namespace hanbat::cli
