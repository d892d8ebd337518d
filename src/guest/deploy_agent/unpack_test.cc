// Archives made by an enemy: unpack runs as root, and nothing may land outside its folder.
#include "guest/archive/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <vector>

#include "os/files.h"
#include "os/process.h"

namespace hanbat::guest {
namespace {

using testing::HasSubstr;

struct Entry {
  std::string path;
  unsigned type = AE_IFREG;
  std::string content;  // of a link: where it leads
  std::string hard_link;
  mode_t mode = 0644;
};

class UnpackTest : public testing::Test {
 protected:
  UnpackTest() { std::filesystem::create_directories(inside()); }
  std::string inside() const { return t_.path() + "/inside"; }

  void make(const std::string& kind, const std::vector<Entry>& entries) {
    const std::string file = t_.path() + "/archive";
    if (kind == "zip") return make_zip(file, entries);
    std::string out;
    for (const Entry& each : entries) out += tar_entry(each);
    write_file_atomic(file, out + std::string(1024, '\0'), 0600);
    if (kind != "tgz") return;
    run_checked({"gzip", "-f", file});
    std::filesystem::rename(file + ".gz", file);
  }

  /// A ustar header (POSIX 1003.1) and the content in blocks of 512 bytes.
  static std::string tar_entry(const Entry& each) {
    char type = '0';
    if (each.type == AE_IFLNK) type = '2';
    if (each.type == AE_IFCHR) type = '3';
    if (each.type == AE_IFBLK) type = '4';
    if (each.type == AE_IFIFO) type = '6';
    if (!each.hard_link.empty()) type = '1';
    const std::string content = type == '0' ? each.content : "";
    std::string head(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) { head.replace(at, text.size(), text); };
    const auto octal = [&](std::size_t at, int width, unsigned long number) {
      char text[16];
      std::snprintf(text, sizeof text, "%0*lo", width, number);
      put(at, text);
    };
    put(0, each.path);
    octal(100, 7, each.mode);
    octal(108, 7, 0);
    octal(116, 7, 0);
    octal(124, 11, content.size());
    octal(136, 11, 0);
    put(148, "        ");
    head[156] = type;
    put(157, type == '2' ? each.content : each.hard_link);
    put(257, std::string("ustar\00000", 8));
    octal(329, 7, 1);
    octal(337, 7, 3);
    unsigned long sum = 0;
    for (const unsigned char c : head) sum += c;
    octal(148, 6, sum);
    head[154] = '\0';
    return head + content + std::string((512 - content.size() % 512) % 512, '\0');
  }

  static void make_zip(const std::string& file, const std::vector<Entry>& entries) {
    const std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), archive_write_free);
    archive_write_set_format_zip(out.get());
    ASSERT_EQ(archive_write_open_filename(out.get(), file.c_str()), ARCHIVE_OK);
    for (const Entry& each : entries) {
      const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
      archive_entry_set_pathname(entry.get(), each.path.c_str());
      archive_entry_set_filetype(entry.get(), each.type);
      archive_entry_set_perm(entry.get(), each.mode);
      if (each.type == AE_IFLNK) archive_entry_set_symlink(entry.get(), each.content.c_str());
      archive_entry_set_size(entry.get(), each.type == AE_IFREG ? static_cast<la_int64_t>(each.content.size()) : 0);
      ASSERT_EQ(archive_write_header(out.get(), entry.get()), ARCHIVE_OK) << archive_error_string(out.get());
      if (each.type == AE_IFREG) archive_write_data(out.get(), each.content.data(), each.content.size());
    }
    ASSERT_EQ(archive_write_close(out.get()), ARCHIVE_OK);
  }

  /// What unpacking says; "" when it goes well. In any case nothing new lies outside the folder.
  std::string refusal(const std::string& kind, const std::vector<Entry>& entries) {
    make(kind, entries);
    std::string said;
    try {
      unpack(t_.path() + "/archive", kind, inside());
    } catch (const BundleError& error) {
      said = error.what();
    }
    for (const auto& each : std::filesystem::directory_iterator(t_.path()))
      EXPECT_TRUE(each.path().filename() == "inside" || each.path().filename() == "archive") << each.path();
    return said;
  }

  TemporaryFolder t_;
};

