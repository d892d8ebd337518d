// hanbat-git-ssh: what sshd runs for git clients, with their rights, which are none. It asks CodeCommit at its door
// (border/git_ssh.h): whose a key is, before the login, and to carry out what the client wants, after it.
//
//     hanbat-git-ssh key <door> <key id>       prints the line of authorized_keys for sshd's AuthorizedKeysCommand
//     hanbat-git-ssh session <door> <key id>   hands CodeCommit the client's two ends and waits for it to be done
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "border/fields.h"
#include "border/git_ssh.h"
#include "os/fd.h"
#include "os/sockets.h"

namespace hanbat {
namespace {

using border::SshAnswer;
using border::SshQuestion;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

SshAnswer ask(const std::string& door, const SshQuestion& question, const std::vector<int>& descriptors) {
  const std::string line = question.to_json().dump() + "\n";
  if (line.size() > border::kLongestSshLine) return {.exit_code = 128, .out = "", .err = "the command is too long"};
  const Fd fd = connect_unix(door);
  send_message(fd.get(), line, descriptors);
  std::string answer;
  std::array<char, 4096> buffer;
  while (answer.find('\n') == std::string::npos) {
    const std::size_t n = read_some(fd.get(), buffer);
    if (n == 0) return {.exit_code = 128, .out = "", .err = "the region is going down; try again"};
    answer.append(buffer.data(), n);
  }
  return SshAnswer::from_json(border::parse_message(answer, "an answer to git over SSH"));
}

/// "restrict", and where the region is open to a network, forwarding to addresses of the key's account alone.
std::string options_of(const SshAnswer& answer) {
  std::string options = "restrict";
  for (const std::string& address : answer.forward_to) {
    // It becomes part of a line of authorized_keys.
    if (!is_ip_address(address)) continue;
    if (options == "restrict") options += ",port-forwarding";
    options += ",permitopen=\"" + address + ":*\"";
  }
  return options;
}

/// sshd gives a login that has the key this program and nothing else, but for what options_of() says.
int print_key(const std::string& door, const std::string& key_id) {
  SshQuestion question;
  question.key_id = key_id;
  const SshAnswer answer = ask(door, question, {});
  if (answer.exit_code != 0) return answer.exit_code;
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::printf("%s,command=\"%s session %s %s\" %s\n", options_of(answer).c_str(), self.c_str(), door.c_str(),
              key_id.c_str(), answer.out.c_str());
  return 0;
}

int run_session(const std::string& door, const std::string& key_id) {
  SshQuestion question;
  question.ask = SshQuestion::Ask::kSession;
  question.key_id = key_id;
  question.command = variable("SSH_ORIGINAL_COMMAND");
  question.git_protocol = variable("GIT_PROTOCOL");
  question.client_address = variable("SSH_CONNECTION");
  question.client_address.resize(std::min(question.client_address.size(), question.client_address.find(' ')));
  const SshAnswer answer = ask(door, question, {STDIN_FILENO, STDOUT_FILENO});
  if (!answer.err.empty()) std::fprintf(stderr, "%s\n", answer.err.c_str());
  return answer.exit_code;
}

/// Also the name of the login, which comes from outside and becomes part of a line of authorized_keys.
bool is_key_id(std::string_view text) {
  return text.starts_with("APKA") && text.size() <= 128 &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string_view::npos;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() != 3 || !is_key_id(arguments[2])) return 2;
  if (arguments[0] == "key") return print_key(arguments[1], arguments[2]);
  if (arguments[0] == "session") return run_session(arguments[1], arguments[2]);
  return 2;
}

}  // namespace
}  // namespace hanbat

int main(int argc, char** argv) {
  try {
    return hanbat::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "the region does not answer: %s\n", error.what());
    return 128;
  }
}
