// A mark sheet: what was expected, what was seen, and the points, item by item; and its forms. Names and outputs in it
// are a competitor's and may be hostile: every form escapes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "main/cli/task/pack.h"

namespace hanbat::cli::task {

/// One thing that a check looked at. The label, and what was wanted, may hold both languages: "English | 한국어".
struct Expectation {
  std::string part;  // "" = of the whole item
  std::string what, wanted, seen;
  bool met = false;
};

/// A command that a check ran, and what it answered.
struct Evidence {
  std::string command, answer;
  int status = 0;
};

struct PartMark {
  ItemPart part;
  Points earned = 0;
};

struct ItemMark {
  Item item;
  Points earned = 0;
  /// Why the check itself did not come to its end; "" when it did. A broken check earns nothing, and a judge must look.
  std::string broken;
  std::string left;  // what the check made and could not take away again; "" when there is nothing
  std::vector<PartMark> parts;
  std::vector<Expectation> expectations;
  std::vector<Evidence> evidence;

  bool full() const { return broken.empty() && earned == item.points; }
};

struct Sheet {
  std::string pack;
  Texts title;
  std::vector<std::string> languages;
  std::string competitor, account;
  Timestamp marked;
  std::vector<ItemMark> items;

  Points earned() const;
  Points possible() const;
  bool full() const;
};

/// The mark of an item by what its check recorded (share/helpers.sh). `failure`: how the check's process ended, ""
/// when it ended well. An item without parts earns all or nothing; a part earns its points when everything that was
/// expected for it, at least one thing, was met. What the check recorded for no part must hold for any part's points.
ItemMark mark_of(const Item& item, std::string_view records, const std::string& failure);

/// The label in that language.
std::string label_in(std::string_view label, std::string_view language);

/// A table for a terminal; control characters are shown as what they are and do nothing.
std::string sheet_text(const Sheet& sheet, std::string_view language);
Json sheet_json(const Sheet& sheet);
/// A page that needs nothing else.
std::string sheet_html(const Sheet& sheet, std::string_view language);

}  // namespace hanbat::cli::task
