// What is read out of Incus's lists; Incus itself is in tests/host.
#include "host/machines/machines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hanbat::host {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Json instance(const std::string& name, const std::string& link) {
  return Json::object({{"name", name},
                       {"status", "Running"},
                       {"config", Json::object({{"user.hanbat", "machine"}})},
                       {"devices", Json::object({{"eth0", Json::object({{"host_name", link}})}})},
                       {"state", Json::object({{"started_at", "2026-11-30T03:00:00Z"}})}});
}

TEST(MachinesWithoutTheirLink, AreThoseThatHaveRunForAWhile) {
  const auto at = parse_iso8601("2026-11-30T03:00:00Z")->ms;
  const Json all = Json::array({instance("a", "hb-1"), instance("b", "hb-2")});
  EXPECT_THAT(machines_without(all, {"hb-2"}, at + 61'000), ElementsAre("b"));
  EXPECT_THAT(machines_without(all, {"hb-2"}, at + 59'000), IsEmpty());
}

TEST(MachinesWithoutTheirLink, OneThatIncusIsStillMakingHidesNoOther) {
  const Json making = Json::object(
      {{"name", "build-1"}, {"status", "Error"}, {"config", Json()}, {"devices", Json()}, {"state", Json()}});
  const auto at = parse_iso8601("2026-11-30T03:02:00Z")->ms;
  EXPECT_THAT(machines_without(Json::array({making, instance("a", "hb-1")}), {"hb-1"}, at), ElementsAre("a"));
}

}  // namespace
}  // namespace hanbat::host
