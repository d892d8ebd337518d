#include "wire/cbor.h"

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/encoding.h"
#include "base/utf8.h"
#include "wire/cbor_reader.h"
#include "wire/scalar.h"

namespace hanbat::wire {
namespace {

using Head = CborReader::Head;
using Major = CborReader::Major;

constexpr std::uint64_t kEpochTag = 1;

/// A request's items into typed values.
class Into {
 public:
  Into(Decoding& decoding, std::string_view bytes) : decoding_(decoding), reader_(bytes) {}

  void body(const Shape& structure, void* value) {
    std::vector<bool> seen(structure.members.size());
    if (!reader_.at_end()) {
      members(structure, reader_.head(), value, seen, nullptr);
      if (!reader_.at_end()) CborReader::fail("something follows the body's map");
    }
    decoding_.end_structure(structure, seen, nullptr);
  }

 private:
  [[noreturn]] static void wrong(std::string_view kind) {
    throw BadValue{"a value can not be converted to " + std::string(kind)};
  }

  std::string key(const Head& head) {
    if (head.major != Major::kText) CborReader::fail("a key that is no text");
    std::string out = reader_.string(head);
    if (!is_utf8(out)) CborReader::fail("a key is not UTF-8");
    return out;
  }

  void members(const Shape& structure, const Head& head, void* value, std::vector<bool>& seen, const Path* path) {
    if (head.major != Major::kMap) wrong("a structure");
    reader_.elements(head, [&](const Head& name_head) {
      const std::string name = key(name_head);
      const Head item = reader_.head();
      for (std::size_t i = 0; i < structure.members.size(); ++i) {
        const Member& member = structure.members[i];
        if (member.name != name || seen[i]) continue;
        if (item.is_null()) return;
        seen[i] = true;
        return this->value(member, item, make_value(member, value), Path{path, member.name});
      }
      reader_.skip(item);
    });
  }

  void value(const Member& member, const Head& head, void* place, const Path& path) {
    const Shape& shape = *member.shape;
    switch (shape.type) {
      case Type::kStructure: {
        std::vector<bool> seen(shape.members.size());
        members(shape, head, place, seen, &path);
        decoding_.end_structure(shape, seen, &path);
        return;
      }
      case Type::kList: {
        if (head.major != Major::kArray) wrong("a list");
        std::size_t index = 0;
        reader_.elements(head, [&](const Head& item) {
          ++index;
          void* element = shape.list->add(place);
          if (!item.is_null())
            value(*shape.element, item, shape.element->slot.make(element), Path{&path, "member", index});
        });
        return;
      }
      case Type::kMap:
        if (head.major != Major::kMap) wrong("a map");
        reader_.elements(head, [&](const Head& name_head) {
          const std::string name = key(name_head);
          const Head item = reader_.head();
          void* element = shape.map->add(place, name);
          if (!item.is_null()) value(*shape.element, item, shape.element->slot.make(element), Path{&path, name});
        });
        return;
      default:
        scalar(shape, head, place);
    }
  }

  /// A number of any kind; nothing where the head begins none.
  static bool number(const Head& head, double& out) {
    if (head.major == Major::kUnsigned)
      out = static_cast<double>(head.value);
    else if (head.major == Major::kNegative)
      out = -1.0 - static_cast<double>(head.value);
    else if (head.is_float)
      out = head.number;
    else
      return false;
    return true;
  }

  static std::int64_t integer(const Head& head, std::int64_t low, std::int64_t high) {
    double real = 0;
    if (!number(head, real)) wrong("an Integer");
    std::int64_t out = 0;
    if (head.is_float) {
      // A whole number may travel as a float.
      if (!(std::fabs(real) < 9e18) || real != std::trunc(real)) wrong("an Integer");
      out = static_cast<std::int64_t>(real);
    } else {
      if (head.value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) wrong("an Integer");
      out = static_cast<std::int64_t>(head.value);
      if (head.major == Major::kNegative) out = -1 - out;
    }
    if (out < low || out > high) wrong("an Integer");
    return out;
  }

