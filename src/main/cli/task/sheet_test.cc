// Marks by what checks record, and sheets that nothing in them can get out of.
#include "main/cli/task/sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "main/cli/task/paper.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Item an_item() { return {.id = "1.1", .title = {{"en", "an item"}, {"ko", "항목"}}, .points = 100}; }

Item with_parts() {
  Item item = an_item();
  item.parts = {{"a", {{"en", "a"}}, 25}, {"b", {{"en", "b"}}, 75}};
  return item;
}

std::string expected(const std::string& part, const std::string& met, const std::string& seen = "seen") {
  std::string line = "expected";
  for (const std::string& field : {part, std::string("what"), std::string("wanted"), seen, met})
    line += ' ' + replace_all(replace_all(replace_all(field, "\\", "\\\\"), " ", "\\s"), "\n", "\\n");
  return line + '\n';
}

TEST(ItemMark, AnItemEarnsAllWhenEverythingIsMet) {
  EXPECT_EQ(mark_of(an_item(), expected("", "yes") + expected("", "yes") + "ended\n", "").earned, 100);
  EXPECT_EQ(mark_of(an_item(), expected("", "yes") + expected("", "no") + "ended\n", "").earned, 0);
}

TEST(ItemMark, APartEarnsItsOwnPoints) {
  const ItemMark mark = mark_of(with_parts(), expected("a", "yes") + expected("b", "no") + "ended\n", "");
  EXPECT_EQ(mark.earned, 25);
  EXPECT_EQ(mark.parts[0].earned, 25);
  EXPECT_EQ(mark.parts[1].earned, 0);
  EXPECT_FALSE(mark.full());
}

TEST(ItemMark, WhatHoldsForTheWholeItemMustBeMetForAnyPart) {
  EXPECT_EQ(
      mark_of(with_parts(), expected("", "no") + expected("a", "yes") + expected("b", "yes") + "ended\n", "").earned,
      0);
}

TEST(ItemMark, APartThatWasNotLookedAtEarnsNothing) {
  EXPECT_EQ(mark_of(with_parts(), expected("a", "yes") + "ended\n", "").earned, 25);
}

TEST(ItemMark, ACheckThatBreaksEarnsNothingAndSaysWhy) {
  EXPECT_EQ(mark_of(an_item(), expected("", "yes"), "").broken, "the check ended before its end");
  EXPECT_EQ(mark_of(an_item(), "ended\n", "").broken, "the check expected nothing");
  EXPECT_EQ(mark_of(an_item(), expected("", "yes") + "ended\n", "the check ended with 2").broken,
            "the check ended with 2");
  EXPECT_EQ(mark_of(an_item(), expected("z", "yes") + "ended\n", "").broken,
            "the check names a part z, which the item does not have");
  EXPECT_EQ(mark_of(an_item(), expected("", "yes"), "").earned, 0);
}

TEST(ItemMark, LinesThatAreNoRecordsAreNothing) {
  const ItemMark mark = mark_of(an_item(), "expected\nran !!!\nexpected x y z\n" + expected("", "yes") + "ended\n", "");
  EXPECT_EQ(mark.expectations.size(), 1u);
  EXPECT_EQ(mark.earned, 100);
}

Sheet hostile_sheet() {
  const std::string hostile = "</td><script>alert(1)</script>\"'&\x1b[2J\x07\xff\u202E";
  ItemMark mark = mark_of(an_item(), expected("", "no", hostile) + "ended\n", "");
  mark.evidence.push_back({"aws " + hostile, hostile, 1});
  return {.pack = "p",
          .title = {{"en", "<b>T</b>"}},
          .languages = {"en"},
          .competitor = hostile,
          .account = "1",
          .items = {mark}};
}

TEST(SheetHtml, NamesAndOutputsStayText) {
  const std::string page = sheet_html(hostile_sheet(), "en");
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<b>T</b>")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(TextPage, HoldsTablesAndNoHtmlOfTheText) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() + "/t.md",
                    "# 제목\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<script>alert(1)</script>\n");
  const auto page = page_of_markdown(folder.path() + "/t.md", "ko", "<T>");
  if (!page) GTEST_SKIP() << "cmark-gfm is not installed";
  EXPECT_THAT(*page, HasSubstr("<td>1</td>"));
  EXPECT_THAT(*page, HasSubstr("<h1>제목</h1>"));
  EXPECT_THAT(*page, HasSubstr("<title>&lt;T&gt;</title>"));
  EXPECT_THAT(*page, Not(HasSubstr("<script")));
}

TEST(SheetText, NothingMovesTheTerminalsCursor) {
  const std::string text = sheet_text(hostile_sheet(), "en");
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x07")));
  EXPECT_THAT(text, Not(HasSubstr("\u202E")));
  EXPECT_THAT(text, HasSubstr("\\x1b[2J\\x07"));
}

TEST(SheetText, AMissedExpectationShowsBothSidesAndTheTotalEndsIt) {
  const ItemMark mark = mark_of(an_item(), expected("", "no") + "ended\n", "");
  const std::string text = sheet_text({.title = {{"en", "T"}}, .languages = {"en"}, .items = {mark}}, "en");
  EXPECT_THAT(text, HasSubstr("1.1       0/1     FAIL  an item\n"));
  EXPECT_THAT(text, HasSubstr("! what: Expected wanted; Seen seen"));
  EXPECT_THAT(text, HasSubstr("Total: 0 / 1 (0/1)"));
}

TEST(SheetJson, HoldsResultPointsAndEvidence) {
  const Json json = sheet_json(hostile_sheet());
  const Json& item = json["items"].items()[0];
  EXPECT_EQ(item.text("result"), "fail");
  EXPECT_EQ(item["points"], Json(1.0));
  EXPECT_EQ(item["evidence"].items()[0].integer("status"), 1);
  EXPECT_NO_THROW(Json::parse(json.pretty()));
}

TEST(Label, IsTakenApartByLanguage) {
  EXPECT_EQ(label_in("type | 유형", "en"), "type");
  EXPECT_EQ(label_in("type | 유형", "ko"), "유형");
  EXPECT_EQ(label_in("a|b", "ko"), "a|b");
}

TEST(PointsText, HasNoZerosThatSayNothing) {
  EXPECT_EQ(points_text(100), "1");
  EXPECT_EQ(points_text(150), "1.5");
  EXPECT_EQ(points_text(125), "1.25");
  EXPECT_EQ(points_text(0), "0");
}

}  // namespace
}  // namespace hanbat::cli::task
