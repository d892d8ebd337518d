// What the runner tells hanbatd: JSON lines appended to a file of the shared folder. Each line is one write, so a
// reader sees whole lines or none. The kinds:
//   {"t":ms,"type":"log","message":…}                                   {"t":ms,"type":"phase_start","phase":…}
//   {"t":ms,"type":"phase_end","phase":…,"status":…,"code":…,"message":…}   {"t":ms,"type":"source","version":…}
//   {"t":ms,"type":"artifact","identifier":…,"location":…,"sha256":…,"md5":…}
//   {"t":ms,"type":"exported","name":…,"value":…}
//   {"t":ms,"type":"end","status":"SUCCEEDED"|"FAILED"|"FAULT"}
#pragma once

#include <string>

#include "base/json.h"
#include "os/fd.h"

namespace hanbat::guest {

class EventLog {
 public:
  explicit EventLog(const std::string& file);

  void write(const std::string& type, std::initializer_list<Json::Member> members);
  /// A line of the build's output, as it is.
  void line(const std::string& text);
  /// A line of CodeBuild itself: "[Container] 2026/11/23 20:00:00.000000 text".
  void container(const std::string& text);

 private:
  Fd file_;
};

}  // namespace hanbat::guest
