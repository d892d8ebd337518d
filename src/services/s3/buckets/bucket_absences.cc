// What a bucket here never has. Tools that read a bucket's whole state (Terraform, say) ask for each of these; the true
// answer is AWS's own for a bucket where it was never configured, and to delete it succeeds. To configure any of them
// is refused by name.
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

[[noreturn]] void absent(const BucketRow& bucket, std::string code, std::string message) {
  throw wire::Error(std::move(code), 404, std::move(message)).with("BucketName", bucket.id);
}

}  // namespace

GetBucketReplicationOutput S3::get_bucket_replication(region::Request& rq, const GetBucketReplicationInput& in) {
  absent(require_bucket(rq, "s3:GetReplicationConfiguration", in.bucket, terms_of(in)),
         "ReplicationConfigurationNotFoundError", "The replication configuration was not found");
}

DeleteBucketReplicationOutput S3::delete_bucket_replication(region::Request& rq,
                                                            const DeleteBucketReplicationInput& in) {
  require_bucket(rq, "s3:PutReplicationConfiguration", in.bucket, terms_of(in));
  return {};
}

GetBucketAccelerateConfigurationOutput S3::get_bucket_accelerate_configuration(
    region::Request& rq, const GetBucketAccelerateConfigurationInput& in) {
  require_bucket(rq, "s3:GetAccelerateConfiguration", in.bucket, terms_of(in));
  return {};
}

}  // namespace hanbat::s3
