// The judge's board: what of a contest is read over the region's own API, so that the console can show it. A bucket of
// the region's own account, written by the commands of `hanbat task` and read by those whom it concerns:
//
//     contest.json                             the judge: who takes part, their clocks, their last sheets
//     sheets/<account>/<time>.json             the judge: each marking's sheet
//     competitors/<account>/task.json          that account: the task's title, limits, languages
//     competitors/<account>/task.<language>.md that account: the task's text
//     competitors/<account>/handout/…          that account: what is given with it, but for what no object can be
//     competitors/<account>/clock.json         that account: its clock
//     competitors/<account>/sheet.json         that account: its sheet, once the judge has published it
//
// It shows and decides nothing: the clock is the account's policy, the points are the sheet's files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.h"
#include "main/cli/region_api.h"
#include "main/cli/task/account.h"
#include "main/cli/task/entry.h"
#include "main/cli/task/pack.h"
#include "main/cli/task/sheet.h"

namespace hanbat::cli::task {

/// The bucket's name.
std::string board_of(const std::string& account, const std::string& region);
/// Its policy: whoever is of the organization reads what lies under the own account's number.
std::string board_policy(const std::string& bucket, const std::string& organization);
/// What a competitor's clock.json says.
Json clock_json(const Entry& entry);

class Board {
 public:
  /// Makes the bucket where there is none. Throws ApiError, also when the name is somebody else's.
  Board(Management& management, const std::string& region);

  /// Lets the organization's accounts read their own part.
  void open_to_competitors();
  /// The task's text and what the kit (a folder, made before) hands out with it, for the competitor.
  void post_task(const Entry& entry, const Pack& pack, const std::filesystem::path& kit);
  void post_clock(const Entry& entry);
  /// What the judge sees of all of them.
  void post_contest(const Entries& entries);
  void keep_sheet(const Sheet& sheet);
  /// The competitor reads that sheet (of sheet_json) from now on.
  void publish(const Entry& entry, const std::string& sheet);
  void withdraw(const Entry& entry);

 private:
  /// No bucket of somebody else's is written, whatever it is called.
  http::Headers::Field owner() const;
  void put(const std::string& key, std::string content, const std::string& type);
  void remove(const std::string& key);
  std::vector<std::string> list(const std::string& prefix);
  /// Posts what is handed out, takes away what no longer is, and names what is in the kit alone.
  Json post_handout(const std::string& folder, const std::filesystem::path& kit);

  Management& management_;
  std::string region_, bucket_;
};

/// Posts the clocks of those, and the contest. What fails is told on standard error: what was to be done is done.
void post_clocks(const Home& home, const Entries& entries, const std::vector<Entry>& changed);

/// Keeps those sheets for the judge, and posts the contest with them. What fails is told on standard error.
void post_sheets(const Home& home, const std::string& region, const std::vector<Sheet>& sheets);

enum class Publishing { kPublish, kWithdraw };
/// Publishes the last sheet of each to them, or withdraws what they can read. Throws Failure for one who has none.
void publish(const Home& home, const std::vector<std::string>& names, Publishing publishing);

}  // namespace hanbat::cli::task
