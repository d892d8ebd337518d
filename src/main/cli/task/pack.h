// A task pack: a folder with task.yaml, the texts, what is handed out, the model solution, and the checks.
// docs/task-packs.md is its description for those who write one; share/task.schema.json the form of task.yaml.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "main/cli/control.h"

namespace hanbat::cli::task {

/// Points in hundredths, so that they add up exactly.
using Points = int;

/// "1", "0.5", "1.25"
std::string points_text(Points points);

/// Language → text.
using Texts = std::map<std::string, std::string>;

/// A part of an item that is earned by itself.
struct ItemPart {
  std::string id;
  Texts title;
  Points points = 0;
};

struct Item {
  std::string id;
  Texts title;
  Points points = 0;
  bool ours = false;  // the original gives no points; these are the pack's
  std::string file;   // in checks/
  std::string function;
  Seconds limit{120};
  bool live = false;  // makes something and takes it away: alone, after the others
  Texts reading;      // how the pack reads an ambiguous sentence of the task
  std::vector<ItemPart> parts;
  int line = 0;  // in task.yaml
};

struct Pack {
  std::filesystem::path folder;
  std::string name;
  Texts title;
  std::vector<std::string> languages;
  Seconds time_limit{0};
  std::optional<double> cost_limit_usd;
  std::string region;
  std::string key_pair;               // "" when none is handed out
  std::vector<std::string> solution;  // scripts, relative to the folder
  Points points = 0;
  std::vector<Item> items;

  const Item* find_item(const std::string& id) const;
};

/// What is wrong in a pack: where, with which item, what, and the way out.
struct PackFault {
  std::string file;  // relative to the pack
  int line = 0;      // 0 = the whole file
  std::string item;  // "" = of no item
  std::string message;

  /// "task.yaml:12: item 3.1: …"
  std::string text() const;
};

/// task.yaml of the folder. Faults of its form are appended; with any, what is returned may lack parts. Throws Failure
/// when there is no such folder or no task.yaml in it.
Pack read_pack(const std::filesystem::path& folder, std::vector<PackFault>& faults);

/// The pack of the folder. Throws Failure with the first fault when task.yaml is not in order.
Pack require_pack(const std::filesystem::path& folder);

/// All that is wrong in the pack: task.yaml, texts, checks, scripts, points. Runs `bash -n` for each script.
std::vector<PackFault> prove_pack(const std::filesystem::path& folder);

}  // namespace hanbat::cli::task
