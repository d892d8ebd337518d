// The command line's side of hostd's control socket, and the question whether the front door is open.
#include "main/cli/control.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <chrono>
#include <iostream>
#include <system_error>

#include "os/fd.h"
#include "os/sockets.h"

namespace hanbat::cli {

void print_step(const std::string& line) { std::cout << "  " << line << std::endl; }

std::optional<Json> find_answer(const Home& home, const Json& request,
                                const std::function<void(const std::string&)>& progress) {
  Fd socket;
  try {
    socket = connect_unix(home.control_socket());
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory || error.code() == std::errc::connection_refused)
      return std::nullopt;
    if (error.code() == std::errc::permission_denied)
      throw Failure("the region in " + home.root.string() +
                    " is root's: run it as root, sudo hanbat …; others work by keys "
                    "of their own: aws iam create-access-key");
    throw;
  }
  write_all(socket.get(), request.dump() + "\n");

  std::string pending;
  std::array<char, 4096> buffer;
  while (true) {
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos; pending.erase(0, end + 1)) {
      const Json line = Json::parse(pending.substr(0, end));
      if (line.contains("error")) throw Failure(line.text("error"));
      if (line.flag("done")) return line;
      if (progress && line.contains("progress")) progress(line.text("progress"));
    }
    const std::size_t got = read_some(socket.get(), buffer);
    if (got == 0) throw Failure("hostd ended while it worked; see " + home.hostd_log().string());
    pending.append(buffer.data(), got);
  }
}

bool front_door_answers(int port) {
  try {
    const Fd socket = connect_tcp("127.0.0.1", static_cast<std::uint16_t>(port), std::chrono::seconds(1));
    const timeval limit{.tv_sec = 2, .tv_usec = 0};
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    write_all(socket.get(), "GET /_hanbat/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    std::string answer;
    std::array<char, 512> buffer;
    while (answer.size() < 12) {
      const std::size_t got = read_some(socket.get(), buffer);
      if (got == 0) break;
      answer.append(buffer.data(), got);
    }
    return answer.starts_with("HTTP/1.1 200");
  } catch (const std::system_error&) {
    return false;
  }
}

}  // namespace hanbat::cli
