// What policies may ask about an EC2 resource: its tags and what it is, as condition keys.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "region/tag_keys.h"
#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// The keys of a resource of the place, by its type and id (of a key pair also its name); none when it is not there.
/// The types and their keys stand in operations.txt.
region::ConditionKeys resource_keys(store::Tx& tx, const Place& place, std::string_view type, std::string_view id);

/// ec2:Attribute and ec2:Attribute/<name> of the attributes that a call sets, those without a value left out.
region::ConditionKeys attribute_keys(
    std::initializer_list<std::pair<std::string_view, std::optional<std::string>>> attributes);

/// "true" or "false", as condition keys have it.
std::string truth(bool value);

}  // namespace hanbat::ec2
