#include "region/policy/conditions.h"

#include <arpa/inet.h>

#include <cstdlib>
#include <cstring>
#include <optional>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time.h"

namespace hanbat::region::policy {
namespace {

/// A text in which some characters are wildcards and others only look like them.
struct Pattern {
  std::string text;
  std::vector<bool> wild;  // per character: `*` or `?` that matches others

  void add(char c, bool is_wild) {
    text += c;
    wild.push_back(is_wild);
  }
};

/// Replaces variables; nothing when one has no value.
std::optional<Pattern> expand(std::string_view source, const Context& context, Variables variables) {
  Pattern out;
  for (std::size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    const std::size_t close =
        c == '$' && i + 1 < source.size() && source[i + 1] == '{' ? source.find('}', i) : std::string_view::npos;
    if (variables == Variables::kLiteral || close == std::string_view::npos) {
      out.add(c, c == '*' || c == '?');
      continue;
    }
    std::string_view body = source.substr(i + 2, close - i - 2);
    i = close;
    if (body == "*" || body == "?" || body == "$") {
      out.add(body[0], false);
      continue;
    }
    std::optional<std::string> fallback;
    if (const std::size_t comma = body.find(','); comma != std::string_view::npos) {
      std::string_view text = trim(body.substr(comma + 1));
      if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') text = text.substr(1, text.size() - 2);
      fallback = text;
      body = trim(body.substr(0, comma));
    }
    const std::vector<std::string>* values = context.find(body);
    // A key of several values has no one text to stand for.
    if (values && values->size() == 1)
      for (const char v : values->front()) out.add(v, false);
    else if (fallback)
      for (const char v : *fallback) out.add(v, false);
    else
      return std::nullopt;
  }
  return out;
}

bool match(const Pattern& pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.text.size() && pattern.wild[p] && pattern.text[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.text.size() &&
               ((pattern.wild[p] && pattern.text[p] == '?') || (!pattern.wild[p] && pattern.text[p] == text[t]))) {
      ++p;
      ++t;
    } else if (star != std::string::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.text.size() && pattern.wild[p] && pattern.text[p] == '*') ++p;
  return p == pattern.text.size();
}

/// ARNs match part by part, so that a `*` in the account does not reach over into the resource.
bool arn_match(const Pattern& pattern, std::string_view arn) {
  std::size_t p = 0;
  for (int part = 0; part < 6; ++part) {
    const std::size_t colon = part == 5 ? std::string_view::npos : arn.find(':');
    if (part < 5 && colon == std::string_view::npos) return false;
    std::size_t end = p;
    while (end < pattern.text.size() && (part == 5 || pattern.text[end] != ':')) ++end;
    if (part < 5 && end == pattern.text.size()) {
      // "*" and "arn:aws:*" stand for all that follows.
      return end > p && pattern.wild[end - 1] && pattern.text[end - 1] == '*' &&
             match(Pattern{pattern.text.substr(p),
                           {pattern.wild.begin() + static_cast<std::ptrdiff_t>(p), pattern.wild.end()}},
                   arn);
    }
    const Pattern piece{pattern.text.substr(p, end - p),
                        {pattern.wild.begin() + static_cast<std::ptrdiff_t>(p),
                         pattern.wild.begin() + static_cast<std::ptrdiff_t>(end)}};
    if (!match(piece, arn.substr(0, colon))) return false;
    if (part == 5) return true;
    p = end + 1;
    arn.remove_prefix(colon + 1);
  }
  return true;
}

/// An integer or a decimal fraction as JSON writes it, and nothing else that C takes for one ("0x10", "inf").
std::optional<long double> number(std::string_view text) {
  const std::string copy(trim(text));
  if (copy.empty() || copy.find_first_not_of("+-.0123456789eE") != std::string::npos) return std::nullopt;
  char* end = nullptr;
  // Wide enough that two integers of 64 bits are equal only when they are.
  const long double value = std::strtold(copy.c_str(), &end);
  if (*end != '\0') return std::nullopt;
  return value;
}

/// A point in time, in seconds: by ISO 8601, whose day and month may be left out ("2026-11"), or since the epoch.
std::optional<long double> date(std::string_view text) {
  if (const auto seconds = number(text)) return seconds;
  std::string padded(text);
  if (text.size() == 7 && text[4] == '-') padded += "-01";
  if (const auto at = parse_iso8601(padded)) return static_cast<long double>(at->ms) / 1000;
  return std::nullopt;
}

/// No value at all, no value in the list, or only an empty one: what AWS calls a null data set.
bool is_null(const std::vector<std::string>* values) {
  return !values || values->empty() || (values->size() == 1 && values->front().empty());
}

/// Policy variables stand in texts and ARNs only.
bool takes_variables(std::string_view op) { return op.starts_with("String") || op.starts_with("Arn"); }

template <class T>
bool compare(std::string_view how, const std::optional<T>& have, const std::optional<T>& want) {
  if (!have || !want) return false;
  if (how == "Equals") return *have == *want;
  if (how == "LessThan") return *have < *want;
  if (how == "LessThanEquals") return *have <= *want;
  if (how == "GreaterThan") return *have > *want;
  if (how == "GreaterThanEquals") return *have >= *want;
  return false;
}

/// An operator without its negation: "StringNotLike" is the negation of "StringLike".
struct Operator {
  std::string positive;
  bool negated = false;
};

Operator parse_operator(std::string_view op) {
  if (op == "NotIpAddress") return {"IpAddress", true};
  const std::size_t at = op.find("Not");
  if (at == std::string_view::npos) return {std::string(op), false};
  return {std::string(op.substr(0, at)) + std::string(op.substr(at + 3)), true};
}

/// Whether one value of the request and one of the policy match under a positive operator.
bool values_match(std::string_view op, const std::string& have, const std::string& want, const Context& context,
                  Variables variables) {
  if (op == "StringLike") return pattern_matches(want, have, context, variables);
  const auto pattern = expand(want, context, takes_variables(op) ? variables : Variables::kLiteral);
  if (!pattern) return false;
  const std::string& plain = pattern->text;
  if (op == "StringEquals") return have == plain;
  if (op == "BinaryEquals") {
    const auto bytes = from_base64(have);
    return bytes && bytes == from_base64(plain);
  }
  if (op == "StringEqualsIgnoreCase" || op == "Bool") return iequals(have, plain);
  if (op == "ArnEquals" || op == "ArnLike") return arn_match(*pattern, have);
  if (op == "IpAddress") return address_in(have, plain);
  if (op.starts_with("Numeric")) return compare(op.substr(7), number(have), number(plain));
  if (op.starts_with("Date")) return compare(op.substr(4), date(have), date(plain));
  return false;
}

bool holds(const Condition& condition, const Context& context, Variables variables, std::set<std::string>& missing) {
  const std::vector<std::string>* have = context.find(condition.key);
  if (condition.op == "Null") {
    for (const std::string& want : condition.values)
      if (iequals(want, "true") == is_null(have)) return true;
    return false;
  }

  const Operator op = parse_operator(condition.op);
  if (!have) missing.insert(condition.key);
  if (condition.quantifier == Quantifier::kForAllValues && is_null(have)) return true;
  if (!have || have->empty()) {
    if (condition.if_exists) return true;
    return op.negated && condition.quantifier == Quantifier::kNone;
  }

  const auto matches_any = [&](const std::string& value) {
    for (const std::string& want : condition.values)
      if (values_match(op.positive, value, want, context, variables)) return true;
    return false;
  };
  switch (condition.quantifier) {
    case Quantifier::kForAllValues:
      for (const std::string& value : *have)
        if (matches_any(value) == op.negated) return false;
      return true;
    case Quantifier::kForAnyValue:
      for (const std::string& value : *have)
        if (matches_any(value) != op.negated) return true;
      return false;
    case Quantifier::kNone:
      break;
  }
  for (const std::string& value : *have)
    if (matches_any(value)) return !op.negated;
  return op.negated;
}

}  // namespace

void Context::set(std::string_view key, std::string value) { set(key, std::vector<std::string>{std::move(value)}); }

void Context::set(std::string_view key, std::vector<std::string> values) {
  entries_.insert_or_assign(lower(key), Entry{std::string(key), std::move(values)});
}

const std::vector<std::string>* Context::find(std::string_view key) const {
  const auto found = entries_.find(lower(key));
  return found == entries_.end() ? nullptr : &found->second.values;
}

bool conditions_hold(const std::vector<Condition>& conditions, const Context& context, Variables variables,
                     std::set<std::string>& missing) {
  bool all = true;
  // All are looked at even after one failed, so that `missing` names every key.
  for (const Condition& condition : conditions) all = holds(condition, context, variables, missing) && all;
  return all;
}

bool pattern_matches(std::string_view pattern, std::string_view text, const Context& context, Variables variables) {
  const auto expanded = expand(pattern, context, variables);
  return expanded && match(*expanded, text);
}

bool address_in(std::string_view address, std::string_view block) {
  const std::size_t slash = block.find('/');
  const std::string base(block.substr(0, slash));
  const std::string host(address);
  const int family = base.find(':') == std::string::npos ? AF_INET : AF_INET6;
  unsigned char a[16] = {}, b[16] = {};
  if (inet_pton(family, host.c_str(), a) != 1 || inet_pton(family, base.c_str(), b) != 1) return false;
  const int width = family == AF_INET ? 32 : 128;
  int bits = width;
  if (slash != std::string_view::npos) {
    const auto given = parse_int(block.substr(slash + 1));
    if (!given || *given < 0 || *given > width) return false;
    bits = static_cast<int>(*given);
  }
  if (std::memcmp(a, b, static_cast<std::size_t>(bits / 8)) != 0) return false;
  const int rest = bits % 8;
  if (rest == 0) return true;
  const unsigned mask = 0xFFu << (8 - rest) & 0xFFu;
  return (a[bits / 8] & mask) == (b[bits / 8] & mask);
}

}  // namespace hanbat::region::policy
