#include "wire/violation.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "base/text.h"
#include "wire/decoding.h"
#include "wire/validation.h"

namespace hanbat::wire {
namespace {

/// How a service words what breaks its model: what follows the '/' in the code of its operations.txt.
enum class Wording : std::uint8_t {
  kUsual,        // "Value 'x' at 'y' failed to satisfy constraint: Member must …"
  kUntold,       // the same without the value, as IAM has it
  kByParameter,  // ECR's
  kWithReason,   // Organizations'
  kByMember  // with the error that is named after the member, as those have it that hold inputs against their own rules
};

Wording wording_of(const ServiceModel& service) {
  const std::string_view code = service.validation_code;
  if (code.ends_with("/untold")) return Wording::kUntold;
  if (code.ends_with("/by-parameter")) return Wording::kByParameter;
  if (code.ends_with("/by-member")) return Wording::kByMember;
  return code.ends_with("/with-reason") ? Wording::kWithReason : Wording::kUsual;
}

std::string upper_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

const ErrorModel* find_error(const OperationModel& operation, std::string_view shape) {
  for (const ErrorModel& error : operation.errors)
    if (error.shape == shape) return &error;
  return nullptr;
}

/// "Value 'x' at 'y' failed to satisfy constraint: Member must …"
std::string constraint_of(const ServiceModel& service, const Violation& violation) {
  const bool untold = wording_of(service) == Wording::kUntold;
  std::string_view requirement = violation.requirement;
  if (untold && violation.broken == Broken::kEnum) requirement = requirement.substr(0, requirement.find(':'));
  std::string value = violation.missing ? " null" : " '" + violation.value + "'";
  if (!violation.missing && (untold || violation.secret)) value.clear();
  return "Value" + value + " at '" + violation.path + "' failed to satisfy constraint: Member must " +
         std::string(requirement);
}

/// A member on the way to a value, and its shape.
struct Place {
  std::string_view member;
  const Shape* shape = nullptr;
};

/// The places of a path ("tagSet.1.member.type") from the top, as far as the path can be followed: what follows a map's
/// key that has dots is not.
std::vector<Place> places_of(const OperationModel& operation, std::string_view path) {
  std::vector<Place> places;
  const Shape* at = operation.input;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string_view step = path.substr(begin, end - begin);
    begin = end + 1;
    if (at->type == Type::kList) {
      if (step != "member") continue;  // its number
      at = at->element->shape;
    } else if (at->type == Type::kMap) {
      at = step == "key" ? at->key->shape : at->element->shape;
    } else {
      const auto found =
          std::ranges::find_if(at->members, [&](const Member& member) { return lower_first(member.name) == step; });
      if (found == at->members.end()) break;
      places.push_back({found->name, found->shape});
      at = found->shape;
      continue;
    }
    places.push_back({"", at});
  }
  return places;
}

/// Whether the service has errors of its own about what is required, in this operation or in another.
bool documents_required(const OperationModel& operation) {
  const auto documents = [](const OperationModel& one) {
    return std::ranges::any_of(one.errors,
                               [](const ErrorModel& error) { return error.shape.ends_with("RequiredException"); });
  };
  return documents(operation) || std::ranges::any_of(operation.service->operations, documents);
}

/// The one of the operation's errors that begins and ends like this and is named after the thing, or nearly: the stem
/// of its name begins or ends with the thing's name, or the other way round.
const ErrorModel* find_named_after(const OperationModel& operation, std::string_view prefix, std::string_view suffix,
                                   std::string_view thing) {
  constexpr std::size_t kShortestThing = 5, kShortestStem = 3;
  if (thing.ends_with('s')) thing.remove_suffix(1);
  if (thing.size() < kShortestThing) return nullptr;
  const ErrorModel* found = nullptr;
  for (const ErrorModel& error : operation.errors) {
    if (error.shape.size() <= prefix.size() + suffix.size() || !error.shape.starts_with(prefix) ||
        !error.shape.ends_with(suffix))
      continue;
    const auto stem = error.shape.substr(prefix.size(), error.shape.size() - prefix.size() - suffix.size());
    const bool near =
        stem.starts_with(thing) || stem.ends_with(thing) || (stem.size() >= kShortestStem && thing.starts_with(stem));
    if (near && found) return nullptr;  // which of them it is, nothing tells
    if (near) found = &error;
  }
  return found;
}

/// The operation's error for what is wrong with a thing that has these names, the most telling first.
const ErrorModel* find_of_thing(const OperationModel& operation, const Place& place, std::string_view prefix,
                                std::string_view suffix) {
  std::vector<std::string> names;
  if (!place.member.empty()) names.push_back(upper_first(place.member));
  names.emplace_back(place.shape->name);
  if (place.shape->type == Type::kList) names.emplace_back(place.shape->element->shape->name);
  for (const std::string& name : names)
    if (const auto* error = find_error(operation, std::string(prefix) + name + std::string(suffix))) return error;
  for (const std::string& name : names)
    if (const auto* error = find_named_after(operation, prefix, suffix, name)) return error;
  return nullptr;
}

/// The error of a service that holds its inputs against its own rules, and has an error for each (CodeCommit,
/// CodeDeploy): for the value, or for what it is a part of.
const ErrorModel* find_own(const OperationModel& operation, const Violation& violation) {
  if (!documents_required(operation)) return nullptr;
  const auto places = places_of(operation, violation.path);
  for (std::size_t i = places.size(); i-- > 0;) {
    const bool missing = violation.missing && i + 1 == places.size();
    const ErrorModel* error = missing ? find_of_thing(operation, places[i], "", "RequiredException") : nullptr;
    if (!error) error = find_of_thing(operation, places[i], "Invalid", "Exception");
    if (error) return error;
  }
  return find_error(operation, "InvalidInputException");
}

/// A service that holds its inputs against its own rules answers with the error for this very member, where it has one;
/// of others the model's framework answers before they see it. So it does where an operation models the framework's own
/// error: there an error about the member tells what only the service can know of it, a page's token that is none
/// (CodePipeline).
std::optional<Error> find_modelled(const OperationModel& operation, const std::vector<Violation>& violations) {
  if (find_error(operation, "ValidationException")) return std::nullopt;
  for (const Violation& violation : violations) {
    const std::string member = upper_first(violation.name);
    const ErrorModel* modelled = violation.missing ? find_error(operation, member + "RequiredException") : nullptr;
    if (!modelled && violation.missing) modelled = find_own(operation, violation);
    if (!modelled && (documents_required(operation) || wording_of(*operation.service) == Wording::kByMember))
      modelled = find_error(operation, "Invalid" + member + "Exception");
    if (!modelled) modelled = find_own(operation, violation);
    if (modelled)
      return Error(std::string(modelled->code), modelled->status,
                   violation.missing ? "The parameter " + lower_first(violation.name) + " is required."
                                     : constraint_of(*operation.service, violation));
  }
  return std::nullopt;
}

/// IAM's own words for the characters of names and paths, which it looks at after its framework has looked at all else;
/// "" of other patterns.
std::string characters_refusal(const Violation& violation) {
  constexpr std::string_view kName = "[\\w+=,.@-]+", kPath = "(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)";
  if (violation.broken != Broken::kPattern) return "";
  const std::string begin = "The specified value for " + violation.path + " is invalid. It must ";
  if (violation.requirement.ends_with(kPath))
    return begin + "begin and end with / and contain only alphanumeric characters and/or / characters.";
  if (violation.requirement.ends_with(": " + std::string(kName)))
    return begin + "contain only alphanumeric characters and/or the following: +=,.@_-";
  return "";
}

Error first_refusal(const OperationModel& operation, const Violation& first) {
  const ServiceModel& service = *operation.service;
  if (service.protocol == Protocol::kEc2) {
    // By the name that the query has for it: GroupDescription, routeTableId.
    if (first.missing)
      return {"MissingParameter", 400,
              "The request must contain the parameter " + (first.path.find('.') == std::string::npos
                                                               ? std::string(first.missing->wire_name)
                                                               : upper_first(first.path))};
    return {"InvalidParameterValue", 400, "Value (" + first.value + ") for parameter " + first.path + " is invalid."};
  }
  const std::string constraint = constraint_of(service, first);
  // What lies deeper is of the body, but for a list in a header.
  const std::string_view top = std::string_view(first.path).substr(0, first.path.find('.'));
  const bool in_header = std::ranges::any_of(operation.input->members, [&](const Member& member) {
    return member.location == Location::kHeader && iequals(member.name, top);
  });
  const bool in_body = (first.path.find('.') != std::string::npos && !in_header) ||
                       (first.missing && first.missing->location == Location::kBody);
  if (first.missing && first.missing == operation.input->payload)
    return {"MissingRequestBodyError", 400, "Request Body is empty"};
  if (in_body) throw_malformed(service, constraint);
  if (first.missing) return {"InvalidRequest", 400, constraint};
  Error error("InvalidArgument", 400, constraint);
  for (const Member& member : operation.input->members)
    if (member.name == first.name) error.with("ArgumentName", std::string(member.wire_name));
  return error.with("ArgumentValue", first.value);
}

/// ECR tells the first thing that is wrong, by its parameter.
Error refusal_by_parameter(const ServiceModel& service, const Violation& first) {
  constexpr std::string_view kPattern = "satisfy regular expression pattern: ";
  const std::string requirement = first.broken == Broken::kPattern ? "must satisfy regular expression '" +
                                                                         first.requirement.substr(kPattern.size()) + "'"
                                                                   : "Member must " + first.requirement;
  return {std::string(validation_code(service)), 400,
          "Invalid parameter at '" + first.path + "' failed to satisfy constraint: '" + requirement + "'"};
}

/// Organizations tells by a word what kind of thing is wrong. Source: InvalidInputException in its API reference.
Error refusal_with_reason(const ServiceModel& service, const Violation& first) {
  struct Told {
    const char* reason;
    const char* message;
  };
  const auto told = [&]() -> Told {
    switch (first.broken) {
      case Broken::kRequired:
        return {"INPUT_REQUIRED", "You must include a value for all required parameters."};
      case Broken::kPattern:
        return {"INVALID_PATTERN", "You provided a value that does not match the required pattern."};
      case Broken::kEnum:
        return {"INVALID_ENUM", "You specified an invalid value."};
      case Broken::kShort:
        return {"MIN_LENGTH_EXCEEDED", "You provided a string parameter that is shorter than allowed."};
      case Broken::kLong:
        return {"MAX_LENGTH_EXCEEDED", "You provided a string parameter that is longer than allowed."};
      case Broken::kLow:
        return {"MIN_VALUE_EXCEEDED", "You provided a numeric parameter that has a smaller value than allowed."};
      case Broken::kHigh:
        return {"MAX_VALUE_EXCEEDED", "You provided a numeric parameter that has a larger value than allowed."};
    }
    return {};
  }();
  return Error(std::string(validation_code(service)), 400, told.message).with("Reason", told.reason);
}

}  // namespace

