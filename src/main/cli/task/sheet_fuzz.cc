// Mark sheets of what checks recorded, in which names and outputs are a competitor's: whatever it is, the page has no
// tag that is not ours, and nothing in the terminal's table moves a cursor.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/fuzzing.h"
#include "base/text.h"
#include "base/utf8.h"
#include "main/cli/task/sheet.h"

namespace {

using namespace hanbat::cli::task;

constexpr std::array<std::string_view, 24> kOurs = {
    "!doctype", "html", "head", "meta", "title", "style", "body", "h1", "p",   "b",       "table",   "thead",
    "tr",       "th",   "td",   "ul",   "li",    "dl",    "dt",   "dd", "pre", "details", "summary", "tbody"};

bool has_our_tags_only(const std::string& page) {
  for (std::size_t at = 0; (at = page.find('<', at)) != std::string::npos;) {
    at += page[at + 1] == '/' ? 2 : 1;
    const std::string_view name = std::string_view(page).substr(at, page.find_first_of(" >", at) - at);
    if (std::find(kOurs.begin(), kOurs.end(), name) == kOurs.end()) return false;
  }
  return true;
}

bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\n' || (byte >= 0x20 && byte != 0x7F);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  Item item{.id = "1.1", .title = {{"en", "an item"}, {"ko", "항목"}}, .points = 100};
  if (input.byte() % 2) item.parts = {{"a", {{"en", "a"}}, 40}, {"b", {{"en", "b"}}, 60}};
  const std::string competitor = hanbat::to_utf8(input.line());  // as a class's file is read
  // As it is, and as a helper would have written it.
  std::string records(input.rest());
  std::string field(input.rest().substr(0, 3000));
  for (const auto& [plain, escaped] : {std::pair{"\\", "\\\\"}, {" ", "\\s"}, {"\n", "\\n"}})
    field = hanbat::replace_all(field, plain, escaped);
  records += "\nexpected  " + field + ' ' + field + ' ' + field + " no\nran " + field + ' ' + field + " 0\nended\n";
  const ItemMark mark = mark_of(item, records, "");
  hanbat::fuzzing::require(mark.earned >= 0 && mark.earned <= item.points, "an item earns at most its points");
  hanbat::fuzzing::require(!mark.full(), "what was not met is not full");
  const Sheet sheet{.pack = "p",
                    .title = {{"en", "T"}},
                    .languages = {"en"},
                    .competitor = competitor,
                    .account = "1",
                    .items = {mark}};
  for (const char* language : {"en", "ko"}) {
    hanbat::fuzzing::require(has_our_tags_only(sheet_html(sheet, language)), "the page has our tags only");
    hanbat::fuzzing::require(is_plain(sheet_text(sheet, language)), "the table has no control characters");
  }
  hanbat::fuzzing::require(hanbat::Json::parse(sheet_json(sheet).pretty()) == sheet_json(sheet), "the JSON comes back");
  return 0;
}
