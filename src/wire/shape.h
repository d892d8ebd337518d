// What a message looks like, as data: the field tables that tools/generate.py writes beside each plain struct, and
// that one codec per protocol reads for all structs. A codec never knows a C++ type: it asks the table where a value
// lies (Slot) and what kind of value that is (Type), and reads or writes it through a typed pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace hanbat::wire {

/// The kind of a value, and with it its C++ type.
enum class Type : std::uint8_t {
  kStructure,  // a generated struct
  kList,       // std::vector<T>, through ListOps
  kMap,        // std::map<std::string, T>, through MapOps
  kString,     // std::string
  kInteger,    // int
  kLong,       // std::int64_t
  kDouble,     // double
  kBoolean,    // bool
  kTimestamp,  // hanbat::Timestamp
  kBlob,       // std::string
  kDocument,   // hanbat::Json
  kBody,       // wire::Body, a streaming blob
};

enum class Location : std::uint8_t { kBody, kHeader, kHeaders, kQuery, kUri, kStatusCode };
enum class TimeFormat : std::uint8_t { kDefault, kIso8601, kUnix, kHttpDate };

/// How a place holds a value: plainly, optionally, or on the heap.
struct Slot {
  /// The value in the place, or null when it is absent.
  const void* (*find)(const void* place);
  /// The value in the place, made first when it is absent.
  void* (*make)(void* place);
};

struct Shape;

/// One member of a structure, or the element of a list, or the key or value of a map.
struct Member {
  std::string_view name;       // the model's name: what JSON for storage uses
  std::string_view wire_name;  // locationName, or the name
  const Shape* shape = nullptr;
  Slot slot = {};
  std::size_t offset = 0;  // of the place in its structure
  Location location = Location::kBody;
  TimeFormat time_format = TimeFormat::kDefault;
  bool required = false;
  bool flattened = false;
  bool xml_attribute = false;
  bool idempotency_token = false;
  bool json_value = false;           // a document that travels as text in JSON, and as base64 in a header
  bool secret = false;               // a secret though its type is none; ask is_secret()
  std::string_view query_name = {};  // the ec2 protocol's own name for an input member
  std::string_view xml_prefix = {};  // namespace of the element
  std::string_view xml_uri = {};
};

struct ListOps {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);  // the element's place
  void* (*add)(void* list);                                // a new element's place
};

struct MapOps {
  std::size_t (*size)(const void* map);
  /// Calls visit(context, key, place of the value) for each entry in order of keys.
  void (*each)(const void* map, void* context, void (*visit)(void*, const std::string&, const void*));
  void* (*add)(void* map, const std::string& key);  // the place of that key's value
};

/// The limits that the model sets on a value; checked on input.
struct Limits {
  double min = 0;
  double max = 0;
  bool has_min = false;
  bool has_max = false;
  std::string_view pattern = {};
  std::span<const std::string_view> values = {};  // enum
};

/// A type of the model.
struct Shape {
  std::string_view name;
  Type type = Type::kStructure;
  std::span<const Member> members = {};  // structure
  const Member* payload = nullptr;       // structure: the member that is the whole body
  const Member* element = nullptr;       // list: its element; map: its value
  const Member* key = nullptr;           // map
  const ListOps* list = nullptr;
  const MapOps* map = nullptr;
  const Limits* limits = nullptr;
  bool flattened = false;
  bool is_union = false;
  bool document = false;   // structure: a payload of any JSON
  bool sensitive = false;  // every value of this type is a secret
  TimeFormat time_format = TimeFormat::kDefault;
  std::string_view wire_name = {};  // locationName of the shape itself (rest-xml payload roots)
  std::string_view xml_prefix = {};
  std::string_view xml_uri = {};
};

