// The REST XML protocol, by operations that have labels, queries, headers, maps in headers, payloads and nested XML.
#include "gen/s3/model.h"
#include "wire/fuzzing.h"

using namespace hanbat;
using hanbat::wire::fuzzing::make_input;

namespace {

constexpr wire::fuzzing::Subject kSubjects[] = {
    {"PutObject", &make_input<s3::PutObjectInput>},
    {"DeleteObjects", &make_input<s3::DeleteObjectsInput>},
    {"CompleteMultipartUpload", &make_input<s3::CompleteMultipartUploadInput>},
    {"PutBucketTagging", &make_input<s3::PutBucketTaggingInput>},
    {"PutBucketNotificationConfiguration", &make_input<s3::PutBucketNotificationConfigurationInput>},
    {"ListObjectsV2", &make_input<s3::ListObjectsV2Input>},
    {"GetObject", &make_input<s3::GetObjectInput>},
    {"CopyObject", &make_input<s3::CopyObjectInput>},
    {"UploadPart", &make_input<s3::UploadPartInput>},
    {"CreateBucket", &make_input<s3::CreateBucketInput>},
    {"PutBucketVersioning", &make_input<s3::PutBucketVersioningInput>},
    {"PutBucketPolicy", &make_input<s3::PutBucketPolicyInput>}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  hanbat::fuzzing::Input input(data, size);
  wire::fuzzing::check_protocol(s3::service_model(), kSubjects, wire::fuzzing::read_request(input));
  return 0;
}
