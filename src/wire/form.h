// The query and ec2 protocols' requests: a form whose keys are paths. Internal to wire.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/decoding.h"

namespace hanbat::wire {

/// Splits `a=1&b=2` and decodes both sides. Malformed escapes stay as they are. Throws Error for too many pairs.
std::vector<std::pair<std::string, std::string>> parse_form(std::string_view text);

/// Reads the operation's input from the form's pairs; unknown parameters are refused by name.
void form_into(Decoding& decoding, const std::vector<std::pair<std::string, std::string>>& pairs, void* input);

}  // namespace hanbat::wire
