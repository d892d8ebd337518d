// Requests as lines of the logs of the buckets that they are about.
#include <algorithm>

#include "base/encoding.h"
#include "http/message.h"
#include "region/answered.h"
#include "region/canonical_user.h"
#include "region/data_out.h"
#include "services/s3/logging/access_logs.h"
#include "services/s3/logging/access_notes.h"
#include "services/s3/logging/access_record.h"
#include "services/s3/s3.h"
#include "wire/host_id.h"

namespace hanbat::s3 {
namespace {

/// A bucket, and a key of it or "".
struct Place {
  std::string bucket;
  std::string key;
};

Place place_of(std::string_view path) {
  const std::string plain = percent_decode(path).value_or("");
  const std::size_t from = plain.starts_with('/') ? 1 : 0, slash = plain.find('/', from);
  if (slash == std::string::npos) return {plain.substr(from), ""};
  return {plain.substr(from, slash - from), plain.substr(slash + 1)};
}

/// Of the header of a copy, "/bucket/key?versionId=…".
Place source_of(std::string_view header) { return place_of(header.substr(0, header.find("?versionId="))); }

std::string requester_of(const region::Caller& caller) {
  switch (caller.kind) {
    case region::Caller::Kind::kAnonymous:
      return "";
    case region::Caller::Kind::kRoot:
      return region::canonical_user_id(caller.account);
    case region::Caller::Kind::kUser:
    case region::Caller::Kind::kAssumedRole:
    case region::Caller::Kind::kFederatedUser:
      return caller.arn;
    case region::Caller::Kind::kService:
      return "svc:" + caller.name;
  }
  return "";
}

void tell_signature(const region::Answered& asked, AccessRecord& record) {
  const std::string header = asked.request.header("authorization");
  if (asked.head.query("X-Amz-Signature")) {
    record.signature = "SigV4";
    record.authentication = "QueryString";
  } else if (!header.empty()) {
    record.signature = header.starts_with("AWS4-") ? "SigV4" : "SigV2";
    record.authentication = "AuthHeader";
  } else if (asked.caller.request_keys.contains("s3:signatureversion")) {
    record.signature = "SigV4";  // of a posted form
  }
}

/// All that is the same for every line of the request.
AccessRecord record_of(const region::Answered& asked) {
  const auto header = [&](std::string_view name) { return std::string(asked.head.headers.get(name)); };
  AccessRecord out;
  out.at = asked.began;
  out.address = asked.head.peer_address;
  out.requester = requester_of(asked.caller);
  out.request_id = asked.request_id;
  out.uri = asked.head.method + " " + asked.head.target + " HTTP/1.1";
  out.status = asked.status;
  if (asked.status >= 400) out.error = asked.error;
  out.sent = asked.sent;
  out.total_ms = (asked.ended - asked.began).count();
  out.turn_ms = (asked.turned - asked.began).count();
  out.referer = header("referer");
  out.user_agent = header("user-agent");
  out.version_id = asked.head.query("versionId").value_or("");
  out.host_id = wire::host_id_of(asked.request_id);
  tell_signature(asked, out);
  out.host = header("host");
  if (!asked.head.tls_version.empty()) out.tls = "TLSv" + asked.head.tls_version;
  return out;
}

}  // namespace

std::optional<LoggedBucket> S3::find_logged(std::string_view request_id, const std::string& name) {
  if (name.empty()) return std::nullopt;
  if (const CallNotes* notes = find_notes(request_id))
    if (const LoggedBucket* noted = notes->find(name)) return noted->logged ? std::optional(*noted) : std::nullopt;
  // Whoever was refused before S3 was asked.
  const auto row = home_.db.read([&](store::Tx& tx) { return find_bucket(tx, name); });
  if (!row || !row->own.contains(kLogging)) return std::nullopt;
  return logged_bucket(*row);
}

void S3::log_request(const region::Answered& asked, const std::string& operation, const std::string& bucket,
                     const std::string& key) {
  const auto logged = find_logged(asked.request_id, bucket);
  if (!logged) return;
  AccessRecord record = record_of(asked);
  record.owner = region::canonical_user_id(logged->owner);
  record.bucket = logged->name;
  record.operation = operation;
  record.key = key;
  if (!region::is_from_internet(home_, asked.head)) record.region = logged->region;
  const CallNotes* notes = find_notes(asked.request_id);
  if (notes) record.object_size = notes->object_size;
  if (notes) record.acl_required = notes->acl_required;
  if (asked.operation == "UploadPart" && asked.status < 300) record.object_size = asked.received;
  logs_.add({logged->name, record.at, access_line(record)});
  if (!notes) return;
  record.uri.clear();
  record.sent = 0;
  record.total_ms = record.turn_ms = std::nullopt;
  record.operation = "BATCH.DELETE.OBJECT";
  for (const NotedDeletion& one : notes->deleted) {
    record.key = one.key;
    record.version_id = one.version_id;
    record.status = one.status;
    record.error = one.error;
    record.object_size = one.size;
    logs_.add({logged->name, record.at, access_line(record)});
  }
}

void S3::note_answered(const region::Answered& asked) {
  const CallNotes* notes = find_notes(asked.request_id);
  if (notes && std::ranges::none_of(notes->buckets, &LoggedBucket::logged)) return;
  const Place place = place_of(asked.request.route());
  const std::string operation = logged_operation(asked.operation, asked.head.method, !place.key.empty());
  log_request(asked, operation, place.bucket, place.key);
  const std::string copied = asked.request.header("x-amz-copy-source");
  if (copied.empty() || !operation.starts_with("REST.COPY.")) return;
  const Place source = source_of(copied);
  log_request(asked, operation + "_GET", source.bucket, source.key);
}

}  // namespace hanbat::s3
