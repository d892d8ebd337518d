// Checks as processes: what becomes of those that break, hang, or print what they should not; no region needed.
#include "main/cli/task/marking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "os/files.h"

namespace hanbat::cli::task {
namespace {

using ::testing::HasSubstr;

class MarkingTest : public ::testing::Test {
 protected:
  MarkingTest() {
    pack_.folder = folder_.path();
    make_folders(folder_.path() + "/checks");
  }

  Item item(const std::string& id, const std::string& body, Seconds limit = Seconds(20)) {
    const std::string file = "c" + std::to_string(pack_.items.size()) + ".sh";
    write_file_atomic(folder_.path() + "/checks/" + file, "check_it() {\n" + body + "\n}\n");
    pack_.items.push_back({.id = id, .points = 100, .file = file, .function = "check_it", .limit = limit});
    return pack_.items.back();
  }

  std::vector<ItemMark> run(Pace pace = Pace::kWhole) {
    Turns turns(2, 1);
    return run(pace, turns);
  }
  std::vector<ItemMark> run(Pace pace, Turns& turns) {
    return run_checks(pack_, pack_.items,
                      {.judge_lines = "export WHO=judge\n",
                       .owner_lines = "export WHO=owner\n",
                       .account = "111122223333",
                       .competitor = "kim",
                       .undo = undo_.path(),
                       .pace = pace,
                       .ca = "/region/ca.pem"},
                      turns, [](const ItemMark&) {});
  }
  /// A live item.
  void live(const std::string& id, const std::string& body, Seconds limit = Seconds(20)) {
    item(id, body, limit);
    pack_.items.back().live = true;
  }
  std::string kept(const std::string& name) { return find_file(undo_.path() + "/" + name).value_or(""); }

