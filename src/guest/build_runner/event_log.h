// What the runner reports: events appended to a file of the shared folder. Each is one write, so a reader sees whole
// lines or none.
#pragma once

#include <string>
#include <vector>

#include "border/build_event.h"
#include "os/fd.h"

namespace hanbat::guest {

class EventLog {
 public:
  explicit EventLog(const std::string& file);

  /// With the time of now.
  void write(border::BuildEvent::What what);
  /// Has a secret's value stand as *** in all lines from now on; of a value of several lines each one. What is shorter
  /// than three characters is not hidden: it would be found in everything.
  void hide(const std::string& value);
  /// A line of the build's output, without what is hidden.
  void line(const std::string& text);
  /// A line of CodeBuild itself: "[Container] 2026/11/23 20:00:00.000000 text".
  void container(const std::string& text);

 private:
  Fd file_;
  std::vector<std::string> hidden_;  // longest first
};

}  // namespace hanbat::guest
