// What hanbatd is when hostd has started it: nobody special.
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/text.h"
#include "host/attendance.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

/// The fields of /proc/self/status by name.
std::map<std::string, std::string> status_of(const std::string& text) {
  std::map<std::string, std::string> fields;
  for (const auto& line : split(text, '\n'))
    if (const auto colon = line.find(':'); colon != std::string::npos)
      fields[line.substr(0, colon)] = std::string(trim(line.substr(colon + 1)));
  return fields;
}

TEST(Attendance, TheDaemonThatFacesTheNetworkIsNotRootAndCannotBecomeIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can start it as another user";
  const TemporaryFolder folder;
  Actions actions(folder.path());
  const std::string log = folder.path() + "/log";
  {
    Attendance attendance(actions, {.command = {"sh", "-c", "cat /proc/self/status; ls /proc/self/fd; exit 7", "sh"},
                                    .user = "nobody",
                                    .log = log,
                                    .folder = "/"});
    Process daemon = attendance.start();
    EXPECT_EQ(daemon.wait().code, 7);
  }
  const auto status = status_of(read_file(log));
  for (const char* ids : {"Uid", "Gid"}) {
    const auto all = split(status.at(ids), '\t');
    ASSERT_EQ(all.size(), 4u);
    for (const auto& id : all) EXPECT_NE(id, "0") << ids;  // real, effective, saved, of the file system
  }
  EXPECT_EQ(status.at("Groups"), "");
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    EXPECT_EQ(status.at(set), "0000000000000000") << set;
  EXPECT_EQ(status.at("NoNewPrivs"), "1");
}

}  // namespace
}  // namespace hanbat::host
