#include "border/fields.h"

namespace hanbat::border {

Fields::Fields(const Json& object, std::string message) : object_(object), message_(std::move(message)) {
  if (!object.is_object()) throw MessageError(message_ + ": is no object");
}

void Fields::fail(std::string_view name, const std::string& what) const { throw MessageError(path(name) + " " + what); }

const Json* Fields::find(std::string_view name) {
  asked_.emplace(name);
  const Json* found = object_.find(name);
  return found && !found->is_null() ? found : nullptr;
}

const Json& Fields::require(std::string_view name) {
  if (const Json* found = find(name)) return *found;
  fail(name, "is missing");
}

std::string Fields::text(std::string_view name) {
  const Json& value = require(name);
  if (!value.is_string()) fail(name, "is no string");
  return value.as_string();
}

std::int64_t Fields::integer(std::string_view name) {
  const Json& value = require(name);
  if (!value.is_int()) fail(name, "is no integer");
  return value.as_int();
}

bool Fields::flag(std::string_view name) {
  const Json& value = require(name);
  if (!value.is_bool()) fail(name, "is no boolean");
  return value.as_bool();
}

std::vector<std::string> Fields::texts(std::string_view name) {
  std::vector<std::string> out;
  for (const Json& item : array(name)) {
    if (!item.is_string()) fail(name, "holds something that is no string");
    out.push_back(item.as_string());
  }
  return out;
}

std::optional<std::string> Fields::find_text(std::string_view name) {
  return find(name) ? std::optional(text(name)) : std::nullopt;
}

std::optional<std::int64_t> Fields::find_integer(std::string_view name) {
  return find(name) ? std::optional(integer(name)) : std::nullopt;
}

bool Fields::find_flag(std::string_view name) { return find(name) && flag(name); }

const Json& Fields::object(std::string_view name) {
  const Json& value = require(name);
  if (!value.is_object()) fail(name, "is no object");
  return value;
}

const Json::Array& Fields::array(std::string_view name) {
  const Json& value = require(name);
  if (!value.is_array()) fail(name, "is no array");
  return value.items();
}

void Fields::refuse_unknown() const {
  for (const auto& [name, value] : object_.members())
    if (!asked_.contains(name)) fail(name, "is unknown");
}

Json parse_message(std::string_view text, std::string_view message) {
  try {
    return Json::parse(text);
  } catch (const JsonError& error) {
    throw MessageError(std::string(message) + ": " + error.what());
  }
}

}  // namespace hanbat::border
