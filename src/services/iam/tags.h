// Tags as IAM's API has them, and the condition keys that they make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gen/iam/model.h"
#include "region/tags.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// Keys are kept as written and compared without regard to case; a resource has at most 50.
/// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
extern const region::TagRules kTagRules;

/// In order of keys.
std::vector<Tag> tag_list(store::Tx& tx, const Entity& entity);
/// The tags of an entity that was just made.
void put_tags(store::Tx& tx, const Entity& entity, const std::optional<std::vector<Tag>>& tags);
/// aws:RequestTag/… and aws:TagKeys.
region::ConditionKeys request_tags(const std::optional<std::vector<Tag>>& tags);
region::ConditionKeys request_tags(const std::vector<Tag>& tags);

}  // namespace hanbat::iam
