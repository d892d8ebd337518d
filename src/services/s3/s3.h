// Amazon S3. One method per operation; the rules of buckets and keys that they share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/s3/operations.h"
#include "region/region.h"
#include "region/tag_keys.h"
#include "services/s3/store.h"

namespace hanbat::s3 {

class S3 final : public Operations {
 public:
  explicit S3(region::Region& home) : home_(home), store_(home.blobs) {}

  std::span<const store::Migration> migrations() const override;

  // buckets.cc
  CreateBucketOutput create_bucket(region::Request& rq, const CreateBucketInput& in) override;
  HeadBucketOutput head_bucket(region::Request& rq, const HeadBucketInput& in) override;
  DeleteBucketOutput delete_bucket(region::Request& rq, const DeleteBucketInput& in) override;
  ListBucketsOutput list_buckets(region::Request& rq, const ListBucketsInput& in) override;
  GetBucketLocationOutput get_bucket_location(region::Request& rq, const GetBucketLocationInput& in) override;

  // bucket_settings.cc
  GetBucketVersioningOutput get_bucket_versioning(region::Request& rq, const GetBucketVersioningInput& in) override;
  PutBucketVersioningOutput put_bucket_versioning(region::Request& rq, const PutBucketVersioningInput& in) override;
  GetBucketTaggingOutput get_bucket_tagging(region::Request& rq, const GetBucketTaggingInput& in) override;
  PutBucketTaggingOutput put_bucket_tagging(region::Request& rq, const PutBucketTaggingInput& in) override;
  DeleteBucketTaggingOutput delete_bucket_tagging(region::Request& rq, const DeleteBucketTaggingInput& in) override;
  GetBucketPolicyOutput get_bucket_policy(region::Request& rq, const GetBucketPolicyInput& in) override;
  PutBucketPolicyOutput put_bucket_policy(region::Request& rq, const PutBucketPolicyInput& in) override;
  DeleteBucketPolicyOutput delete_bucket_policy(region::Request& rq, const DeleteBucketPolicyInput& in) override;
  GetBucketPolicyStatusOutput get_bucket_policy_status(region::Request& rq,
                                                       const GetBucketPolicyStatusInput& in) override;
  GetPublicAccessBlockOutput get_public_access_block(region::Request& rq, const GetPublicAccessBlockInput& in) override;
  PutPublicAccessBlockOutput put_public_access_block(region::Request& rq, const PutPublicAccessBlockInput& in) override;
  DeletePublicAccessBlockOutput delete_public_access_block(region::Request& rq,
                                                           const DeletePublicAccessBlockInput& in) override;
  GetBucketNotificationConfigurationOutput get_bucket_notification_configuration(
      region::Request& rq, const GetBucketNotificationConfigurationInput& in) override;
  PutBucketNotificationConfigurationOutput put_bucket_notification_configuration(
      region::Request& rq, const PutBucketNotificationConfigurationInput& in) override;
  GetBucketOwnershipControlsOutput get_bucket_ownership_controls(region::Request& rq,
                                                                 const GetBucketOwnershipControlsInput& in) override;
  PutBucketOwnershipControlsOutput put_bucket_ownership_controls(region::Request& rq,
                                                                 const PutBucketOwnershipControlsInput& in) override;
  GetBucketAclOutput get_bucket_acl(region::Request& rq, const GetBucketAclInput& in) override;

  // bucket_absences.cc
  GetBucketAccelerateConfigurationOutput get_bucket_accelerate_configuration(
      region::Request& rq, const GetBucketAccelerateConfigurationInput& in) override;
  GetBucketCorsOutput get_bucket_cors(region::Request& rq, const GetBucketCorsInput& in) override;
  GetBucketEncryptionOutput get_bucket_encryption(region::Request& rq, const GetBucketEncryptionInput& in) override;
  GetBucketLifecycleConfigurationOutput get_bucket_lifecycle_configuration(
      region::Request& rq, const GetBucketLifecycleConfigurationInput& in) override;
  GetBucketLoggingOutput get_bucket_logging(region::Request& rq, const GetBucketLoggingInput& in) override;
  GetBucketReplicationOutput get_bucket_replication(region::Request& rq, const GetBucketReplicationInput& in) override;
  GetBucketRequestPaymentOutput get_bucket_request_payment(region::Request& rq,
                                                           const GetBucketRequestPaymentInput& in) override;
  GetBucketWebsiteOutput get_bucket_website(region::Request& rq, const GetBucketWebsiteInput& in) override;
  GetObjectLockConfigurationOutput get_object_lock_configuration(region::Request& rq,
                                                                 const GetObjectLockConfigurationInput& in) override;

