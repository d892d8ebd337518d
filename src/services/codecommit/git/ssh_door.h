// Where sshd's programs ask CodeCommit: a Unix socket, a question and an answer a connection (border/git_ssh.h). Each
// is answered by a thread of its own, since a session of git lasts as long as its client takes.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "border/git_ssh.h"
#include "os/fd.h"

namespace hanbat::codecommit {

/// A question with the client's own descriptors, which a session has and a look for a key has not.
struct SshCall {
  border::SshQuestion question;
  Fd in, out;
};

class SshDoor {
 public:
  using Answer = std::function<border::SshAnswer(const SshCall& call, const std::stop_token& stop)>;

  /// Listens at the path, for the folder's owner and group. `answer` is called by many threads at once.
  SshDoor(const std::string& path, Answer answer);
  /// Asks the sessions to stop, and waits for them.
  ~SshDoor();
  SshDoor(const SshDoor&) = delete;
  SshDoor& operator=(const SshDoor&) = delete;

 private:
  struct Session;

  void accept_all(const std::stop_token& stop);
  void admit(Fd connection);
  void reap();

  const Answer answer_;
  const Fd listening_;
  std::list<std::unique_ptr<Session>> sessions_;  // of the accepting thread
  std::jthread acceptor_;
};

}  // namespace hanbat::codecommit
