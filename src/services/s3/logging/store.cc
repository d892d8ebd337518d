#include "services/s3/logging/store.h"

namespace hanbat::s3 {

void add_lines(store::Tx& tx, const std::vector<LoggedLine>& lines) {
  for (const LoggedLine& line : lines)
    tx.exec("INSERT INTO s3_access_lines(bucket, at, line) VALUES (?, ?, ?)", line.bucket, line.at.ms, line.text);
}

WaitingLines list_waiting_lines(store::Tx& tx, int most) {
  WaitingLines out;
  const auto first = tx.find("SELECT bucket FROM s3_access_lines ORDER BY id LIMIT 1");
  if (!first) return out;
  for (const store::Row& row :
       tx.query("SELECT id, bucket, at, line FROM s3_access_lines WHERE bucket = ? ORDER BY id LIMIT ?", first->text(0),
                most)) {
    out.last = row.integer(0);
    out.lines.push_back({row.text(1), row.timestamp(2), row.text(3)});
  }
  return out;
}

void remove_lines(store::Tx& tx, const WaitingLines& delivered) {
  tx.exec("DELETE FROM s3_access_lines WHERE bucket = ? AND id <= ?", delivered.lines.front().bucket, delivered.last);
}

}  // namespace hanbat::s3
