// How a bucket is set up as a website. https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
#pragma once

#include <optional>
#include <string>

#include "gen/s3/model.h"
#include "services/s3/buckets/store.h"

namespace hanbat::s3 {

/// Throws S3's errors (400) for a configuration that cannot be.
void check_website(const WebsiteConfiguration& configuration);
/// Nothing where the bucket is no website.
std::optional<WebsiteConfiguration> website_of(const BucketRow& bucket);

/// Of an object's body: where its website sends who asks for it.
inline constexpr const char* kRedirectLocation = "redirect";
/// Throws InvalidRedirectLocation (400) for what is no place to send anybody to.
void check_redirect_location(const std::optional<std::string>& location);

}  // namespace hanbat::s3
