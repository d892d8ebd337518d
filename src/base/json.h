// A JSON value: what bodies in the store, events and documents are made of. Objects keep the order in which their
// members were written, so that what we print reads as it was meant.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace hanbat {

/// Thrown by Json::parse; the message names the byte offset and what was expected there.
struct JsonError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A JSON value with value semantics. Integers are kept apart from doubles, so 64-bit ids survive a round trip.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(static_cast<std::int64_t>(value)) {}
  Json(std::int64_t value) : value_(value) {}
  /// Throws JsonError for what no std::int64_t holds: as a double it would lose its last digits, as an int its sign.
  Json(std::uint64_t value);
  Json(double value) : value_(value) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  explicit Json(std::vector<std::string> values);

  /// An object of the given members, in that order.
  static Json object(std::initializer_list<Member> members = {});
  static Json array(std::initializer_list<Json> items = {});

  /// Parses one JSON text (RFC 8259, at most 512 levels deep, numbers within a double's range). Throws JsonError.
  static Json parse(std::string_view text);

  /// Compact text.
  std::string dump() const;
  /// Text with two-space indentation, as the AWS console shows documents.
  std::string pretty() const;

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<std::int64_t>(value_); }
  bool is_number() const { return is_int() || std::holds_alternative<double>(value_); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  /// The value as the type named; each throws JsonError when it is of another type.
  bool as_bool() const;
  std::int64_t as_int() const;
  double as_double() const;
  const std::string& as_string() const;
  const Array& items() const;
  Array& items();
  const Object& members() const;
  Object& members();

  /// The member of that name, or null (a shared constant) when there is none or this is no object.
  const Json& operator[](std::string_view name) const;
  const Json& operator[](const char* name) const { return (*this)[std::string_view(name)]; }
  /// The member of that name, added when missing; a null value becomes an object first.
  Json& operator[](std::string_view name);
  Json& operator[](const char* name) { return (*this)[std::string_view(name)]; }
  const Json* find(std::string_view name) const;
  Json* find(std::string_view name) { return const_cast<Json*>(std::as_const(*this).find(name)); }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Removes the member; returns whether it was there.
  bool erase(std::string_view name);
  /// Appends to an array; a null value becomes an array first.
  void push_back(Json item);

  /// The member as string, integer, bool, or the fallback when it is absent or null.
  std::string text(std::string_view name, std::string_view fallback = "") const;
  std::int64_t integer(std::string_view name, std::int64_t fallback = 0) const;
  bool flag(std::string_view name, bool fallback = false) const;
  /// The member as a list of strings (a single string counts as a list of one); empty when absent.
  std::vector<std::string> texts(std::string_view name) const;

  std::size_t size() const;
  bool empty() const { return size() == 0; }
  friend bool operator==(const Json& a, const Json& b);

 private:
  void write(std::string& out, int indent, int depth) const;

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Appends the text as a quoted JSON string.
void append_json_string(std::string& out, std::string_view text);

}  // namespace hanbat
