// JSON of the action structs, derived from their visit(). Decoding is strict: a missing, unknown or wrongly typed
// member is refused, because the root daemon takes these from a process that it does not trust.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/words.h"

namespace hanbat::host {

template <class T>
Json encode(const T& value);
template <class T>
T decode(const Json& json);

namespace codec_detail {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

struct Writer {
  Json out = Json::object();
  template <class T>
  void operator()(const char* name, const T& value) {
    out[name] = encode(value);
  }
};

struct Reader {
  const Json& in;
  std::size_t seen = 0;
  template <class T>
  void operator()(const char* name, T& value) {
    const Json* member = in.find(name);
    if (!member) throw JsonError(std::string("missing member ") + name);
    ++seen;
    try {
      value = decode<T>(*member);
    } catch (const JsonError& error) {
      throw JsonError(std::string(name) + ": " + error.what());
    }
  }
};

}  // namespace codec_detail

template <class T>
Json encode(const T& value) {
  if constexpr (codec_detail::IsVector<T>::value) {
    Json out = Json::array();
    for (const auto& item : value) out.push_back(encode(item));
    return out;
  } else if constexpr (std::is_enum_v<T>) {
    return Json(word_of(value));
  } else if constexpr (std::is_same_v<T, std::string> || std::is_arithmetic_v<T>) {
    return Json(value);
  } else {
    codec_detail::Writer writer;
    const_cast<T&>(value).visit(writer);
    return std::move(writer.out);
  }
}

template <class T>
T decode(const Json& json) {
  if constexpr (codec_detail::IsVector<T>::value) {
    T out;
    for (const auto& item : json.items()) out.push_back(decode<typename T::value_type>(item));
    return out;
  } else if constexpr (std::is_enum_v<T>) {
    const auto value = find_word<T>(json.as_string());
    if (!value) throw JsonError("not allowed: " + json.as_string().substr(0, 40));
    return *value;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return json.as_string();
  } else if constexpr (std::is_same_v<T, bool>) {
    return json.as_bool();
  } else if constexpr (std::is_integral_v<T>) {
    const std::int64_t value = json.as_int();
    if (static_cast<std::int64_t>(static_cast<T>(value)) != value) throw JsonError("number out of range");
    return static_cast<T>(value);
  } else {
    T out;
    codec_detail::Reader reader{json};
    out.visit(reader);
    if (reader.seen != json.members().size()) throw JsonError("unknown member");
    return out;
  }
}

}  // namespace hanbat::host
