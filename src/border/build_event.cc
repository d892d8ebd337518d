// Each event is {"t": milliseconds since 1970, "type": its kind} and the members of its struct.
#include "border/build_event.h"

#include <array>

#include "border/fields.h"

namespace hanbat::border {
namespace {

// In the order of BuildEvent::What.
constexpr std::array<std::string_view, std::variant_size_v<BuildEvent::What>> kKinds = {
    "log", "phase_start", "phase_end", "source", "artifact", "exported", "end"};

struct Writer {
  Json& out;
  void operator()(const OutputLine& e) const { out["message"] = e.message; }
  void operator()(const PhaseBegun& e) const { out["phase"] = word_of(e.phase); }
  void operator()(const PhaseEnded& e) const {
    out["phase"] = word_of(e.phase);
    out["status"] = word_of(e.outcome);
    out["code"] = e.code;
    out["message"] = e.message;
  }
  void operator()(const SourceResolved& e) const { out["version"] = e.version; }
  void operator()(const ArtifactStored& e) const {
    out["identifier"] = e.identifier;
    out["location"] = e.location;
    out["sha256"] = e.sha256;
    out["md5"] = e.md5;
  }
  void operator()(const VariableExported& e) const {
    out["name"] = e.name;
    out["value"] = e.value;
  }
  void operator()(const BuildEnded& e) const {
    out["status"] = word_of(e.outcome);
    if (!e.message.empty()) out["message"] = e.message;
  }
};

BuildEvent::What read(Fields& fields, const std::string& kind) {
  if (kind == "log") return OutputLine{fields.text("message")};
  if (kind == "phase_start") return PhaseBegun{fields.word<RunnerPhase>("phase")};
  if (kind == "phase_end")
    return PhaseEnded{fields.word<RunnerPhase>("phase"), fields.word<BuildOutcome>("status"), fields.text("code"),
                      fields.text("message")};
  if (kind == "source") return SourceResolved{fields.text("version")};
  if (kind == "artifact")
    return ArtifactStored{fields.text("identifier"), fields.text("location"), fields.text("sha256"),
                          fields.text("md5")};
  if (kind == "exported") return VariableExported{fields.text("name"), fields.text("value")};
  if (kind == "end") return BuildEnded{fields.word<BuildOutcome>("status"), fields.find_text("message").value_or("")};
  fields.fail("type", "has the unknown value \"" + kind + "\"");
}

}  // namespace

Json BuildEvent::to_json() const {
  Json out = Json::object({{"t", at.ms}, {"type", kKinds[what.index()]}});
  std::visit(Writer{out}, what);
  return out;
}

BuildEvent BuildEvent::from_json(const Json& json) {
  Fields fields(json, "a build's event");
  const Timestamp at{fields.integer("t")};
  const std::string kind = fields.text("type");
  BuildEvent event{at, read(fields, kind)};
  fields.refuse_unknown();
  return event;
}

BuildEvent BuildEvent::from_line(std::string_view line) { return from_json(parse_message(line, "a build's event")); }

}  // namespace hanbat::border
