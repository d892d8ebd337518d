// Runs a pack's checks in one account and makes the sheet of what they saw.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "main/cli/task/sheet.h"

namespace hanbat::cli::task {

/// kQuick: checks look at what was delivered before, and make no change that takes minutes to be delivered.
enum class Pace { kWhole, kQuick };

using Semaphore = std::counting_semaphore<64>;

/// How many checks run at once, of all accounts that are marked.
struct Turns {
  /// As many that only look; of the live ones, whose time is taken, one for each two processors, so that nobody is
  /// late because of another.
  explicit Turns(int looks)
      : looking(looks), live(std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, 64)) {}
  Turns(int looks, int lives) : looking(looks), live(lives) {}

  Semaphore looking, live;
};

/// Holds one of the turns.
class Turn {
 public:
  explicit Turn(Semaphore& turns) : turns_(turns) { turns_.acquire(); }
  ~Turn() { turns_.release(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  Semaphore& turns_;
};

/// What the checks of one account need.
struct Judging {
  std::string judge_lines;    // shell lines with the judge's keys
  std::string owner_lines;    // with the account's own, for live checks
  std::filesystem::path key;  // to the bastion; "" when there is none
  std::string account;
  std::string competitor;  // who is marked; "" when it is no competitor's account
  /// Where what a live check made stands until it is taken away again, a file for each item. It outlives a marking that
  /// is cut short; the next one begins with it.
  std::filesystem::path undo;
  std::string path;  // the checks' PATH; "" = ours
  Pace pace = Pace::kWhole;
  std::filesystem::path ca;  // the region's certificate authority, for who asks at AWS's own names
};

/// Marks the items (of the pack): those that only look side by side, then the live ones one by one, both as
/// far as there are turns. What a live check made is taken away again after it, however it ended. Blocks, each check at
/// most as long as its item's limit, and half an hour for taking away. A check that breaks or hangs makes its item
/// broken and stops no other.
std::vector<ItemMark> run_checks(const Pack& pack, const std::vector<Item>& items, const Judging& judging, Turns& turns,
                                 const std::function<void(const ItemMark&)>& done);

}  // namespace hanbat::cli::task
