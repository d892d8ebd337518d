#include "wire/input_check.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "wire/decoding.h"
#include "wire/pattern.h"
#include "wire/scalar.h"
#include "wire/validation.h"

namespace hanbat::wire {

namespace {

/// A value as an error quotes it: of a very long one the beginning.
std::string quotation(std::string_view text) {
  constexpr std::size_t kLongest = 1024;
  if (text.size() <= kLongest) return std::string(text);
  std::size_t end = kLongest;
  while ((text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
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

/// Whether the dotted path leads to a value that was given.
bool given(const Shape& shape, const void* value, std::string_view path) {
  if (shape.type == Type::kList) {
    for (std::size_t i = 0; i < shape.list->size(value); ++i) {
      const void* element = shape.element->slot.find(shape.list->at(value, i));
      if (element && given(*shape.element->shape, element, path)) return true;
    }
    return false;
  }
  if (shape.type == Type::kMap) {
    struct Search {
      const Shape& shape;
      std::string_view path;
      bool found = false;
    } search{shape, path};
    shape.map->each(value, &search, [](void* context, const std::string&, const void* place) {
      auto& state = *static_cast<Search*>(context);
      const void* element = state.shape.element->slot.find(place);
      state.found = state.found || (element && given(*state.shape.element->shape, element, state.path));
    });
    return search.found;
  }
  if (shape.type != Type::kStructure) return false;
  const std::size_t dot = path.find('.');
  const std::string_view step = path.substr(0, dot);
  for (const Member& member : shape.members) {
    if (member.name != step) continue;
    const void* inner = find_value(member, value);
    if (!inner) return false;
    return dot == std::string_view::npos || given(*member.shape, inner, path.substr(dot + 1));
  }
  return false;
}

/// Throws 501 for a parameter that we do not support.
void refuse_unsupported(const OperationModel& operation, const void* input) {
  for (std::string_view path : operation.unsupported)
    if (given(*operation.input, input, path))
      throw Error::not_implemented(operation.name, "the parameter " + std::string(path));
  const auto& names = operation.only_supported;
  if (names.empty()) return;
  for (const Member& member : operation.input->members) {
    if (std::find(names.begin(), names.end(), member.name) != names.end() || member.required) continue;
    if (member.shape->type != Type::kBody && find_value(member, input))
      throw Error::not_implemented(operation.name, "the parameter " + std::string(member.name));
  }
}

/// One thing that is wrong with an input.
struct Violation {
  const Member* missing = nullptr;
  std::string name;  // of the top-level or nearest member
  std::string path;
  std::string constraint;  // "Value 'x' at 'y' failed to satisfy constraint: …"
  std::string value;
};

/// Walks an input by its field table and collects what is wrong, in the order in which the codecs read.
class Walk {
 public:
  Walk(const OperationModel& operation, const Missing& missing) : operation_(operation), missing_(missing) {}

  std::vector<Violation> violations(const void* input) {
    const Shape& shape = *operation_.input;
    // The REST protocols read what is bound to path, query and headers before the body.
    for (const Member& member : shape.members)
      if (member.location != Location::kBody) this->member(member, input, nullptr);
    for (const Member& member : shape.members)
      if (member.location == Location::kBody) this->member(member, input, nullptr);
    end_structure(shape, input, nullptr);
    return std::move(violations_);
  }

 private:
  bool is_missing(const Member& member, const void* value, const Path& path) const {
    if (!member.required || member.shape->type == Type::kBody) return false;
    return !value || (!missing_.empty() && missing_.contains(path.text()));
  }

  void structure(const Shape& shape, const void* value, const Path* path) {
    for (const Member& member : shape.members) this->member(member, value, path);
    end_structure(shape, value, path);
  }

  void member(const Member& member, const void* structure, const Path* path) {
    const void* value = find_value(member, structure);
    const Path here{path, member.name};
    if (value && !is_missing(member, value, here)) this->value(*member.shape, value, here);
  }

  void end_structure(const Shape& shape, const void* structure, const Path* path) {
    for (const Member& member : shape.members) {
      const Path here{path, member.name};
      if (!is_missing(member, find_value(member, structure), here)) continue;
      const std::string text = here.text();
      violations_.push_back(
          {.missing = &member,
           .name = std::string(member.name),
           .path = text,
           .constraint = "Value null at '" + text + "' failed to satisfy constraint: Member must not be null",
           .value = {}});
    }
  }

  void value(const Shape& shape, const void* value, const Path& path) {
    switch (shape.type) {
      case Type::kStructure:
        return structure(shape, value, &path);
      case Type::kList:
        for (std::size_t i = 0; i < shape.list->size(value); ++i)
          if (const void* element = shape.element->slot.find(shape.list->at(value, i)))
            this->value(*shape.element->shape, element, Path{&path, "member", i + 1});
        break;
      case Type::kMap:
        map(shape, value, path);
        break;
      default:
        break;
    }
    if (shape.limits) check(shape, value, path);
  }

  void map(const Shape& shape, const void* value, const Path& path) {
    struct Visit {
      Walk& walk;
      const Shape& shape;
      const Path& path;
    } visit{*this, shape, path};
    shape.map->each(value, &visit, [](void* context, const std::string& key, const void* place) {
      const auto& [walk, shape, path] = *static_cast<Visit*>(context);
      walk.value(*shape.key->shape, &key, Path{&path, "key"});
      if (const void* element = shape.element->slot.find(place))
        walk.value(*shape.element->shape, element, Path{&path, key});
    });
  }

  void check(const Shape& shape, const void* value, const Path& path) {
    const auto as_json = [&] { return quotation(value_to_json(shape, value).dump()); };
    switch (shape.type) {
      case Type::kString:
        return check_text(shape, *static_cast<const std::string*>(value), path);
      case Type::kBlob: {
        const auto size = static_cast<double>(static_cast<const std::string*>(value)->size());
        return check_range(shape, size, "length", path, [] { return "java.nio.HeapByteBuffer"; });
      }
      case Type::kInteger: {
        const int number = *static_cast<const int*>(value);
        return check_range(shape, number, "value", path, [&] { return std::to_string(number); });
      }
      case Type::kLong: {
        const std::int64_t number = *static_cast<const std::int64_t*>(value);
        return check_range(shape, static_cast<double>(number), "value", path, [&] { return std::to_string(number); });
      }
      case Type::kDouble: {
        const double number = *static_cast<const double*>(value);
        return check_range(shape, number, "value", path, [&] { return number_text(number); });
      }
      case Type::kList:
        return check_range(shape, static_cast<double>(shape.list->size(value)), "length", path, as_json);
      case Type::kMap:
        return check_range(shape, static_cast<double>(shape.map->size(value)), "length", path, as_json);
      default:
        return;
    }
  }

  void check_text(const Shape& shape, const std::string& text, const Path& path) {
    const Limits& limits = *shape.limits;
    check_range(shape, static_cast<double>(utf8_length(text)), "length", path, [&] { return quotation(text); });
    if (!limits.pattern.empty() && !operation_.service->own_patterns && !matches(limits.pattern, text))
      add(shape, path, quotation(text), "satisfy regular expression pattern: " + std::string(limits.pattern));
    if (limits.values.empty() || std::find(limits.values.begin(), limits.values.end(), text) != limits.values.end())
      return;
    std::string all;
    for (std::string_view one : limits.values) all += (all.empty() ? "" : ", ") + std::string(one);
    add(shape, path, quotation(text), "satisfy enum value set: [" + all + "]");
  }

  template <class Shown>
  void check_range(const Shape& shape, double measure, std::string_view what, const Path& path, const Shown& shown) {
    const Limits& limits = *shape.limits;
    const auto bound = [](double number) { return std::to_string(static_cast<long long>(number)); };
    if (limits.has_min && measure < limits.min)
      add(shape, path, shown(), "have " + std::string(what) + " greater than or equal to " + bound(limits.min));
    else if (limits.has_max && measure > limits.max)
      add(shape, path, shown(), "have " + std::string(what) + " less than or equal to " + bound(limits.max));
  }

  void add(const Shape& shape, const Path& path, std::string value, std::string constraint) {
    const Path* member = &path;
    while (member->up && member->index > 0) member = member->up;
    Violation violation{.name = std::string(member->name), .path = path.text(), .constraint = {}, .value = {}};
    // A secret is not said again, neither to who sent it nor to the trail that keeps the message.
    if (shape.sensitive) value.clear();
    violation.constraint = (shape.sensitive ? "Value" : "Value '" + value + "'") + " at '" + violation.path +
                           "' failed to satisfy constraint: Member must " + std::move(constraint);
    violation.value = std::move(value);
    violations_.push_back(std::move(violation));
  }

  const OperationModel& operation_;
  const Missing& missing_;
  std::vector<Violation> violations_;
};

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

bool documents_required(const OperationModel& operation) {
  return std::ranges::any_of(operation.errors,
                             [](const ErrorModel& error) { return error.shape.ends_with("RequiredException"); });
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
  return nullptr;
}

/// A service that models an error for this very member answers with it.
std::optional<Error> find_modelled(const OperationModel& operation, const std::vector<Violation>& violations) {
  for (const Violation& violation : violations) {
    const std::string member = upper_first(violation.name);
    const ErrorModel* modelled = violation.missing ? find_error(operation, member + "RequiredException") : nullptr;
    if (!modelled) modelled = find_error(operation, "Invalid" + member + "Exception");
    if (!modelled) modelled = find_own(operation, violation);
    if (modelled)
      return Error(
          std::string(modelled->code), modelled->status,
          violation.missing ? "The parameter " + lower_first(violation.name) + " is required." : violation.constraint);
  }
  return std::nullopt;
}

[[noreturn]] void throw_first(const OperationModel& operation, const Violation& first) {
  const ServiceModel& service = *operation.service;
  if (service.protocol == Protocol::kEc2) {
    if (first.missing)
      throw Error("MissingParameter", 400, "The request must contain the parameter " + upper_first(first.path));
    throw Error("InvalidParameterValue", 400,
                "Value (" + first.value + ") for parameter " + first.path + " is invalid.");
  }
  const bool in_body =
      first.path.find('.') != std::string::npos || (first.missing && first.missing->location == Location::kBody);
  if (first.missing && first.missing == operation.input->payload)
    throw Error("MissingRequestBodyError", 400, "Request Body is empty");
  if (in_body) throw_malformed(service, first.constraint);
  if (first.missing) throw Error("InvalidRequest", 400, first.constraint);
  Error error("InvalidArgument", 400, first.constraint);
  for (const Member& member : operation.input->members)
    if (member.name == first.name) error.with("ArgumentName", std::string(member.wire_name));
  throw Error(error.with("ArgumentValue", first.value));
}

}  // namespace

std::string_view validation_code(const ServiceModel& service) {
  if (!service.validation_code.empty()) return service.validation_code;
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

void check_input(const OperationModel& operation, const void* input, const Missing& missing) {
  refuse_unsupported(operation, input);
  const std::vector<Violation> violations = Walk(operation, missing).violations(input);
  if (violations.empty()) return;
  if (const auto modelled = find_modelled(operation, violations)) throw Error(*modelled);
  const ServiceModel& service = *operation.service;
  if (service.protocol == Protocol::kEc2 || service.protocol == Protocol::kRestXml)
    throw_first(operation, violations.front());
  std::string message =
      std::to_string(violations.size()) + " validation error" + (violations.size() > 1 ? "s" : "") + " detected: ";
  for (std::size_t i = 0; i < violations.size(); ++i) message += (i ? "; " : "") + violations[i].constraint;
  throw Error(std::string(validation_code(service)), 400, message);
}

}  // namespace hanbat::wire
