// Scalars to and from text: numbers in their shortest form, times in every format that AWS writes.
#include "wire/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time.h"
#include "base/utf8.h"

namespace hanbat::wire {

TimeFormat time_format(const Member& member, TimeFormat fallback) {
  if (member.time_format != TimeFormat::kDefault) return member.time_format;
  if (member.shape->time_format != TimeFormat::kDefault) return member.shape->time_format;
  return fallback;
}

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return std::string(buffer, end);
}

std::string timestamp_text(Timestamp at, TimeFormat format) {
  switch (format) {
    case TimeFormat::kHttpDate:
      return http_date(at);
    case TimeFormat::kUnix:
      return at.ms % 1000 == 0 ? std::to_string(at.ms / 1000) : number_text(static_cast<double>(at.ms) / 1000.0);
    default:
      return at.ms % 1000 == 0 ? iso8601(at) : iso8601_ms(at);
  }
}

std::string scalar_to_text(const Shape& shape, TimeFormat format, const void* value) {
  switch (shape.type) {
    case Type::kString:
      return *static_cast<const std::string*>(value);
    case Type::kInteger:
      return std::to_string(*static_cast<const int*>(value));
    case Type::kLong:
      return std::to_string(*static_cast<const std::int64_t*>(value));
    case Type::kDouble:
      return number_text(*static_cast<const double*>(value));
    case Type::kBoolean:
      return *static_cast<const bool*>(value) ? "true" : "false";
    case Type::kTimestamp:
      return timestamp_text(*static_cast<const Timestamp*>(value), format);
    case Type::kBlob:
      return to_base64(*static_cast<const std::string*>(value));
    case Type::kDocument:
      return static_cast<const Json*>(value)->dump();
    default:
      return {};
  }
}

namespace {

std::int64_t read_integer(std::string_view text, std::int64_t low, std::int64_t high) {
  const auto number = parse_int(trim(text));
  if (!number || *number < low || *number > high) throw BadValue{"'" + std::string(text) + "' is not an integer"};
  return *number;
}

double read_double(std::string_view text) {
  const std::string owned(trim(text));
  if (owned == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (owned == "Infinity") return std::numeric_limits<double>::infinity();
  if (owned == "-Infinity") return -std::numeric_limits<double>::infinity();
  double value = 0;
  const auto result = std::from_chars(owned.data(), owned.data() + owned.size(), value);
  if (owned.empty() || result.ec != std::errc() || result.ptr != owned.data() + owned.size())
    throw BadValue{"'" + owned + "' is not a number"};
  return value;
}

Timestamp read_timestamp(std::string_view text) {
  if (auto at = parse_iso8601(text)) return *at;
  if (auto at = parse_http_date(text)) return *at;
  const double seconds = read_double(text);
  if (!is_timestamp(seconds)) throw BadValue{"'" + std::string(text) + "' is not a timestamp"};
  return {static_cast<std::int64_t>(std::llround(seconds * 1000.0))};
}

}  // namespace

bool all_utf8(const Json& json) {
  if (json.is_string()) return is_utf8(json.as_string());
  if (json.is_array()) return std::ranges::all_of(json.items(), all_utf8);
  if (!json.is_object()) return true;
  return std::ranges::all_of(json.members(),
                             [](const auto& one) { return is_utf8(one.first) && all_utf8(one.second); });
}

bool is_timestamp(double seconds) { return seconds >= -62'167'219'200.0 && seconds < 253'402'300'800.0; }

void scalar_from_text(const Shape& shape, std::string_view text, void* value) {
  switch (shape.type) {
    case Type::kString:
      if (!is_utf8(text)) throw BadValue{"the value is not UTF-8"};
      *static_cast<std::string*>(value) = text;
      return;
    case Type::kInteger:
      *static_cast<int*>(value) =
          static_cast<int>(read_integer(text, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
      return;
    case Type::kLong:
      *static_cast<std::int64_t*>(value) =
          read_integer(text, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
      return;
    case Type::kDouble:
      *static_cast<double*>(value) = read_double(text);
      return;
    case Type::kBoolean: {
      const std::string_view word = trim(text);
      if (iequals(word, "true") || word == "1") {
        *static_cast<bool*>(value) = true;
      } else if (iequals(word, "false") || word == "0") {
        *static_cast<bool*>(value) = false;
      } else {
        throw BadValue{"'" + std::string(text) + "' is not a boolean"};
      }
      return;
    }
    case Type::kTimestamp:
      *static_cast<Timestamp*>(value) = read_timestamp(trim(text));
      return;
    case Type::kBlob: {
      auto bytes = from_base64(text);
      if (!bytes) throw BadValue{"the value is not base64"};
      *static_cast<std::string*>(value) = std::move(*bytes);
      return;
    }
    case Type::kDocument:
      try {
        *static_cast<Json*>(value) = Json::parse(text);
        if (!all_utf8(*static_cast<Json*>(value))) throw BadValue{"a document is not UTF-8"};
      } catch (const JsonError& error) {
        throw BadValue{error.what()};
      }
      return;
    default:
      throw BadValue{"a " + std::string(shape.name) + " cannot be text"};
  }
}

}  // namespace hanbat::wire
