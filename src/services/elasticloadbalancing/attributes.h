// The attributes of load balancers, listeners and target groups: AWS's keys with their defaults, and which of them can
// be changed.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::elasticloadbalancing {

/// Whether a value other than the default has an effect here.
enum class Changeable { kNo, kBoolean, kNumber, kChoice };

struct AttributeFact {
  std::string_view key;
  std::string_view initial;
  Changeable changeable = Changeable::kNo;
  std::int64_t least = 0;
  std::int64_t most = 0;
  std::string_view choices = {};  // separated by '|'
};

std::span<const AttributeFact> balancer_attributes();
std::span<const AttributeFact> group_attributes();
std::span<const AttributeFact> listener_attributes();

/// The value of a resource's attribute: what was set, or the default.
std::string text_attribute(const Json& own, std::string_view key);
int integer_attribute(const Json& own, std::string_view key);

/// Notes the value in the resource's own. Throws ValidationError for unknown keys and values that cannot be,
/// NotImplemented for what has no effect here.
void set_attribute(Json& own, std::span<const AttributeFact> facts, std::string_view operation, const std::string& key,
                   const std::string& value);

}  // namespace hanbat::elasticloadbalancing
