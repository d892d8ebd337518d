// The token is taken for six hours and renewed a minute before its end, or when the service says that it is not valid.
#include "guest/aws/imds.h"

#include "base/json.h"
#include "base/text.h"

namespace hanbat::guest {

Imds::Imds(const std::string& url)
    : client_(http::Endpoint::of_url(url),
              {.connect_timeout = std::chrono::seconds(2), .io_timeout = std::chrono::seconds(10)}) {}

std::optional<std::string> Imds::find(const std::string& path) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    const Timestamp now = SystemClock().now();
    if (token_.empty() || token_until_ <= now) {
      const http::Response token = client_.send({.method = "PUT",
                                                 .target = "/latest/api/token",
                                                 .headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "21600"}}});
      if (token.status != 200)
        throw MetadataError("the instance metadata service gave no token: status " + std::to_string(token.status));
      token_ = token.body;
      token_until_ = now + std::chrono::seconds(21540);
    }
    const http::Response answer =
        client_.send({.target = "/latest/" + path, .headers = {{"X-aws-ec2-metadata-token", token_}}});
    if (answer.status == 200) return answer.body;
    if (answer.status == 404) return std::nullopt;
    if (answer.status != 401)
      throw MetadataError("instance metadata " + path + ": status " + std::to_string(answer.status));
    token_.clear();
  }
  throw MetadataError("instance metadata " + path + ": the token is refused");
}

std::string Imds::require(const std::string& path) {
  if (auto found = find(path)) return *found;
  throw MetadataError("the instance metadata service has no " + path);
}

Credentials Imds::credentials() {
  const Timestamp now = SystemClock().now();
  if (credentials_ && credentials_->expiration > now + std::chrono::minutes(5)) return *credentials_;
  const std::string roles = require("meta-data/iam/security-credentials/");
  const std::string role(trim(split(roles, '\n').front()));
  const Json keys = Json::parse(require("meta-data/iam/security-credentials/" + role));
  if (keys.text("Code", "Success") != "Success")
    throw MetadataError("instance profile credentials: " + keys.text("Message", keys.text("Code")));
  credentials_ = Credentials{keys.text("AccessKeyId"), keys.text("SecretAccessKey"), keys.text("Token"),
                             parse_iso8601(keys.text("Expiration")).value_or(now)};
  return *credentials_;
}

}  // namespace hanbat::guest
