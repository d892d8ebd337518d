// Whether a resource's policy makes it public, in S3's meaning of the word, which other services share.
// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
#pragma once

#include "region/policy/document.h"

namespace hanbat::region::policy {

/// True when a statement lets in everybody and no condition pins it down to fixed accounts, resources or addresses.
bool is_public(const Document& document);

}  // namespace hanbat::region::policy
