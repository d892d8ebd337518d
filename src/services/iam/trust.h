// Trust policies name users and roles by ARN, and mean the very user or role that had it when the policy was written:
// one that is made later under the same name is another. So the ids are kept beside the text, as AWS does.
#pragma once

#include <string>

#include "base/json.h"
#include "region/policy/document.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// ARN → id of each user and role of the account that the document names. Throws MalformedPolicyDocument when one does
/// not exist.
Json bind_principals(store::Tx& tx, const Store& store, std::string_view account,
                     const region::policy::Document& document);

/// The role's trust policy with its principals as they are now: a renamed user under the new ARN, one that is gone by
/// id.
std::string current_trust(store::Tx& tx, const Store& store, const Entity& role);

}  // namespace hanbat::iam
