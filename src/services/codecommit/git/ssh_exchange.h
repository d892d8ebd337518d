// git over SSH as an exchange: the client's words come by one descriptor and the answer goes by another, both of which
// belong to sshd; what is for the client's eyes is kept until the end. To the gate it is one request like any other.
#pragma once

#include <stop_token>
#include <string>

#include "border/git_ssh.h"
#include "http/server.h"
#include "services/codecommit/git/ssh_door.h"

namespace hanbat::codecommit {

/// Used by one thread.
class SshExchange final : public http::Exchange, private http::BodyReader, private http::ResponseWriter {
 public:
  /// `call` outlives this.
  SshExchange(const SshCall& call, const std::stop_token& stop);

  const http::RequestHead& head() const override { return head_; }
  http::BodyReader& body() override { return *this; }
  std::optional<std::uint64_t> content_length() const override { return std::nullopt; }
  /// What is no success is for the client's eyes.
  void send(http::Response response) override;
  http::ResponseWriter& start(int status, http::Headers headers, std::optional<std::uint64_t> length) override;
  bool answered() const override { return answered_; }
  bool client_gone() override;
  void close_after() override {}
  void limit_hops(int) override {}

  /// The client's words end when this process has, too: it may keep its end open until it is answered.
  void end_with(int pidfd) { watched_ = pidfd; }
  /// Ends the session without success.
  void refuse(std::string text, int exit_code = 128);
  const border::SshAnswer& answer() const { return answer_; }
  int in() const { return call_.in.get(); }
  int out() const { return call_.out.get(); }
  bool stopping() const { return stop_.stop_requested(); }
  /// From here on something else writes the answer.
  void hand_over() { answered_ = true; }
  void end(int exit_code) { answer_.exit_code = exit_code; }

 private:
  std::size_t read(std::span<char> into) override;
  void write(std::string_view bytes) override;
  void flush() override {}
  void finish() override {}

  const SshCall& call_;
  const std::stop_token stop_;
  http::RequestHead head_;
  border::SshAnswer answer_;
  bool answered_ = false;
  int watched_ = -1;
};

}  // namespace hanbat::codecommit
