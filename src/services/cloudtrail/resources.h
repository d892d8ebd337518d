// Which resources a call was about, and of which type: from the ARNs that it was authorized on, and from what it asked
// and answered.
#pragma once

#include <compare>
#include <set>
#include <string>
#include <string_view>

#include "base/json.h"

namespace hanbat::cloudtrail {

/// A resource as LookupEvents tells it.
struct ResourceName {
  std::string type;  // "AWS::EC2::Instance"
  std::string name;  // "i-0123456789abcdef0"
  auto operator<=>(const ResourceName&) const = default;
};

/// The type of what an ARN names; "" when it is not one that we know.
std::string_view type_of_arn(std::string_view arn);

/// Adds the resource that an ARN names, by the name that LookupEvents knows it by. Nothing for an unknown type.
void add_resource_of_arn(std::string_view arn, std::set<ResourceName>& into);

/// Adds every resource that the parameters or elements of a call of the service name, at any depth, up to a hundred.
void add_resources_in(std::string_view service, const Json& values, std::set<ResourceName>& into);

}  // namespace hanbat::cloudtrail
