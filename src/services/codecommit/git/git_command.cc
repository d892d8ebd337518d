#include "services/codecommit/git/git_command.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace hanbat::codecommit {

SpawnOptions git_options(std::string_view protocol) {
  SpawnOptions options;
  options.environment = Environment::kEmpty;
  options.variables = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                       {"HOME", "/nonexistent"},
                       {"GIT_CONFIG_NOSYSTEM", "1"},
                       {"GIT_CONFIG_GLOBAL", "/dev/null"},
                       {"GIT_CONFIG_COUNT", "2"},
                       {"GIT_CONFIG_KEY_0", "uploadpack.allowFilter"},
                       {"GIT_CONFIG_VALUE_0", "true"},
                       {"GIT_CONFIG_KEY_1", "core.fsync"},
                       {"GIT_CONFIG_VALUE_1", "all"}};
  const auto plain = [](unsigned char c) { return std::isalnum(c) || c == '=' || c == ':' || c == '.' || c == '-'; };
  if (!protocol.empty() && protocol.size() < 256 && std::all_of(protocol.begin(), protocol.end(), plain))
    options.variables["GIT_PROTOCOL"] = std::string(protocol);
  return options;
}

std::string packet(std::string_view text) {
  char length[8];
  std::snprintf(length, sizeof length, "%04zx", text.size() + 4);
  return std::string(length).append(text);
}

std::string PacketReader::exactly(std::size_t count) {
  std::string text(count, '\0');
  for (std::size_t at = 0; at < count;) {
    const std::size_t n = from_.read({text.data() + at, count - at});
    if (n == 0) throw http::Error(400, "the request ends in the middle of a line");
    at += n;
  }
  return text;
}

bool PacketReader::next(std::string& line) {
  char first;
  if (from_.read({&first, 1}) == 0) return false;
  const std::string digits = first + exactly(3);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + 4, length, 16);
  if (error != std::errc() || end != digits.data() + 4) throw http::Error(400, "not a line of git's protocol");
  if (length == 0) return false;
  if (length < 4) throw http::Error(400, "a line of git's protocol that has no place here");
  line = exactly(length - 4);
  return true;
}

namespace {

class Inflater final : public http::BodyReader {
 public:
  explicit Inflater(http::BodyReader& from) : from_(from) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() override { inflateEnd(&stream_); }

  std::size_t read(std::span<char> into) override {
    if (done_ || into.empty()) return 0;
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1u << 30));
    const uInt room = stream_.avail_out;
    while (stream_.avail_out == room) {
      if (stream_.avail_in == 0) {
        const std::size_t n = from_.read(buffer_);
        if (n == 0) throw http::Error(400, "the gzip'd body is cut short");
        stream_.next_in = reinterpret_cast<Bytef*>(buffer_.data());
        stream_.avail_in = static_cast<uInt>(n);
      }
      const int code = ::inflate(&stream_, Z_NO_FLUSH);
      if (code == Z_STREAM_END) {
        done_ = true;
        break;
      }
      if (code != Z_OK && code != Z_BUF_ERROR) throw http::Error(400, "the body is not gzip");
    }
    return room - stream_.avail_out;
  }

 private:
  http::BodyReader& from_;
  z_stream stream_{};
  std::array<char, 32768> buffer_;
  bool done_ = false;
};

}  // namespace

std::unique_ptr<http::BodyReader> inflate(http::BodyReader& from) { return std::make_unique<Inflater>(from); }

}  // namespace hanbat::codecommit
