// Values as JSON in two dialects: what travels, and what we store. Apart from the reading of requests, so that the
// guests' programs take no more than this.
#include "wire/json_scalar.h"

#include <cmath>
#include <limits>

#include "base/encoding.h"
#include "base/time.h"
#include "base/utf8.h"
#include "wire/scalar.h"

namespace hanbat::wire {

namespace {

/// Two kinds of JSON are written: what travels, and what we store.
enum class Dialect { kWire, kStored };

Json write(Dialect dialect, const Member& member, const Shape& shape, const void* value);

Json write_structure(Dialect dialect, const Shape& shape, const void* value) {
  Json out = Json::object();
  for (const Member& member : shape.members) {
    if (dialect == Dialect::kWire && member.location != Location::kBody) continue;
    if (member.shape->type == Type::kBody) continue;
    const void* inner = find_value(member, value);
    if (!inner) continue;
    out.members().emplace_back(std::string(dialect == Dialect::kWire ? member.wire_name : member.name),
                               write(dialect, member, *member.shape, inner));
  }
  return out;
}

Json write_list(Dialect dialect, const Shape& shape, const void* value) {
  Json out = Json::array();
  for (std::size_t i = 0; i < shape.list->size(value); ++i) {
    const void* inner = shape.element->slot.find(shape.list->at(value, i));
    out.push_back(inner ? write(dialect, *shape.element, *shape.element->shape, inner) : Json());
  }
  return out;
}

Json write_map(Dialect dialect, const Shape& shape, const void* value) {
  struct Writing {
    Dialect dialect;
    const Shape& shape;
    Json out;
  } writing{dialect, shape, Json::object()};
  shape.map->each(value, &writing, [](void* context, const std::string& key, const void* place) {
    auto& state = *static_cast<Writing*>(context);
    const Member& element = *state.shape.element;
    const void* inner = element.slot.find(place);
    state.out.members().emplace_back(key, inner ? write(state.dialect, element, *element.shape, inner) : Json());
  });
  return std::move(writing.out);
}

Json write_timestamp(Dialect dialect, const Member& member, Timestamp at) {
  const TimeFormat format = dialect == Dialect::kStored ? TimeFormat::kIso8601 : time_format(member, TimeFormat::kUnix);
  if (dialect == Dialect::kStored) return iso8601_ms(at);
  if (format != TimeFormat::kUnix) return timestamp_text(at, format);
  if (at.ms % 1000 == 0) return at.ms / 1000;
  return static_cast<double>(at.ms) / 1000.0;
}

Json write(Dialect dialect, const Member& member, const Shape& shape, const void* value) {
  switch (shape.type) {
    case Type::kStructure:
      return write_structure(dialect, shape, value);
    case Type::kList:
      return write_list(dialect, shape, value);
    case Type::kMap:
      return write_map(dialect, shape, value);
    case Type::kString:
      return *static_cast<const std::string*>(value);
    case Type::kInteger:
      return *static_cast<const int*>(value);
    case Type::kLong:
      return *static_cast<const std::int64_t*>(value);
    case Type::kDouble: {
      const double number = *static_cast<const double*>(value);
      if (!std::isfinite(number)) return number_text(number);
      return number;
    }
    case Type::kBoolean:
      return *static_cast<const bool*>(value);
    case Type::kTimestamp:
      return write_timestamp(dialect, member, *static_cast<const Timestamp*>(value));
    case Type::kBlob:
      return to_base64(*static_cast<const std::string*>(value));
    case Type::kDocument: {
      const Json& document = *static_cast<const Json*>(value);
      if (dialect == Dialect::kWire && member.json_value) return document.dump();
      return document;
    }
    case Type::kBody:
      return {};
  }
  return {};
}

}  // namespace

const char* kind_of(const Json& json) {
  if (json.is_string()) return "STRING_VALUE";
  if (json.is_number()) return "NUMBER_VALUE";
  if (json.is_bool()) return json.as_bool() ? "TRUE_VALUE" : "FALSE_VALUE";
  if (json.is_array()) return "START_ARRAY";
  if (json.is_object()) return "START_OBJECT";
  return "NULL_VALUE";
}

namespace {

[[noreturn]] void wrong(const Json& json, std::string_view kind) {
  throw BadValue{std::string(kind_of(json)) + " can not be converted to " + std::string(kind)};
}

}  // namespace

void read_scalar(const Member& member, const Shape& shape, const Json& json, void* value) {
  switch (shape.type) {
    case Type::kString:
      if (!json.is_string()) wrong(json, "a String");
      return scalar_from_text(shape, json.as_string(), value);
    case Type::kInteger: {
      if (!json.is_number()) wrong(json, "an Integer");
      const double number = json.as_double();
      if (!(number >= std::numeric_limits<int>::min() && number <= std::numeric_limits<int>::max()))
        wrong(json, "an Integer");
      *static_cast<int*>(value) = static_cast<int>(number);
      return;
    }
    case Type::kLong:
      if (json.is_int()) {
        *static_cast<std::int64_t*>(value) = json.as_int();
      } else {
        if (!json.is_number() || !(std::fabs(json.as_double()) < 9e18)) wrong(json, "a Long");
        *static_cast<std::int64_t*>(value) = static_cast<std::int64_t>(json.as_double());
      }
      return;
    case Type::kDouble:
      if (json.is_string()) return scalar_from_text(shape, json.as_string(), value);
      if (!json.is_number()) wrong(json, "a Double");
      *static_cast<double*>(value) = json.as_double();
      return;
    case Type::kBoolean:
      if (!json.is_bool()) wrong(json, "a Boolean");
      *static_cast<bool*>(value) = json.as_bool();
      return;
    case Type::kTimestamp:
      if (json.is_string()) return scalar_from_text(shape, json.as_string(), value);
      if (!json.is_number() || !is_timestamp(json.as_double())) wrong(json, "a Timestamp");
      *static_cast<Timestamp*>(value) = Timestamp{std::llround(json.as_double() * 1000.0)};
      return;
    case Type::kBlob:
      if (!json.is_string()) wrong(json, "a ByteBuffer");
      return scalar_from_text(shape, json.as_string(), value);
    case Type::kDocument:
      if (member.json_value && json.is_string()) return scalar_from_text(shape, json.as_string(), value);
      if (!all_utf8(json)) throw BadValue{"a document is not UTF-8"};
      *static_cast<Json*>(value) = json;
      return;
    default:
      wrong(json, shape.name);
  }
}

namespace {

/// What was stored is ours and was checked when it came; so nothing is checked again.
void read_stored(const Member& member, const Shape& shape, const Json& json, void* value) {
  switch (shape.type) {
    case Type::kStructure:
      for (const Member& inner : shape.members) {
        const Json* found = json.find(inner.name);
        if (found && !found->is_null()) read_stored(inner, *inner.shape, *found, make_value(inner, value));
      }
      return;
    case Type::kList:
      for (const Json& item : json.items()) {
        void* place = shape.list->add(value);
        if (!item.is_null()) read_stored(*shape.element, *shape.element->shape, item, shape.element->slot.make(place));
      }
      return;
    case Type::kMap:
      for (const auto& [key, item] : json.members()) {
        void* place = shape.map->add(value, key);
        if (!item.is_null()) read_stored(*shape.element, *shape.element->shape, item, shape.element->slot.make(place));
      }
      return;
    default:
      read_scalar(member, shape, json, value);
  }
}

constexpr Member kTop{};

}  // namespace

Json json_of(const Shape& structure, const void* value) { return write_structure(Dialect::kWire, structure, value); }
Json json_of(const Member& member, const void* value) { return write(Dialect::kWire, member, *member.shape, value); }

Json value_to_json(const Shape& shape, const void* value) { return write(Dialect::kStored, kTop, shape, value); }

void value_from_json(const Shape& shape, const Json& json, void* value) {
  try {
    read_stored(kTop, shape, json, value);
  } catch (const BadValue& bad) {
    throw JsonError(bad.what);
  }
}

}  // namespace hanbat::wire
