// Competitors' files, clocks, and the policy that holds a clock.
#include "main/cli/task/entry.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <optional>
#include <sstream>

#include "main/cli/task/account.h"
#include "main/cli/task/time_limit.h"

namespace hanbat::cli::task {
namespace {

using ::testing::HasSubstr;

Entry an_entry() {
  Entry entry;
  entry.competitor = "ann";
  entry.label = "앤";
  entry.pack = "/packs/p";
  entry.stage = Stage::kRunning;
  entry.email = "ann.1@hanbat.invalid";
  entry.account = "123456789012";
  entry.keys = {"AKIA", "secret", ""};
  entry.start = Timestamp{1'700'000'000'000};
  entry.end = *entry.start + Seconds(600);
  return entry;
}

TEST(Entries, AnEntryComesBackAsItWasSaved) {
  const TemporaryFolder folder;
  const Entries entries(Home{folder.path()});
  entries.save(an_entry());
  const Entry back = entries.require("ann");
  EXPECT_EQ(back.to_json(), an_entry().to_json());
  Entry paused = an_entry();
  paused.stage = Stage::kPaused;
  paused.left = Seconds(77);
  paused.machines = {"i-1", "i-2"};
  entries.save(paused);
  EXPECT_EQ(entries.require("ann").left, Seconds(77));
  EXPECT_EQ(entries.require("ann").machines.size(), 2u);
  EXPECT_EQ(state_of(entries.require("ann"), *an_entry().end + Seconds(1)), "paused");
  EXPECT_EQ(entries.list().size(), 1u);
}

TEST(Entries, OneThatIsNotThereIsToldWithThoseThatAre) {
  const TemporaryFolder folder;
  const Entries entries(Home{folder.path()});
  entries.save(an_entry());
  EXPECT_FALSE(entries.find("../ann"));
  try {
    entries.require("bob");
    FAIL();
  } catch (const Failure& error) {
    EXPECT_STREQ(error.what(), "there is no competitor bob; there are ann");
  }
}

TEST(Entries, OneThatIsPutAsideMakesRoomForAnother) {
  const TemporaryFolder folder;
  const Entries entries(Home{folder.path()});
  entries.save(an_entry());
  entries.put_aside("ann", Timestamp{1'700'000'000'000});
  EXPECT_FALSE(entries.find("ann"));
  EXPECT_TRUE(path_exists(folder.path() + "/task/.ended/ann-20231114T221320Z/entry.json"));
}

TEST(Entries, OnlyOneCommandAtATimeChangesThem) {
  const TemporaryFolder folder;
  const Entries entries(Home{folder.path()});
  std::optional<FileLock> lock = entries.lock();
  std::ostringstream words;
  try {
    entries.lock(Seconds(0), words);
    FAIL() << "taken twice";
  } catch (const Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find(fmt::format("(process {})", ::getpid())), std::string::npos)
        << failure.what();
  }
  EXPECT_EQ(words.str(), "");
}

TEST(Entries, WhoComesSecondWaitsAndIsToldForWhom) {
  const TemporaryFolder folder;
  const Entries entries(Home{folder.path()});
  std::optional<FileLock> lock = entries.lock();
  std::ostringstream words;
  const auto second = std::async(std::launch::async, [&] { entries.lock(Seconds(60), words); });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  lock.reset();
  second.wait();
  EXPECT_NE(words.str().find(fmt::format("(process {}) to end\n", ::getpid())), std::string::npos) << words.str();
}

TEST(EntryState, FollowsTheClock) {
  Entry entry = an_entry();
  EXPECT_EQ(state_of(entry, *entry.end - Milliseconds(1)), "running");
  EXPECT_EQ(state_of(entry, *entry.end), "over");
  entry.stage = Stage::kStopped;
  EXPECT_EQ(state_of(entry, *entry.start), "stopped");
}

TEST(Limit, IsReadAndWritten) {
  EXPECT_EQ(parse_limit("4h"), Seconds(14400));
  EXPECT_EQ(parse_limit("1h30m"), Seconds(5400));
  EXPECT_EQ(parse_limit("90m"), Seconds(5400));
  EXPECT_EQ(parse_limit("45s"), Seconds(45));
  for (const char* none : {"", "4", "h", "-4h", "+4h", "4h4h", "0m", "30m1h", "4 h", "99999h"})
    EXPECT_FALSE(parse_limit(none)) << none;
  EXPECT_EQ(limit_text(Seconds(5400)), "1h30m");
  EXPECT_EQ(limit_text(Seconds(14400)), "4h");
  EXPECT_EQ(limit_text(Seconds(61)), "1m1s");
  EXPECT_EQ(clock_text(Seconds(3723)), "1:02:03");
  EXPECT_EQ(clock_text(Seconds(-10)), "-0:00:10");
}

TEST(ClockPolicy, EndsTheUsersTimeAndGuardsTheJudge) {
  const Json policy = Json::parse(clock_policy("123456789012", Timestamp{1'700'000'000'000}, "board"));
  const auto& statements = policy["Statement"].items();
  EXPECT_EQ(statements[0]["Resource"].items()[0].as_string(), "arn:aws:iam::123456789012:role/hanbat-judge");
  EXPECT_EQ(statements[1]["Condition"]["DateGreaterThanEquals"].text("aws:CurrentTime"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(statements[1]["Condition"]["ArnLike"].text("aws:PrincipalArn"), "arn:aws:iam::123456789012:user/*");
  EXPECT_EQ(statements[1]["NotAction"].items()[0].as_string(), "s3:GetObject");
  EXPECT_EQ(statements[2]["NotResource"].dump(),
            R"(["arn:aws:s3:::board","arn:aws:s3:::board/competitors/123456789012/*"])");
  EXPECT_EQ(statements[2]["Condition"].dump(), statements[1]["Condition"].dump());
}

TEST(AnswersXml, ElementsAreReadWithTheirEntities) {
  const std::string xml = "<A><Id>a&amp;b</Id><Id>c</Id><Open>";
  EXPECT_EQ(xml_text(xml, "Id"), "a&b");
  EXPECT_EQ(xml_texts(xml, "Id").size(), 2u);
  EXPECT_EQ(xml_text(xml, "Open"), "");
  EXPECT_EQ(xml_text(xml, "None"), "");
}

}  // namespace
}  // namespace hanbat::cli::task
