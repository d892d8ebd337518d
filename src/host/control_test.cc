// The control socket and the supervisor, with real sockets and processes.
#include "host/control.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "host/supervisor.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace {

class SpokenActions final : public ControlActions {
 public:
  Json status() override { return Json::object({{"hostd", 7}}); }
  void import_image(const std::string& name, const std::string& folder, const Progress& progress) override {
    progress("unpacking " + name);
    if (folder.empty()) throw std::runtime_error("no folder");
  }
  Json call(const std::string& action, const Json&) override { return Json(action); }
  void down(const Progress& progress, StopMode machines) override {
    progress(machines == StopMode::kForce ? "cutting" : "stopping"), downs++;
  }

  std::atomic<int> downs = 0;
};

std::string ask(const std::string& path, const std::string& line) {
  const Fd socket = connect_unix(path);
  write_all(socket.get(), line + "\n");
  std::string all;
  char buffer[512];
  while (const std::size_t got = read_some(socket.get(), buffer)) all.append(buffer, got);
  return all;
}

TEST(Control, AnswersStatusAndTellsProgressBeforeTheEnd) {
  const TemporaryFolder folder;
  SpokenActions actions;
  const ControlServer server(folder.path() + "/control.sock", actions);
  EXPECT_EQ(ask(folder.path() + "/control.sock", R"({"action":"status"})"), "{\"hostd\":7,\"done\":true}\n");
  EXPECT_EQ(ask(folder.path() + "/control.sock", R"({"action":"down"})"),
            "{\"progress\":\"stopping\"}\n{\"done\":true}\n");
  EXPECT_EQ(ask(folder.path() + "/control.sock", R"({"action":"down","machines":"force"})"),
            "{\"progress\":\"cutting\"}\n{\"done\":true}\n");
  EXPECT_EQ(actions.downs, 2);
  EXPECT_NE(ask(folder.path() + "/control.sock", R"({"action":"down","machines":"gently"})").find("error"),
            std::string::npos);
}

TEST(Control, AFailedActionEndsWithItsReason) {
  const TemporaryFolder folder;
  SpokenActions actions;
  const ControlServer server(folder.path() + "/control.sock", actions);
  EXPECT_EQ(ask(folder.path() + "/control.sock", R"({"action":"import-image","name":"x"})"),
            "{\"progress\":\"unpacking x\"}\n{\"error\":\"no folder\"}\n");
  EXPECT_NE(ask(folder.path() + "/control.sock", R"({"action":"fly"})").find("not allowed: fly"), std::string::npos);
  EXPECT_NE(ask(folder.path() + "/control.sock", "not json").find("error"), std::string::npos);
}

TEST(Control, TheSocketIsItsOwnersAlone) {
  const TemporaryFolder folder;
  SpokenActions actions;
  const ControlServer server(folder.path() + "/control.sock", actions);
  struct stat info{};
  ASSERT_EQ(::stat((folder.path() + "/control.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(Supervisor, StartsAChildAgainThatWasKilled) {
  Supervisor supervisor([] { return Process::spawn({"sleep", "60"}); }, [](const std::string&) {});
  const auto wait_for_pid = [&](pid_t other) {
    for (int i = 0; i < 200; ++i) {
      if (supervisor.pid() != 0 && supervisor.pid() != other) return supervisor.pid();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return pid_t{0};
  };
  const pid_t first = wait_for_pid(0);
  ASSERT_GT(first, 0);
  ::kill(first, SIGKILL);
  const pid_t second = wait_for_pid(first);
  EXPECT_GT(second, 0);
  supervisor.stop();
  EXPECT_EQ(::kill(second, 0), -1);
}

}  // namespace
}  // namespace hanbat::host
