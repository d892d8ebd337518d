// Values as XML, read and written by their field tables. Internal to wire.
#pragma once

#include <string>
#include <string_view>

#include "wire/decoding.h"

namespace hanbat::wire {

void append_xml_text(std::string& out, std::string_view text);
/// `<name>text</name>`
void append_element(std::string& out, std::string_view name, std::string_view text);

/// How a protocol's XML differs from the others'.
struct XmlStyle {
  TimeFormat time = TimeFormat::kIso8601;
  bool always_milliseconds = false;
  bool zero_milliseconds = false;  // times of whole seconds, with three zeros behind
};

/// The body members of a structure as elements, without an element around them.
void append_members(std::string& out, const XmlStyle& style, const Shape& structure, const void* value);
/// One value with its element, as a payload's root: `attributes` go into the start tag.
void append_root(std::string& out, const XmlStyle& style, const Shape& structure, const void* value,
                 std::string_view name, std::string_view attributes);

/// Reads a document's root into the structure's body members. Throws the service's error when it is malformed.
void xml_into(Decoding& decoding, std::string_view text, const Shape& structure, void* value, std::vector<bool>& seen,
              const Path* path);

}  // namespace hanbat::wire
