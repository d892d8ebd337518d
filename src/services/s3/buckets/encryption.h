// How a bucket says that its objects are encrypted, and whether it takes those that customers encrypt (SSE-C).
#pragma once

#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// Since April 2026 every bucket does until somebody says otherwise.
/// https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html
bool blocks_customer_keys(const BucketRow& bucket);

}  // namespace hanbat::s3
