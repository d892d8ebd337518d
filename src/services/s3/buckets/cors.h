// Which pages of other origins a browser may let read and write a bucket: its rules, and the headers that say so.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/s3/buckets/store.h"
#include "wire/codec.h"
#include "wire/error.h"

namespace hanbat::s3 {

/// Throws S3's errors (400) for rules that cannot be.
void check_cors(const std::vector<CORSRule>& rules);

/// What a browser asks: for a preflight what it will send.
struct CrossOrigin {
  std::string origin;
  std::string method;
  std::vector<std::string> headers;  // lower case
};
/// The headers that let it, by the first rule that does; none when no rule does.
wire::Headers allow(const std::vector<CORSRule>& rules, const CrossOrigin& asked);

/// The rules that a bucket was given, or none.
std::vector<CORSRule> cors_of(const BucketRow& bucket);

/// The headers that answer a preflight of a bucket or a key. Throws BadRequest for one that says too little, and
/// AccessForbidden where nothing lets it.
wire::Headers answer_preflight(store::Tx& tx, const wire::RequestView& request);
/// Of any other cross-origin request: what a browser looks for in the answer.
wire::Headers cross_origin_headers(store::Tx& tx, const wire::RequestView& request);

}  // namespace hanbat::s3
