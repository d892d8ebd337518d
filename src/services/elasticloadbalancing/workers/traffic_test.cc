// What targets were asked between two looks at their counters.
#include "services/elasticloadbalancing/workers/traffic.h"

#include <gtest/gtest.h>

namespace hanbat::elasticloadbalancing {
namespace {

host::TargetHealth seen(std::int64_t requests) {
  return {.target_group_id = "g",
          .ip = "10.0.0.1",
          .port = 80,
          .counters = {.requests = requests, .answered_2xx = requests}};
}

std::int64_t taken(Traffic& traffic) {
  std::int64_t out = 0;
  for (const auto& [key, came] : traffic.take()) {
    EXPECT_EQ(came.requests, came.answered_2xx);
    out += came.requests;
  }
  return out;
}

TEST(Traffic, IsWhatCameBetweenTwoLooks) {
  Traffic traffic;
  traffic.note(seen(100));
  EXPECT_EQ(taken(traffic), 0) << "from before";
  traffic.note(seen(103));
  traffic.note(seen(110));
  EXPECT_EQ(taken(traffic), 10);
  EXPECT_EQ(taken(traffic), 0);
}

TEST(Traffic, OfAnotherHostSideBeginsAnew) {
  Traffic traffic;
  traffic.note(seen(100));
  traffic.note(seen(4));
  traffic.note(seen(5));
  EXPECT_EQ(taken(traffic), 5);
}

}  // namespace
}  // namespace hanbat::elasticloadbalancing
