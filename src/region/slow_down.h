// "Too much at once", in the words of AWS's services.
#pragma once

#include "wire/error.h"
#include "wire/operation.h"

namespace hanbat::region {

/// As services of each protocol say it; AWS's SDKs wait and try again.
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html,
/// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html,
/// https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
wire::Error slow_down(wire::Protocol protocol);

}  // namespace hanbat::region
