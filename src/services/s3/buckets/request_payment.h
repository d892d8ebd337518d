// Who pays for requests and for what answers send: the bucket's owner, or whoever asks.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
#pragma once

#include <optional>
#include <string>

#include "region/request.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// Of a bucket's own: true where requesters pay.
inline constexpr const char* kRequesterPays = "requester_pays";
inline bool requester_pays(const BucketRow& bucket) { return bucket.own.flag(kRequesterPays); }

/// Who a call says pays for it. Of what cannot say so, its bucket's owner does.
enum class CallPayer { kNotSaid, kOwner, kRequester };

/// What a call says of a bucket that it did not make: whose it expects it to be, and who pays.
struct Terms {
  std::optional<std::string> owner;
  CallPayer payer = CallPayer::kNotSaid;
};

template <class In>
CallPayer payer_of(const In& in) {
  if constexpr (requires { in.request_payer; })
    return in.request_payer ? CallPayer::kRequester : CallPayer::kOwner;
  else
    return CallPayer::kNotSaid;
}
template <class In>
Terms terms_of(const In& in) {
  return {in.expected_bucket_owner, payer_of(in)};
}
/// Of the bucket that a copy reads.
template <class In>
Terms terms_of_source(const In& in) {
  return {in.expected_source_bucket_owner, payer_of(in)};
}

/// The account that the call is billed to. What is not said now, the call may have said at an earlier question. Throws
/// AccessDenied for a stranger in a bucket whose requesters pay, unless the call says that it does, which nobody
/// without an account can.
std::string account_that_pays(region::Request& rq, const BucketRow& bucket, CallPayer said);

}  // namespace hanbat::s3
