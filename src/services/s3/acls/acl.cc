#include "services/s3/acls/acl.h"

#include <algorithm>
#include <functional>

#include "base/text.h"
#include "region/canonical_user.h"
#include "services/s3/buckets/ownership.h"
#include "services/s3/objects/object_parts.h"
#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::s3 {
namespace {

constexpr std::size_t kMostGrants = 100;
/// The account of AWS's that makes machines of images in buckets, as AWS tells it everywhere.
constexpr const char* kExecutor = "6aa5a366c34c1cbe25dc49211496e913e0351eb0e8c37aa3477e40942ec6b97c";

wire::Error malformed_acl(std::string message =
                              "The XML you provided was not well-formed or did not validate against "
                              "our published schema") {
  return {"MalformedACLError", 400, std::move(message)};
}

bool is_account(std::string_view id) {
  return id.size() == 12 && std::ranges::all_of(id, [](unsigned char c) { return std::isdigit(c) != 0; });
}

Grantee account(const std::string& id) {
  Grantee out;
  out.type = "CanonicalUser";
  out.id = id;
  return out;
}

Grantee group(AclGroup which) {
  Grantee out;
  out.type = "Group";
  out.uri = std::string(word_of(which));
  return out;
}

Grant grant(Grantee to, AclPermission permission) {
  return {.grantee = std::move(to), .permission = std::string(word_of(permission))};
}

AccessControlPolicy owners_alone(const std::string& owner) {
  AccessControlPolicy out;
  out.owner.emplace().id = owner;
  out.grants.emplace().push_back(grant(account(owner), AclPermission::kFullControl));
  return out;
}

std::optional<AclGroup> group_of(const Grant& one) {
  return one.grantee && one.grantee->uri ? find_word<AclGroup>(*one.grantee->uri) : std::nullopt;
}

/// Gives the owner and all grantees their other ids, where they have one.
void rename_ids(AccessControlPolicy& acl,
                const std::function<std::optional<std::string>(const std::string&)>& other_id) {
  const auto rename = [&](std::optional<std::string>& id) {
    if (auto other = id ? other_id(*id) : std::nullopt) id = std::move(other);
  };
  if (acl.owner) rename(acl.owner->id);
  if (!acl.grants) return;
  for (Grant& one : *acl.grants)
    if (one.grantee) rename(one.grantee->id);
}

/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl
std::vector<Grant> canned_grants(const std::string& name, AclTarget target, const std::string& bucket_owner) {
  using P = AclPermission;
  if (name == "private") return {};
  if (name == "bucket-owner-read") return {grant(account(bucket_owner), P::kRead)};
  if (name == "bucket-owner-full-control") return {grant(account(bucket_owner), P::kFullControl)};
  if (name == "public-read") return {grant(group(AclGroup::kAllUsers), P::kRead)};
  if (name == "public-read-write")
    return {grant(group(AclGroup::kAllUsers), P::kRead), grant(group(AclGroup::kAllUsers), P::kWrite)};
  if (name == "authenticated-read") return {grant(group(AclGroup::kAuthenticatedUsers), P::kRead)};
  if (name == "aws-exec-read") return {grant(account(kExecutor), P::kRead)};
  if (name == "log-delivery-write" && target == AclTarget::kBucket)
    return {grant(group(AclGroup::kLogDelivery), P::kWrite), grant(group(AclGroup::kLogDelivery), P::kReadAcp)};
  throw invalid_argument("", "x-amz-acl", name);
}

/// One of `id="…", uri="…", emailAddress="…"`.
Grantee read_grantee(const std::string& header, const std::string& text) {
  const std::size_t equals = text.find('=');
  const wire::Error unknown = invalid_argument("Argument format not recognized", header, text);
  if (equals == std::string::npos) throw wire::Error(unknown);
  const std::string kind(trim(text.substr(0, equals)));
  std::string value(trim(text.substr(equals + 1)));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  Grantee out;
  if (iequals(kind, "id")) {
    out.type = "CanonicalUser";
    out.id = value;
  } else if (iequals(kind, "uri")) {
    out.type = "Group";
    out.uri = value;
  } else if (iequals(kind, "emailAddress")) {
    out.type = "AmazonCustomerByEmail";
    out.email_address = value;
  } else {
    throw wire::Error(unknown);
  }
  return out;
}

void check_grantee(const Grantee& to) {
  if (to.email_address || to.type == "AmazonCustomerByEmail")
    throw wire::Error("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
        .with("Method", "PUT")
        .with("ResourceType", "ACL");
  if (to.type == "Group") {
    if (!to.uri) throw malformed_acl();
    if (!find_word<AclGroup>(*to.uri)) throw invalid_argument("Invalid group uri", "uri", *to.uri);
    return;
  }
  if (!to.id) throw malformed_acl();
  if (!region::find_canonical_user(*to.id) && *to.id != kExecutor)
    throw invalid_argument("Invalid id", "CanonicalUser/ID", *to.id);
}

/// The actions that a permission amounts to.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping
void add_actions(AclPermission permission, AclTarget target, Json& on_target, Json& on_keys) {
  const bool bucket = target == AclTarget::kBucket;
  const auto add = [&](std::initializer_list<const char*> actions) {
    for (const char* action : actions) on_target.push_back(action);
  };
  switch (permission) {
    case AclPermission::kRead:
      if (bucket)
        add({"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"});
      else
        add({"s3:GetObject", "s3:GetObjectVersion"});
      return;
    case AclPermission::kWrite:
      if (bucket) on_keys.push_back("s3:PutObject");
      return;
    case AclPermission::kReadAcp:
      if (bucket)
        add({"s3:GetBucketAcl"});
      else
        add({"s3:GetObjectAcl", "s3:GetObjectVersionAcl"});
      return;
    case AclPermission::kWriteAcp:
      if (bucket)
        add({"s3:PutBucketAcl"});
      else
        add({"s3:PutObjectAcl", "s3:PutObjectVersionAcl"});
      return;
    case AclPermission::kFullControl:
      for (const AclPermission each :
           {AclPermission::kRead, AclPermission::kWrite, AclPermission::kReadAcp, AclPermission::kWriteAcp})
        add_actions(each, target, on_target, on_keys);
      return;
  }
}

/// Whom a grant lets in, as a policy names them; nothing for whom this caller is not, or who is the owner anyway.
std::optional<Json> principal_of(const Grant& one, const std::string& owner, PublicGrants of_public,
                                 const region::Caller& caller) {
  if (const auto which = group_of(one)) {
    const bool counts = of_public == PublicGrants::kCount;
    switch (*which) {
      case AclGroup::kAllUsers:
        return counts ? std::optional<Json>("*") : std::nullopt;
      case AclGroup::kAuthenticatedUsers:
        return counts && !caller.account.empty() ? std::optional<Json>("*") : std::nullopt;
      case AclGroup::kLogDelivery:
        return Json::object({{"Service", "logging.s3.amazonaws.com"}});
    }
  }
  if (!one.grantee || !one.grantee->id || *one.grantee->id == owner || !is_account(*one.grantee->id))
    return std::nullopt;
  return Json::object({{"AWS", "arn:aws:iam::" + *one.grantee->id + ":root"}});
}

}  // namespace

void add_acl_keys(const AclHeaders& headers, region::ConditionKeys& keys) {
  const auto add = [&](const char* name, const std::optional<std::string>& value) {
    if (value) keys[name] = {*value};
  };
  add("s3:x-amz-acl", headers.canned);
  add("s3:x-amz-grant-full-control", headers.full_control);
  add("s3:x-amz-grant-read", headers.read);
  add("s3:x-amz-grant-read-acp", headers.read_acp);
  add("s3:x-amz-grant-write", headers.write);
  add("s3:x-amz-grant-write-acp", headers.write_acp);
}

AccessControlPolicy acl_of(const AclHeaders& headers, AclTarget target, const std::string& owner,
                           const std::string& bucket_owner) {
  if (headers.canned && headers.has_grants())
    throw wire::Error("InvalidRequest", 400, "Specifying both Canned ACLs and Header Grants is not allowed");
  AccessControlPolicy out = owners_alone(owner);
  if (headers.canned) {
    for (Grant& one : canned_grants(*headers.canned, target, bucket_owner))
      if (one.grantee->id != owner) out.grants->push_back(std::move(one));
    return out;
  }
  if (!headers.has_grants()) return out;
  // Who names grants names all of them.
  out.owner->id = region::canonical_user_id(owner);
  out.grants->clear();
  const auto add = [&](const char* header, const std::optional<std::string>& value, AclPermission permission) {
    if (!value) return;
    for (const std::string& text : split(*value, ','))
      out.grants->push_back(grant(read_grantee(header, std::string(trim(text))), permission));
  };
  add("x-amz-grant-full-control", headers.full_control, AclPermission::kFullControl);
  add("x-amz-grant-read", headers.read, AclPermission::kRead);
  add("x-amz-grant-read-acp", headers.read_acp, AclPermission::kReadAcp);
  add("x-amz-grant-write", headers.write, AclPermission::kWrite);
  add("x-amz-grant-write-acp", headers.write_acp, AclPermission::kWriteAcp);
  check_acl(out, owner);
  return named_by_account(std::move(out));
}

void check_acl(const AccessControlPolicy& acl, const std::string& owner) {
  if (!acl.owner || !acl.owner->id || !acl.grants) throw malformed_acl();
  if (*acl.owner->id != region::canonical_user_id(owner)) throw wire::Error("AccessDenied", 403, "Access Denied");
  if (acl.grants->size() > kMostGrants)
    throw malformed_acl("The ACL has more than " + std::to_string(kMostGrants) + " grants");
  for (const Grant& one : *acl.grants) {
    if (!one.grantee || !one.permission || !find_word<AclPermission>(*one.permission)) throw malformed_acl();
    check_grantee(*one.grantee);
  }
}

AccessControlPolicy named_by_account(AccessControlPolicy acl) {
  rename_ids(acl, [](const std::string& id) { return region::find_canonical_user(id); });
  return acl;
}

AccessControlPolicy named_by_canonical_id(AccessControlPolicy acl) {
  rename_ids(acl, [](const std::string& id) {
    return is_account(id) ? std::optional(region::canonical_user_id(id)) : std::nullopt;
  });
  return acl;
}

bool is_owners_alone(const AccessControlPolicy& acl, const std::string& owner) {
  return acl.grants && acl.grants->size() == 1 &&
         acl.grants->front().permission == word_of(AclPermission::kFullControl) && acl.grants->front().grantee &&
         acl.grants->front().grantee->id == owner;
}

bool is_public_acl(const AccessControlPolicy& acl) {
  return acl.grants && std::ranges::any_of(*acl.grants, [](const Grant& one) {
           const auto which = group_of(one);
           return which == AclGroup::kAllUsers || which == AclGroup::kAuthenticatedUsers;
         });
}

AccessControlPolicy kept_acl(const Json& of, const std::string& owner) {
  const Json* kept = of.find(kAcl);
  return kept ? wire::from_json<AccessControlPolicy>(*kept) : owners_alone(owner);
}

void keep_acl(Json& of, const AccessControlPolicy& acl, const std::string& owner) {
  of.erase(kAcl);
  if (!is_owners_alone(acl, owner)) of[kAcl] = wire::to_json(acl);
}

void keep_written(Json& body, const WrittenAcl& written, const BucketRow& bucket) {
  body.erase(kObjectOwner);
  if (written.owner != bucket.place.account) body[kObjectOwner] = written.owner;
  if (written.acl) keep_acl(body, *written.acl, written.owner);
}

std::optional<Json> policy_of(const AccessControlPolicy& acl, AclTarget target, const std::string& arn,
                              const std::string& owner, PublicGrants of_public, const region::Caller& caller) {
  Json statements = Json::array();
  for (const Grant& one : acl.grants.value_or(std::vector<Grant>{})) {
    const auto principal = principal_of(one, owner, of_public, caller);
    if (!principal) continue;
    Json on_target = Json::array(), on_keys = Json::array();
    add_actions(require_word<AclPermission>(one.permission.value_or("")), target, on_target, on_keys);
    const auto allow = [&](Json actions, const std::string& resource) {
      if (actions.empty()) return;
      statements.push_back(Json::object(
          {{"Effect", "Allow"}, {"Principal", *principal}, {"Action", std::move(actions)}, {"Resource", resource}}));
    };
    allow(std::move(on_target), arn);
    allow(std::move(on_keys), arn + "/*");
  }
  if (statements.empty()) return std::nullopt;
  return Json::object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

void check_acl_taken(const BucketRow& bucket, const AccessControlPolicy& acl) {
  if (!takes_acls(bucket)) throw acls_disabled();
  const Json* block = bucket.own.find("public_access_block");
  if (is_public_acl(acl) && block && block->flag("BlockPublicAcls"))
    throw wire::Error("AccessDenied", 403, "Access Denied");
}

}  // namespace hanbat::s3
