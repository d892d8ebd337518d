// Tells who nears the cost limit: an event on the account's own bus, and on that of the account which pays for it, when
// four fifths of the limit are spent and when it is reached.
#include "gen/ce/schema.h"
#include "services/ce/bill_pace.h"
#include "services/ce/ce.h"
#include "services/ce/limits/notice_store.h"

namespace hanbat::ce {
namespace {

constexpr std::string_view kWatch = "ce.watch-limits";
constexpr Milliseconds kEvery = std::chrono::minutes(1);
constexpr int kShares[] = {100, 80};

/// The share that is to be told: the highest that is reached; 0 when none is.
int share_of(const Standing& standing) {
  for (const int share : kShares)
    if (standing.percent() >= share) return share;
  return 0;
}

}  // namespace

std::span<const store::Migration> Ce::migrations() const { return schema(); }

void Ce::start() {
  keep_bill_clock(home_);
  home_.tasks.handle(std::string(kWatch), [this](store::TaskRun& run) {
    const region::BillClock bill = home_.db.read([](store::Tx& tx) { return region::find_bill_clock(tx); });
    run.again(bill.wait(kEvery), [this](store::Tx& tx) {
      for (const std::string& account : region::list_metered_accounts(tx)) watch(tx, account);
    });
  });
  home_.db.write([this](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kWatch), .key = "all", .body = Json::object()});
  });
}

void Ce::watch(store::Tx& tx, const std::string& account) {
  const auto standing = limits_.find_standing(tx, account);
  if (!standing) return;
  const int share = share_of(*standing);
  if (share == 0 || !is_news(tx, account, standing->limit_text, share)) return;
  const region::Event event{.source = "hanbat.costs",
                            .detail_type = "Account Cost Limit Notification",
                            .resources = {},
                            .detail = Json::object({{"account", account},
                                                    {"limit", decimal(standing->limit)},
                                                    {"spent", decimal(standing->spent)},
                                                    {"unit", "USD"},
                                                    {"threshold", share}})};
  home_.publish(tx, account, home_.settings.default_region, event);
  if (const std::string payer = limits_.payer_of(tx, account); payer != account)
    home_.publish(tx, payer, home_.settings.default_region, event);
}

}  // namespace hanbat::ce
