// Whether a bucket's policy makes it public, in S3's own meaning of the word.
// Source: S3 User Guide, "Blocking public access to your Amazon S3 storage", "The meaning of public".
#pragma once

#include "region/policy/document.h"

namespace hanbat::s3 {

/// True when a statement lets in everybody and no condition pins it down to fixed accounts, resources or addresses.
bool is_public(const region::policy::Document& document);

}  // namespace hanbat::s3
