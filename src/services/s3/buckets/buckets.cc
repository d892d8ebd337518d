// Buckets: made, found, listed, deleted.
#include "base/arn.h"
#include "base/encoding.h"
#include "base/text.h"
#include "gen/s3/schema.h"
#include "region/canonical_user.h"
#include "region/carried_over.h"
#include "region/pick.h"
#include "region/policy/document.h"
#include "region/policy/public_access.h"
#include "region/usage.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/buckets/request_payment.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/tagging.h"

namespace hanbat::s3 {
namespace {

/// AWS's rules for the names of general purpose buckets.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
bool is_bucket_name(std::string_view name) {
  if (name.size() < 3 || name.size() > 63) return false;
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  if (!alphanumeric(name.front()) || !alphanumeric(name.back())) return false;
  for (const char c : name)
    if (!alphanumeric(c) && c != '-' && c != '.') return false;
  if (name.find("..") != std::string_view::npos) return false;
  for (const char* prefix : {"xn--", "sthree-", "amzn-s3-demo-"})
    if (name.starts_with(prefix)) return false;
  for (const char* suffix : {"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"})
    if (name.ends_with(suffix)) return false;
  const auto labels = split(name, '.');
  const bool like_an_address = labels.size() == 4 && std::all_of(labels.begin(), labels.end(), [](const auto& label) {
                                 return parse_int(label).has_value();
                               });
  return !like_an_address;
}

/// RestrictPublicBuckets: what a public policy grants holds only within the owner's account and for AWS's services.
bool is_withheld(const BucketRow& bucket, const Json& policy, const region::Caller& caller) {
  const Json* block = bucket.own.find("public_access_block");
  if (!block || !block->flag("RestrictPublicBuckets")) return false;
  if (caller.account == bucket.place.account || caller.kind == region::Caller::Kind::kService) return false;
  return is_public(region::policy::read_document(policy, region::policy::DocumentKind::kResource));
}

bool is_allowed(region::Request& rq, const region::AccessQuestion& question) {
  try {
    rq.authorize(question);
    return true;
  } catch (const wire::Error&) {
    return false;
  }
}

/// Whether whose the object is matters, and not only whose the bucket is.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-auth-workflow-object-operation.html
bool is_about_object(std::string_view operation, std::string_view action) {
  if (action.ends_with("Retention") || action.ends_with("LegalHold")) return false;
  // Who writes an object anew with tags or an ACL asks nothing of the one that was there.
  if (action.starts_with("s3:Put") && operation != "PutObjectAcl" && operation != "PutObjectTagging") return false;
  return action.starts_with("s3:GetObject") || action.ends_with("Acl") || action.ends_with("Tagging");
}

/// Of a bucket's policy what holds of others' objects, too: it lets nobody at them.
Json denials_of(const Json& policy) {
  Json out = policy, kept = Json::array();
  const auto keep = [&](const Json& one) {
    if (one.text("Effect") == "Deny") kept.push_back(one);
  };
  const Json& statements = policy["Statement"];
  if (statements.is_object()) {
    keep(statements);
  } else {
    for (const Json& one : statements.items()) keep(one);
  }
  out["Statement"] = std::move(kept);
  return out;
}

std::string bucket_arn(std::string_view bucket) { return "arn:aws:s3:::" + std::string(bucket); }

/// "ap-northeast-2", "us-gov-west-1".
bool has_form_of_region(std::string_view text) {
  const auto parts = split(text, '-');
  const auto letters = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, [](char c) { return c >= 'a' && c <= 'z'; });
  };
  return parts.size() >= 3 && parts.front().size() == 2 && parse_int(parts.back()) &&
         std::all_of(parts.begin(), parts.end() - 1, letters);
}

}  // namespace

std::span<const store::Migration> S3::migrations() const { return schema(); }

void S3::start() {
  home_.db.write([](store::Tx& tx) {
    region::carry_over(tx, "s3: buckets", [&] { migrate_buckets(tx); });
    region::carry_over(tx, "s3: storage classes", [&] { classify_objects(tx); });
  });
  expiry_.start();
  requests_.start();
  logs_.start();
}

