#include "services/logs/patterns/filter_pattern.h"

#include <algorithm>

#include "base/overloaded.h"
#include "base/text.h"

namespace hanbat::logs {
namespace {

std::variant<TermPattern, JsonPattern, DelimitedPattern> pattern_of(std::string_view text) {
  if (text.starts_with('{')) return JsonPattern(text);
  if (text.starts_with('[')) return DelimitedPattern(text);
  return TermPattern(text);
}

}  // namespace

TermPattern::TermPattern(std::string_view text) {
  PatternReader reader(text);
  while (!reader.at_end()) {
    std::vector<std::string>* into = &all_;
    if (reader.take("?"))
      into = &any_;
    else if (reader.take("-"))
      into = &none_;
    if (reader.next() == '%')
      throw wire::Error::not_implemented("FilterLogEvents", "filterPattern with a regular expression");
    into->push_back(reader.next() == '"' ? reader.require_quoted('"') : reader.require_word(""));
    if (into->back().empty()) into->pop_back();
  }
}

bool TermPattern::matches(std::string_view message) const {
  const auto has = [&](const std::string& term) { return message.find(term) != std::string_view::npos; };
  if (!std::all_of(all_.begin(), all_.end(), has)) return false;
  if (!any_.empty() && !std::any_of(any_.begin(), any_.end(), has)) return false;
  return std::none_of(none_.begin(), none_.end(), has);
}

FilterPattern::FilterPattern(std::string_view text) : pattern_(pattern_of(trim(text))) {}

std::optional<std::map<std::string, std::string>> FilterPattern::match(std::string_view message) const {
  using Values = std::map<std::string, std::string>;
  return std::visit(Overloaded{[&](const TermPattern& terms) {
                                 return terms.matches(message) ? std::optional(Values()) : std::nullopt;
                               },
                               [&](const auto& fields) { return fields.match(message); }},
                    pattern_);
}

}  // namespace hanbat::logs
