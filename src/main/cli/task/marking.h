// Runs a pack's checks in one account and makes the sheet of what they saw.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "main/cli/task/sheet.h"

namespace hanbat::cli::task {

/// What the checks of one account need.
struct Judging {
  std::string judge_lines;    // shell lines with the judge's keys
  std::string owner_lines;    // with the account's own, for live checks
  std::filesystem::path key;  // to the bastion; "" when there is none
  std::string account;
  int jobs = 4;
};

/// Marks the items (of the pack): those that only look side by side, then the live ones one by one. Blocks, each check
/// at most as long as its item's limit. A check that breaks or hangs makes its item broken and stops no other.
std::vector<ItemMark> run_checks(const Pack& pack, const std::vector<Item>& items, const Judging& judging,
                                 const std::function<void(const ItemMark&)>& done);

}  // namespace hanbat::cli::task
