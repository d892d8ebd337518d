// The protocol rpc-v2-cbor, by operations that have nested structures, lists, doubles and timestamps.
#include "gen/monitoring/model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using hanbat::wire::fuzzing::make_input;

namespace {

constexpr wire::fuzzing::Subject kSubjects[] = {{"PutMetricData", &make_input<monitoring::PutMetricDataInput>},
                                                {"GetMetricData", &make_input<monitoring::GetMetricDataInput>},
                                                {"PutMetricAlarm", &make_input<monitoring::PutMetricAlarmInput>},
                                                {"ListMetrics", &make_input<monitoring::ListMetricsInput>},
                                                {"TagResource", &make_input<monitoring::TagResourceInput>}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(monitoring::service_model(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
