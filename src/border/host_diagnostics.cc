#include "border/host_diagnostics.h"

#include "border/fields.h"

namespace hanbat::border {
namespace {

constexpr std::size_t kLongestLog = 2048;

/// The end of the log; the cut leaves no half of a character in front.
std::string tail_of(const std::string& log) {
  std::string tail = log.size() > kLongestLog ? log.substr(log.size() - kLongestLog) : log;
  while (!tail.empty() && (static_cast<unsigned char>(tail[0]) & 0xC0) == 0x80) tail.erase(0, 1);
  return tail;
}

}  // namespace

Json HostDiagnostics::to_json() const {
  return Json::object({{"error_code", static_cast<int>(code)},
                       {"script_name", script_name},
                       {"message", message},
                       {"log", tail_of(log)}});
}

HostDiagnostics HostDiagnostics::from_json(const Json& json) {
  Fields fields(json, "diagnostics");
  const std::int64_t number = fields.integer("error_code");
  HostDiagnostics d;
  d.code = number >= 0 && number <= static_cast<int>(Code::kFailedAfterRestart) ? static_cast<Code>(number)
                                                                                : Code::kUnknownError;
  d.script_name = fields.find_text("script_name").value_or("");
  d.message = fields.find_text("message").value_or("");
  d.log = fields.find_text("log").value_or("");
  return d;
}

}  // namespace hanbat::border
