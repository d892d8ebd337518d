// The mark in which a command's exit status comes through a terminal.
#include "main/cli/connect/exit_mark.h"

#include <gtest/gtest.h>

#include "os/process.h"

namespace hanbat::cli {
namespace {

/// What is shown of the bytes when they come `size` at a time.
std::string shown(ExitMark& mark, const std::string& bytes, std::size_t size) {
  std::string all;
  for (std::size_t at = 0; at < bytes.size(); at += size) all += mark.take(std::string_view(bytes).substr(at, size));
  return all + mark.rest();
}

TEST(ExitMark, IsTakenOutHoweverTheBytesAreCut) {
  for (const std::size_t size : {1, 2, 3, 7, 100}) {
    ExitMark mark("abc");
    EXPECT_EQ(shown(mark, "\x1b]hanbat;abc;begin\aone\x1b[0m\x1b]hanbat;ab two\x1b]hanbat;abc;3\a", size),
              "one\x1b[0m\x1b]hanbat;ab two");
    EXPECT_TRUE(mark.begun()) << size;
    EXPECT_EQ(mark.status(), 3) << size;
  }
}

TEST(ExitMark, IsNotSeenInWhatOnlyBeginsAsOne) {
  ExitMark mark("abc");
  EXPECT_EQ(shown(mark, "x\x1b]hanbat;abc;12", 1), "x\x1b]hanbat;abc;12");
  EXPECT_FALSE(mark.begun());
  EXPECT_EQ(mark.status(), std::nullopt);
}

TEST(ExitMark, IsWhatAShellPrintsBehindTheCommandWhateverThatDoes) {
  for (const auto& [command, status] : {std::pair{"echo hi", 0}, {"exit 7", 7}, {"echo 'a b'; false # why", 1}}) {
    ExitMark mark("abc");
    const Captured done = run_capture({"sh", "-c", mark.wrap(command)});
    mark.take(done.out);
    EXPECT_TRUE(mark.begun()) << command;
    EXPECT_EQ(mark.status(), status) << command;
  }
}

TEST(ShellText, IsOneWordAsItIsAndOfSeveralEachAsItIs) {
  EXPECT_EQ(shell_text({"ls | wc -l"}), "ls | wc -l");
  EXPECT_EQ(shell_text({"echo", "it's", "$HOME"}), "'echo' 'it'\\''s' '$HOME'");
}

}  // namespace
}  // namespace hanbat::cli
