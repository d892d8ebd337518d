// The tags of applications and deployment groups.
#pragma once

#include "region/tags.h"

namespace hanbat::codedeploy {

/// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TagResource.html
extern const region::TagRules kTagRules;

}  // namespace hanbat::codedeploy
