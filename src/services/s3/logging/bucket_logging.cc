// Where access to a bucket is logged.
//   https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
#include <algorithm>

#include "region/policy/document.h"
#include "services/s3/acls/acl.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/logging/access_logs.h"
#include "services/s3/logging/access_notes.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {
namespace {

wire::Error invalid_target(std::string message, const std::string& target) {
  return wire::Error("InvalidTargetBucketForLogging", 400, std::move(message)).with("TargetBucket", target);
}

[[noreturn]] void malformed_logging() {
  throw wire::Error("MalformedXML", 400,
                    "The XML you provided was not well-formed or did not validate against our published schema");
}

void check_key_format(const std::optional<TargetObjectKeyFormat>& format) {
  if (!format) return;
  if (format->simple_prefix.has_value() == format->partitioned_prefix.has_value()) malformed_logging();
  if (!format->partitioned_prefix || !format->partitioned_prefix->partition_date_source) return;
  const std::string& source = *format->partitioned_prefix->partition_date_source;
  if (source != "EventTime" && source != "DeliveryTime") malformed_logging();
}

/// Of what the ACL grants the log delivery group, whether it is enough to deliver.
bool lets_group_deliver(const BucketRow& target) {
  const AccessControlPolicy acl = kept_acl(target.own, target.place.account);
  const auto has = [&](AclPermission permission) {
    return std::ranges::any_of(*acl.grants, [&](const Grant& one) {
      return one.grantee && one.grantee->uri == word_of(AclGroup::kLogDelivery) &&
             (one.permission == word_of(permission) || one.permission == word_of(AclPermission::kFullControl));
    });
  };
  return has(AclPermission::kWrite) && has(AclPermission::kReadAcp);
}

bool lets_service_deliver(const BucketRow& target) {
  const Json* policy = target.own.find("policy");
  if (!policy) return false;
  const auto document = region::policy::read_document(*policy, region::policy::DocumentKind::kResource);
  return std::ranges::any_of(document.statements, [](const region::policy::Statement& one) {
    return one.effect == region::policy::Effect::kAllow && one.principals &&
           (one.principals->anyone || std::ranges::count(one.principals->services, kLogDeliverer) > 0);
  });
}

void check_target(const BucketRow& source, const BucketRow& target, const LoggingEnabled& setting) {
  if (target.place.account != source.place.account)
    throw invalid_target("The owner for the bucket to be logged and the target bucket must be the same.", target.id);
  if (region_of(target) != region_of(source))
    throw wire::Error("CrossLocationLoggingProhibitted", 403, "Cross S3 location logging not allowed. ")
        .with("SourceBucketLocation", region_of(source))
        .with("TargetBucketLocation", region_of(target));
  if (requester_pays(target))
    throw invalid_target("The target bucket for logging cannot be a Requester Pays bucket", target.id);
  const bool grants = setting.target_grants && !setting.target_grants->empty();
  if (!takes_acls(target)) {
    // Its policy decides, at each delivery.
    if (grants) throw acls_disabled();
    return;
  }
  if (!lets_group_deliver(target) && !lets_service_deliver(target))
    throw invalid_target("You must give the log-delivery group WRITE and READ_ACP permissions to the target bucket",
                         target.id);
  if (!grants) return;
  AccessControlPolicy acl = named_by_canonical_id(kept_acl(Json::object(), target.place.account));
  for (const TargetGrant& one : *setting.target_grants) {
    if (!one.grantee || !one.permission || !find_word<AclPermission>(*one.permission)) malformed_logging();
    acl.grants->push_back({.grantee = one.grantee, .permission = one.permission});
  }
  check_acl(acl, target.place.account);
}

}  // namespace

GetBucketLoggingOutput S3::get_bucket_logging(region::Request& rq, const GetBucketLoggingInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketLogging", in.bucket, terms_of(in));
  GetBucketLoggingOutput out;
  out.logging_enabled = logging_of(bucket);
  return out;
}

PutBucketLoggingOutput S3::put_bucket_logging(region::Request& rq, const PutBucketLoggingInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketLogging", in.bucket, terms_of(in));
  const auto& setting = in.bucket_logging_status.logging_enabled;
  if (!setting) {
    put_setting(rq, bucket, kLogging, nullptr);
    return {};
  }
  check_key_format(setting->target_object_key_format);
  const auto target = find_bucket(rq.tx, setting->target_bucket);
  if (!target) throw invalid_target("The target bucket for logging does not exist", setting->target_bucket);
  check_target(bucket, *target, *setting);
  put_setting(rq, bucket, kLogging, wire::to_json(*setting));
  return {};
}

}  // namespace hanbat::s3
