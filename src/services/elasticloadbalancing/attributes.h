// The attributes of load balancers, listeners and target groups: AWS's keys with their defaults, and which of them can
// be changed.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "host/balancers/spec.h"

namespace hanbat::elasticloadbalancing {

/// Whether a value other than the default has an effect here.
enum class Changeable { kNo, kBoolean, kNumber, kChoice, kText, kName };

struct AttributeFact {
  std::string_view key;
  std::string_view initial;
  Changeable changeable = Changeable::kNo;
  std::int64_t least = 0;         // of a number beside the default
  std::int64_t most = 0;          // of a text its length
  std::string_view choices = {};  // separated by '|'
  std::string_view unbuilt = {};  // choices of AWS's that are not built
};

/// What of a kind of resource can be set.
struct AttributeTable {
  std::string_view noun;  // "Load balancer"
  std::span<const AttributeFact> facts;
  std::string_view others;  // keys that AWS has for such resources of other protocols, separated by '|'
};

const AttributeTable& balancer_attributes();
const AttributeTable& group_attributes();
const AttributeTable& listener_attributes();

/// The value of a resource's attribute: what was set, or the default.
std::string text_attribute(const Json& own, std::string_view key);
int integer_attribute(const Json& own, std::string_view key);
bool boolean_attribute(const Json& own, std::string_view key);

/// The headers that a listener's attributes set on answers.
std::vector<host::HeaderValue> response_headers(const Json& own);

/// Notes the value in the resource's own. Throws ValidationError for unknown keys and values that cannot be,
/// NotImplemented for what has no effect here.
void set_attribute(Json& own, const AttributeTable& table, std::string_view operation, const std::string& key,
                   const std::string& value);

}  // namespace hanbat::elasticloadbalancing
