#include "region/range_condition.h"

#include "base/text.h"

namespace hanbat::region {
namespace {

/// A time of change tells two states apart only when the second it names was over before the answer was made.
constexpr Milliseconds kStrongAfter = std::chrono::seconds(1);

}  // namespace

bool has_range_condition(const wire::RequestView& request) {
  return request.method == "GET" && request.find_header("range") && request.find_header("if-range");
}

bool range_condition_holds(std::string_view condition, const wire::Headers& answer, Timestamp now) {
  condition = trim(condition);
  // Compared strongly: a weak tag has a "W/" before it and equals none of ours.
  if (condition.ends_with('"')) {
    const std::string* tag = wire::find_header(answer, "ETag");
    return tag && *tag == condition;
  }
  const std::string* changed = wire::find_header(answer, "Last-Modified");
  const auto asked = parse_http_date(condition);
  return changed && asked && asked == parse_http_date(*changed) && *asked + kStrongAfter <= now;
}

}  // namespace hanbat::region