wire::Error S3::invalid_page_token(const wire::OperationModel&) const {
  return wire::Error("InvalidArgument", 400, "The continuation token provided is incorrect")
      .with("ArgumentName", "continuation-token");
}

wire::Error S3::invalid_page_size(const wire::OperationModel&, int size, const region::PageSizes& sizes) const {
  return invalid_argument("Argument max-buckets must be an integer between " + std::to_string(sizes.least) + " and " +
                              std::to_string(sizes.most),
                          "max-buckets", std::to_string(size));
}

BucketRow S3::authorized(region::Request& rq, std::string_view action, std::string_view bucket,
                         const std::string& resource, const Terms& terms, region::ConditionKeys keys,
                         const Named* named) {
  const auto row = find_bucket(rq.tx, bucket);
  region::AccessQuestion question{.action = std::string(action), .resource = resource, .keys = std::move(keys)};
  std::vector<Json> of_acls;
  if (row) {
    note_bucket(rq, *row);
    if (named && notes_of(rq).key.empty()) notes_of(rq).key = named->key;
    question.resource_account = row->place.account;
    question.keys["s3:ResourceAccount"] = {row->place.account};
    if (const Json* policy = row->own.find("policy"); policy && !is_withheld(*row, *policy, rq.caller))
      question.resource_policies.push_back(*policy);
    if (takes_acls(*row)) of_acls = acl_policies(rq, *row, named);
    if (takes_acls(*row) && named) ask_its_owner(rq, *row, *named, question);
    // A service that acts for a resource of somebody's (a load balancer's logs) has the rights that the bucket gives
    // it.
    if (rq.caller.kind == region::Caller::Kind::kService && !rq.caller.source_arn.empty())
      question.resource_policy_role = region::ResourcePolicyRole::kMustAllow;
  }
  if (row && !of_acls.empty() && row->own.contains(kLogging) && !is_allowed(rq, question))
    notes_of(rq).acl_required = true;
  std::ranges::move(of_acls, std::back_inserter(question.resource_policies));
  rq.authorize(std::move(question));
  if (!row)
    throw wire::Error("NoSuchBucket", 404, "The specified bucket does not exist")
        .with("BucketName", std::string(bucket));
  check_expected_owner(*row, terms.owner);
  requests_.add(rq, action, *row, account_that_pays(rq, *row, terms.payer));
  return *row;
}

std::vector<Json> S3::acl_policies(region::Request& rq, const BucketRow& bucket, const Named* named) {
  std::vector<Json> out;
  const Json* block = bucket.own.find("public_access_block");
  const PublicGrants of_public =
      block && block->flag("IgnorePublicAcls") ? PublicGrants::kIgnored : PublicGrants::kCount;
  const std::string arn = bucket_arn(bucket.id);
  const auto add = [&](const Json& of, AclTarget target, const std::string& on) {
    if (!of.contains(kAcl)) return;
    const std::string owner = owner_of(bucket, of);
    if (auto policy = policy_of(kept_acl(of, owner), target, on, owner, of_public, rq.caller))
      out.push_back(*std::move(policy));
  };
  add(bucket.own, AclTarget::kBucket, arn);
  if (!named) return out;
  const auto object = named->version_id ? find_version(rq.tx, bucket.id, named->key, *named->version_id)
                                        : find_latest(rq.tx, bucket.id, named->key);
  if (object) add(object->body, AclTarget::kObject, arn + "/" + object->key);
  return out;
}

void S3::ask_its_owner(region::Request& rq, const BucketRow& bucket, const Named& named,
                       region::AccessQuestion& question) {
  if (!is_about_object(rq.operation.name, question.action)) return;
  const auto object = named.version_id ? find_version(rq.tx, bucket.id, named.key, *named.version_id)
                                       : find_latest(rq.tx, bucket.id, named.key);
  if (!object) return;
  const std::string owner = owner_of(bucket, object->body);
  if (owner == bucket.place.account) return;
  question.resource_account = owner;
  for (Json& policy : question.resource_policies) policy = denials_of(policy);
  std::erase_if(question.resource_policies, [](const Json& policy) { return policy["Statement"].empty(); });
}

BucketRow S3::require_bucket(region::Request& rq, std::string_view action, std::string_view bucket, const Terms& terms,
                             region::ConditionKeys keys) {
  return authorized(rq, action, bucket, bucket_arn(bucket), terms, std::move(keys));
}