std::string_view validation_code(const ServiceModel& service) {
  const std::string_view own = service.validation_code;
  if (!own.empty()) return own.substr(0, own.find('/'));
  switch (service.protocol) {
    case Protocol::kQuery:
      return "ValidationError";
    case Protocol::kEc2:
      return "InvalidParameterValue";
    case Protocol::kRestXml:
      return "InvalidArgument";
    default:
      return "ValidationException";
  }
}

Error refusal(const OperationModel& operation, const std::vector<Violation>& violations) {
  const ServiceModel& service = *operation.service;
  if (const auto modelled = find_modelled(operation, violations)) return *modelled;
  if (service.protocol == Protocol::kEc2 || service.protocol == Protocol::kRestXml)
    return first_refusal(operation, violations.front());
  switch (wording_of(service)) {
    case Wording::kByParameter:
      return refusal_by_parameter(service, violations.front());
    case Wording::kWithReason:
      return refusal_with_reason(service, violations.front());
    case Wording::kUntold: {
      const auto of_framework = [](const Violation& violation) { return characters_refusal(violation).empty(); };
      if (std::ranges::none_of(violations, of_framework))
        return {std::string(validation_code(service)), 400, characters_refusal(violations.front())};
      std::vector<Violation> others;
      std::ranges::copy_if(violations, std::back_inserter(others), of_framework);
      if (others.size() < violations.size()) return refusal(operation, others);
      break;
    }
    case Wording::kUsual:
    case Wording::kByMember:
      break;
  }
  std::string message =
      std::to_string(violations.size()) + " validation error" + (violations.size() > 1 ? "s" : "") + " detected: ";
  for (std::size_t i = 0; i < violations.size(); ++i)
    message += (i ? "; " : "") + constraint_of(service, violations[i]);
  return {std::string(validation_code(service)), 400, message};
}

}  // namespace hanbat::wire
