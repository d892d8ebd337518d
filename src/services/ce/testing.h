// Cost Explorer over a ledger that a test writes, for its tests. Header only.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gen/ce/client.h"
#include "region/testing.h"
#include "services/ce/ce.h"

namespace hanbat::ce {

inline constexpr std::int64_t kGiB = 1LL << 30;
inline const std::string kMember = "210987654321";
inline const std::string kCompute = "Amazon Elastic Compute Cloud - Compute";

class FakeOrganization final : public PayersAndTags {
 public:
  std::vector<std::string> paid_by(store::Tx&, std::string_view account) const override {
    if (account == "123456789012") return {"123456789012", kMember};
    return {std::string(account)};
  }
  std::string payer_of(store::Tx&, std::string_view) const override { return "123456789012"; }
  region::TagMap tags_of_account(store::Tx&, std::string_view account) const override {
    const auto found = tags.find(std::string(account));
    return found == tags.end() ? region::TagMap{} : found->second;
  }
  std::map<std::string, region::TagMap> tags;
};

inline Timestamp at(const char* text) { return *parse_iso8601(text); }

class CostExplorer : public testing::Test {
 protected:
  CostExplorer() : prices(test.folder), limits(test.clock, prices, organization), ce(test.add<Ce>(prices, limits)) {
    test.start();
    set_time("2026-11-10T12:00:00Z");
  }
  void set_time(const char* text) { test.clock.advance(at(text) - test.clock.now()); }
  Client client() { return Client(test.home.as(test.user, test.region)); }
  /// Says from when on, or when to, something is used; as a service does.
  void use(const char* from, const std::string& id, const std::vector<region::Use>& uses,
           const std::string& account = "123456789012") {
    test.db->write(
        [&](store::Tx& tx) { region::meter(tx, at(from), {account, "ap-northeast-2"}, arn(id, account), uses); });
  }
  static std::string arn(const std::string& id, const std::string& account = "123456789012") {
    return "arn:aws:ec2:ap-northeast-2:" + account + ":instance/" + id;
  }
  static region::Use box(const std::string& type) { return {kCompute, "BoxUsage:" + type, "RunInstances"}; }
  static GetCostAndUsageInput november() {
    GetCostAndUsageInput in;
    in.granularity = "MONTHLY";
    in.metrics = {"UnblendedCost", "UsageQuantity"};
    in.time_period = {.end = "2026-12-01", .start = "2026-11-01"};
    return in;
  }
  static std::string code(const std::function<void()>& call) {
    try {
      call();
    } catch (const wire::Error& error) {
      return error.code();
    }
    return "fine";
  }

  region::TestRegion test;
  Prices prices;
  FakeOrganization organization;
  CostLimits limits;
  Ce& ce;
};

}  // namespace hanbat::ce
