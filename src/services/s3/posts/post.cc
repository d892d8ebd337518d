// An object that a browser posts in a form, which somebody with a key has signed beforehand.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"
#include "crypto/checksum.h"
#include "crypto/digest.h"
#include "crypto/signature.h"
#include "http/server.h"
#include "region/gate.h"
#include "region/incoming_body.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/posts/form.h"
#include "services/s3/posts/policy.h"
#include "services/s3/s3.h"
#include "wire/host_id.h"
#include "wire/sigv4.h"
#include "wire/xml_value.h"

namespace hanbat::s3 {
namespace {

constexpr std::uint64_t kLargestFile = 5ull << 30;

using Fields = std::map<std::string, std::string>;

const std::string* find_field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

std::optional<std::string> field_of(const Fields& fields, const std::string& name) {
  const std::string* found = find_field(fields, name);
  return found ? std::optional(*found) : std::nullopt;
}

const std::string& require_field(const Fields& fields, const std::string& name) {
  if (const std::string* found = find_field(fields, lower(name))) return *found;
  throw invalid_argument("Bucket POST must contain a field named '" + name +
                             "'.  If it is specified, please check the order of the fields.",
                         name, "");
}

/// Who signed the form's policy; nobody's caller where it has none.
struct Signer {
  region::Caller caller;
  std::string region;
};

Signer signer_of(region::Region& home, const Fields& fields) {
  Signer out{.caller = {}, .region = home.settings.default_region};
  out.caller.arn = out.caller.principal_arn = "*";
  const std::string* policy = find_field(fields, "policy");
  if (!policy) return out;
  if (find_field(fields, "awsaccesskeyid"))
    throw wire::Error("InvalidRequest", 400,
                      "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.");
  if (require_field(fields, "X-Amz-Algorithm") != "AWS4-HMAC-SHA256")
    throw invalid_argument("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\"", "X-Amz-Algorithm",
                           require_field(fields, "X-Amz-Algorithm"));
  const std::string& credential = require_field(fields, "X-Amz-Credential");
  require_field(fields, "X-Amz-Date");
  const std::string& signature = require_field(fields, "X-Amz-Signature");
  const auto parts = split(credential, '/');
  if (parts.size() != 5 || parts[3] != "s3" || parts[4] != "aws4_request")
    throw invalid_argument(
        "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
        "X-Amz-Credential", credential);
  const auto found = home.db.read([&](store::Tx& tx) { return home.identity().find_credential(tx, parts[0]); });
  if (!found || !found->active) throw wire::unknown_key(wire::AuthStyle::kS3, parts[0]);
  if (!constant_time_equals(found->session_token, field_of(fields, "x-amz-security-token").value_or("")))
    throw wire::invalid_token(wire::AuthStyle::kS3);
  const std::string key =
      crypto::signing_key(found->secret_access_key, {.date = parts[1], .region = parts[2], .service = parts[3]});
  if (!constant_time_equals(to_hex(crypto::hmac_sha256(key, *policy)), signature))
    throw wire::Error("SignatureDoesNotMatch", 403,
                      "The request signature we calculated does not match the signature you provided. Check your key "
                      "and signing method.")
        .with("AWSAccessKeyId", parts[0])
        .with("StringToSign", *policy)
        .with("SignatureProvided", signature);
  if (found->expiration && *found->expiration <= home.clock.now()) throw wire::expired_token(wire::AuthStyle::kS3);
  out.caller = found->caller;
  out.caller.request_keys = {{"s3:authType", "POST"}, {"s3:signatureversion", "AWS4-HMAC-SHA256"}};
  out.region = parts[2];
  return out;
}

std::string key_of(const Fields& fields, const std::string& file_name) {
  return replace_all(require_field(fields, "key"), "${filename}", file_name);
}

PutObjectInput input_of(const std::string& bucket, const std::string& key, const Fields& fields) {
  PutObjectInput in;
  in.bucket = bucket;
  in.key = key;
  in.acl = field_of(fields, "acl");
  in.cache_control = field_of(fields, "cache-control");
  in.content_type = field_of(fields, "content-type");
  in.content_disposition = field_of(fields, "content-disposition");
  in.content_encoding = field_of(fields, "content-encoding");
  in.storage_class = field_of(fields, "x-amz-storage-class");
  in.website_redirect_location = field_of(fields, "x-amz-website-redirect-location");
  in.server_side_encryption = field_of(fields, "x-amz-server-side-encryption");
  in.request_payer = field_of(fields, "x-amz-request-payer");
  if (const std::string* expires = find_field(fields, "expires")) in.expires = parse_http_date(*expires);
  for (const auto& [name, value] : fields)
    if (name.starts_with("x-amz-meta-")) (in.metadata ? *in.metadata : in.metadata.emplace())[name.substr(11)] = value;
  return in;
}

/// Fields that would have to do something which is not built.
void refuse_fields(const Fields& fields) {
  for (const auto& [name, value] : fields)
    if (name == "tagging" || name.starts_with("x-amz-server-side-encryption-") ||
        name.starts_with("x-amz-object-lock-") || name.starts_with("x-amz-checksum-"))
      throw wire::Error::not_implemented("POST Object", "the field " + name);
}

http::Response answer_of(const Fields& fields, const PutObjectInput& in, const PutObjectOutput& out,
                         const std::string& location) {
  const auto redirect = find_field(fields, "success_action_redirect") ? find_field(fields, "success_action_redirect")
                                                                      : find_field(fields, "redirect");
  http::Response response{204, {{"Location", location}, {"ETag", *out.e_tag}}, ""};
  if (out.version_id) response.headers.add("x-amz-version-id", *out.version_id);
  response.headers.add("x-amz-server-side-encryption", kSseS3);
  if (redirect && (redirect->starts_with("http://") || redirect->starts_with("https://"))) {
    response.status = 303;
    response.headers.set("Location", *redirect + (redirect->find('?') == std::string::npos ? "?" : "&") + "bucket=" +
                                         percent_encode(in.bucket, "") + "&key=" + percent_encode(in.key, "") +
                                         "&etag=" + percent_encode(*out.e_tag, ""));
    return response;
  }
  const std::string wanted = field_of(fields, "success_action_status").value_or("204");
  if (wanted == "200") response.status = 200;
  if (wanted != "201") return response;
  response.status = 201;
  response.headers.add("Content-Type", "application/xml");
  response.body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse>";
  for (const auto& [name, value] : {std::pair<const char*, std::string>{"Location", location},
                                    {"Bucket", in.bucket},
                                    {"Key", in.key},
                                    {"ETag", *out.e_tag}})
    wire::append_element(response.body, name, value);
  response.body += "</PostResponse>";
  return response;
}

/// The file as a blob, no larger than the policy lets it be, with the checksum of what is sent without one.
wire::Body spool(region::Region& home, Form& form, const std::optional<PostPolicy>& policy) {
  const std::string usual(word_of(kUsualChecksum));
  crypto::Checksum checksum(usual);
  const auto writer = home.blobs.create();
  std::uint64_t size = 0;
  const std::uint64_t most = policy && policy->most ? static_cast<std::uint64_t>(*policy->most) : kLargestFile;
  form.file([&](std::string_view piece) {
    size += piece.size();
    if (size > std::min(most, kLargestFile))
      throw wire::Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
          .with("ProposedSize", std::to_string(size))
          .with("MaxSizeAllowed", std::to_string(most));
    writer->write(piece);
    checksum.update(piece);
  });
  if (policy && policy->least && size < static_cast<std::uint64_t>(*policy->least))
    throw wire::Error("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
        .with("ProposedSize", std::to_string(size))
        .with("MinSizeAllowed", std::to_string(*policy->least));
  const store::Blob blob = writer->commit();
  wire::Body body = wire::Body::of_file(home.blobs.path(blob.sha256), 0, blob.size, blob.hold);
  body.with_hashes(blob.sha256, blob.md5);
  body.with_trailer("x-amz-checksum-" + usual, to_base64(checksum.finish()));
  return body;
}

}  // namespace

void S3::serve_post(region::Gate& gate, http::Exchange& exchange, const std::string& bucket) {
  const std::string type(exchange.head().headers.get("content-type"));
  const auto boundary = boundary_of(type);
  if (!boundary)
    throw wire::Error("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
        .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
  Form form(exchange.body(), *boundary);
  const bool has_file = form.read_fields();
  Fields fields = form.fields();
  if (!has_file) throw invalid_argument("POST requires exactly one file upload per request.", "file", "0");
  const std::string key = key_of(fields, form.file_name());
  refuse_fields(fields);
  Signer signer = signer_of(home_, fields);
  std::optional<PostPolicy> policy;
  if (const std::string* text = find_field(fields, "policy")) {
    policy = read_post_policy(from_base64(*text).value_or(""));
    Fields asked = fields;
    asked["bucket"] = bucket;
    asked["key"] = key;
    check_post_policy(*policy, asked, home_.clock.now());
  }

  PutObjectInput in = input_of(bucket, key, fields);
  in.body = spool(home_, form, policy);
  region::SpooledBlob spooled(home_);
  spooled.is(in.body);
  gate.enter(std::move(signer.caller), signer.region);
  PutObjectOutput out;
  gate.call(*this, *find_operation("PutObject"), &in, &out, nullptr);
  spooled.was_taken_up();
  const std::string location = "http://" + std::string(exchange.head().headers.get("host")) + "/" +
                               (wire::bucket_of_host(exchange.head().headers.get("host")) ? "" : bucket + "/") +
                               percent_encode(key, "/");
  http::Response response = answer_of(fields, in, out, location);
  response.headers.add("x-amz-request-id", gate.request_id());
  response.headers.add("x-amz-id-2", wire::host_id_of(gate.request_id()));
  if (const CallNotes* notes = find_notes(gate.request_id()); notes && notes->charged)
    response.headers.add("x-amz-request-charged", "requester");
  exchange.send(std::move(response));
}

}  // namespace hanbat::s3
