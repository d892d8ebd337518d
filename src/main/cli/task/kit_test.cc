// What a competitor is handed, without a region.
#include "main/cli/task/kit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "main/cli/task/handed_out.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class KitTest : public ::testing::Test {
 protected:
  KitTest() {
    pack_.folder = fs::canonical(folder_.path()) / "pack";
    make_folders((pack_.folder / "handout").string());
    make_folders((pack_.folder / "src").string());
    for (const char* language : {"ko", "en"})
      write_file_atomic((pack_.folder / (std::string("task.") + language + ".md")).string(), "# T\n");
    write_file_atomic((pack_.folder / "src/app.py").string(), "app\n");
    pack_.languages = {"ko", "en"};
    pack_.title = {{"ko", "과제"}, {"en", "the task"}};
    pack_.time_limit = Seconds(5400);
    entry_.competitor = "ann";
    entry_.region = "ap-northeast-2";
    entry_.account = "123456789012";
    entry_.keys = {"AKIAANN", "secret", ""};
  }

  void make() { make_kit(Home{folder_.path()}, entry_, pack_, folder_.path()); }
  std::string kit(const std::string& name) const { return read_file(folder_.path() + "/kit/" + name); }

  TemporaryFolder folder_;
  Pack pack_;
  Entry entry_;
};

TEST_F(KitTest, HoldsKeysForTheCompetitorAlone) {
  make();
  EXPECT_THAT(kit("credentials.sh"), HasSubstr("AWS_ACCESS_KEY_ID=AKIAANN AWS_SECRET_ACCESS_KEY=secret"));
  EXPECT_THAT(kit("credentials.sh"), Not(HasSubstr("AWS_SESSION_TOKEN=")));
  EXPECT_THAT(kit("aws/credentials"), HasSubstr("[ann]\naws_access_key_id = AKIAANN\n"));
  EXPECT_THAT(kit("aws/config"), HasSubstr("[profile ann]\nregion = ap-northeast-2\n"));
  for (const char* name : {"credentials.sh", "aws/credentials"}) {
    struct stat about{};
    ASSERT_EQ(::stat((folder_.path() + "/kit/" + name).c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(KitTest, TellsHowToBeginInEachLanguage) {
  make();
  EXPECT_THAT(kit("START.ko.txt"), HasSubstr("제한 시간 1h30m, 리전 ap-northeast-2, 계정 123456789012"));
  EXPECT_THAT(kit("START.en.txt"), HasSubstr("Time 1h30m, region ap-northeast-2, account 123456789012"));
  EXPECT_THAT(kit("START.en.txt"), HasSubstr(". ./credentials.sh"));
}

TEST_F(KitTest, ALinkInTheHandoutIsFollowedInsideThePackOnly) {
  fs::create_symlink("../src/app.py", pack_.folder / "handout/app.py");
  make();
  EXPECT_EQ(kit("handout/app.py"), "app\n");
  EXPECT_FALSE(fs::is_symlink(folder_.path() + "/kit/handout/app.py"));
  fs::create_symlink("/etc/passwd", pack_.folder / "handout/users");
  EXPECT_THROW(make(), Failure);
}

TEST_F(KitTest, WhatThePackNoLongerHandsOutLeavesTheKit) {
  make_folders((pack_.folder / "handout/web").string());
  write_file_atomic((pack_.folder / "handout/web/index.html").string(), "page");
  write_file_atomic((pack_.folder / "handout/data.csv").string(), "a,b\n");
  make();
  const fs::path made = fs::path(folder_.path()) / "kit";
  std::vector<std::string> names;
  for (const HandedOut& one : list_handed_out(made)) names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre("handout/data.csv", "handout/web/index.html"));
  fs::remove_all(pack_.folder / "handout/web");
  make();
  ASSERT_THAT(list_handed_out(made), SizeIs(1));
  EXPECT_EQ(list_handed_out(made)[0].size, 4u);
  fs::remove_all(pack_.folder / "handout");
  make();
  EXPECT_THAT(list_handed_out(made), IsEmpty());
}

}  // namespace
}  // namespace hanbat::cli::task
