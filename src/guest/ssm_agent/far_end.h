// What a session leads to on the instance: a shell or a command on a terminal of its own, or a port.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "border/session_message.h"

namespace hanbat::guest {

/// One thread reads; another may write, resize and end.
class FarEnd {
 public:
  virtual ~FarEnd() = default;
  /// Waits for output; "" at its end.
  virtual std::string read() = 0;
  /// Queues it; what waits is written by the thread that reads.
  virtual void write(std::string_view bytes) = 0;
  /// Bytes that wait to be written.
  virtual std::size_t backlog() const = 0;
  virtual void resize(int, int) {}
  /// Ends it; read() returns.
  virtual void end() = 0;
};

/// A program on a terminal of its own, of which it is the controlling one.
std::unique_ptr<FarEnd> open_terminal(const std::vector<std::string>& argv, const std::string& folder,
                                      const std::string& home, const std::string& user);
/// A connection to a port of this machine. Throws std::system_error.
std::unique_ptr<FarEnd> open_port(std::uint16_t port);

/// What the session asks for, as the user ssm-user, who is made when there is none and may become root by sudo, as
/// AWS's agent has it. Source: Systems Manager User Guide, "Turn off or turn on ssm-user account administrative
/// permissions". Throws std::runtime_error.
std::unique_ptr<FarEnd> open_far_end(const border::SessionStart& start);

}  // namespace hanbat::guest
