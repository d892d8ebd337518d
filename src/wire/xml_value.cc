// XML written straight to text and read through pugixml, both by the field tables.
#include "wire/xml_value.h"

#include <algorithm>
#include <pugixml.hpp>

#include "base/time.h"
#include "base/utf8.h"
#include "wire/scalar.h"

namespace hanbat::wire {

namespace {

// Of "<" and "=" in a request: each element and attribute takes many times its bytes. CompleteMultipartUpload of 10,000
// parts with checksums has 100,000.
constexpr std::ptrdiff_t kMostMarks = 250'000;

/// XML 1.0 has no other control characters than these, not even escaped.
bool is_xml_text(std::string_view text) {
  return std::ranges::none_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
}

/// A name without its namespace prefix.
std::string_view local(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

class Writer {
 public:
  Writer(std::string& out, const XmlStyle& style) : out_(out), style_(style) {}

  void members(const Shape& shape, const void* value) {
    for (const Member& member : shape.members) {
      if (member.location != Location::kBody || member.xml_attribute) continue;
      if (const void* inner = find_value(member, value)) this->member(member, inner);
    }
  }

  std::string attributes(const Shape& shape, const void* value) {
    std::string out;
    for (const Member& member : shape.members) {
      if (!member.xml_attribute) continue;
      const void* inner = find_value(member, value);
      if (!inner) continue;
      out += ' ' + std::string(member.wire_name) + "=\"";
      append_xml_text(out, scalar(member, inner));
      out += '"';
    }
    return out;
  }

 private:
  static std::string space_of(const Member& member) {
    if (member.xml_uri.empty()) return {};
    std::string out = " xmlns";
    if (!member.xml_prefix.empty()) out += ':' + std::string(member.xml_prefix);
    out += "=\"";
    append_xml_text(out, member.xml_uri);
    return out + '"';
  }

  std::string scalar(const Member& member, const void* value) {
    const TimeFormat format = time_format(member, style_.time);
    if (member.shape->type == Type::kTimestamp && format == TimeFormat::kIso8601) {
      const Timestamp& at = *static_cast<const Timestamp*>(value);
      if (style_.zero_milliseconds) return iso8601_ms({at.ms / 1000 * 1000});
      if (style_.always_milliseconds) return iso8601_ms(at);
    }
    return scalar_to_text(*member.shape, format, value);
  }

  void element(const Member& member, std::string_view name, const void* value) {
    const Shape& shape = *member.shape;
    out_ += '<';
    out_ += name;
    out_ += space_of(member);
    if (shape.type == Type::kStructure) out_ += attributes(shape, value);
    out_ += '>';
    content(member, value);
    out_ += "</";
    out_ += name;
    out_ += '>';
  }

  void content(const Member& member, const void* value) {
    const Shape& shape = *member.shape;
    switch (shape.type) {
      case Type::kStructure:
        members(shape, value);
        return;
      case Type::kList:
        items(shape, value, shape.element->wire_name);
        return;
      case Type::kMap:
        entries(shape, value, "entry");
        return;
      default:
        append_xml_text(out_, scalar(member, value));
    }
  }

  void items(const Shape& shape, const void* value, std::string_view name) {
    for (std::size_t i = 0; i < shape.list->size(value); ++i)
      if (const void* item = shape.element->slot.find(shape.list->at(value, i))) element(*shape.element, name, item);
  }

  void entries(const Shape& shape, const void* value, std::string_view name) {
    struct Writing {
      Writer& writer;
      const Shape& shape;
      std::string_view name;
    } writing{*this, shape, name};
    shape.map->each(value, &writing, [](void* context, const std::string& key, const void* place) {
      auto& [writer, map, entry] = *static_cast<Writing*>(context);
      writer.out_ += '<' + std::string(entry) + '>';
      append_element(writer.out_, map.key->wire_name, key);
      if (const void* held = map.element->slot.find(place)) writer.element(*map.element, map.element->wire_name, held);
      writer.out_ += "</" + std::string(entry) + '>';
    });
  }

  void member(const Member& member, const void* value) {
    const Shape& shape = *member.shape;
    const bool flattened = member.flattened || shape.flattened;
    if (flattened && shape.type == Type::kList) return items(shape, value, member.wire_name);
    if (flattened && shape.type == Type::kMap) return entries(shape, value, member.wire_name);
    element(member, member.wire_name, value);
  }

  std::string& out_;
  const XmlStyle& style_;
};

class Reader {
 public:
  explicit Reader(Decoding& decoding) : decoding_(decoding) {}

  void structure(const Shape& shape, pugi::xml_node node, void* value, std::vector<bool>& seen, const Path* path) {
    for (std::size_t i = 0; i < shape.members.size(); ++i) {
      const Member& member = shape.members[i];
      if (member.location != Location::kBody) continue;
      const Path here{path, member.name};
      if (member.xml_attribute) {
        for (pugi::xml_attribute attribute : node.attributes()) {
          if (local(attribute.name()) != local(member.wire_name)) continue;
          seen[i] = true;
          scalar(member, attribute.value(), make_value(member, value));
        }
        continue;
      }
      const bool flattened = member.flattened || member.shape->flattened;
      const std::string_view wanted = member.wire_name;
      std::size_t index = 0;
      for (pugi::xml_node child : node.children()) {
        if (child.type() != pugi::node_element || local(child.name()) != local(wanted)) continue;
        seen[i] = true;
        void* held = make_value(member, value);
        if (flattened && member.shape->type == Type::kList) {
          item(*member.shape, child, held, here, ++index);
        } else if (flattened && member.shape->type == Type::kMap) {
          entry(*member.shape, child, held, here);
        } else {
          this->value(member, child, held, here);
        }
      }
    }
  }

 private:
  void scalar(const Member& member, std::string_view text, void* value) {
    if (!is_xml_text(text)) decoding_.malformed("a control character");
    try {
      scalar_from_text(*member.shape, text, value);
    } catch (const BadValue& bad) {
      decoding_.malformed(bad.what);
    }
  }

  void item(const Shape& list, pugi::xml_node node, void* value, const Path& path, std::size_t index) {
    this->value(*list.element, node, list.element->slot.make(list.list->add(value)), Path{&path, "member", index});
  }

  void entry(const Shape& map, pugi::xml_node node, void* value, const Path& path) {
    const pugi::xml_node key = node.child(std::string(map.key->wire_name).c_str());
    const pugi::xml_node held = node.child(std::string(map.element->wire_name).c_str());
    const std::string name = key.child_value();
    if (!is_utf8(name) || !is_xml_text(name)) decoding_.malformed("a key is not UTF-8, or has a control character");
    void* place = map.element->slot.make(map.map->add(value, name));
    if (held) this->value(*map.element, held, place, Path{&path, name});
  }

  void value(const Member& member, pugi::xml_node node, void* value, const Path& path) {
    const Shape& shape = *member.shape;
    switch (shape.type) {
      case Type::kStructure: {
        std::vector<bool> seen(shape.members.size());
        structure(shape, node, value, seen, &path);
        decoding_.end_structure(shape, seen, &path);
        return;
      }
      case Type::kList: {
        std::size_t index = 0;
        for (pugi::xml_node child : node.children())
          if (child.type() == pugi::node_element) item(shape, child, value, path, ++index);
        break;
      }
      case Type::kMap:
        for (pugi::xml_node child : node.children())
          if (child.type() == pugi::node_element) entry(shape, child, value, path);
        break;
      default: {
        std::string text;
        for (pugi::xml_node child : node.children())
          if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
        scalar(member, text, value);
        return;
      }
    }
  }

  Decoding& decoding_;
};

}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
  if (!is_utf8(text)) return append_xml_text(out, to_utf8(text));
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#xD;";
        break;
      default:
        // XML 1.0 has no other control characters, not even escaped.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
          out += "\xEF\xBF\xBD";
        else
          out += c;
    }
  }
}

