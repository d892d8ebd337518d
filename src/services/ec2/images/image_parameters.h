// Image ids that name a parameter of Systems Manager: "resolve:ssm:/aws/service/…".
#pragma once

#include <string>

#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// The image id that "resolve:ssm:<parameter>[:<version or label>]" means, read on behalf of the request's caller; any
/// other text unchanged. Throws SsmAccessDenied, SsmInvalidParameter.
std::string resolved_image_id(Request& rq, const std::string& given);

}  // namespace hanbat::ec2
