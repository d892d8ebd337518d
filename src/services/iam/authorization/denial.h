// A refusal told in full, as sts:DecodeAuthorizationMessage gives it: what was asked, with which condition keys, and
// which statements denied it. Source: AWS STS API Reference, DecodeAuthorizationMessage.
#pragma once

#include "base/json.h"
#include "region/policy/evaluation.h"

namespace hanbat::iam {

Json explain_denial(const region::policy::Question& question, const region::policy::Decision& decision);

}  // namespace hanbat::iam
