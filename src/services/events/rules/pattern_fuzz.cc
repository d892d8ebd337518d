// What a rule holds: event patterns, schedule expressions and input templates. The first line is a schedule or a
// template, the second the pattern, the rest the event. A pattern that is accepted decides the same way each time and
// whatever the event is; a schedule's next time is later; a template yields JSON or nothing.
#include "base/fuzzing.h"
#include "base/schedule.h"
#include "base/utf8.h"
#include "services/events/delivery/target_input.h"
#include "services/events/rules/pattern.h"

using hanbat::fuzzing::require;
using namespace hanbat;
using namespace hanbat::events;

namespace {

constexpr Timestamp kNow{1'795'600'000'000};

void check_schedule(std::string_view text) {
  const auto schedule = Schedule::parse(text);
  if (!schedule) return;
  const auto next = schedule->next(kNow);
  require(!next || *next > kNow, "a schedule fires later than now");
  const auto after = next ? schedule->next(*next) : std::nullopt;
  require(!after || *after > *next, "a schedule goes on");
}

void check_input(std::string_view recipe, const Json& event) {
  const RuleFacts rule{"arn:aws:events:ap-northeast-2:123456789012:rule/r", "r", kNow};
  InputRecipe constant, part, filled;
  constant.input = std::string(recipe);
  part.input_path = std::string(recipe);
  filled.input_template = std::string(recipe);
  filled.input_paths = {{"a", "$.detail.a"}, {"all", "$"}, {"first", "$.resources[0]"}};
  for (const InputRecipe& each : {constant, part, filled})
    if (const auto input = target_input(each, event, rule))
      require(Json::parse(input->dump()) == *input, "what a target is sent is JSON");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzzing::Input input(data, size);
  if (!is_utf8(input.rest())) return 0;  // the protocol lets nothing else in
  const std::string_view first = input.line();
  const std::string_view text = input.line();
  check_schedule(first);

  Json event;
  try {
    event = Json::parse(input.rest());
  } catch (const JsonError&) {
    event = Json::object({{"source", "aws.codecommit"}, {"detail", Json::object({{"a", 1}})}});
  }
  check_input(first, event);

  std::optional<Pattern> pattern;
  try {
    pattern = Pattern::parse(text);
  } catch (const PatternError& error) {
    require(*error.what() != '\0', "a refusal has a reason");
    return 0;
  }
  const bool matches = pattern->matches(event);
  require(pattern->matches(event) == matches, "a pattern decides the same way again");
  require(Pattern::parse(Json::parse(text).dump()).matches(event) == matches,
          "a pattern written anew decides the same");
  pattern->matches(Json());
  pattern->matches(Json::array({event, event}));
  return 0;
}
