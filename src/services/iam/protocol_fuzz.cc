// The query protocol, by operations that have lists of structures, limits, enumerations and patterns.
#include "gen/iam/model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using hanbat::wire::fuzzing::make_input;

namespace {

constexpr wire::fuzzing::Subject kSubjects[] = {{"CreateRole", &make_input<iam::CreateRoleInput>},
                                                {"CreatePolicy", &make_input<iam::CreatePolicyInput>},
                                                {"SimulateCustomPolicy", &make_input<iam::SimulateCustomPolicyInput>},
                                                {"TagRole", &make_input<iam::TagRoleInput>},
                                                {"PutRolePolicy", &make_input<iam::PutRolePolicyInput>},
                                                {"UpdateAccessKey", &make_input<iam::UpdateAccessKeyInput>}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(iam::service_model(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
