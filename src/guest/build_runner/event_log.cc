#include "guest/build_runner/event_log.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/time.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

/// Bytes that are no UTF-8 would make the line no JSON; they become the replacement character.
std::string valid_utf8(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = c < 0x80                ? 1
                               : c >= 0xC2 && c < 0xE0 ? 2
                               : c >= 0xE0 && c < 0xF0 ? 3
                               : c >= 0xF0 && c < 0xF5 ? 4
                                                       : 0;
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) good = (static_cast<unsigned char>(text[i + k]) & 0xC0) == 0x80;
    if (good)
      out.append(text, i, length);
    else
      out += "\xEF\xBF\xBD";
    i += good ? length : 1;
  }
  return out;
}

}  // namespace

EventLog::EventLog(const std::string& file) : file_(open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0644)) {}

void EventLog::write(const std::string& type, std::initializer_list<Json::Member> members) {
  Json event = Json::object({{"t", SystemClock().now().ms}, {"type", type}});
  for (const auto& [name, value] : members) event[name] = value;
  const std::string text = event.dump() + "\n";
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(file_.get(), text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "write events");
    if (n > 0) done += static_cast<std::size_t>(n);
  }
}

void EventLog::line(const std::string& text) { write("log", {{"message", valid_utf8(text) + "\n"}}); }

void EventLog::container(const std::string& text) {
  const Timestamp now = SystemClock().now();
  std::string micros = std::to_string(now.ms % 1000 * 1000);
  micros.insert(0, 6 - micros.size(), '0');
  line("[Container] " + format_utc(now, "%Y/%m/%d %H:%M:%S") + "." + micros + " " + text);
}

}  // namespace hanbat::guest
