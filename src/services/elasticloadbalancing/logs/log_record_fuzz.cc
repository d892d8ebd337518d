// A record of a request, as a worker of HAProxy that may be in a stranger's hands sends it: it is read or it is none,
// and whatever it says makes one line of printable characters with AWS's quotes alone.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/fuzzing.h"
#include "host/balancers/log_record.h"
#include "services/elasticloadbalancing/logs/log_lines.h"

using hanbat::fuzzing::require;
using namespace hanbat;

namespace {

void check_line(const std::string& line, std::ptrdiff_t quotes) {
  require(std::all_of(line.begin(), line.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; }),
          "a line is one, of printable characters");
  require(std::count(line.begin(), line.end(), '"') == quotes, "no field ends another");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto listener = host::listener_of_record(line);
  if (listener.empty()) return 0;  // the spool keeps no such line
  require(std::all_of(line.begin(), line.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; }),
          "what is kept ends no line of the spool");
  const auto record = host::read_record(line);
  if (!record) return 0;
  const elasticloadbalancing::LogFacts facts{.resource = "app/web/50dc6c495c0c9188",
                                             .dns_name = "web.elb.amazonaws.com",
                                             .certificates = {{"AB12", {"arn:aws:acm:x", {"*.example.com"}}}}};
  if (const auto access = elasticloadbalancing::access_line(*record, facts)) check_line(*access, 30);
  if (const auto connection = elasticloadbalancing::connection_line(*record)) check_line(*connection, 2);
  return 0;
}
