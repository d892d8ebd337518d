// Processes, files and descriptors against the real system.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "os/files.h"
#include "os/namespaces.h"
#include "os/poller.h"
#include "os/process.h"
#include "os/sockets.h"
#include "os/unfinished.h"

namespace hanbat {
namespace {

using namespace std::chrono_literals;

TEST(Files, AreReplacedWhole) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/a";
  EXPECT_EQ(find_file(path), std::nullopt);
  write_file_atomic(path, "one", 0600);
  write_file_atomic(path, "two", 0600);
  EXPECT_EQ(read_file(path), "two");
  EXPECT_EQ(list_folder(folder.path()), std::vector<std::string>{"a"});
  struct stat about{};
  ASSERT_EQ(::stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  make_folders(folder.path() + "/x/y/z");
  EXPECT_TRUE(path_exists(folder.path() + "/x/y/z"));
  EXPECT_THROW(make_folders(path + "/b"), std::system_error);
  remove_tree(folder.path() + "/x");
  EXPECT_FALSE(path_exists(folder.path() + "/x"));
  EXPECT_THROW(read_file("/nonexistent"), std::system_error);
}

TEST(Files, ThatADeadWriterLeftGo) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/a";
  for (const std::string& name : {path, path + ".new", path + ".new1", path + ".new1.b", unfinished_name(path)})
    write_file_atomic(name, "one");
  remove_unfinished(folder.path());
  EXPECT_EQ(list_folder(folder.path()), (std::vector<std::string>{"a", "a.new", "a.new1", "a.new1.b"}));
  remove_unfinished(folder.path() + "/nonexistent");
}

TEST(Processes, GiveTheirOutputAndTheirCode) {
  const Captured result = run_capture({"sh", "-c", "cat; echo \"$WORD\" >&2; pwd; exit 3"},
                                      {.spawn = {.variables = {{"WORD", "hello"}}, .folder = "/usr"}, .input = "in\n"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "in\n/usr\n");
  EXPECT_EQ(result.err, "hello\n");
  EXPECT_THROW(run_checked({"false"}), std::runtime_error);
  EXPECT_THROW(run_capture({"no-such-program"}), std::system_error);
  EXPECT_THROW(run_capture({"/etc/hostname"}), std::system_error);
}

TEST(Processes, TakeInputThatTheyDoNotRead) {
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(run_capture({"true"}, {.input = large}).exit_code, 0);
  EXPECT_EQ(run_capture({"cat"}, {.input = large}).out.size(), large.size());
}

TEST(Processes, AreKilledWithTheirChildrenWhenTheTimePasses) {
  const auto begin = std::chrono::steady_clock::now();
  const Captured result = run_capture({"sh", "-c", "sleep 30 & sleep 30"}, {.timeout = 200ms});
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.exit_code, 124);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

TEST(Processes, EndWithTheirOwner) {
  pid_t pid;
  {
    Process process = Process::spawn({"sleep", "30"});
    pid = process.pid();
    EXPECT_EQ(process.wait(20ms), std::nullopt);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Processes, InheritOnlyWhatTheyAreGiven) {
  const Pipe pipe = make_pipe();
  SpawnOptions options;
  options.descriptors = {{pipe.write.get(), 3}};
  options.environment = Environment::kEmpty;
  Process process = Process::spawn({"/bin/sh", "-c", "ls /proc/self/fd | wc -l >&3; env >&3"}, options);
  EXPECT_TRUE(process.wait().ok());
  char buffer[256];
  const std::string seen(buffer, read_some(pipe.read.get(), buffer));
  EXPECT_EQ(seen.substr(0, 2), "5\n") << seen;  // 0, 1, 2, 3 and the listing itself
}

TEST(Processes, DropTheirUser) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  const Captured result = run_capture({"id", "-u"}, {.spawn = {.user = User{65534, 65534, {}}}});
  EXPECT_EQ(result.out, "65534\n");
}

TEST(Namespaces, AreEnteredByOneThreadAndLeftAgain) {
  if (::getuid() != 0) GTEST_SKIP() << "needs root";
  const std::string name = "hb-os-test-" + std::to_string(::getpid());
  if (!run_capture({"ip", "netns", "add", name}).ok()) GTEST_SKIP() << "needs network namespaces";
  const auto id = [] { return read_file("/proc/thread-self/net/dev"); };
  char before[64], inside[64], after[64];
  const auto look = [](char* into) { into[::readlink("/proc/thread-self/ns/net", into, 63)] = 0; };
  look(before);
  {
    const InNetworkNamespace in(name);
    look(inside);
    EXPECT_EQ(id().find("eth0"), std::string::npos);
  }
  look(after);
  EXPECT_STREQ(before, after);
  EXPECT_STRNE(before, inside);
  const Fd ns = open_network_namespace(name);
  const Captured child = run_capture({"readlink", "/proc/self/ns/net"}, {.spawn = {.namespaces = {ns.get()}}});
  EXPECT_EQ(child.out, std::string(inside) + "\n");
  run_capture({"ip", "netns", "del", name});
}

TEST(Sockets, PassDescriptors) {
  auto [left, right] = message_socket_pair();
  const Pipe pipe = make_pipe();
  const int descriptors[] = {pipe.write.get()};
  send_message(left.get(), "take", descriptors);
  Message message = receive_message(right.get());
  EXPECT_EQ(message.bytes, "take");
  ASSERT_EQ(message.descriptors.size(), 1u);
  write_all(message.descriptors[0].get(), "x");
  char byte[1];
  EXPECT_EQ(read_some(pipe.read.get(), byte), 1u);
  left.reset();
  EXPECT_EQ(receive_message(right.get()).bytes, "");
}

TEST(Sockets, OfTheFileSystemAreTheirUsersAlone) {
  TemporaryFolder folder;
  const Fd listener = listen_unix(folder.path() + "/s");
  struct stat about{};
  ASSERT_EQ(::stat((folder.path() + "/s").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0600u);
}

TEST(Sockets, GiveUpConnectingInTime) {
  const Fd listening = listen_tcp("127.0.0.1", 0);
  const SocketAddress address = local_address(listening.get());
  const Fd fd = connect_tcp("localhost", address.port, 1s);
  EXPECT_EQ(peer_address(fd.get()).address, "127.0.0.1");
  EXPECT_FALSE(wait_ready(fd.get(), Interest::kRead, 10ms));
}

TEST(Poller, WakesAWaitingThread) {
  Poller poller;
  WakeUp wake;
  poller.add(wake.fd(), 7, Interest::kRead, Poller::Mode::kLevel);
  std::jthread other([&] { wake.set(); });
  Poller::Ready ready[4];
  const auto got = poller.wait(ready, 2s);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].id, 7u);
  wake.clear();
  EXPECT_TRUE(poller.wait(ready, 0ms).empty());
}

}  // namespace
}  // namespace hanbat