  TemporaryFolder folder_, undo_;
  Pack pack_;
};

TEST_F(MarkingTest, OneBrokenCheckStopsNoOther) {
  item("1", "expect a 1 1");
  item("2", "echo oops; echo $not_there");
  item("3", "sleep 60", Seconds(1));
  item("4", "expect a 1 1; exit 0");
  item("5", "expect a 1 2");
  const auto marks = run();
  EXPECT_EQ(marks[0].earned, 100);
  EXPECT_THAT(marks[1].broken, HasSubstr("the check ended with"));
  EXPECT_THAT(marks[1].evidence.back().answer, HasSubstr("oops"));
  EXPECT_EQ(marks[2].broken, "the check took longer than 1s");
  EXPECT_EQ(marks[3].broken, "the check ended before its end");
  EXPECT_EQ(marks[4].broken, "");
  EXPECT_EQ(marks[4].earned, 0);
}

TEST_F(MarkingTest, ExpectationsKeepTheirTextsWhateverTheyHold) {
  item("1",
       "expect 'a b | 가' $'x\\ny \\\\s\\\\\\\\n\"' $'x\\ny \\\\s\\\\\\\\n\"'; expect_like b '^[0-9]+$' 12; "
       "expect_that c small 3 test 3 -lt 4");
  const auto marks = run();
  ASSERT_EQ(marks[0].expectations.size(), 3u);
  EXPECT_EQ(marks[0].expectations[0].seen, "x\ny \\s\\\\n\"");
  EXPECT_EQ(marks[0].expectations[0].what, "a b | 가");
  EXPECT_EQ(marks[0].earned, 100);
}

TEST_F(MarkingTest, WithinTriesUntilItSucceeds) {
  item("1",
       "t() { [ -e there ] || { touch \"$TMPDIR/there\"; [ -e \"$TMPDIR/again\" ] || { touch \"$TMPDIR/again\"; return "
       "1; }; }; echo yes; }\n"
       "expect a yes \"$(within 20s t)\"; expect b '' \"$(within 1s false)\"");
  EXPECT_EQ(run()[0].earned, 100);
}

TEST_F(MarkingTest, WhatACompetitorsMachinesAnswerIsTakenUpToAMebibyte) {
  write_file_atomic(folder_.path() + "/ssh", "#!/bin/bash\nread -r line\n[ \"$line\" = true ] || exec yes\n", 0755);
  write_file_atomic(folder_.path() + "/curl", "#!/bin/bash\nexec yes\n", 0755);
  item("1",
       "PATH=\"$HANBAT_PACK:$PATH\" HANBAT_KEY=\"$HANBAT_PACK/ssh\"\n"
       "bastions() { echo i-1 192.0.2.1; }; balancers() { echo balancer.example 80; }\n"
       "expect ssh 1048576 \"$(on_bastion uptime | wc -c)\"; expect curl 1048575 \"$(through_balancer / | wc -c)\"");
  const auto marks = run();
  EXPECT_EQ(marks[0].broken, "");
  EXPECT_EQ(marks[0].earned, 100);
}

TEST_F(MarkingTest, WhatIsFetchedByAwssNamesComesFromTheRegion) {
  write_file_atomic(folder_.path() + "/curl", "#!/bin/bash\necho \"${*: 4}\"\n", 0755);
  item("1",
       "PATH=\"$HANBAT_PACK:$PATH\" AWS_ENDPOINT_URL=http://127.0.0.1:4566 HANBAT_BALANCER_PORT=4580\n"
       "expect bucket '--connect-to ::127.0.0.1:4566 --cacert /region/ca.pem "
       "https://b.s3.ap-northeast-2.amazonaws.com/k' \"$(fetch https://b.s3.ap-northeast-2.amazonaws.com/k)\"\n"
       "expect balancer http://lb-1.ap-northeast-2.elb.localhost:4580/x "
       "\"$(fetch http://lb-1.ap-northeast-2.elb.amazonaws.com/x)\"\n"
       "expect 'port 80' http://lb-1.ap-northeast-2.elb.localhost:4580 "
       "\"$(fetch http://lb-1.ap-northeast-2.elb.amazonaws.com:80)\"\n"
       "for other in http://198.19.1.2/ https://amazonaws.com.example/k; do expect other \"$other\" \"$(fetch "
       "\"$other\")\"; done");
  const auto marks = run();
  EXPECT_EQ(marks[0].broken, "");
  for (const Expectation& one : marks[0].expectations) EXPECT_TRUE(one.met) << one.what << one.seen;
  EXPECT_EQ(marks[0].evidence[0].command, "curl https://b.s3.ap-northeast-2.amazonaws.com/k");
}

TEST_F(MarkingTest, CallsAndAnswersBecomeEvidenceAndAnAnswerIsWordsOnOneLine) {
  write_file_atomic(folder_.path() + "/aws",
                    "#!/bin/bash\ncase \"$1\" in\nwords) printf 'a\\tb\\nc\\n';;\nnone) echo None;;\n"
                    "fails) echo denied >&2; exit 254;;\nlong) head -c 9000 /dev/zero | tr '\\0' x;;\nesac\n",
                    0755);
  item("1",
       "PATH=\"$HANBAT_PACK:$PATH\"\nexpect words 'a b c' \"$(get words)\"; expect none '' \"$(get none)\"\n"
       "expect fails '' \"$(get fails 2>/dev/null)\"; expect long 9000 \"$(get long | wc -c)\"");
  const auto marks = run();
  EXPECT_EQ(marks[0].earned, 100);
  ASSERT_EQ(marks[0].evidence.size(), 4u);
  EXPECT_EQ(marks[0].evidence[0].command, "aws words --output text");
  EXPECT_EQ(marks[0].evidence[2].answer, "denied");
  EXPECT_EQ(marks[0].evidence[2].status, 254);
  EXPECT_LE(marks[0].evidence[3].answer.size(), 4000u);
}

TEST_F(MarkingTest, WhatOnlyAsksIsAskedOnceInAMarkingAndLiveChecksAskAnew) {
  const std::string asked = folder_.path() + "/asked";
  write_file_atomic(folder_.path() + "/aws", "#!/bin/bash\necho x >> " + asked + "\necho $(wc -l < " + asked + ")\n",
                    0755);
  const std::string ask = "PATH=\"$HANBAT_PACK:$PATH\"\nexpect_like asked '^[0-9]+$' \"$(get ec2 describe-vpcs)\"";
  item("1", ask);
  item("2",
       "PATH=\"$HANBAT_PACK:$PATH\"; sleep 1; expect a 1 \"$(get ec2 describe-vpcs)\"; expect b 2 \"$(get ec2 "
       "describe_vpcs)\"\n"
       "expect c 3 \"$(within 1s get ec2 describe-vpcs)\"; expect d 1 \"$(get ec2 describe-vpcs)\"");
  live("3",
       "PATH=\"$HANBAT_PACK:$PATH\"; expect a 4 \"$(get ec2 describe-vpcs)\"; expect b 5 \"$(aws ec2 describe-vpcs)\"");
  for (const ItemMark& mark : run()) {
    EXPECT_EQ(mark.earned, 100) << mark.item.id << mark.broken;
    for (const Expectation& one : mark.expectations) EXPECT_TRUE(one.met) << one.what << one.seen;
  }
}

TEST_F(MarkingTest, ACheckKnowsWhoseWorkItLooksAt) {
  item("1", "expect who kim \"$HANBAT_COMPETITOR\"; expect where 111122223333 \"$HANBAT_ACCOUNT\"");
  EXPECT_EQ(run()[0].earned, 100);
}

TEST_F(MarkingTest, OnlyLiveChecksHaveTheOwnersKeys) {
  item("1", "expect a judge \"$WHO\"; expect b '' \"$HANBAT_OWNER_KEYS\"");
  item("2", "expect a owner \"$(. \"$HANBAT_OWNER_KEYS\"; echo $WHO)\"");
  pack_.items[1].live = true;
  const auto marks = run();
  EXPECT_EQ(marks[0].earned, 100);
  EXPECT_EQ(marks[1].earned, 100);
}

TEST_F(MarkingTest, WhatALiveCheckMadeIsTakenAwayAfterItHoweverItEndedAndTheLastFirst) {
  const std::string made = undo_.path() + "/made";
  live("1", "undo sh -c 'echo first >> \"$0\"' " + made + "; undo sh -c 'echo \"last $WHO\" >> \"$0\"' " + made +
                "; expect a 1 1");
  live("2", "undo sh -c 'echo hung >> \"$0\"' " + made + "; sleep 60", Seconds(1));
  item("3", "undo true && echo done");
  const auto marks = run();
  EXPECT_EQ(kept("made"), "last judge\nfirst\nhung\n");
  EXPECT_EQ(marks[0].earned, 100);
  EXPECT_EQ(marks[1].broken, "the check took longer than 1s");
  EXPECT_THAT(marks[2].evidence.back().answer, HasSubstr("undo is for items with live: true"));
  EXPECT_EQ(kept("1"), "");
}

TEST_F(MarkingTest, LiveChecksOfSeveralAccountsHaveTheMachineInTurns) {
  const std::string busy = undo_.path() + "/busy";
  live("1", "mkdir " + busy + " || return 1; sleep 0.3; rmdir " + busy + "; expect a 1 1");
  Turns turns(2, 1);
  std::vector<std::future<std::vector<ItemMark>>> markings;
  for (int i = 0; i < 3; ++i)
    markings.push_back(std::async(std::launch::async, [&] { return run(Pace::kWhole, turns); }));
  for (auto& marking : markings) EXPECT_EQ(marking.get()[0].earned, 100);
}

TEST_F(MarkingTest, WhatCouldNotBeTakenAwayIsSaidAndTriedAgainAtTheNextMarking) {
  const std::string way = undo_.path() + "/way";
  live("1", "[ -e " + way + " ] || undo test -e " + way + "; expect a 1 1");
  const auto marks = run();
  EXPECT_EQ(marks[0].earned, 100);
  EXPECT_THAT(marks[0].left, HasSubstr("not all taken away"));
  EXPECT_THAT(kept("1"), HasSubstr("test -e"));
  write_file_atomic(way, "");
  EXPECT_EQ(run()[0].left, "");
  EXPECT_EQ(kept("1"), "");
}

TEST_F(MarkingTest, AQuickMarkingIsKnownToTheChecks) {
  item("1", "expect a yes \"$(quick && echo yes)\"");
  EXPECT_EQ(run()[0].earned, 0);
  EXPECT_EQ(run(Pace::kQuick)[0].earned, 100);
}

TEST_F(MarkingTest, WithinGivesUpWhenTheCommandDoes) {
  item("1",
       "never() { echo failed; return 9; }; expect a 'failed 9' \"$(within 15s never) $(within 15s never >/dev/null; "
       "echo $?)\"",
       Seconds(10));
  EXPECT_EQ(run()[0].earned, 100);
}

}  // namespace
}  // namespace hanbat::cli::task
