// What a newer version does once with the rows of an older one, where SQL alone does not suffice: to look for such rows
// at every start would read all there are.
#pragma once

#include <functional>
#include <string_view>

#include "store/database.h"

namespace hanbat::region {

/// Runs `body` in the transaction unless one that was committed did so for the same rows, which `what` names for good.
void carry_over(store::Tx& tx, std::string_view what, const std::function<void()>& body);

}  // namespace hanbat::region
