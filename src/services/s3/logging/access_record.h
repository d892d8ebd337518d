// A line of S3's server access log. Pure.
//   https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace hanbat::s3 {

/// What a line tells; what is "" or nothing is unknown or does not apply.
struct AccessRecord {
  std::string owner;  // of the bucket
  std::string bucket;
  Timestamp at;           // when the request came
  std::string address;    // whence it came
  std::string requester;  // an account, or an ARN
  std::string request_id;
  std::string operation;  // "REST.GET.OBJECT"
  std::string key;        // as it is
  std::string uri;        // "GET /bucket/key?acl HTTP/1.1"
  int status = 0;
  std::string error;
  std::uint64_t sent = 0;  // bytes of the answer's body
  std::optional<std::uint64_t> object_size = {};
  std::optional<std::int64_t> total_ms = {};
  std::optional<std::int64_t> turn_ms = {};
  std::string referer;
  std::string user_agent;
  std::string version_id;  // that the request names
  std::string host_id;
  std::string signature;       // "SigV4"
  std::string authentication;  // "AuthHeader", "QueryString"
  std::string host;            // the Host header
  std::string tls;             // "TLSv1.3"
  bool acl_required = false;
  std::string region;  // where the request came from
};

/// Without the end of the line. Whatever a stranger sent, it has 27 fields and no other quotes than AWS's.
std::string access_line(const AccessRecord& record);

/// "REST.GET.OBJECT" for "GetObject", as the log calls it. `method`: of a request whose operation is not known.
std::string logged_operation(std::string_view operation, std::string_view method, bool has_key);

}  // namespace hanbat::s3
