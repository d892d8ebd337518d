// Policies of resources and trust policies of roles name users and roles by ARN, and mean the very user or role that
// had it when the policy was written: one that is made later under the same name is another. So they are kept with the
// ids in the ARNs' place, as AWS does. Source: IAM User Guide, "AWS JSON policy elements: Principal".
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "region/policy/document.h"
#include "services/iam/store.h"

namespace hanbat::iam {

/// A user or role that the document's principals name and that does not exist, of those accounts that have somebody
/// here.
std::optional<std::string> find_unknown_principal(store::Tx& tx, const region::policy::Document& document);

/// The document as it is kept: users and roles by their ids. The same text when it names none.
std::string bind_principals(store::Tx& tx, std::string_view document);
/// A kept document with its principals as they are now: a renamed user under the new ARN, one that is gone by id.
std::string show_principals(store::Tx& tx, std::string_view document);

/// The role's trust policy, so shown.
std::string current_trust(store::Tx& tx, const Entity& role);

}  // namespace hanbat::iam
