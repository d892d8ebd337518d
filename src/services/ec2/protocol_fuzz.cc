// The ec2 protocol, by operations that have its own names of members, flattened lists and nested structures.
#include "gen/ec2/model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using hanbat::wire::fuzzing::make_input;

namespace {

constexpr wire::fuzzing::Subject kSubjects[] = {
    {"RunInstances", &make_input<ec2::RunInstancesInput>},
    {"DescribeInstances", &make_input<ec2::DescribeInstancesInput>},
    {"AuthorizeSecurityGroupIngress", &make_input<ec2::AuthorizeSecurityGroupIngressInput>},
    {"CreateTags", &make_input<ec2::CreateTagsInput>},
    {"CreateVpc", &make_input<ec2::CreateVpcInput>},
    {"CreateRoute", &make_input<ec2::CreateRouteInput>},
    {"ModifyInstanceAttribute", &make_input<ec2::ModifyInstanceAttributeInput>}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(ec2::service_model(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
