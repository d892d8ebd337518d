// The body of a push, plain or gzip'd: the commands are read or refused by 400 or 413, what is kept is bounded, and the
// report to the client is lines that its own reader takes.
#include "base/fuzzing.h"
#include "services/codecommit/git/git.h"
#include "services/codecommit/git/receive_pack.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::codecommit;

namespace {

/// All lines up to the flush.
std::vector<std::string> lines_of(std::string text) {
  http::StringBody body(std::move(text));
  PacketReader reader(body);
  std::vector<std::string> out;
  for (std::string line; reader.next(line);) out.push_back(line);
  return out;
}

void check_report(Push push, std::string_view refusal) {
  for (auto& command : push.commands) command.refusal = std::string(refusal);
  push.report = true;
  push.side_band = false;
  const auto lines = lines_of(report(push, ""));
  require(lines.size() == push.commands.size() + 1, "a report has a line for each reference");
  push.side_band = true;
  for (const std::string& line : lines_of(report(push, std::string(refusal))))
    require(line[0] == '\1', "a band is told");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(data, size);
  const bool zipped = input.byte() & 1;
  http::StringBody bytes{std::string(input.rest())};
  try {
    const auto inflated = zipped ? inflate(bytes) : nullptr;
    PacketReader body(inflated ? *inflated : static_cast<http::BodyReader&>(bytes));
    const Push push = read_commands(body);
    std::size_t kept = 0;
    for (const auto& [change, refusal] : push.commands) {
      kept += change.name.size() + change.old_id.size() + change.new_id.size();
      for (const std::string& id : {change.old_id, change.new_id})
        require(id.empty() || is_object_id(id), "an id is one");
      if (change.name.starts_with("refs/") && is_reference_name(change.name))
        require(change.name.find("..") == std::string::npos && change.name.find('\n') == std::string::npos,
                "a reference that is taken is a path in the repository");
    }
    require(kept <= (16u << 20), "what is kept of a push is bounded");
    check_report(push, "");
    check_report(push, "not authorized");
    body.exactly(12);
  } catch (const http::Error& error) {
    require(error.status == 400 || error.status == 413, "a refusal is the client's");
  }
  return 0;
}
