#include "services/logs/patterns/delimited_pattern.h"

namespace hanbat::logs {
namespace {

constexpr std::string_view kNameEnds = ",]()&|=<>!";
constexpr std::string_view kValueEnds = ",]()&|";

/// What stands between blanks; what "…" or […] holds is one field, without these.
std::vector<std::string_view> fields_of(std::string_view message) {
  std::vector<std::string_view> fields;
  std::size_t at = 0;
  while ((at = message.find_first_not_of(" \t\r\n", at)) != std::string_view::npos) {
    const char closing = message[at] == '"' ? '"' : message[at] == '[' ? ']' : ' ';
    const std::size_t begin = closing == ' ' ? at : at + 1;
    std::size_t end = closing == ' ' ? message.find_first_of(" \t\r\n", begin) : message.find(closing, begin);
    if (end == std::string_view::npos) end = message.size();
    fields.push_back(message.substr(begin, end - begin));
    at = closing == ' ' ? end : end + 1;
    if (at >= message.size()) break;
  }
  return fields;
}

}  // namespace

DelimitedPattern::Field DelimitedPattern::require_field(PatternReader& reader) {
  Field field;
  // Every condition names the field again; all name the same one.
  const auto read = [&](PatternReader& from) {
    std::string name = from.require_word(kNameEnds);
    if (field.name.empty()) field.name = name;
    if (field.name != name) throw invalid_pattern();
    return from.require_comparison(kValueEnds);
  };
  const bool in_parentheses = (reader.at_end(), reader.next() == '(');
  if (!in_parentheses) {
    PatternReader ahead = reader;
    std::string name = ahead.require_word(kNameEnds);
    if (!ahead.take_comparator()) {
      reader = ahead;
      field.name = std::move(name);
      return field;
    }
  }
  field.expression = read_expression<Comparison>(reader, read);
  return field;
}

DelimitedPattern::DelimitedPattern(std::string_view text) {
  PatternReader reader(text);
  reader.require("[");
  do {
    if (!reader.take("...")) {
      fields_.push_back(require_field(reader));
    } else {
      if (ellipsis_) throw invalid_pattern();
      ellipsis_ = fields_.size();
    }
  } while (reader.take(","));
  reader.require("]");
  if (!reader.at_end()) throw invalid_pattern();
}

std::optional<std::map<std::string, std::string>> DelimitedPattern::match(std::string_view message) const {
  const auto there = fields_of(message);
  if (ellipsis_ ? there.size() < fields_.size() : there.size() != fields_.size()) return std::nullopt;
  std::map<std::string, std::string> values;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    const std::size_t passed = ellipsis_ && i >= *ellipsis_ ? there.size() - fields_.size() : 0;
    const std::string_view value = there[i + passed];
    const Field& field = fields_[i];
    if (field.expression && !field.expression->holds([&](const Comparison& one) { return one.fits(value); }))
      return std::nullopt;
    values["$" + field.name] = value;
  }
  return values;
}

}  // namespace hanbat::logs
