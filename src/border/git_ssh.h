// What the program that sshd runs for a git client asks CodeCommit, and what it is answered: a line of JSON each way
// over a Unix socket. With the question of a session come two descriptors, the client's words and where the answers go.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/words.h"

namespace hanbat::border {

struct SshQuestion {
  /// kKey: which public key is it? kSession: carry out a command of one who proved to have it.
  enum class Ask { kKey, kSession };
  Ask ask = Ask::kKey;
  std::string key_id;          ///< APKA…, the name of the login
  std::string command;         ///< of kSession: what the client asked sshd to run, "" for a shell
  std::string git_protocol;    ///< of kSession: GIT_PROTOCOL as the client sent it, or ""
  std::string client_address;  ///< of kSession: "10.1.0.5"
  bool operator==(const SshQuestion&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static SshQuestion from_json(const Json& json);
};

struct SshAnswer {
  int exit_code = 0;  ///< of kKey: not 0 when there is no such key
  std::string out;    ///< of kKey: "ssh-rsa AAAA…"
  std::string err;    ///< for the client's eyes
  /// Of kKey: addresses to which sshd may forward connections of who has the key; none where it may not at all.
  std::vector<std::string> forward_to = {};
  bool operator==(const SshAnswer&) const = default;

  Json to_json() const;
  /// Throws MessageError.
  static SshAnswer from_json(const Json& json);
};

/// No line of either is longer.
inline constexpr std::size_t kLongestSshLine = 64 << 10;

}  // namespace hanbat::border

template <>
inline constexpr auto hanbat::kWords<hanbat::border::SshQuestion::Ask> =
    std::to_array<hanbat::Word<hanbat::border::SshQuestion::Ask>>(
        {{hanbat::border::SshQuestion::Ask::kKey, "key"}, {hanbat::border::SshQuestion::Ask::kSession, "session"}});
