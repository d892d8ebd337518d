// What the files and permissions sections do to an instance.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "guest/deploy_agent/installer.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

void lay(const std::string& path, const std::string& text, mode_t mode = 0644) {
  make_folders(path.substr(0, path.rfind('/')));
  write_file_atomic(path, text, mode);
}

struct stat stat_of(const std::string& path) {
  struct stat found{};
  EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
  return found;
}

TEST(InstallTest, CopiesAFileIntoItsDestinationAndCleansItUpAgain) {
  TemporaryFolder t;
  lay(t.path() + "/archive/app.pyc", "code", 0755);
  lay(t.path() + "/archive/conf/x/y.conf", "y");
  AppSpec spec;
  spec.files = {{"app.pyc", t.path() + "/opt/app"}, {"conf", t.path() + "/etc"}};
  const auto steps = plan_install(spec, t.path() + "/archive", "DISALLOW");
  install(spec, steps, t.path() + "/cleanup");
  EXPECT_EQ(read_file(t.path() + "/opt/app/app.pyc"), "code");
  EXPECT_EQ(read_file(t.path() + "/etc/x/y.conf"), "y");
  lay(t.path() + "/etc/others", "stays");
  clean_up(t.path() + "/cleanup");
  EXPECT_FALSE(path_exists(t.path() + "/opt"));
  EXPECT_FALSE(path_exists(t.path() + "/etc/x"));
  EXPECT_TRUE(path_exists(t.path() + "/etc/others"));
}

TEST(InstallTest, AFileThatIsThereAlreadyIsRefusedReplacedOrKept) {
  TemporaryFolder t;
  lay(t.path() + "/archive/a", "new");
  lay(t.path() + "/to/a", "old");
  AppSpec spec;
  spec.files = {{"a", t.path() + "/to"}};
  EXPECT_THROW(plan_install(spec, t.path() + "/archive", "DISALLOW"), InstallError);
  EXPECT_TRUE(plan_install(spec, t.path() + "/archive", "RETAIN").empty());
  install(spec, plan_install(spec, t.path() + "/archive", "OVERWRITE"), t.path() + "/cleanup");
  EXPECT_EQ(read_file(t.path() + "/to/a"), "new");
}

TEST(InstallTest, ASourceOutsideTheRevisionIsRefused) {
  TemporaryFolder t;
  make_folders(t.path() + "/archive");
  lay(t.path() + "/secret", "s");
  AppSpec spec;
  spec.files = {{"../secret", t.path() + "/to"}};
  EXPECT_THROW(plan_install(spec, t.path() + "/archive", "DISALLOW"), InstallError);
}

/// A revision with a program, a script and a folder, to be installed below /srv of a folder of its own.
class InstallRulesTest : public testing::Test {
 protected:
  InstallRulesTest() {
    lay(archive() + "/app", "app", 0755);
    lay(archive() + "/scripts/a.sh", "a", 0644);
    lay(archive() + "/scripts/deep/b.sh", "b", 0644);
  }
  std::string archive() const { return t_.path() + "/archive"; }
  std::string srv() const { return t_.path() + "/srv"; }
  /// Installs by a specification in which SRV stands for the folder; returns what it failed with.
  std::string install_by(const std::string& sections, const std::string& behavior = "DISALLOW") {
    std::string text = "version: 0.0\nos: linux\n" + sections;
    for (std::size_t at; (at = text.find("SRV")) != std::string::npos;) text.replace(at, 3, srv());
    try {
      const AppSpec spec = AppSpec::parse(text);
      install(spec, plan_install(spec, archive(), behavior), t_.path() + "/cleanup");
    } catch (const std::exception& e) {
      return e.what();
    }
    return "";
  }
  unsigned mode_of(const std::string& name) const { return stat_of(srv() + "/" + name).st_mode & 07777; }
  TemporaryFolder t_;
};

const std::string kAll = "files:\n  - source: /\n    destination: SRV\n";

TEST_F(InstallRulesTest, ASlashIsTheWholeRevision) {
  EXPECT_EQ(install_by(kAll), "");
  EXPECT_EQ(read_file(srv() + "/scripts/deep/b.sh"), "b");
  EXPECT_EQ(mode_of("app"), 0755u);
}

TEST_F(InstallRulesTest, ACopyKeepsItsOwnerAndItsTimeAndALinkIsALink) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::chown((archive() + "/app").c_str(), 1234, 1234), 0);
  run_checked({"touch", "-d", "2020-01-01", archive() + "/app"});
  std::filesystem::create_symlink("app", archive() + "/current");
  EXPECT_EQ(install_by(kAll), "");
  EXPECT_EQ(stat_of(srv() + "/app").st_uid, 1234u);
  EXPECT_EQ(stat_of(srv() + "/app").st_mtime, stat_of(archive() + "/app").st_mtime);
  EXPECT_EQ(std::filesystem::read_symlink(srv() + "/current"), "app");
}

TEST_F(InstallRulesTest, ASourceThatIsNotThereFailsInRubysWords) {
  EXPECT_EQ(install_by("files:\n  - source: none\n    destination: SRV\n"),
            "No such file or directory @ rb_sysopen - " + archive() + "/none");
}

