// Lines of access logs that wait for their delivery.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "store/database.h"

namespace hanbat::s3 {

/// A line of a bucket's log.
struct LoggedLine {
  std::string bucket;
  Timestamp at;
  std::string text;
};

void add_lines(store::Tx& tx, const std::vector<LoggedLine>& lines);

/// Lines of one bucket, the oldest first.
struct WaitingLines {
  std::vector<LoggedLine> lines;
  std::int64_t last = 0;  // the last one's place
};
/// Of the bucket whose line has waited the longest.
WaitingLines list_waiting_lines(store::Tx& tx, int most);
void remove_lines(store::Tx& tx, const WaitingLines& delivered);

}  // namespace hanbat::s3
