#include "guest/build_runner/event_log.h"

#include <fcntl.h>

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "base/time.h"
#include "os/files.h"

namespace hanbat::guest {
namespace {

constexpr std::size_t kShortestHidden = 3;

}  // namespace

EventLog::EventLog(const std::string& file) : file_(open_file(file, O_WRONLY | O_CREAT | O_APPEND, 0644)) {}

void EventLog::write(border::BuildEvent::What what) {
  write_all(file_.get(), border::BuildEvent{SystemClock().now(), std::move(what)}.to_json().dump() + "\n");
}

void EventLog::hide(const std::string& value) {
  for (const std::string& line : split(value, '\n'))
    if (line.size() >= kShortestHidden) hidden_.push_back(line);
  std::ranges::sort(hidden_, std::greater(), &std::string::size);
}

void EventLog::line(const std::string& text) {
  std::string shown = text;
  for (const std::string& secret : hidden_) shown = replace_all(shown, secret, "***");
  write(border::OutputLine{shown + "\n"});
}

void EventLog::container(const std::string& text) {
  const Timestamp now = SystemClock().now();
  std::string micros = std::to_string(now.ms % 1000 * 1000);
  micros.insert(0, 6 - micros.size(), '0');
  line("[Container] " + format_utc(now, "%Y/%m/%d %H:%M:%S") + "." + micros + " " + text);
}

}  // namespace hanbat::guest