BucketRow S3::require_bucket_for_key(region::Request& rq, std::string_view action, std::string_view bucket,
                                     std::string_view key, const Terms& terms,
                                     const std::optional<std::string>& version_id, region::ConditionKeys keys) {
  if (version_id) keys["s3:versionid"] = {*version_id};
  if (rq.names_key(action, "s3:ExistingObjectTag/")) {
    const std::string name(bucket), path(key);
    const auto object = version_id ? find_version(rq.tx, name, path, *version_id) : find_latest(rq.tx, name, path);
    const Json* tags = object ? object->body.find("tags") : nullptr;
    if (tags)
      for (const Json& tag : tags->items()) keys["s3:ExistingObjectTag/" + tag.text("Key")] = {tag.text("Value")};
  }
  const Named named{key, version_id};
  return authorized(rq, action, bucket, bucket_arn(bucket) + "/" + std::string(key), terms, std::move(keys), &named);
}

CreateBucketOutput S3::create_bucket(region::Request& rq, const CreateBucketInput& in) {
  const auto& asked = in.create_bucket_configuration;
  region::ConditionKeys keys = region::request_tag_keys(asked ? region::tag_map(asked->tags) : region::TagMap{});
  if (asked && asked->location_constraint) keys["s3:locationconstraint"] = {*asked->location_constraint};
  const AclHeaders acl = acl_headers(in);
  add_acl_keys(acl, keys);
  if (in.object_ownership) keys["s3:x-amz-object-ownership"] = {*in.object_ownership};
  rq.authorize("s3:CreateBucket", bucket_arn(in.bucket), keys);
  if (in.object_ownership) rq.authorize("s3:PutBucketOwnershipControls", bucket_arn(in.bucket));

  if (!is_bucket_name(in.bucket))
    throw wire::Error("InvalidBucketName", 400, "The specified bucket is not valid.").with("BucketName", in.bucket);
  const bool located = in.create_bucket_configuration && in.create_bucket_configuration->location_constraint;
  const std::string location =
      located ? *in.create_bucket_configuration->location_constraint : std::string("us-east-1");
  // A call in process names no endpoint; its region says where the bucket lies.
  if (located ? location != rq.region && rq.region != "us-east-1" : rq.region != "us-east-1" && !rq.host.empty())
    throw wire::Error("IllegalLocationConstraintException", 400,
                      "The " + (located ? location : std::string("unspecified")) +
                          " location constraint is incompatible for the region specific endpoint this request was sent "
                          "to.");
  if (in.object_ownership && !find_word<ObjectOwnership>(*in.object_ownership))
    throw invalid_argument("Invalid x-amz-object-ownership header: " + *in.object_ownership, "x-amz-object-ownership",
                           *in.object_ownership);
  const auto ownership = require_word(in.object_ownership, ObjectOwnership::kBucketOwnerEnforced);
  const bool with_acls = ownership != ObjectOwnership::kBucketOwnerEnforced;
  const AccessControlPolicy asked_acl = acl_of(acl, AclTarget::kBucket, rq.account, rq.account);
  if (!with_acls && !is_owners_alone(asked_acl, rq.account))
    throw wire::Error("InvalidBucketAclWithObjectOwnership", 400,
                      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting");
  if (const auto there = find_bucket(rq.tx, in.bucket)) {
    if (there->place.account != rq.account)
      throw wire::Error(
          "BucketAlreadyExists", 409,
          "The requested bucket name is not available. The bucket namespace is shared by all users of the "
          "system. Please select a different name and try again.")
          .with("BucketName", in.bucket);
    if (region_of(*there) != "us-east-1")
      throw wire::Error("BucketAlreadyOwnedByYou", 409,
                        "Your previous request to create the named bucket succeeded and you already own it.")
          .with("BucketName", in.bucket);
    return {.location = "/" + in.bucket};
  }

  BucketRow bucket;
  bucket.id = in.bucket;
  bucket.name = in.bucket;
  bucket.place.account = rq.account;
  bucket.created = rq.now();
  bucket.shape.bucket_region = located ? location : rq.region;
  if (with_acls) bucket.own["ownership"] = word_of(ownership);
  if (is_public_acl(asked_acl))
    throw wire::Error("InvalidBucketAclWithBlockPublicAccessError", 400,
                      "Bucket cannot have public ACLs set with BlockPublicAccess enabled");
  keep_acl(bucket.own, asked_acl, rq.account);
  if (asked) region::put_tags(rq.tx, bucket_arn(in.bucket), region::tag_pairs(asked->tags), kNewBucketTags);
  if (in.object_lock_enabled_for_bucket.value_or(false)) {
    rq.authorize("s3:PutBucketVersioning", bucket_arn(in.bucket));
    rq.authorize("s3:PutBucketObjectLockConfiguration", bucket_arn(in.bucket));
    bucket.own[kLockSetting] = Json::object({{"ObjectLockEnabled", "Enabled"}});
    bucket.own["versioning"] = word_of(Versioning::kEnabled);
  }
  // Since April 2023 a new bucket blocks all public access until somebody says otherwise.
  bucket.own["public_access_block"] = Json::object({{"BlockPublicAcls", true},
                                                    {"IgnorePublicAcls", true},
                                                    {"BlockPublicPolicy", true},
                                                    {"RestrictPublicBuckets", true}});
  region::insert(rq.tx, bucket);

  return {.location = rq.region == "us-east-1" ? "/" + in.bucket : "http://" + in.bucket + ".s3.amazonaws.com/"};
}

HeadBucketOutput S3::head_bucket(region::Request& rq, const HeadBucketInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:ListBucket", in.bucket, terms_of(in));
  HeadBucketOutput out;
  out.bucket_region = region_of(bucket);
  out.access_point_alias = false;
  return out;
}

DeleteBucketOutput S3::delete_bucket(region::Request& rq, const DeleteBucketInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:DeleteBucket", in.bucket, terms_of(in));
  if (!is_empty(rq.tx, bucket.id)) {
    const bool versioned = versioning_of(bucket).has_value();
    throw wire::Error("BucketNotEmpty", 409,
                      versioned ? "The bucket you tried to delete is not empty. You must delete all versions in the "
                                  "bucket."
                                : "The bucket you tried to delete is not empty")
        .with("BucketName", bucket.id);
  }
  region::meter(rq.tx, rq.now(), {bucket.place.account, region_of(bucket)}, region::KindOf<Bucket>::arn(bucket), {});
  remove(rq.tx, home_.blobs, bucket);
  return {};
}

ListBucketsOutput S3::list_buckets(region::Request& rq, const ListBucketsInput& in) {
  // Policies name all buckets by this ARN as often as by "*". Source: S3 User Guide, "Controlling access to a bucket
  // with user policies".
  rq.authorize("s3:ListAllMyBuckets", "arn:aws:s3:::*");
  if (in.bucket_region && !has_form_of_region(*in.bucket_region))
    throw invalid_argument("Argument value " + *in.bucket_region + " is not a valid AWS Region", "bucket-region",
                           *in.bucket_region);

  const region::Pager pager(rq, in, {.usual = 10'000, .most = 10'000});
  const std::string prefix = in.prefix.value_or("");
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        return region::list_by_name<Bucket>(rq.tx, {rq.account, ""}, {.prefix = prefix, .after = after, .most = most});
      },
      [&](const BucketRow& row) { return !in.bucket_region || region_of(row) == *in.bucket_region; },
      [](const BucketRow& row) { return row.id; });

  ListBucketsOutput out;
  out.owner = Owner{.id = region::canonical_user_id(rq.account)};
  out.prefix = in.prefix;
  out.continuation_token = page.next_token;
  out.buckets.emplace();
  for (const BucketRow& row : page.items) {
    Bucket& bucket = out.buckets->emplace_back(row.shape);
    bucket.name = row.id;
    bucket.creation_date = row.created;
  }
  return out;
}

GetBucketLocationOutput S3::get_bucket_location(region::Request& rq, const GetBucketLocationInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketLocation", in.bucket, terms_of(in));
  GetBucketLocationOutput out;
  // us-east-1 is an empty constraint.
  out.location_constraint = region_of(bucket) == "us-east-1" ? "" : region_of(bucket);
  return out;
}

}  // namespace hanbat::s3