/// A value on the heap that may be absent: what a structure that holds itself is made of. Copies copy the value.
template <class T>
class Box {
 public:
  Box() = default;
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }

  explicit operator bool() const { return value_ != nullptr; }
  bool has_value() const { return value_ != nullptr; }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  T& emplace() {
    value_ = std::make_unique<T>();
    return *value_;
  }
  void reset() { value_.reset(); }

 private:
  std::unique_ptr<T> value_;
};

// The slots and operations that the generated tables point to.

inline const void* find_plain(const void* place) { return place; }
inline void* make_plain(void* place) { return place; }

/// The slot of everything that is held plainly.
inline constexpr Slot kPlain{&find_plain, &make_plain};

template <class T>
struct SlotOf;

template <class T>
struct SlotOf<std::optional<T>> {
  static const void* find(const void* place) {
    const auto& held = *static_cast<const std::optional<T>*>(place);
    return held ? &*held : nullptr;
  }
  static void* make(void* place) {
    auto& held = *static_cast<std::optional<T>*>(place);
    return held ? &*held : &held.emplace();
  }
  static constexpr Slot kSlot{&find, &make};
};

template <class T>
struct SlotOf<Box<T>> {
  static const void* find(const void* place) {
    const auto& held = *static_cast<const Box<T>*>(place);
    return held ? &*held : nullptr;
  }
  static void* make(void* place) {
    auto& held = *static_cast<Box<T>*>(place);
    return held ? &*held : &held.emplace();
  }
  static constexpr Slot kSlot{&find, &make};
};

template <class T>
struct ListOf {
  using List = std::vector<T>;
  static std::size_t size(const void* list) { return static_cast<const List*>(list)->size(); }
  static const void* at(const void* list, std::size_t index) { return &(*static_cast<const List*>(list))[index]; }
  static void* add(void* list) { return &static_cast<List*>(list)->emplace_back(); }
  static constexpr ListOps kOps{&size, &at, &add};
};

/// std::vector<bool> has no places; no model that we serve has a list of booleans.
template <>
struct ListOf<bool>;

template <class T>
struct MapOf {
  using Map = std::map<std::string, T>;
  static std::size_t size(const void* map) { return static_cast<const Map*>(map)->size(); }
  static void each(const void* map, void* context, void (*visit)(void*, const std::string&, const void*)) {
    for (const auto& [key, value] : *static_cast<const Map*>(map)) visit(context, key, &value);
  }
  static void* add(void* map, const std::string& key) { return &(*static_cast<Map*>(map))[key]; }
  static constexpr MapOps kOps{&size, &each, &add};
};

/// The shapes of what the model calls otherwise: a streaming blob is a `blob` there, a JSON value in a header a
/// `string`.
inline constexpr Shape kBodyShape{.name = "Body", .type = Type::kBody};
inline constexpr Shape kDocumentShape{.name = "Document", .type = Type::kDocument};

/// The value of a member in its structure, or null when absent.
inline const void* find_value(const Member& member, const void* structure) {
  return member.slot.find(static_cast<const char*>(structure) + member.offset);
}
/// The value of a member in its structure, made when absent.
inline void* make_value(const Member& member, void* structure) {
  return member.slot.make(static_cast<char*>(structure) + member.offset);
}

/// Whether the member's values are secrets: in no log, trail or error message.
inline bool is_secret(const Member& member) { return member.secret || member.shape->sensitive; }

/// A value of the shape as JSON with the model's names (not the wire's), absent members left out; timestamps as ISO
/// 8601 with milliseconds, blobs as base64. A streaming body cannot be written and is left out.
Json value_to_json(const Shape& shape, const void* value);
/// The opposite; members that the shape does not have are passed over. Throws JsonError on a value of another kind.
void value_from_json(const Shape& shape, const Json& json, void* value);

/// Any generated struct as JSON, to be stored; and back.
template <class T>
Json to_json(const T& value) {
  return value_to_json(T::shape(), &value);
}
template <class T>
T from_json(const Json& json) {
  T value{};
  value_from_json(T::shape(), json, &value);
  return value;
}

}  // namespace hanbat::wire