TEST_F(InstallRulesTest, TwoSourcesOfOneDestinationAreRefused) {
  lay(archive() + "/other/app", "2");
  EXPECT_EQ(install_by("files:\n  - {source: app, destination: SRV}\n  - {source: other/app, destination: SRV}\n"),
            "The deployment failed because the application specification file specifies two source files named " +
                archive() + "/other/app and " + archive() + "/app for the same destination (" + srv() +
                "/app). Remove one of the source file paths from the AppSpec file, and then try again.");
  EXPECT_THAT(install_by("files:\n  - {source: app, destination: SRV}\n  - {source: scripts, destination: SRV/app}\n"),
              HasSubstr("includes an mkdir command more than once for the same destination path (" + srv() +
                        "/app) from (" + archive() + "/app)"));
  EXPECT_THAT(install_by("files:\n  - {source: scripts, destination: SRV/app}\n  - {source: app, destination: SRV}\n"),
              HasSubstr("calls for installing the file " + archive() +
                        "/app, but a file with that name already exists at the location (" + srv() + "/app)"));
}

TEST_F(InstallRulesTest, PermissionsReachWhatIsInAFolderAndNotTheFolder) {
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV, mode: 750, type: [directory]}\n"
                              "  - {object: SRV/scripts, pattern: '*.sh', mode: 700, type: [file]}\n"),
            "");
  EXPECT_EQ(mode_of("scripts"), 0750u);
  EXPECT_EQ(mode_of("scripts/deep"), 0750u);
  EXPECT_EQ(mode_of("scripts/a.sh"), 0700u);
  EXPECT_EQ(mode_of("scripts/deep/b.sh"), 0644u);
  EXPECT_EQ(mode_of(""), 0755u);
}

TEST_F(InstallRulesTest, APermissionOfAFileIsForThatFileAlone) {
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV/app, mode: 4711}\n"), "");
  EXPECT_EQ(mode_of("app"), 04711u);
  EXPECT_THAT(install_by(kAll + "permissions:\n  - {object: SRV/app, pattern: '*', mode: 711}\n", "OVERWRITE"),
              HasSubstr("with an invalid pattern (*)"));
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV/app, type: [directory], mode: 600}\n", "OVERWRITE"), "");
  EXPECT_EQ(mode_of("app"), 0755u);
}

TEST_F(InstallRulesTest, WhatWasNotInstalledIsNotTouched) {
  lay(srv() + "/mine", "m", 0600);
  lay(srv() + "/app", "old", 0600);
  EXPECT_EQ(
      install_by(kAll + "permissions:\n  - {object: SRV, mode: 640, type: [file]}\n  - {object: /nowhere}\n", "RETAIN"),
      "");
  EXPECT_EQ(mode_of("mine"), 0600u);
  EXPECT_EQ(mode_of("app"), 0600u);
  EXPECT_EQ(mode_of("scripts/a.sh"), 0640u);
}

TEST_F(InstallRulesTest, TwoPermissionsOfOnePathAreRefusedBeforeAnythingIsCopied) {
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV, mode: 644, type: [file]}\n"
                              "  - {object: SRV/app, mode: 755, type: [file]}\n"),
            "The deployment failed because the permissions setting for (" + srv() +
                "/app) is specified more than once in the application specification file. Update the files section of "
                "the AppSpec file, and then try again.");
  EXPECT_FALSE(path_exists(srv() + "/app"));
}

TEST_F(InstallRulesTest, AnOwnerThatIsNotThereFails) {
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV, owner: nobody-of-that-name}\n"),
            "can't find user for nobody-of-that-name");
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV, group: none-of-that-name}\n", "OVERWRITE"),
            "can't find group for none-of-that-name");
}

TEST_F(InstallRulesTest, AToolThatFailsIsNamedWithItsCommand) {
  // No such user has an entry, so setfacl fails, as it does where it is not installed.
  EXPECT_THAT(install_by(kAll + "permissions:\n  - {object: SRV/app, acls: ['u:nobody-of-that-name:rx']}\n"),
              HasSubstr("Failed command: setfacl --set user:nobody-of-that-name:r-x,user::rwx,group::r-x,other::r-x,"
                        "mask::r-x " +
                        srv() + "/app. Exit code: "));
  if (run_capture({"sh", "-c", "command -v semanage"}).ok()) GTEST_SKIP() << "this machine has SELinux";
  EXPECT_EQ(install_by(kAll + "permissions:\n  - {object: SRV/app, context: {type: t, range: s0}}\n", "OVERWRITE"),
            "The deployment failed because the application specification file contains an error in the settings for "
            "the context parameter. Update the permissions section of the AppSpec file, and then try again. Failed "
            "command: semanage fcontext -a -t t -r s0 " +
                srv() + "/app. Exit code: exit 127");
}

TEST_F(InstallRulesTest, ACleanupLineThatACrashCutOffRemovesNothing) {
  lay(srv() + "/keep", "k");
  lay(srv() + "/goes", "g");
  lay(t_.path() + "/cleanup", srv() + "/goes\n" + srv() + "/keep");
  clean_up(t_.path() + "/cleanup");
  EXPECT_THAT(list_folder(srv()), ElementsAre("keep"));
}

}  // namespace
}  // namespace hanbat::guest
