#include "region/tag_refusals.h"

#include <stdexcept>
#include <string>

namespace hanbat::region {
namespace {

const TagRefusal& entry_of(const TagProblem& problem, const TagRefusals& refusals) {
  switch (problem.fault) {
    case TagFault::kTooMany:
      return refusals.too_many;
    case TagFault::kReserved:
      return refusals.reserved;
    case TagFault::kDuplicate:
      return refusals.duplicate;
    case TagFault::kEmptyKey:
      return refusals.empty_key;
    case TagFault::kLongKey:
      return refusals.long_key;
    case TagFault::kLongValue:
      return refusals.long_value;
    case TagFault::kCharacter:
      return has_usual_characters(problem.key) ? refusals.value_character : refusals.key_character;
  }
  throw std::logic_error("a fault of tags that no table has");
}

std::string filled(std::string_view text, const TagProblem& problem) {
  constexpr std::string_view kKey = "{key}", kValue = "{value}";
  std::string out;
  while (!text.empty()) {
    if (text.starts_with(kKey)) {
      out += problem.key;
      text.remove_prefix(kKey.size());
    } else if (text.starts_with(kValue)) {
      out += problem.value;
      text.remove_prefix(kValue.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

wire::Error refusal_of(const TagProblem& problem, const TagRefusals& refusals) {
  const TagRefusal& entry = entry_of(problem, refusals);
  wire::Error error(std::string(entry.code), entry.status, filled(entry.text, problem));
  if (!entry.member.empty()) error.with(std::string(entry.member), filled(entry.detail, problem));
  return error;
}

}  // namespace hanbat::region
