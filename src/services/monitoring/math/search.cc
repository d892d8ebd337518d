#include "services/monitoring/math/search.h"

#include <algorithm>

#include "base/text.h"
#include "services/monitoring/math/expression.h"

namespace hanbat::monitoring {
namespace {

constexpr std::size_t kLongestSearch = 1024;
constexpr int kDeepestSearch = 50;
constexpr std::string_view kAccount = ":aws.AccountId";

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_number(char c) { return c >= '0' && c <= '9'; }
bool is_plain(char c) { return is_upper(c) || is_lower(c) || is_number(c); }

/// Whether a token ends between the two: "Custom|Count|1", "SDB|Failure".
bool ends_between(std::string_view text, std::size_t at) {
  const char before = text[at - 1], here = text[at];
  if (!is_plain(before) || !is_plain(here)) return true;
  if (is_number(before) != is_number(here)) return true;
  if (is_lower(before) && is_upper(here)) return true;
  return is_upper(before) && is_upper(here) && at + 1 < text.size() && is_lower(text[at + 1]);
}

/// As they are written.
std::vector<std::string> tokens_of(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_plain(text[i])) continue;
    if (out.empty() || i == 0 || ends_between(text, i)) out.emplace_back();
    out.back() += text[i];
  }
  return out;
}

/// All of a text is found without what divides its tokens, in whatever case, and so is one token; several as they are
/// written, one after another.
bool holds_word(std::string_view text, std::string_view word) {
  const auto wanted = tokens_of(word), there = tokens_of(text);
  if (wanted.empty()) return false;
  const auto joined = [](const std::vector<std::string>& tokens) {
    std::string out;
    for (const std::string& one : tokens) out += one;
    return out;
  };
  if (iequals(joined(wanted), joined(there))) return true;
  if (wanted.size() > 1) return !std::ranges::search(there, wanted).empty();
  return std::ranges::any_of(there, [&](const std::string& one) { return iequals(one, wanted.front()); });
}

/// A metric's texts, each with the designator by which a search may name it.
struct Property {
  std::string_view designator;
  std::string_view text;
};

}  // namespace

struct MetricSearch::Term {
  enum class Kind { kWord, kExact, kAnd, kOr, kNot };

  Kind kind = Kind::kWord;
  std::string designator;  // "": any text of the metric's
  std::string text;
  std::vector<Term> parts;

  bool fits(const std::vector<Property>& properties) const {
    const auto holds = [&](const Term& one) { return one.fits(properties); };
    switch (kind) {
      case Kind::kAnd:
        return std::ranges::all_of(parts, holds);
      case Kind::kOr:
        return std::ranges::any_of(parts, holds);
      case Kind::kNot:
        return !parts.front().fits(properties);
      case Kind::kWord:
      case Kind::kExact:
        break;
    }
    return std::ranges::any_of(properties, [&](const Property& one) {
      if (!designator.empty() && one.designator != designator) return false;
      return kind == Kind::kExact ? one.text == text : holds_word(one.text, text);
    });
  }
};

namespace {

using Term = MetricSearch::Term;

class SearchParser {
 public:
  explicit SearchParser(std::string_view text) : rest_(text) {}

  /// The names between braces, the namespace first; none when there is no schema.
  std::vector<std::string> schema() {
    std::vector<std::string> out;
    if (!take('{')) return out;
    do {
      skip_blanks();
      if (!rest_.empty() && rest_.front() == '"') {
        out.push_back(quoted());
      } else {
        const std::size_t end = std::min(rest_.find_first_of(",}{\"'"), rest_.size());
        out.emplace_back(trim(rest_.substr(0, end)));
        rest_.remove_prefix(end);
      }
      if (out.back().empty()) fail("a name is missing between the braces");
    } while (take(','));
    if (!take('}')) fail("'}' is missing");
    return out;
  }

  bool at_end() {
    skip_blanks();
    return rest_.empty();
  }

  Term whole() {
    Term out = any("");
    if (!at_end()) fail("unexpected '" + std::string(rest_.substr(0, 10)) + "'");
    return out;
  }

