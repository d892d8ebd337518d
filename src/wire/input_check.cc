#include "wire/input_check.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "wire/decoding.h"
#include "wire/pattern.h"
#include "wire/scalar.h"
#include "wire/violation.h"

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
      violations_.push_back({.broken = Broken::kRequired,
                             .missing = &member,
                             .name = std::string(member.name),
                             .path = here.text(),
                             .requirement = "not be null",
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
      add(Broken::kPattern, shape, path, quotation(text),
          "satisfy regular expression pattern: " + std::string(limits.pattern));
    if (limits.values.empty() || std::find(limits.values.begin(), limits.values.end(), text) != limits.values.end())
      return;
    std::string all;
    for (std::string_view one : limits.values) all += (all.empty() ? "" : ", ") + std::string(one);
    add(Broken::kEnum, shape, path, quotation(text), "satisfy enum value set: [" + all + "]");
  }

  template <class Shown>
  void check_range(const Shape& shape, double measure, std::string_view what, const Path& path, const Shown& shown) {
    const Limits& limits = *shape.limits;
    const auto bound = [](double number) { return std::to_string(static_cast<long long>(number)); };
    const bool length = what == "length";
    if (limits.has_min && measure < limits.min)
      add(length ? Broken::kShort : Broken::kLow, shape, path, shown(),
          "have " + std::string(what) + " greater than or equal to " + bound(limits.min));
    else if (limits.has_max && measure > limits.max)
      add(length ? Broken::kLong : Broken::kHigh, shape, path, shown(),
          "have " + std::string(what) + " less than or equal to " + bound(limits.max));
  }

  void add(Broken broken, const Shape& shape, const Path& path, std::string value, std::string requirement) {
    const Path* member = &path;
    while (member->up && member->index > 0) member = member->up;
    // A secret is not said again, neither to who sent it nor to the trail that keeps the message.
    if (shape.sensitive) value.clear();
    violations_.push_back({.broken = broken,
                           .name = std::string(member->name),
                           .path = path.text(),
                           .requirement = std::move(requirement),
                           .value = std::move(value),
                           .secret = shape.sensitive});
  }

  const OperationModel& operation_;
  const Missing& missing_;
  std::vector<Violation> violations_;
};

}  // namespace

void check_input(const OperationModel& operation, const void* input, const Missing& missing) {
  refuse_unsupported(operation, input);
  const std::vector<Violation> violations = Walk(operation, missing).violations(input);
  if (!violations.empty()) throw refusal(operation, violations);
}

}  // namespace hanbat::wire
