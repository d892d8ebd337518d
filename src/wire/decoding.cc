// What is wrong with a request, checked against the limits of the model and told in the words of its service.
#include "wire/decoding.h"

#include <algorithm>

#include "base/text.h"
#include "base/utf8.h"
#include "wire/pattern.h"
#include "wire/scalar.h"

namespace hanbat::wire {

namespace {

/// A value as an error tells it: of a very long one the beginning.
std::string quotation(std::string_view text) {
  constexpr std::size_t kLongest = 1024;
  if (text.size() <= kLongest) return std::string(text);
  std::size_t end = kLongest;
  while ((text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string lower_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'A' && out[0] <= 'Z') out[0] = static_cast<char>(out[0] - 'A' + 'a');
  return out;
}

std::string upper_first(std::string_view name) {
  std::string out(name);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// The code that a service gives to input which breaks the model, where it is not the protocol's own.
std::string_view validation_code(const ServiceModel& service) {
  if (service.folder == "logs" || service.folder == "ecr") return "InvalidParameterException";
  if (service.folder == "codebuild") return "InvalidInputException";
  if (service.folder == "codedeploycommands") return "ClientException";
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

}  // namespace

std::string Path::text() const {
  std::string out = up ? up->text() : std::string();
  if (index > 0) {
    out += '.' + std::to_string(index);
    if (!name.empty()) out += '.' + std::string(name);
    return out;
  }
  if (!out.empty()) out += '.';
  return out + lower_first(name);
}

void Decoding::add(const Shape& shape, const Path& path, std::string value, std::string constraint) {
  const Path* member = &path;
  while (member->up && member->index > 0) member = member->up;
  Violation violation;
  violation.name = std::string(member->name);
  violation.path = path.text();
  // A secret is not told again, neither to who sent it nor to the trail that keeps the message.
  if (shape.sensitive) value.clear();
  violation.constraint = (shape.sensitive ? "Value" : "Value '" + value + "'") + " at '" + violation.path +
                         "' failed to satisfy constraint: Member must " + std::move(constraint);
  violation.value = std::move(value);
  violation.is_enum = shape.limits && !shape.limits->values.empty();
  violations_.push_back(std::move(violation));
}

void Decoding::check(const Shape& shape, const void* value, const Path& path) {
  const Limits* limits = shape.limits;
  if (!limits) return;
  const auto range = [&](double measure, std::string_view what, const auto& shown) {
    const auto bound = [](double number) { return std::to_string(static_cast<long long>(number)); };
    if (limits->has_min && measure < limits->min)
      add(shape, path, shown(), "have " + std::string(what) + " greater than or equal to " + bound(limits->min));
    else if (limits->has_max && measure > limits->max)
      add(shape, path, shown(), "have " + std::string(what) + " less than or equal to " + bound(limits->max));
  };
  const auto as_json = [&] { return quotation(value_to_json(shape, value).dump()); };
  switch (shape.type) {
    case Type::kString: {
      const auto& text = *static_cast<const std::string*>(value);
      const auto shown = [&] { return quotation(text); };
      range(static_cast<double>(utf8_length(text)), "length", shown);
      if (!limits->pattern.empty() && !matches(limits->pattern, text))
        add(shape, path, shown(), "satisfy regular expression pattern: " + std::string(limits->pattern));
      if (!limits->values.empty() &&
          std::find(limits->values.begin(), limits->values.end(), text) == limits->values.end()) {
        std::string all;
        for (std::string_view one : limits->values) all += (all.empty() ? "" : ", ") + std::string(one);
        add(shape, path, shown(), "satisfy enum value set: [" + all + "]");
      }
      return;
    }
    case Type::kBlob: {
      const auto& bytes = *static_cast<const std::string*>(value);
      range(static_cast<double>(bytes.size()), "length", [] { return "java.nio.HeapByteBuffer"; });
      return;
    }
    case Type::kInteger: {
      const int number = *static_cast<const int*>(value);
      range(number, "value", [&] { return std::to_string(number); });
      return;
    }
    case Type::kLong: {
      const std::int64_t number = *static_cast<const std::int64_t*>(value);
      range(static_cast<double>(number), "value", [&] { return std::to_string(number); });
      return;
    }
    case Type::kDouble: {
      const double number = *static_cast<const double*>(value);
      range(number, "value", [&] { return number_text(number); });
      return;
    }
    case Type::kList:
      range(static_cast<double>(shape.list->size(value)), "length", as_json);
      return;
    case Type::kMap:
      range(static_cast<double>(shape.map->size(value)), "length", as_json);
      return;
    default:
      return;
  }
}

void Decoding::missing(const Member& member, const Path& path, std::string_view name) {
  Violation violation;
  violation.missing = &member;
  violation.name = std::string(name);
  violation.path = path.text();
  violation.constraint = "Value null at '" + violation.path + "' failed to satisfy constraint: Member must not be null";
  violations_.push_back(std::move(violation));
}

void Decoding::end_structure(const Shape& shape, const std::vector<bool>& seen, const Path* path) {
  for (std::size_t i = 0; i < shape.members.size(); ++i) {
    const Member& member = shape.members[i];
    if (!member.required || seen[i] || member.shape->type == Type::kBody) continue;
    missing(member, Path{path, member.name}, member.name);
  }
}

void Decoding::malformed(std::string_view what) const {
  const ServiceModel& service = *operation_.service;
  switch (service.protocol) {
    case Protocol::kJson:
    case Protocol::kRestJson:
      throw Error("SerializationException", 400, std::string(what));
    case Protocol::kRestXml:
      throw Error("MalformedXML", 400,
                  "The XML you provided was not well-formed or did not validate against our published schema");
    case Protocol::kEc2:
      throw Error("InvalidParameterValue", 400, std::string(what));
    case Protocol::kQuery:
      throw Error("MalformedInput", 400, std::string(what));
  }
  throw Error("SerializationException", 400, std::string(what));
}

void Decoding::finish(const void* input) const {
  const ServiceModel& service = *operation_.service;
  for (std::string_view path : operation_.unsupported)
    if (given(*operation_.input, input, path))
      throw Error::not_implemented(operation_.name, "the parameter " + std::string(path));
  if (!operation_.only_supported.empty()) {
    for (const Member& member : operation_.input->members) {
      const auto& names = operation_.only_supported;
      if (std::find(names.begin(), names.end(), member.name) != names.end() || member.required) continue;
      if (member.shape->type != Type::kBody && find_value(member, input))
        throw Error::not_implemented(operation_.name, "the parameter " + std::string(member.name));
    }
  }
  if (violations_.empty()) return;

  // A service that models an error for this very member answers with it.
  for (const Violation& violation : violations_) {
    const std::string member = upper_first(violation.name);
    const ErrorModel* modelled = violation.missing ? find_error(operation_, member + "RequiredException") : nullptr;
    if (!modelled) modelled = find_error(operation_, "Invalid" + member + "Exception");
    if (modelled) {
      throw Error(
          std::string(modelled->code), modelled->status,
          violation.missing ? "The parameter " + lower_first(violation.name) + " is required." : violation.constraint);
    }
  }
  const Violation& first = violations_.front();
  if (service.protocol == Protocol::kEc2) {
    if (first.missing)
      throw Error("MissingParameter", 400, "The request must contain the parameter " + upper_first(first.path));
    throw Error("InvalidParameterValue", 400,
                "Value (" + first.value + ") for parameter " + first.path + " is invalid.");
  }
  if (service.protocol == Protocol::kRestXml) {
    const bool in_body =
        first.path.find('.') != std::string::npos || (first.missing && first.missing->location == Location::kBody);
    if (in_body) malformed(first.constraint);
    throw Error(first.missing ? "InvalidRequest" : "InvalidArgument", 400, first.constraint);
  }
  std::string message =
      std::to_string(violations_.size()) + " validation error" + (violations_.size() > 1 ? "s" : "") + " detected: ";
  for (std::size_t i = 0; i < violations_.size(); ++i) message += (i ? "; " : "") + violations_[i].constraint;
  throw Error(std::string(validation_code(service)), 400, message);
}

}  // namespace hanbat::wire
