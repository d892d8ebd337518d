// JSON text in and out. The parser is strict (no comments, no trailing commas) and bounded in depth.
#include "base/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/utf8.h"

namespace hanbat {
namespace {

constexpr int kMaxDepth = 512;

/// Whether the byte stands for itself within quotes, when it is read and when it is written.
bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json document() {
    Json value = this->value(0);
    skip_space();
    if (at_ != text_.size()) fail("end of text");
    return value;
  }

 private:
  [[noreturn]] void fail(const char* expected) const {
    throw JsonError("JSON: expected " + std::string(expected) + " at offset " + std::to_string(at_));
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }

  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void word(std::string_view w) {
    if (text_.substr(at_, w.size()) != w) fail("a value");
    at_ += w.size();
  }

  Json value(int depth) {
    if (depth > kMaxDepth) fail("less nesting");
    skip_space();
    if (at_ >= text_.size()) fail("a value");
    switch (text_[at_]) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        return string();
      case 't':
        word("true");
        return true;
      case 'f':
        word("false");
        return false;
      case 'n':
        word("null");
        return nullptr;
      default:
        return number();
    }
  }

  Json object(int depth) {
    ++at_;
    Json::Object members;
    skip_space();
    if (!take('}')) {
      do {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != '"') fail("a member name");
        std::string name = string();
        skip_space();
        if (!take(':')) fail("':'");
        Json item = value(depth + 1);
        members.emplace_back(std::move(name), std::move(item));
        skip_space();
      } while (take(','));
      if (!take('}')) fail("',' or '}'");
    }
    keep_last(members);
    Json out = Json::object();
    out.members() = std::move(members);
    return out;
  }

  /// A repeated name keeps its first place and its last value, as most readers of JSON do.
  static void keep_last(Json::Object& members) {
    constexpr std::size_t kFew = 16;
    if (members.size() > kFew || has_repeated(members)) keep_last_of_many(members);
  }

  static bool has_repeated(const Json::Object& members) {
    for (std::size_t i = 1; i < members.size(); ++i)
      for (std::size_t k = 0; k < i; ++k)
        if (members[i].first == members[k].first) return true;
    return false;
  }

  /// In order of names, so that an object of very many members costs no square of them.
  static void keep_last_of_many(Json::Object& members) {
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return members[a].first < members[b].first; });
    std::vector<bool> repeated(members.size());
    bool any = false;
    std::size_t first = 0;
    for (std::size_t i = 1; i < order.size(); ++i) {
      if (members[order[i]].first != members[order[first]].first) {
        first = i;
        continue;
      }
      members[order[first]].second = std::move(members[order[i]].second);
      repeated[order[i]] = any = true;
    }
    if (!any) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < members.size(); ++i)
      if (!repeated[i] && i != kept++) members[kept - 1] = std::move(members[i]);
    members.resize(kept);
  }

  Json array(int depth) {
    ++at_;
    Json::Array items;
    skip_space();
    if (take(']')) return items;
    do {
      items.push_back(value(depth + 1));
      skip_space();
    } while (take(','));
    if (!take(']')) fail("',' or ']'");
    return items;
  }

  unsigned hex4() {
    unsigned out = 0;
    if (at_ + 4 > text_.size()) fail("four hex digits");
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + at_ + 4, out, 16);
    if (error != std::errc() || end != text_.data() + at_ + 4) fail("four hex digits");
    at_ += 4;
    return out;
  }

  static void append_utf8(std::string& out, unsigned c) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else if (c < 0x800) {
      out += static_cast<char>(0xC0 | (c >> 6));
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
      out += static_cast<char>(0xE0 | (c >> 12));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
      out += static_cast<char>(0xF0 | (c >> 18));
      out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
      out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }

  void escape(std::string& out) {
    if (at_ >= text_.size()) fail("an escape");
    switch (text_[at_++]) {
      case '"':
        out += '"';
        return;
      case '\\':
        out += '\\';
        return;
      case '/':
        out += '/';
        return;
      case 'b':
        out += '\b';
        return;
      case 'f':
        out += '\f';
        return;
      case 'n':
        out += '\n';
        return;
      case 'r':
        out += '\r';
        return;
      case 't':
        out += '\t';
        return;
      case 'u':
        break;
      default:
        --at_;
        fail("an escape");
    }
    unsigned c = hex4();
    if (c >= 0xD800 && c < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      at_ += 2;
      unsigned low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) fail("a low surrogate");
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      c = 0xFFFD;
    }
    append_utf8(out, c);
  }

  std::string string() {
    ++at_;
    std::string out;
    while (true) {
      const std::size_t from = at_;
      while (at_ < text_.size() && is_plain(text_[at_])) ++at_;
      out.append(text_, from, at_ - from);
      if (take('"')) return out;
      if (at_ >= text_.size()) fail("'\"'");
      if (!take('\\')) fail("an escaped control character");
      escape(out);
    }
  }

  bool digits() {
    const std::size_t start = at_;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
    return at_ > start;
  }

  Json number() {
    const std::size_t start = at_;
    take('-');
    const std::size_t first = at_;
    if (!digits()) fail("a value");
    if (text_[first] == '0' && at_ - first > 1) fail("a number without leading zeros");
    bool whole = true;
    if (take('.')) {
      whole = false;
      if (!digits()) fail("a digit");
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      whole = false;
      ++at_;
      if (!take('+')) take('-');
      if (!digits()) fail("a digit");
    }
    const std::string_view literal = text_.substr(start, at_ - start);
    if (whole) {
      std::int64_t out = 0;
      auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), out);
      if (error == std::errc()) return out;
    }
    double out = 0;
    // from_chars says the same of what is too large and too small; strtod makes the one infinite and the other 0.
    if (std::from_chars(literal.data(), literal.data() + literal.size(), out).ec != std::errc())
      out = std::strtod(std::string(literal).c_str(), nullptr);
    if (!std::isfinite(out)) fail("a number within a double's range");
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

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

Json Json::parse(std::string_view text) { return Parser(text).document(); }

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