void append_element(std::string& out, std::string_view name, std::string_view text) {
  out += '<';
  out += name;
  out += '>';
  append_xml_text(out, text);
  out += "</";
  out += name;
  out += '>';
}

void append_members(std::string& out, const XmlStyle& style, const Shape& structure, const void* value) {
  Writer(out, style).members(structure, value);
}

void append_root(std::string& out, const XmlStyle& style, const Shape& structure, const void* value,
                 std::string_view name, std::string_view attributes) {
  Writer writer(out, style);
  out += '<';
  out += name;
  out += attributes;
  out += writer.attributes(structure, value);
  out += '>';
  writer.members(structure, value);
  out += "</";
  out += name;
  out += '>';
}

void xml_into(Decoding& decoding, std::string_view text, const Shape& structure, void* value, std::vector<bool>& seen,
              const Path* path) {
  if (std::count_if(text.begin(), text.end(), [](char c) { return c == '<' || c == '='; }) > kMostMarks)
    decoding.malformed("The XML has too many elements");
  pugi::xml_document document;
  const auto result = document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata_single,
                                           pugi::encoding_utf8);
  if (!result) decoding.malformed(result.description());
  Reader(decoding).structure(structure, document.document_element(), value, seen, path);
}

}  // namespace hanbat::wire
