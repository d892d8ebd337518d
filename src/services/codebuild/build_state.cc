#include "services/codebuild/build_state.h"

namespace hanbat::codebuild {
namespace {

std::string time_text(Timestamp at) { return format_utc(at, "%b %e, %Y %I:%M:%S %p"); }

Json phases_of(const Build& build) {
  Json phases = Json::array();
  for (const BuildPhase& phase : build.phases.value_or(std::vector<BuildPhase>())) {
    Json one =
        Json::object({{"phase-type", phase.phase_type.value_or("")}, {"start-time", time_text(*phase.start_time)}});
    if (phase.phase_status) one["phase-status"] = *phase.phase_status;
    if (phase.end_time) one["end-time"] = time_text(*phase.end_time);
    if (phase.duration_in_seconds) one["duration-in-seconds"] = *phase.duration_in_seconds;
    phases.push_back(std::move(one));
  }
  return phases;
}

}  // namespace

region::Event state_event(const BuildRow& row) {
  const Build& build = row.shape;
  Json information = Json::object({{"initiator", build.initiator.value_or("")},
                                   {"build-complete", build.build_complete.value_or(false)},
                                   {"build-start-time", time_text(*build.start_time)},
                                   {"timeout-in-minutes", build.timeout_in_minutes.value_or(60)},
                                   {"source-version", build.source_version.value_or("")},
                                   {"source", wire::to_json(*build.source)},
                                   {"environment", wire::to_json(*build.environment)},
                                   {"logs", wire::to_json(*build.logs)}});
  if (build.artifacts) information["artifact"] = wire::to_json(*build.artifacts);
  information["phases"] = phases_of(build);
  return {.source = "aws.codebuild",
          .detail_type = "CodeBuild Build State Change",
          .resources = {*build.arn},
          .detail = Json::object({{"build-status", *build.build_status},
                                  {"project-name", *build.project_name},
                                  {"build-id", *build.arn},
                                  {"additional-information", std::move(information)},
                                  {"current-phase", build.current_phase.value_or("")},
                                  {"version", "1"}})};
}

}  // namespace hanbat::codebuild
