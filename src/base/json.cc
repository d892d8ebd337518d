// JSON values and their text.
#include "base/json.h"

#include <charconv>
#include <cmath>

#include "base/json_text.h"
#include "base/utf8.h"

namespace hanbat {
namespace {

const Json kNull;

[[noreturn]] void wrong_type(const char* wanted) { throw JsonError(std::string("JSON: the value is not ") + wanted); }

}  // namespace

Json::Json(std::uint64_t value) : value_(static_cast<std::int64_t>(value)) {
  if (!std::in_range<std::int64_t>(value))
    throw JsonError("JSON: " + std::to_string(value) + " is beyond a 64-bit integer with a sign");
}

Json::Json(std::vector<std::string> values) {
  Array items;
  items.reserve(values.size());
  for (auto& value : values) items.emplace_back(std::move(value));
  value_ = std::move(items);
}

Json Json::object(std::initializer_list<Member> members) {
  Json out;
  out.value_ = Object(members);
  return out;
}

Json Json::array(std::initializer_list<Json> items) { return Array(items); }

bool Json::as_bool() const {
  if (const auto* value = std::get_if<bool>(&value_)) return *value;
  wrong_type("a boolean");
}

std::int64_t Json::as_int() const {
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
  // The upper bound is 2^63, which a double holds exactly and an int64 does not.
  if (const auto* value = std::get_if<double>(&value_);
      value && std::floor(*value) == *value && *value >= -9223372036854775808.0 && *value < 9223372036854775808.0)
    return static_cast<std::int64_t>(*value);
  wrong_type("an integer");
}

double Json::as_double() const {
  if (const auto* value = std::get_if<double>(&value_)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&value_)) return static_cast<double>(*value);
  wrong_type("a number");
}

const std::string& Json::as_string() const {
  if (const auto* value = std::get_if<std::string>(&value_)) return *value;
  wrong_type("a string");
}

const Json::Array& Json::items() const {
  if (const auto* value = std::get_if<Array>(&value_)) return *value;
  wrong_type("an array");
}

Json::Array& Json::items() { return const_cast<Array&>(std::as_const(*this).items()); }

const Json::Object& Json::members() const {
  if (const auto* value = std::get_if<Object>(&value_)) return *value;
  wrong_type("an object");
}

Json::Object& Json::members() { return const_cast<Object&>(std::as_const(*this).members()); }

const Json* Json::find(std::string_view name) const {
  const auto* object = std::get_if<Object>(&value_);
  if (!object) return nullptr;
  for (const auto& member : *object)
    if (member.first == name) return &member.second;
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  const Json* found = find(name);
  return found ? *found : kNull;
}

Json& Json::operator[](std::string_view name) {
  if (is_null()) value_ = Object();
  if (Json* found = find(name)) return *found;
  return members().emplace_back(std::string(name), Json()).second;
}

bool Json::erase(std::string_view name) {
  auto* object = std::get_if<Object>(&value_);
  return object && std::erase_if(*object, [&](const Member& member) { return member.first == name; }) > 0;
}

void Json::push_back(Json item) {
  if (is_null()) value_ = Array();
  items().push_back(std::move(item));
}

std::string Json::text(std::string_view name, std::string_view fallback) const {
  const Json* found = find(name);
  return found && !found->is_null() ? found->as_string() : std::string(fallback);
}

std::int64_t Json::integer(std::string_view name, std::int64_t fallback) const {
  const Json* found = find(name);
  return found && !found->is_null() ? found->as_int() : fallback;
}

bool Json::flag(std::string_view name, bool fallback) const {
  const Json* found = find(name);
  return found && !found->is_null() ? found->as_bool() : fallback;
}

std::vector<std::string> Json::texts(std::string_view name) const {
  std::vector<std::string> out;
  const Json* found = find(name);
  if (!found || found->is_null()) return out;
  if (found->is_string()) return {found->as_string()};
  for (const Json& item : found->items()) out.push_back(item.as_string());
  return out;
}

std::size_t Json::size() const {
  if (const auto* array = std::get_if<Array>(&value_)) return array->size();
  if (const auto* object = std::get_if<Object>(&value_)) return object->size();
  return 0;
}

bool operator==(const Json& a, const Json& b) {
  if (a.is_object() && b.is_object()) {
    if (a.size() != b.size()) return false;
    for (const auto& [name, value] : a.members()) {
      const Json* other = b.find(name);
      if (!other || !(value == *other)) return false;
    }
    return true;
  }
  if (a.is_number() && b.is_number() && a.is_int() != b.is_int()) return a.as_double() == b.as_double();
  return a.value_ == b.value_;
}

namespace {

void append_escape(std::string& out, char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    default:
      out += "\\u00";
      out += kHex[(c >> 4) & 0xF];
      out += kHex[c & 0xF];
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  char buffer[32];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  // JSON is UTF-8 and nothing else; a reader would refuse the whole text for one byte that is not.
  if (!is_utf8(text)) return append_json_string(out, to_utf8(text));
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    while (at < text.size() && is_plain(text[at])) ++at;
    out.append(text, from, at - from);
    if (at < text.size()) append_escape(out, text[at++]);
  }
  out += '"';
}

void Json::write(std::string& out, int indent, int depth) const {
  const auto line = [&](int level) {
    if (indent == 0) return;
    out += '\n';
    out.append(static_cast<std::size_t>(indent * level), ' ');
  };
  if (is_null()) {
    out += "null";
  } else if (is_bool()) {
    out += as_bool() ? "true" : "false";
  } else if (is_int()) {
    append_number(out, as_int());
  } else if (const auto* number = std::get_if<double>(&value_)) {
    if (std::isfinite(*number))
      append_number(out, *number);
    else
      out += "null";
  } else if (is_string()) {
    append_json_string(out, as_string());
  } else if (is_array()) {
    out += '[';
    bool first = true;
    for (const Json& item : items()) {
      if (!std::exchange(first, false)) out += ',';
      line(depth + 1);
      item.write(out, indent, depth + 1);
    }
    if (!first) line(depth);
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [name, value] : members()) {
      if (!std::exchange(first, false)) out += ',';
      line(depth + 1);
      append_json_string(out, name);
      out += indent ? ": " : ":";
      value.write(out, indent, depth + 1);
    }
    if (!first) line(depth);
    out += '}';
  }
}

std::string Json::dump() const {
  std::string out;
  write(out, 0, 0);
  return out;
}

std::string Json::pretty() const {
  std::string out;
  write(out, 2, 0);
  return out;
}

}  // namespace hanbat
