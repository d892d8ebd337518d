// What a command is to do on an instance: the steps of its document with its parameters put in. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "services/ssm/documents/content.h"

namespace hanbat::ssm {

using Parameters = std::map<std::string, std::vector<std::string>>;

struct PlannedStep {
  std::string name;
  std::string action;
  Json inputs = Json::object();
  // Its precondition: of what platform the instance must be ("" = of any), whether what the parameters decide holds,
  // and how it is told.
  std::string platform;
  bool holds = true;
  std::string precondition;

  Json to_json() const;
  static PlannedStep from_json(const Json& json);
};
using Plan = std::vector<PlannedStep>;

/// The document with these parameters. Throws InvalidParameters.
Plan plan_of(const DocumentFacts& document, const std::string& name, const Parameters& parameters);
/// Puts in what {{ssm:name}} stands for, wherever it is written. `value_of` gives the value of a parameter of Parameter
/// Store; it is asked once for each. Throws InvalidParameters for inputs that are none then, as plan_of.
void put_in_references(Plan& plan, const std::function<std::string(const std::string&)>& value_of);

Json to_json(const Plan& plan);
Plan plan_from_json(const Json& json);

/// What follows on a step that has ended: the next, the last one when it runs in any case, or nothing.
/// Source: Systems Manager User Guide, "Command document plugin reference", shared inputs.
std::optional<std::size_t> next_step(const Plan& plan, std::size_t ended, bool failed);
/// Whether the step's failure counts as success.
bool forgives(const PlannedStep& step);

}  // namespace hanbat::ssm