 private:
  [[noreturn]] static void fail(const std::string& what) { throw ExpressionError("Error in SEARCH: " + what); }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool take(char sign) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != sign) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view next_word() const {
    return rest_.substr(0, std::min(rest_.find_first_of(" \t\r\n()=\""), rest_.size()));
  }

  bool take_word(std::string_view word) {
    skip_blanks();
    if (next_word() != word) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  std::string quoted() {
    const std::size_t end = rest_.find('"', 1);
    if (end == rest_.npos) fail("a text in quotes has no end");
    std::string out(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return out;
  }

  Term any(const std::string& designator) {
    if (++depth_ > kDeepestSearch) fail("it is nested too deeply");
    Term out{.kind = Term::Kind::kOr, .designator = {}, .text = {}, .parts = {}};
    do out.parts.push_back(all(designator));
    while (take_word("OR"));
    --depth_;
    return out;
  }

  Term all(const std::string& designator) {
    Term out{.kind = Term::Kind::kAnd, .designator = {}, .text = {}, .parts = {}};
    do {
      out.parts.push_back(one(designator));
      take_word("AND");
      skip_blanks();
    } while (!rest_.empty() && rest_.front() != ')' && next_word() != "OR");
    return out;
  }

  Term one(const std::string& designator) {
    if (++depth_ > kDeepestSearch) fail("it is nested too deeply");
    Term out = negated_or_not(designator);
    --depth_;
    return out;
  }

  Term negated_or_not(const std::string& designator) {
    if (take_word("NOT")) {
      Term out{.kind = Term::Kind::kNot, .designator = {}, .text = {}, .parts = {}};
      out.parts.push_back(one(designator));
      return out;
    }
    if (take('(')) {
      Term out = any(designator);
      if (!take(')')) fail("')' is missing");
      return out;
    }
    skip_blanks();
    const bool exact = !rest_.empty() && rest_.front() == '"';
    std::string text = exact ? quoted() : std::string(next_word());
    if (!exact) rest_.remove_prefix(text.size());
    if (text.empty())
      fail(rest_.empty() ? "it ends too early" : "unexpected '" + std::string(rest_.substr(0, 10)) + "'");
    if (take('=')) {
      if (!designator.empty()) fail("a designator stands behind another");
      if (text == kAccount) throw ExpressionNotBuilt("SEARCH by accounts");
      return one(text);
    }
    if (!exact && (text == "AND" || text == "OR")) fail("unexpected '" + text + "'");
    return {
        .kind = exact ? Term::Kind::kExact : Term::Kind::kWord, .designator = designator, .text = text, .parts = {}};
  }

  std::string_view rest_;
  int depth_ = 0;
};

}  // namespace

MetricSearch MetricSearch::parse(std::string_view text) {
  if (text.size() > kLongestSearch) throw ExpressionError("Error in SEARCH: it is longer than 1024 characters");
  SearchParser parser(text);
  MetricSearch out;
  out.names_ = parser.schema();
  if (!out.names_.empty()) {
    out.namespace_ = out.names_.front();
    out.names_.erase(out.names_.begin());
    std::ranges::sort(out.names_);
  }
  if (!parser.at_end())
    out.term_ = std::make_shared<const Term>(parser.whole());
  else if (!out.namespace_)
    throw ExpressionError("Error in SEARCH: it needs a metric schema or a search term");
  return out;
}

bool MetricSearch::fits(const std::string& metric_namespace, const std::string& name,
                        const Dimensions& dimensions) const {
  if (namespace_) {
    if (metric_namespace != *namespace_ || dimensions.size() != names_.size()) return false;
    std::vector<std::string> there;
    for (const auto& one : dimensions) there.push_back(one.first);
    std::ranges::sort(there);
    if (there != names_) return false;
  }
  if (!term_) return true;
  std::vector<Property> properties{{"Namespace", metric_namespace}, {"MetricName", name}};
  for (const auto& [dimension, value] : dimensions) {
    properties.push_back({"", dimension});
    properties.push_back({dimension, value});
  }
  return term_->fits(properties);
}

}  // namespace hanbat::monitoring