  void scalar(const Shape& shape, const Head& head, void* place) {
    switch (shape.type) {
      case Type::kString: {
        if (head.major != Major::kText) wrong("a String");
        std::string text = reader_.string(head);
        if (!is_utf8(text)) throw BadValue{"the value is not UTF-8"};
        *static_cast<std::string*>(place) = std::move(text);
        return;
      }
      case Type::kBlob:
        if (head.major != Major::kBytes) wrong("a ByteBuffer");
        *static_cast<std::string*>(place) = reader_.string(head);
        return;
      case Type::kInteger:
        *static_cast<int*>(place) =
            static_cast<int>(integer(head, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
        return;
      case Type::kLong:
        *static_cast<std::int64_t*>(place) =
            integer(head, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
        return;
      case Type::kDouble:
        if (!number(head, *static_cast<double*>(place))) wrong("a Double");
        return;
      case Type::kBoolean:
        if (!head.is_bool()) wrong("a Boolean");
        *static_cast<bool*>(place) = head.value == 21;
        return;
      case Type::kTimestamp: {
        const Head inner = head.major == Major::kTag && head.value == kEpochTag ? reader_.head() : head;
        double seconds = 0;
        if (!number(inner, seconds) || !is_timestamp(seconds)) wrong("a Timestamp");
        *static_cast<Timestamp*>(place) = Timestamp{std::llround(seconds * 1000.0)};
        return;
      }
      default:
        wrong(shape.name);
    }
  }

  Decoding& decoding_;
  CborReader reader_;
};

void append_head(std::string& out, Major major, std::uint64_t value) {
  const auto kind = static_cast<unsigned char>(static_cast<unsigned>(major) << 5);
  if (value < 24) {
    out += static_cast<char>(kind | value);
    return;
  }
  const int power = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFF'FFFF ? 2 : 3;
  out += static_cast<char>(kind | (24 + power));
  for (int shift = (8 << power) - 8; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xFF);
}

void append_integer(std::string& out, std::int64_t value) {
  if (value >= 0)
    append_head(out, Major::kUnsigned, static_cast<std::uint64_t>(value));
  else
    append_head(out, Major::kNegative, static_cast<std::uint64_t>(-1 - value));
}

void append_double(std::string& out, double value) {
  out += '\xFB';
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xFF);
}

void append_value(std::string& out, const Shape& shape, const void* value) {
  constexpr char kNull = '\xF6';
  switch (shape.type) {
    case Type::kStructure:
      return append_cbor(out, shape, value);
    case Type::kList:
      append_head(out, Major::kArray, shape.list->size(value));
      for (std::size_t i = 0; i < shape.list->size(value); ++i) {
        if (const void* inner = shape.element->slot.find(shape.list->at(value, i)))
          append_value(out, *shape.element->shape, inner);
        else
          out += kNull;
      }
      return;
    case Type::kMap: {
      struct Writing {
        const Shape& shape;
        std::string& out;
      } writing{shape, out};
      append_head(out, Major::kMap, shape.map->size(value));
      shape.map->each(value, &writing, [](void* context, const std::string& key, const void* place) {
        auto& state = *static_cast<Writing*>(context);
        append_cbor_text(state.out, key);
        if (const void* inner = state.shape.element->slot.find(place))
          append_value(state.out, *state.shape.element->shape, inner);
        else
          state.out += kNull;
      });
      return;
    }
    case Type::kString:
      return append_cbor_text(out, *static_cast<const std::string*>(value));
    case Type::kInteger:
      return append_integer(out, *static_cast<const int*>(value));
    case Type::kLong:
      return append_integer(out, *static_cast<const std::int64_t*>(value));
    case Type::kDouble:
      return append_double(out, *static_cast<const double*>(value));
    case Type::kBoolean:
      out += *static_cast<const bool*>(value) ? '\xF5' : '\xF4';
      return;
    case Type::kTimestamp: {
      const Timestamp at = *static_cast<const Timestamp*>(value);
      append_head(out, Major::kTag, kEpochTag);
      if (at.ms % 1000 == 0) return append_integer(out, at.ms / 1000);
      return append_double(out, static_cast<double>(at.ms) / 1000.0);
    }
    case Type::kBlob: {
      const std::string& bytes = *static_cast<const std::string*>(value);
      append_head(out, Major::kBytes, bytes.size());
      out += bytes;
      return;
    }
    case Type::kDocument:  // the protocol has none
    case Type::kBody:
      out += kNull;
  }
}

Json read_json(CborReader& reader, const Head& head) {
  switch (head.major) {
    case Major::kUnsigned:
      return static_cast<double>(head.value) < 9e18 ? Json(static_cast<std::int64_t>(head.value))
                                                    : Json(static_cast<double>(head.value));
    case Major::kNegative:
      return static_cast<double>(head.value) < 9e18 ? Json(-1 - static_cast<std::int64_t>(head.value))
                                                    : Json(-1.0 - static_cast<double>(head.value));
    case Major::kBytes:
      return to_base64(reader.string(head));
    case Major::kText:
      return reader.string(head);
    case Major::kArray: {
      Json out = Json::array();
      reader.elements(head, [&](const Head& item) { out.push_back(read_json(reader, item)); });
      return out;
    }
    case Major::kMap: {
      Json out = Json::object();
      reader.elements(head, [&](const Head& key) {
        if (key.major != Major::kText) CborReader::fail("a key that is no text");
        std::string name = reader.string(key);
        out.members().emplace_back(std::move(name), read_json(reader, reader.head()));
      });
      return out;
    }
    case Major::kTag: {
      const Head inner = reader.head();
      if (inner.major == Major::kTag) CborReader::fail("a tag before a tag");
      return read_json(reader, inner);
    }
    case Major::kSimple:
      break;
  }
  if (head.is_break()) CborReader::fail("a break that ends nothing");
  if (head.is_float) return head.number;
  if (head.is_bool()) return head.value == 21;
  return {};
}

}  // namespace

void cbor_into(Decoding& decoding, std::string_view bytes, const Shape& structure, void* value) {
  try {
    Into(decoding, bytes).body(structure, value);
  } catch (const BadValue& bad) {
    decoding.malformed(bad.what);
  }
}

void append_cbor_text(std::string& out, std::string_view text) {
  append_head(out, Major::kText, text.size());
  out += text;
}

void open_cbor_map(std::string& out) { out += '\xBF'; }
void close_cbor_map(std::string& out) { out += '\xFF'; }

void append_cbor_members(std::string& out, const Shape& structure, const void* value) {
  for (const Member& member : structure.members) {
    const void* inner = find_value(member, value);
    if (!inner) continue;
    append_cbor_text(out, member.name);
    append_value(out, *member.shape, inner);
  }
}

void append_cbor(std::string& out, const Shape& structure, const void* value) {
  open_cbor_map(out);
  append_cbor_members(out, structure, value);
  close_cbor_map(out);
}

Json json_of_cbor(std::string_view bytes) {
  CborReader reader(bytes);
  Json out = read_json(reader, reader.head());
  if (!reader.at_end()) CborReader::fail("something follows the value");
  return out;
}

}  // namespace hanbat::wire
