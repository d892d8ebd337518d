// A row's columns as what a call site wants of them; a null is "", 0 or nothing.
#include "store/database.h"

namespace hanbat::store {

bool Row::is_null(std::size_t column) const { return std::holds_alternative<std::monostate>(values_.at(column).get()); }

std::string Row::text(std::size_t column) const {
  const auto& held = values_.at(column).get();
  if (const auto* text = std::get_if<std::string>(&held)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return std::to_string(*integer);
  if (std::holds_alternative<std::monostate>(held)) return "";
  throw DatabaseError("a column is no text");
}

std::int64_t Row::integer(std::size_t column) const {
  const auto& held = values_.at(column).get();
  if (const auto* integer = std::get_if<std::int64_t>(&held)) return *integer;
  if (std::holds_alternative<std::monostate>(held)) return 0;
  throw DatabaseError("a column is no integer");
}

std::optional<std::string> Row::find_text(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<std::int64_t> Row::find_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace hanbat::store
