#include "services/logs/filter_pattern.h"

#include <algorithm>

#include "base/text.h"
#include "wire/error.h"

namespace hanbat::logs {

FilterPattern::FilterPattern(std::string_view text) {
  text = trim(text);
  if (text.starts_with('{') || text.starts_with('[') || text.starts_with('%'))
    throw wire::Error::not_implemented("FilterLogEvents", "filterPattern of kind " + std::string(text.substr(0, 1)));
  while (!(text = trim(text)).empty()) {
    std::vector<std::string>* into = &all_;
    if (text.front() == '?' || text.front() == '-') {
      into = text.front() == '?' ? &any_ : &none_;
      text.remove_prefix(1);
    }
    std::string term;
    if (text.starts_with('"')) {
      text.remove_prefix(1);
      while (!text.empty() && text.front() != '"') {
        if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
        term += text.front();
        text.remove_prefix(1);
      }
      if (text.empty()) throw wire::Error("InvalidParameterException", 400, "Invalid filter pattern");
      text.remove_prefix(1);
    } else {
      const std::size_t end = std::min(text.find(' '), text.size());
      term = text.substr(0, end);
      text.remove_prefix(end);
    }
    if (!term.empty()) into->push_back(std::move(term));
  }
}

bool FilterPattern::matches(std::string_view message) const {
  const auto has = [&](const std::string& term) { return message.find(term) != std::string_view::npos; };
  if (!std::all_of(all_.begin(), all_.end(), has)) return false;
  if (!any_.empty() && !std::any_of(any_.begin(), any_.end(), has)) return false;
  return std::none_of(none_.begin(), none_.end(), has);
}

}  // namespace hanbat::logs
