#include "main/cli/task/sheet.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"

namespace hanbat::cli::task {
namespace {

/// \s is a space, \n a line's end, \\ a backslash (share/helpers.sh).
std::string unescaped(std::string_view field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const bool escape = field[i] == '\\' && i + 1 < field.size();
    if (escape) ++i;
    out += !escape ? field[i] : field[i] == 's' ? ' ' : field[i] == 'n' ? '\n' : field[i];
  }
  return out;
}

/// The fields of a record after its word.
std::vector<std::string> fields_of(const std::vector<std::string>& words) {
  std::vector<std::string> out;
  for (std::size_t i = 1; i < words.size(); ++i) out.push_back(to_utf8(unescaped(words[i])));
  return out;
}

void read_records(ItemMark& mark, std::string_view records, bool& ended) {
  for (const std::string& line : split(records, '\n')) {
    const auto words = split(line, ' ');
    const auto fields = fields_of(words);
    if (words[0] == "expected" && fields.size() == 5)
      mark.expectations.push_back({fields[0], fields[1], fields[2], fields[3], fields[4] == "yes"});
    else if (words[0] == "ran" && fields.size() == 3)
      mark.evidence.push_back({fields[0], fields[1], static_cast<int>(parse_int(fields[2]).value_or(-1))});
    else if (words[0] == "ended")
      ended = true;
  }
}

/// Whether something was expected for the part, and all of it met.
bool is_met(const ItemMark& mark, const std::string& part) {
  bool any = false;
  for (const Expectation& one : mark.expectations) {
    if (one.part != part) continue;
    any = true;
    if (!one.met) return false;
  }
  return any;
}

bool names_unknown_part(const ItemMark& mark, std::string& part) {
  for (const Expectation& one : mark.expectations) {
    const auto& parts = mark.item.parts;
    if (one.part.empty() || std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return p.id == one.part; }))
      continue;
    part = one.part;
    return true;
  }
  return false;
}

}  // namespace

Points Sheet::earned() const {
  Points sum = 0;
  for (const ItemMark& one : items) sum += one.earned;
  return sum;
}

Points Sheet::possible() const {
  Points sum = 0;
  for (const ItemMark& one : items) sum += one.item.points;
  return sum;
}

bool Sheet::full() const {
  return std::all_of(items.begin(), items.end(), [](const ItemMark& one) { return one.full(); });
}

ItemMark mark_of(const Item& item, std::string_view records, const std::string& failure) {
  ItemMark mark{.item = item};
  bool ended = false;
  read_records(mark, records, ended);
  for (const ItemPart& part : item.parts) mark.parts.push_back({part, 0});
  std::string unknown;
  if (!failure.empty())
    mark.broken = failure;
  else if (!ended)
    mark.broken = "the check ended before its end";
  else if (mark.expectations.empty())
    mark.broken = "the check expected nothing";
  else if (names_unknown_part(mark, unknown))
    mark.broken = "the check names a part " + unknown + ", which the item does not have";
  if (!mark.broken.empty()) return mark;

  if (item.parts.empty()) {
    if (is_met(mark, "")) mark.earned = item.points;
    return mark;
  }
  const bool common_fails = std::any_of(mark.expectations.begin(), mark.expectations.end(),
                                        [](const Expectation& one) { return one.part.empty() && !one.met; });
  for (PartMark& one : mark.parts)
    if (!common_fails && is_met(mark, one.part.id)) mark.earned += one.earned = one.part.points;
  return mark;
}

std::string label_in(std::string_view label, std::string_view language) {
  constexpr std::string_view kBetween = " | ";
  const std::size_t cut = label.find(kBetween);
  if (cut == std::string_view::npos) return std::string(label);
  return std::string(language == "ko" ? label.substr(cut + kBetween.size()) : label.substr(0, cut));
}

Json sheet_json(const Sheet& sheet) {
  const auto texts = [](const Texts& all) {
    Json out = Json::object();
    for (const auto& [language, text] : all) out[language] = text;
    return out;
  };
  Json items = Json::array();
  for (const ItemMark& one : sheet.items) {
    Json item = Json::object({{"id", one.item.id},
                              {"title", texts(one.item.title)},
                              {"points", one.item.points / 100.0},
                              {"earned", one.earned / 100.0},
                              {"ours", one.item.ours},
                              {"result", !one.broken.empty() ? "broken"
                                         : one.full()        ? "pass"
                                                             : "fail"}});
    if (!one.broken.empty()) item["broken"] = one.broken;
    if (!one.left.empty()) item["left"] = one.left;
    if (!one.item.reading.empty()) item["reading"] = texts(one.item.reading);
    for (const PartMark& part : one.parts)
      item["parts"].push_back(Json::object({{"id", part.part.id},
                                            {"title", texts(part.part.title)},
                                            {"points", part.part.points / 100.0},
                                            {"earned", part.earned / 100.0}}));
    item["expectations"] = Json::array();
    for (const Expectation& e : one.expectations)
      item["expectations"].push_back(
          Json::object({{"part", e.part}, {"what", e.what}, {"expected", e.wanted}, {"seen", e.seen}, {"met", e.met}}));
    item["evidence"] = Json::array();
    for (const Evidence& e : one.evidence)
      item["evidence"].push_back(Json::object({{"command", e.command}, {"answer", e.answer}, {"status", e.status}}));
    items.push_back(std::move(item));
  }
  return Json::object({{"pack", sheet.pack},
                       {"title", texts(sheet.title)},
                       {"competitor", sheet.competitor},
                       {"account", sheet.account},
                       {"marked", iso8601(sheet.marked)},
                       {"points", sheet.possible() / 100.0},
                       {"earned", sheet.earned() / 100.0},
                       {"items", std::move(items)}});
}

}  // namespace hanbat::cli::task
