// The tags of parameters.
#pragma once

#include "region/tags.h"

namespace hanbat::ssm {

/// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html
extern const region::TagRules kTagRules;

}  // namespace hanbat::ssm
