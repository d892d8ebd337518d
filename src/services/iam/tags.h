// Tags as IAM's API has them, and the condition keys that they make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gen/iam/model.h"
#include "region/authorization.h"
#include "region/tag_keys.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// In order of keys.
std::vector<Tag> tag_list(const Entity& entity);
/// The entity's tags with these added. Throws InvalidInput, LimitExceeded.
Tags merge_tags(Tags have, const std::vector<Tag>& add);
/// aws:RequestTag/… and aws:TagKeys.
region::ConditionKeys request_tags(const std::optional<std::vector<Tag>>& tags);
region::ConditionKeys request_tags(const std::vector<Tag>& tags);
region::ConditionKeys tag_keys(const std::vector<std::string>& keys);

}  // namespace hanbat::iam
