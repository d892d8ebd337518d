// git itself, run on a repository: its environment, and the lines of its wire protocol.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "os/process.h"

namespace hanbat::codecommit {

/// Options for a git program that sees no configuration but the repository's. `protocol` is the client's Git-Protocol
/// header.
SpawnOptions git_options(std::string_view protocol = "");

/// Is told the pidfd of the program that reads a push's pack: where a client does not end its words after the pack,
/// they end with that program.
using WatchProcess = std::function<void(int pidfd)>;

/// One line of git's protocol: four hex digits of length, then the text. At most 65516 bytes.
std::string packet(std::string_view text);
inline constexpr std::string_view kFlush = "0000";

/// Reads the lines at the start of a body; the rest of the body follows through read().
class PacketReader final : public http::BodyReader {
 public:
  explicit PacketReader(http::BodyReader& from) : from_(from) {}
  /// The next line's text; false at a flush or, when nothing was sent at all, at the body's end. Throws http::Error 400
  /// for what is no line.
  bool next(std::string& line);
  std::size_t read(std::span<char> into) override { return from_.read(into); }
  /// Exactly that many bytes. Throws http::Error 400 when the body ends before.
  std::string exactly(std::size_t count);

 private:
  http::BodyReader& from_;
};

/// A gzip'd body, inflated as it is read.
std::unique_ptr<http::BodyReader> inflate(http::BodyReader& from);

}  // namespace hanbat::codecommit
