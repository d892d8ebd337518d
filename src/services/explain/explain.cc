#include "services/explain/explain.h"

#include "services/explain/chains.h"
#include "services/explain/refusal.h"
#include "services/explain/story.h"

namespace hanbat::explain {

bool explain_refusal(Story& story, std::string_view message, const std::string& subject, const std::string& call) {
  const auto refusal = read_refusal(message);
  if (!refusal) return false;
  story.add(finding_of(*refusal, subject));
  story.show(call, without_encoded_message(message));
  return true;
}

void require_seen(const Answer& answer) {
  if (answer || is_denial(answer.code, answer.message)) return;
  throw ResourceNotFoundException(answer.message.empty() ? answer.code : answer.message);
}

ExplainOutput Explain::explain(Request& rq, const ExplainInput& in) {
  // Whoever is known may ask: what is told, the other services tell the caller.
  const std::string id = in.id.value_or("");
  if (id.empty() && in.kind != "stuck" && in.kind != "denied")
    throw ValidationException("id is required to explain a " + in.kind + ".");
  Story story(rq, in.kind, id);
  Text well{.en = in.kind + " " + id + ": nothing is wrong with it.",
            .ko = in.kind + " " + id + ": 잘못된 것이 없습니다."};
  if (in.kind == "pipeline") explain_pipeline(story, id);
  if (in.kind == "build") explain_build(story, id);
  if (in.kind == "deployment") explain_deployment(story, id);
  if (in.kind == "target") explain_target(story, id);
  if (in.kind == "image") {
    explain_image(story, id);
    well = {.en = "The image " + id + " is there.", .ko = "이미지 " + id + "이(가) 있습니다."};
  }
  if (in.kind == "denied") {
    explain_denied(story, id);
    well = {.en = "Nothing that you may see was denied.", .ko = "볼 수 있는 것 중 거부된 것이 없습니다."};
  }
  if (in.kind == "stuck") {
    explain_stuck(story);
    well = {.en = "Nothing waits.", .ko = "기다리는 것이 없습니다."};
  }

  return {.explanation = story.finish(well)};
}

}  // namespace hanbat::explain
