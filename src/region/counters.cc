#include "region/counters.h"

namespace hanbat::region {

std::int64_t book_counter(store::Tx& tx, std::string_view family, const CounterReading& reading, const Json& about) {
  const auto row =
      tx.find("SELECT epoch, value, about FROM billed_counters WHERE family = ? AND name = ?", family, reading.name);
  if (!row) {
    tx.exec("INSERT INTO billed_counters(family, name, epoch, value, about) VALUES (?, ?, ?, ?, ?)", family,
            reading.name, reading.epoch, reading.value, about);
    return reading.value;
  }
  const bool goes_on = row->text(0) == reading.epoch && row->integer(1) <= reading.value;
  const std::int64_t risen = goes_on ? reading.value - row->integer(1) : reading.value;
  if (risen != 0 || !goes_on || row->text(2) != about.dump())
    tx.exec("UPDATE billed_counters SET epoch = ?, value = ?, about = ? WHERE family = ? AND name = ?", reading.epoch,
            reading.value, about, family, reading.name);
  return risen;
}

std::optional<Json> find_about_counter(store::Tx& tx, std::string_view family, std::string_view name) {
  const auto row = tx.find("SELECT about FROM billed_counters WHERE family = ? AND name = ?", family, name);
  if (!row) return std::nullopt;
  return row->json(0);
}

void keep_counters(store::Tx& tx, std::string_view family, const std::set<std::string>& names) {
  for (const store::Row& row : tx.query("SELECT name FROM billed_counters WHERE family = ?", family))
    if (!names.contains(row.text(0)))
      tx.exec("DELETE FROM billed_counters WHERE family = ? AND name = ?", family, row.text(0));
}

}  // namespace hanbat::region
