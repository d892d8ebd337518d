// Staging labels, and which versions are kept.
#include "services/secretsmanager/versions.h"

#include <gtest/gtest.h>

namespace hanbat::secretsmanager {
namespace {

using Labels = std::vector<std::string>;

TEST(Versions, PreviousFollowsCurrent) {
  Versions versions{{.id = "a"}, {.id = "b"}, {.id = "c"}};
  move_stage(versions, kCurrent, "a");
  EXPECT_EQ(versions[0].stages, Labels{"AWSCURRENT"});
  move_stage(versions, kCurrent, "b");
  EXPECT_EQ(versions[0].stages, Labels{"AWSPREVIOUS"});
  move_stage(versions, kCurrent, "c");
  EXPECT_EQ(versions[0].stages, Labels{});
  EXPECT_EQ(versions[1].stages, Labels{"AWSPREVIOUS"});
  move_stage(versions, kCurrent, "b");
  EXPECT_EQ(versions[1].stages, Labels{"AWSCURRENT"}) << "and no longer the previous one";
  EXPECT_EQ(versions[2].stages, Labels{"AWSPREVIOUS"});
}

TEST(Versions, OwnLabelsAreAtOneVersionAndMoveNoOther) {
  Versions versions{{.id = "a"}, {.id = "b"}};
  move_stage(versions, kCurrent, "a");
  move_stage(versions, "blue", "a");
  move_stage(versions, "blue", "b");
  move_stage(versions, "blue", "b");
  EXPECT_EQ(versions[0].stages, Labels{"AWSCURRENT"});
  EXPECT_EQ(versions[1].stages, Labels{"blue"});
  remove_stage(versions, "blue");
  EXPECT_EQ(find_labelled(versions, "blue"), nullptr);
}

TEST(Versions, OldOnesWithoutLabelsGoBeyondAHundred) {
  const Timestamp now{1'000'000'000'000};
  Versions versions;
  for (int i = 0; i < 103; ++i) versions.push_back({.id = std::to_string(i), .created = now - std::chrono::hours(48)});
  versions[0].stages = {"kept"};
  versions[1].created = now - std::chrono::hours(23);
  EXPECT_EQ(remove_outdated(versions, now), (std::vector<std::string>{"2", "3", "4"}));
  EXPECT_EQ(versions.size(), 100u);
  EXPECT_TRUE(remove_outdated(versions, now).empty());
}

TEST(Versions, ComeBackFromTheirRows) {
  const Version version{.id = "a", .created = {7}, .accessed = Timestamp{9}, .stages = {"x", "y"}};
  const Version back = Version::from_json(version.to_json());
  EXPECT_EQ(back.id, "a");
  EXPECT_EQ(back.created.ms, 7);
  EXPECT_EQ(back.accessed, Timestamp{9});
  EXPECT_EQ(back.stages, version.stages);
  EXPECT_FALSE(Version::from_json(Version{.id = "b"}.to_json()).accessed);
}

}  // namespace
}  // namespace hanbat::secretsmanager
