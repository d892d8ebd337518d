// The JSON 1.1 protocol, by operations that have nested structures, lists, maps, timestamps and unions.
#include "gen/codedeploy/model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using hanbat::wire::fuzzing::make_input;

namespace {

constexpr wire::fuzzing::Subject kSubjects[] = {
    {"CreateDeploymentGroup", &make_input<codedeploy::CreateDeploymentGroupInput>},
    {"CreateDeployment", &make_input<codedeploy::CreateDeploymentInput>},
    {"CreateDeploymentConfig", &make_input<codedeploy::CreateDeploymentConfigInput>},
    {"RegisterApplicationRevision", &make_input<codedeploy::RegisterApplicationRevisionInput>},
    {"ListDeployments", &make_input<codedeploy::ListDeploymentsInput>},
    {"BatchGetDeploymentTargets", &make_input<codedeploy::BatchGetDeploymentTargetsInput>},
    {"TagResource", &make_input<codedeploy::TagResourceInput>}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(codedeploy::service_model(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
