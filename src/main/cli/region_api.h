// Signed calls of the region's own API, for what the command line itself does or asks there.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "http/client.h"
#include "main/cli/control.h"

namespace hanbat::cli {

struct Keys {
  std::string id, secret;
  std::string token;  // of a session; "" of a user
};

/// An error that the region answered with.
struct ApiError : Failure {
  ApiError(std::string error_code, const std::string& message)
      : Failure(error_code + ": " + message), code(std::move(error_code)) {}
  std::string code;
};

/// What the element of that name holds, where it stands first; "" when there is none.
std::string xml_text(const std::string& xml, const std::string& element);
/// What each element of that name holds.
std::vector<std::string> xml_texts(const std::string& xml, const std::string& element);

/// Whose keys the user's own tools would call with: where AWS_ENDPOINT_URL leads to this machine, those beside it;
/// without it the region's administrator's. Throws Failure when there are none.
Keys keys_of_caller(const Home& home);

/// The region's front door, with one caller's keys. Calls block; not for several threads at once.
class RegionApi {
 public:
  /// `longest`: what a call waits for its answer.
  RegionApi(std::string region, Keys keys, std::chrono::milliseconds longest = std::chrono::seconds(60));
  /// Who calls where the user's own tools would, in AWS_REGION; with keys_of_caller().
  static RegionApi of_caller(const Home& home, std::chrono::milliseconds longest = std::chrono::seconds(60));

  /// Calls a service that speaks JSON 1.1 (ce, codebuild, codedeploy, codepipeline, explain, logs, organizations, ssm).
  /// Throws ApiError, or Failure when nobody answers.
  Json call(const std::string& service, const std::string& operation, const Json& input);
  Json organizations(const std::string& operation, const Json& input) {
    return call("organizations", operation, input);
  }
  /// Calls iam, sts, ec2 or elasticloadbalancing; the answer as XML. Throws as above.
  std::string query(const std::string& service, const std::string& action,
                    const std::vector<std::pair<std::string, std::string>>& parameters);
  /// The same, but that error means that the wanted state is there already.
  void query_unless(const std::string& tolerated, const std::string& service, const std::string& action,
                    const std::vector<std::pair<std::string, std::string>>& parameters);

  /// Calls S3 at "/bucket" or "/bucket/key" (percent-encoded), with a query without '?'; the answer's body. Throws as
  /// above.
  std::string s3(const std::string& method, const std::string& path, const std::string& query, std::string body,
                 http::Headers headers = {});

  /// Keys of a session of the role, for an hour.
  Keys assume(const std::string& role_arn, const std::string& session);

  const std::string& region() const { return region_; }

 private:
  /// Where a request goes; all but S3's go to one place.
  struct Target {
    std::string method = "POST", path = "/", query;
  };
  http::Response send(const std::string& service, http::Headers headers, std::string body, const Target& target);
  http::Response send(const std::string& service, http::Headers headers, std::string body) {
    return send(service, std::move(headers), std::move(body), Target());
  }

  std::string region_;
  Keys keys_;
  std::unique_ptr<http::Client> client_;
};

}  // namespace hanbat::cli