  // objects.cc
  PutObjectOutput put_object(region::Request& rq, const PutObjectInput& in) override;
  GetObjectOutput get_object(region::Request& rq, const GetObjectInput& in) override;
  HeadObjectOutput head_object(region::Request& rq, const HeadObjectInput& in) override;
  GetObjectAttributesOutput get_object_attributes(region::Request& rq, const GetObjectAttributesInput& in) override;
  // copies.cc
  CopyObjectOutput copy_object(region::Request& rq, const CopyObjectInput& in) override;
  UploadPartCopyOutput upload_part_copy(region::Request& rq, const UploadPartCopyInput& in) override;
  // deletions.cc
  DeleteObjectOutput delete_object(region::Request& rq, const DeleteObjectInput& in) override;
  DeleteObjectsOutput delete_objects(region::Request& rq, const DeleteObjectsInput& in) override;
  // listing.cc
  ListObjectsOutput list_objects(region::Request& rq, const ListObjectsInput& in) override;
  ListObjectsV2Output list_objects_v2(region::Request& rq, const ListObjectsV2Input& in) override;
  ListObjectVersionsOutput list_object_versions(region::Request& rq, const ListObjectVersionsInput& in) override;
  // object_tagging.cc
  GetObjectTaggingOutput get_object_tagging(region::Request& rq, const GetObjectTaggingInput& in) override;
  PutObjectTaggingOutput put_object_tagging(region::Request& rq, const PutObjectTaggingInput& in) override;
  DeleteObjectTaggingOutput delete_object_tagging(region::Request& rq, const DeleteObjectTaggingInput& in) override;
  // uploads.cc
  CreateMultipartUploadOutput create_multipart_upload(region::Request& rq,
                                                      const CreateMultipartUploadInput& in) override;
  UploadPartOutput upload_part(region::Request& rq, const UploadPartInput& in) override;
  CompleteMultipartUploadOutput complete_multipart_upload(region::Request& rq,
                                                          const CompleteMultipartUploadInput& in) override;
  AbortMultipartUploadOutput abort_multipart_upload(region::Request& rq, const AbortMultipartUploadInput& in) override;
  ListPartsOutput list_parts(region::Request& rq, const ListPartsInput& in) override;
  ListMultipartUploadsOutput list_multipart_uploads(region::Request& rq, const ListMultipartUploadsInput& in) override;

 private:
  /// Authorizes the action on the bucket (with its policy), then returns it. Throws NoSuchBucket, and AccessDenied when
  /// `expected_owner` is another account.
  BucketRow require_bucket(region::Request& rq, std::string_view action, std::string_view bucket,
                           const std::optional<std::string>& expected_owner = {}, region::ConditionKeys keys = {});
  /// The same for an action on a key of it, or on a version of that; the tags that it has are condition keys.
  BucketRow require_bucket_for_key(region::Request& rq, std::string_view action, std::string_view bucket,
                                   std::string_view key, const std::optional<std::string>& expected_owner = {},
                                   const std::optional<std::string>& version_id = {}, region::ConditionKeys keys = {});
  BucketRow authorized(region::Request& rq, std::string_view action, std::string_view bucket,
                       const std::string& resource, const std::optional<std::string>& expected_owner,
                       region::ConditionKeys keys = {});
  /// The version, or the latest. Throws NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker.
  ObjectRow require_object(region::Request& rq, const BucketRow& bucket, const std::string& key,
                           const std::optional<std::string>& version_id);
  /// Who writes an object with tags may tag it.
  void require_tagging(region::Request& rq, const std::string& bucket, const std::string& key, const Json& tags);
  /// Writes a new latest version as the bucket's versioning wants, and tells the event bus.
  ObjectRow write_object(region::Request& rq, const BucketRow& bucket, ObjectRow object, std::string_view reason);
  void publish_object_event(region::Request& rq, const BucketRow& bucket, const ObjectRow& object,
                            std::string_view detail_type, std::string_view reason);
  UploadRow require_upload(region::Request& rq, const std::string& bucket, const std::string& key,
                           const std::string& upload_id);
  void put_setting(region::Request& rq, BucketRow bucket, std::string_view name, Json value);

  region::Region& home_;
  Store store_;
};

}  // namespace hanbat::s3
