#include "services/ce/bill_pace.h"

#include <spdlog/spdlog.h>

#include <stdexcept>

#include "base/text.h"
#include "os/files.h"
#include "region/bill_clock.h"

namespace hanbat::ce {
namespace {

constexpr const char* kPaceFile = "bill-pace";

std::int64_t read_pace(const std::string& path) {
  const auto text = find_file(path);
  if (!text) return 1;
  const auto pace = parse_int(trim(*text));
  if (!pace || *pace < 1 || *pace > region::kFastestPace)
    throw std::runtime_error(path + ": how many times as fast the bill's clock runs is a number from 1 to " +
                             std::to_string(region::kFastestPace));
  return *pace;
}

}  // namespace

void keep_bill_clock(region::Region& home) {
  const std::string& folder = home.settings.state_folder;
  if (folder.empty()) return;
  const std::int64_t pace = read_pace(folder + "/" + kPaceFile);
  const region::BillClock clock = home.db.write([&](store::Tx& tx) {
    region::set_bill_pace(tx, home.clock.now(), pace);
    return region::find_bill_clock(tx);
  });
  if (pace > 1) spdlog::warn("the bill's clock runs {} times as fast as the real one", pace);
  const std::string path = folder + "/" + region::kBillClockFile;
  if (clock.at(home.clock.now()) != home.clock.now() || pace > 1)
    write_file_atomic(path, region::to_json(clock).dump(), 0644);
  else if (path_exists(path))
    remove_tree(path);
}

}  // namespace hanbat::ce
