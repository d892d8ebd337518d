#include "os/fault.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>

#include "base/text.h"
#include "os/fd.h"
#include "os/files.h"

namespace hanbat {
namespace {

/// What the environment asks for. Read when the first point is passed.
class Faults {
 public:
  Faults() {
    if (const char* names = std::getenv("HANBAT_FAULT"))
      for (const std::string& name : split(names, ',')) {
        int passes = 1;
        const auto hash = name.rfind('#');
        if (hash != std::string::npos) std::from_chars(name.data() + hash + 1, name.data() + name.size(), passes);
        if (!name.empty()) passes_left_[name.substr(0, hash)] = passes;
      }
    if (const char* log = std::getenv("HANBAT_FAULT_LOG"))
      if (*log) log_ = open_file(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  }

  bool armed() const { return !passes_left_.empty() || log_; }

  void pass(const std::string& name) {
    const std::lock_guard lock(mutex_);
    if (log_ && seen_.insert(name).second) write_all(log_.get(), name + "\n");
    const auto fatal = passes_left_.find(name);
    if (fatal != passes_left_.end() && --fatal->second == 0) ::kill(::getpid(), SIGKILL);
  }

 private:
  std::map<std::string, int> passes_left_;
  Fd log_;
  std::mutex mutex_;
  std::set<std::string> seen_;
};

Faults& faults() {
  static Faults all;
  return all;
}

std::string& current() {
  thread_local std::string name;
  return name;
}

}  // namespace

FaultScope::FaultScope(std::string_view kind, std::string_view name, std::string_view rest) {
  if (!faults().armed()) return;
  outer_ = current();
  rename(kind, name, rest);
}

FaultScope::~FaultScope() {
  if (faults().armed()) current() = outer_;
}

void FaultScope::rename(std::string_view kind, std::string_view name, std::string_view rest) {
  if (faults().armed()) current().assign(kind).append(name).append(rest);
}

void fault_point(std::string_view step) {
  if (faults().armed()) fault_point(step, current().empty() ? "other" : std::string_view(current()));
}

void fault_point(std::string_view step, std::string_view what) {
  if (faults().armed()) faults().pass(std::string(step) + ":" + std::string(what));
}

}  // namespace hanbat
