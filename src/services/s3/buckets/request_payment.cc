#include "services/s3/buckets/request_payment.h"

#include "services/s3/logging/access_notes.h"
#include "services/s3/s3.h"

namespace hanbat::s3 {

std::string account_that_pays(region::Request& rq, const BucketRow& bucket, CallPayer said) {
  CallNotes& notes = notes_of(rq);
  if (said != CallPayer::kNotSaid) notes.payer = said;
  const std::string& owner = bucket.place.account;
  if (!requester_pays(bucket) || rq.account == owner || notes.payer == CallPayer::kNotSaid) return owner;
  if (notes.payer != CallPayer::kRequester || rq.account.empty())
    throw wire::Error("AccessDenied", 403, "Access Denied");
  notes.charged = true;
  return rq.account;
}

GetBucketRequestPaymentOutput S3::get_bucket_request_payment(region::Request& rq,
                                                             const GetBucketRequestPaymentInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:GetBucketRequestPayment", in.bucket, terms_of(in));
  return {.payer = requester_pays(bucket) ? "Requester" : "BucketOwner"};
}

PutBucketRequestPaymentOutput S3::put_bucket_request_payment(region::Request& rq,
                                                             const PutBucketRequestPaymentInput& in) {
  const BucketRow bucket = require_bucket(rq, "s3:PutBucketRequestPayment", in.bucket, terms_of(in));
  const std::string& payer = in.request_payment_configuration.payer;
  if (payer != "Requester" && payer != "BucketOwner")
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  put_setting(rq, bucket, kRequesterPays, payer == "Requester" ? Json(true) : Json());
  return {};
}

}  // namespace hanbat::s3
