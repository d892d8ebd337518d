// AWS's regions by name. One region runs here; what AWS has in every region of its own is asked for by all of these
// names.
#pragma once

namespace hanbat::region {

/// Those that an account has without opting in, in the order of EC2's answer.
inline constexpr const char* kAwsRegions[] = {
    "ap-south-1",     "eu-north-1",     "eu-west-3",    "eu-west-2", "eu-west-1",      "ap-northeast-3",
    "ap-northeast-2", "ap-northeast-1", "ca-central-1", "sa-east-1", "ap-southeast-1", "ap-southeast-2",
    "eu-central-1",   "us-east-1",      "us-east-2",    "us-west-1", "us-west-2"};
/// Those that want it.
inline constexpr const char* kAwsOptInRegions[] = {
    "af-south-1",     "ap-east-1",      "ap-south-2",   "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-7", "ca-west-1",    "eu-central-2",   "eu-south-1",
    "eu-south-2",     "il-central-1",   "me-central-1", "me-south-1",     "mx-central-1"};

}  // namespace hanbat::region