TEST_F(UnpackTest, KeepsFilesFoldersAndLinksThatStayInside) {
  for (const char* kind : {"tar", "tgz", "zip"}) {
    EXPECT_EQ(refusal(kind, {{"a/b/file", AE_IFREG, "text"},
                             {"a/link", AE_IFLNK, "b/file"},
                             {"a/up", AE_IFLNK, "../a/b/file"},
                             {"./c//d", AE_IFREG, "d"}}),
              "")
        << kind;
    EXPECT_EQ(read_file(inside() + "/a/link"), "text");
    EXPECT_EQ(read_file(inside() + "/a/up"), "text");
    EXPECT_EQ(read_file(inside() + "/c/d"), "d");
  }
}

TEST_F(UnpackTest, RefusesPathsThatLeadOut) {
  for (const char* kind : {"tar", "tgz", "zip"})
    for (const char* path :
         {"/tmp/hanbat-absolute", "../outside", "a/../../outside", "..", "a/b/../../../outside", "./../outside"})
      EXPECT_NE(refusal(kind, {{path, AE_IFREG, "hostile"}}), "") << kind << " " << path;
  EXPECT_FALSE(std::filesystem::exists("/tmp/hanbat-absolute"));
}

TEST_F(UnpackTest, RefusesLinksThatLeadOut) {
  for (const char* kind : {"tar", "zip"})
    for (const char* target : {"/etc/passwd", "..", "../outside", "a/../../outside", "../../../../etc/passwd"})
      EXPECT_THAT(refusal(kind, {{"link", AE_IFLNK, target}}), HasSubstr("leads out")) << kind << " " << target;
}

TEST_F(UnpackTest, RefusesALinkThatLeadsOutThroughAnother) {
  // Read as text both stay inside; followed, "a/b/c/root" is the folder itself and what lies above it is outside.
  EXPECT_THAT(refusal("tar", {{"a/b/c/root", AE_IFLNK, "../../.."}, {"out", AE_IFLNK, "a/b/c/root/../outside"}}),
              HasSubstr("leads out"));
}

TEST_F(UnpackTest, WritesThroughNoLink) {
  std::filesystem::create_directories(t_.path() + "/inside/real");
  for (const char* kind : {"tar", "zip"}) {
    EXPECT_NE(refusal(kind, {{"door", AE_IFLNK, "real"}, {"door/file", AE_IFREG, "hostile"}}), "") << kind;
    EXPECT_FALSE(std::filesystem::exists(inside() + "/real/file"));
  }
  // A link that was there before, of another's making, is replaced and not followed.
  std::filesystem::create_symlink("../archive", inside() + "/there");
  EXPECT_EQ(refusal("tar", {{"there", AE_IFREG, "text"}}), "");
  EXPECT_FALSE(std::filesystem::is_symlink(inside() + "/there"));
  std::filesystem::create_symlink("..", inside() + "/above");
  EXPECT_NE(refusal("tar", {{"above/outside", AE_IFREG, "hostile"}}), "");
}

TEST_F(UnpackTest, RefusesHardLinksThatLeadOut) {
  for (const char* target : {"/etc/passwd", "../archive", "a/../../archive"})
    EXPECT_NE(refusal("tar", {{"link", AE_IFREG, "", target}}), "") << target;
  std::filesystem::create_symlink("..", inside() + "/above");
  EXPECT_NE(refusal("tar", {{"link", AE_IFREG, "", "above/archive"}}), "");
  EXPECT_FALSE(std::filesystem::exists(inside() + "/link"));
  EXPECT_EQ(refusal("tar", {{"file", AE_IFREG, "text"}, {"same", AE_IFREG, "", "file"}}), "");
  EXPECT_EQ(read_file(inside() + "/same"), "text");
}

TEST_F(UnpackTest, MakesNoDevicesPipesOrSetuidPrograms) {
  for (const unsigned type : {AE_IFCHR, AE_IFBLK, AE_IFIFO})
    EXPECT_THAT(refusal("tar", {{"node", type}}), HasSubstr("neither file, folder nor link")) << type;
  EXPECT_EQ(refusal("tar", {{"program", AE_IFREG, "x", "", 06755}}), "");
  struct stat s{};
  ASSERT_EQ(::stat((inside() + "/program").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 07777, 0755u);
}

TEST_F(UnpackTest, CallsWhatIsNoArchiveByItsName) {
  write_file_atomic(t_.path() + "/archive", "PK\3\4 and nothing else", 0600);
  for (const char* kind : {"zip", "tar", "tgz", "rar"})
    EXPECT_THROW(unpack(t_.path() + "/archive", kind, inside()), BundleError) << kind;
}

}  // namespace
}  // namespace hanbat::guest
