// Where a website sends who asks: the bucket that a host names, and the rules of its redirections. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gen/s3/model.h"

namespace hanbat::s3 {

/// The bucket of `bucket.s3-website.<region>.<domain>[:port]` or `bucket.s3-website-<region>.<domain>[:port]`.
std::optional<std::string> website_bucket_of_host(std::string_view host);

/// A request of a website, as its rules see it.
struct Visit {
  std::string host;      // with its port
  std::string protocol;  // "http" or "https"
  std::string path;      // as it was sent: "/a%20b"
  std::string query;     // as it was sent, without '?'
  std::string key;       // what the path names: "a b"
};

struct Redirection {
  int status = 301;
  std::string location;
};

/// Of RedirectAllRequestsTo: the same path and query elsewhere.
Redirection redirect_all(const RedirectAllRequestsTo& to, const Visit& visit);
/// By the first rule that holds. `error`: the status that would be answered; nothing before anything was looked for,
/// when only rules without one count.
std::optional<Redirection> find_redirection(const WebsiteConfiguration& website, const Visit& visit,
                                            std::optional<int> error);

}  // namespace hanbat::s3
