// How a service refuses tags: a table of its errors, one for each fault.
#pragma once

#include <string_view>

#include "region/tags.h"

namespace hanbat::region {

/// A service's error for one fault. In `text` and `detail`, "{key}" and "{value}" stand for those of the tag.
struct TagRefusal {
  constexpr TagRefusal(std::string_view code, std::string_view text, int status = 400)
      : code(code), text(text), status(status) {}
  /// With a further member of the error, as some services have: `.with("Reason", "DUPLICATE_TAG_KEY")`.
  constexpr TagRefusal with(std::string_view name, std::string_view value) const {
    TagRefusal more = *this;
    more.member = name;
    more.detail = value;
    return more;
  }

  std::string_view code;
  std::string_view text;
  int status;
  std::string_view member = {};
  std::string_view detail = {};
};

/// The errors for all faults; a table that lacks one is not compiled. See TagFault.
struct TagRefusals {
  TagRefusal too_many;
  TagRefusal reserved;
  TagRefusal duplicate;
  TagRefusal empty_key;
  TagRefusal long_key;
  TagRefusal long_value;
  TagRefusal key_character;
  TagRefusal value_character;
};

/// The error that the table has for the problem.
wire::Error refusal_of(const TagProblem& problem, const TagRefusals& refusals);

/// TagRules::error of a service that has this table.
template <const TagRefusals& kRefusals>
wire::Error refuse_by(const TagProblem& problem) {
  return refusal_of(problem, kRefusals);
}

}  // namespace hanbat::region
