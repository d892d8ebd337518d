#include "services/codecommit/git/ssh_door.h"

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <utility>

#include "border/fields.h"
#include "os/files.h"
#include "os/poller.h"
#include "os/sockets.h"

namespace hanbat::codecommit {
namespace {

constexpr std::size_t kMostSessions = 64;
constexpr auto kAcceptPoll = std::chrono::milliseconds(300);
constexpr auto kQuestionLimit = std::chrono::seconds(10);

Fd listen_for_group(const std::string& path) {
  Fd fd = listen_unix(path);
  if (::chmod(path.c_str(), 0660) != 0) throw_errno("open " + path + " for its group");
  return fd;
}

/// The question, whose descriptors come with its first bytes. Throws std::runtime_error when it is none.
SshCall read_question(int fd) {
  SshCall call;
  std::string line;
  while (line.find('\n') == std::string::npos) {
    if (!wait_ready(fd, Interest::kRead, kQuestionLimit)) throw border::MessageError("no question came");
    Message message = receive_message(fd, border::kLongestSshLine);
    if (message.bytes.empty()) throw border::MessageError("the question is cut");
    line += message.bytes;
    if (line.size() > border::kLongestSshLine) throw border::MessageError("the question is too long");
    if (message.descriptors.size() == 2) {
      call.in = std::move(message.descriptors[0]);
      call.out = std::move(message.descriptors[1]);
    }
  }
  const std::string_view text = std::string_view(line).substr(0, line.find('\n'));
  call.question = border::SshQuestion::from_json(border::parse_message(text, "a question of git over SSH"));
  if (call.question.ask == border::SshQuestion::Ask::kSession && (!call.in || !call.out))
    throw border::MessageError("a session without its descriptors");
  return call;
}

}  // namespace

struct SshDoor::Session {
  std::atomic<bool> done = false;
  std::jthread thread;
};

SshDoor::SshDoor(const std::string& path, Answer answer)
    : answer_(std::move(answer)),
      listening_(listen_for_group(path)),
      acceptor_([this](const std::stop_token& stop) { accept_all(stop); }) {}

SshDoor::~SshDoor() {
  acceptor_.request_stop();
  acceptor_.join();
  sessions_.clear();  // a jthread's end asks it to stop and waits
}

void SshDoor::accept_all(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    reap();
    if (!wait_ready(listening_.get(), Interest::kRead, kAcceptPoll)) continue;
    Fd connection(::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) continue;
    try {
      admit(std::move(connection));
    } catch (const std::exception& error) {
      spdlog::error("git over SSH: {}", error.what());
    }
  }
}

void SshDoor::admit(Fd connection) {
  if (sessions_.size() >= kMostSessions) {
    const border::SshAnswer busy{.exit_code = 128, .out = "", .err = "too many sessions; try again"};
    write_all(connection.get(), busy.to_json().dump() + "\n");
    return;
  }
  auto session = std::make_unique<Session>();
  session->thread = std::jthread([this, &state = *session, fd = std::move(connection)](const std::stop_token& stop) {
    try {
      const border::SshAnswer answer = answer_(read_question(fd.get()), stop);
      write_all(fd.get(), answer.to_json().dump() + "\n");
    } catch (const std::exception& error) {
      spdlog::warn("git over SSH: {}", error.what());  // its program sees the end of the connection
    }
    state.done = true;
  });
  sessions_.push_back(std::move(session));
}

void SshDoor::reap() {
  std::erase_if(sessions_, [](const auto& session) { return session->done.load(); });
}

}  // namespace hanbat::codecommit
