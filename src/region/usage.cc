#include "region/usage.h"

#include <algorithm>
#include <map>

#include "region/bill_clock.h"

namespace hanbat::region {
namespace {

constexpr std::string_view kColumns =
    "id, account, region, service, usage_type, operation, resource, unit, quantity, began, ended, tags";
constexpr std::int64_t kHourMs = 3'600'000;

Use use_of(const store::Row& row) {
  return {row.text(3), row.text(4), row.text(5), require_word<UsageUnit>(row.text(7)), row.integer(8)};
}

TagMap tags_of(const Json& json) {
  TagMap tags;
  for (const auto& [key, value] : json.members()) tags[key] = value.as_string();
  return tags;
}

Json tags_json(store::Tx& tx, std::string_view arn) {
  Json out = Json::object();
  for (const auto& [key, value] : region::tags_of(tx, arn)) out[key] = value;
  return out;
}

void insert_line(store::Tx& tx, const Place& place, std::string_view arn, const Use& use, Timestamp began,
                 std::optional<Timestamp> ended) {
  tx.exec(
      "INSERT INTO billed_usage(account, region, service, usage_type, operation, resource, unit, quantity, began, "
      "ended, tags) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      place.account, place.region, use.service, use.usage_type, use.operation, arn, word_of(use.unit), use.quantity,
      began, ended, ended ? tags_json(tx, arn) : Json::object());
}

}  // namespace

void meter(store::Tx& tx, Timestamp now, const Place& place, std::string_view arn, const std::vector<Use>& uses) {
  const Timestamp at = bill_time(tx, now);
  std::vector<Use> wanted = uses;
  for (const store::Row& row :
       tx.query("SELECT " + std::string(kColumns) + " FROM billed_usage WHERE resource = ? AND ended IS NULL", arn)) {
    const auto goes_on = std::ranges::find(wanted, use_of(row));
    if (goes_on != wanted.end()) {
      wanted.erase(goes_on);
      continue;
    }
    // A clock that was set back ends nothing before it began.
    tx.exec("UPDATE billed_usage SET ended = ?, tags = ? WHERE id = ?", std::max(at, row.timestamp(9)),
            tags_json(tx, arn), row.integer(0));
  }
  for (const Use& use : wanted) insert_line(tx, place, arn, use, at, std::nullopt);
}

void meter_event(store::Tx& tx, Timestamp real, const Place& place, std::string_view arn, const Use& use) {
  const Timestamp at = bill_time(tx, real), hour{at.ms - at.ms % kHourMs};
  const auto changed = tx.exec(
      "UPDATE billed_usage SET quantity = quantity + ? WHERE resource = ? AND usage_type = ? AND began = ? AND "
      "service = ? AND operation = ? AND account = ? AND region = ? AND unit = ?",
      use.quantity, arn, use.usage_type, hour, use.service, use.operation, place.account, place.region,
      word_of(use.unit));
  if (changed == 0) insert_line(tx, place, arn, use, hour, Timestamp{hour.ms + kHourMs});
}

std::vector<UsageLine> list_usage(store::Tx& tx, std::span<const std::string> accounts, Timestamp from, Timestamp to) {
  std::vector<UsageLine> out;
  std::map<std::string, TagMap> tags;  // of what goes on
  for (const std::string& account : accounts) {
    for (const bool going_on : {false, true}) {
      // A use has a least length, so one that ended a little before may still be billed after `from`.
      const auto rows = going_on ? tx.query("SELECT " + std::string(kColumns) +
                                                " FROM billed_usage WHERE account = ? AND ended IS NULL AND began < ?",
                                            account, to)
                                 : tx.query("SELECT " + std::string(kColumns) +
                                                " FROM billed_usage WHERE account = ? AND ended >= ? AND began < ?",
                                            account, from - Milliseconds(kHourMs), to);
      for (const store::Row& row : rows) {
        UsageLine line{{row.text(1), row.text(2)}, row.text(6), use_of(row), row.timestamp(9), std::nullopt, {}};
        if (going_on) {
          const auto [known, is_new] = tags.try_emplace(line.resource);
          if (is_new) known->second = region::tags_of(tx, line.resource);
          line.tags = known->second;
        } else {
          line.ended = row.timestamp(10);
          line.tags = tags_of(row.json(11));
        }
        out.push_back(std::move(line));
      }
    }
  }
  std::ranges::stable_sort(out, {}, &UsageLine::began);
  return out;
}

std::vector<UsageLine> list_uses(store::Tx& tx, std::string_view account, std::string_view service,
                                 std::string_view usage_type, Timestamp from, Timestamp to) {
  std::vector<UsageLine> out;
  const std::string select = "SELECT " + std::string(kColumns) + " FROM billed_usage WHERE account = ? AND ";
  for (const bool going_on : {false, true}) {
    const auto rows = going_on ? tx.query(select + "ended IS NULL AND began < ? AND service = ? AND usage_type = ?",
                                          account, to, service, usage_type)
                               : tx.query(select + "ended > ? AND began < ? AND service = ? AND usage_type = ?",
                                          account, from, to, service, usage_type);
    for (const store::Row& row : rows) {
      UsageLine line{{row.text(1), row.text(2)}, row.text(6), use_of(row), row.timestamp(9), std::nullopt, {}};
      if (!going_on) line.ended = row.timestamp(10);
      out.push_back(std::move(line));
    }
  }
  return out;
}

std::int64_t sum_events(store::Tx& tx, std::string_view account, std::string_view usage_type, Timestamp from,
                        Timestamp to) {
  std::int64_t sum = 0;
  for (const store::Row& row : tx.query(
           "SELECT quantity FROM billed_usage WHERE account = ? AND usage_type = ? AND ended > ? AND ended <= ? AND "
           "began >= ? AND began < ?",
           account, usage_type, from, to + Milliseconds(kHourMs), from, to))
    sum += row.integer(0);
  return sum;
}

std::vector<std::string> list_metered_accounts(store::Tx& tx) {
  std::vector<std::string> out;
  for (const store::Row& row : tx.query("SELECT DISTINCT account FROM billed_usage ORDER BY account"))
    out.push_back(row.text(0));
  return out;
}

}  // namespace hanbat::region
