// The policy that a form carries: until when it is good, and what each of the form's fields has to be.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace hanbat::s3 {

struct PostPolicy {
  struct Condition {
    bool is_prefix = false;  // starts-with, else eq
    std::string field;       // in lower case
    std::string value;
    std::string said;  // as it is told when it fails
  };
  Timestamp expiration;
  std::vector<Condition> conditions;
  std::optional<std::int64_t> least, most;  // of the file's bytes
};

/// Reads the policy's JSON. Throws InvalidPolicyDocument.
PostPolicy read_post_policy(const std::string& json);
/// Throws AccessDenied when it has expired, when a field is not as a condition wants it, and for a field that no
/// condition is about. `fields` has the bucket, too.
void check_post_policy(const PostPolicy& policy, const std::map<std::string, std::string>& fields, Timestamp now);

}  // namespace hanbat::s3
