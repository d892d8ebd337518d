#include "main/cli/region_api.h"

#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

#include "base/encoding.h"
#include "base/text.h"
#include "base/time.h"
#include "crypto/digest.h"
#include "crypto/signature.h"

namespace hanbat::cli {
namespace {

std::string version_of_api(const std::string& service) {
  if (service == "iam") return "2010-05-08";
  if (service == "elasticloadbalancing") return "2015-12-01";
  return service == "sts" ? "2011-06-15" : "2016-11-15";
}

/// What AWS puts before an operation's name in X-Amz-Target.
std::string target_of(const std::string& service) {
  for (const auto& [name, prefix] : {std::pair{"ce", "AWSInsightsIndexService"},
                                     {"codebuild", "CodeBuild_20161006"},
                                     {"codedeploy", "CodeDeploy_20141006"},
                                     {"codepipeline", "CodePipeline_20150709"},
                                     {"explain", "HanbatExplain_20261130"},
                                     {"logs", "Logs_20140328"},
                                     {"organizations", "AWSOrganizationsV20161128"},
                                     {"ssm", "AmazonSSM"}})
    if (service == name) return prefix;
  throw std::logic_error(service + " is not called from here");
}

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Whether AWS_ENDPOINT_URL leads to this region's front door.
bool environment_leads_here() {
  const std::string url = variable("AWS_ENDPOINT_URL");
  for (const char* host : {"127.0.0.1", "localhost"})
    if (url.starts_with(fmt::format("http://{}:{}", host, front_port()))) return true;
  return false;
}

std::string unescaped_xml(std::string text) {
  for (const auto& [entity, character] :
       {std::pair{"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&amp;", "&"}})
    text = replace_all(text, entity, character);
  return text;
}

/// What the region refused, with where one learns why.
ApiError refused(const std::string& code, const std::string& message) {
  if (code.starts_with("AccessDenied") || code == "UnauthorizedOperation")
    return {code, message + "; why, and the statement that would allow it: hanbat explain denied last"};
  if (code == "InvalidClientTokenId" || code == "UnrecognizedClientException" || code == "AuthFailure")
    return {code, message + "; keys that it knows: eval \"$(hanbat env)\", or the file that you were given"};
  return {code, message};
}

}  // namespace

std::vector<std::string> xml_texts(const std::string& xml, const std::string& element) {
  const std::string open = "<" + element + ">", close = "</" + element + ">";
  std::vector<std::string> out;
  for (std::size_t at = 0; (at = xml.find(open, at)) != std::string::npos;) {
    at += open.size();
    const std::size_t end = xml.find(close, at);
    if (end == std::string::npos) break;
    out.push_back(unescaped_xml(xml.substr(at, end - at)));
    at = end;
  }
  return out;
}

std::string xml_text(const std::string& xml, const std::string& element) {
  const auto all = xml_texts(xml, element);
  return all.empty() ? "" : all.front();
}

RegionApi::RegionApi(std::string region, Keys keys, std::chrono::milliseconds longest)
    : region_(std::move(region)), keys_(std::move(keys)) {
  const auto port = static_cast<std::uint16_t>(front_port());
  client_ = std::make_unique<http::Client>(http::Endpoint{.host = "127.0.0.1", .port = port},
                                           http::ClientOptions{.io_timeout = longest});
}

Keys keys_of_caller(const Home& home) {
  const std::string id = variable("AWS_ACCESS_KEY_ID");
  if (environment_leads_here() && !id.empty())
    return {id, variable("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN")};
  const auto key = find_admin_key(home);
  if (!key)
    throw Failure(
        "there are no keys to call the region with: eval \"$(hanbat env)\" as root, or the file that you were "
        "given for your account; where no region has been made yet: hanbat up");
  return {key->id, key->secret, ""};
}

RegionApi RegionApi::of_caller(const Home& home, std::chrono::milliseconds longest) {
  std::string region = variable("AWS_REGION");
  if (region.empty()) region = variable("AWS_DEFAULT_REGION");
  if (region.empty()) region = "ap-northeast-2";
  return RegionApi(region, keys_of_caller(home), longest);
}

http::Response RegionApi::send(const std::string& service, http::Headers headers, std::string body,
                               const Target& target) {
  headers.set("Host", fmt::format("127.0.0.1:{}", front_port()));
  const std::vector<crypto::HeaderField> fields(headers.begin(), headers.end());
  const crypto::SigningKey key{keys_.id, keys_.secret, keys_.token};
  const auto form = service == "s3" ? crypto::CanonicalForm::kAsSent : crypto::CanonicalForm::kNormalized;
  const auto signature = crypto::sign(
      {.method = target.method, .path = target.path, .query = target.query, .headers = fields, .form = form}, key,
      region_, service, SystemClock().now(), crypto::sha256_hex(body));
  for (const auto& [name, value] : signature) headers.add(name, value);
  try {
    return client_->send({.method = target.method,
                          .target = target.path + (target.query.empty() ? "" : "?" + target.query),
                          .headers = headers,
                          .body = std::move(body)});
  } catch (const http::Error& error) {
    throw Failure(fmt::format("the region does not answer ({}); start it with: hanbat up", error.what()));
  }
}

Json RegionApi::call(const std::string& service, const std::string& operation, const Json& input) {
  const http::Response answer = send(
      service, {{"Content-Type", "application/x-amz-json-1.1"}, {"X-Amz-Target", target_of(service) + "." + operation}},
      input.dump());
  const Json body = answer.body.empty() ? Json::object() : Json::parse(answer.body);
  if (answer.status < 300) return body;
  const std::string type = body.text("__type");
  throw refused(type.substr(type.find('#') + 1), body.text("message", body.text("Message")));
}

std::string RegionApi::query(const std::string& service, const std::string& action,
                             const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string body = "Action=" + action + "&Version=" + version_of_api(service);
  for (const auto& [name, value] : parameters) body += '&' + name + '=' + percent_encode(value);
  http::Response answer =
      send(service, {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}, std::move(body));
  if (answer.status < 300) return std::move(answer.body);
  throw refused(xml_text(answer.body, "Code"), xml_text(answer.body, "Message"));
}

void RegionApi::query_unless(const std::string& tolerated, const std::string& service, const std::string& action,
                             const std::vector<std::pair<std::string, std::string>>& parameters) {
  try {
    query(service, action, parameters);
  } catch (const ApiError& error) {
    if (error.code != tolerated) throw;
  }
}

std::string RegionApi::s3(const std::string& method, const std::string& path, const std::string& query,
                          std::string body, http::Headers headers) {
  http::Response answer = send("s3", std::move(headers), std::move(body), {method, path, query});
  if (answer.status < 300) return std::move(answer.body);
  const std::string code = xml_text(answer.body, "Code");
  throw ApiError(code.empty() ? std::to_string(answer.status) : code, xml_text(answer.body, "Message"));
}

Keys RegionApi::assume(const std::string& role_arn, const std::string& session) {
  const std::string answer = query("sts", "AssumeRole", {{"RoleArn", role_arn}, {"RoleSessionName", session}});
  return {xml_text(answer, "AccessKeyId"), xml_text(answer, "SecretAccessKey"), xml_text(answer, "SessionToken")};
}

}  // namespace hanbat::cli
