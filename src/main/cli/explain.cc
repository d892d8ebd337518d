#include "main/cli/explain.h"

#include <cstdlib>
#include <iostream>
#include <string>

#include "base/text.h"
#include "base/time.h"
#include "main/cli/explain_text.h"
#include "main/cli/region_api.h"

namespace hanbat::cli {
namespace {

std::string first_of(std::initializer_list<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) return text;
  return "";
}

std::string said_by(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Where one sees what there is of a kind.
std::string list_of(const std::string& kind) {
  for (const auto& [name, command] : {std::pair{"pipeline", "aws codepipeline list-pipelines"},
                                      {"build", "aws codebuild list-builds, list-projects"},
                                      {"deployment", "aws deploy list-deployments"},
                                      {"target", "aws elbv2 describe-target-groups, aws ec2 describe-instances"},
                                      {"image", "aws ecr describe-repositories"},
                                      {"denied", "aws cloudtrail lookup-events"}})
    if (kind == name) return command;
  return "aws ec2 describe-instances, aws elbv2 describe-load-balancers";
}

Json told_of(RegionApi& api, const std::string& operation, const Json& input) {
  try {
    return api.call("explain", operation, input)["explanation"];
  } catch (const ApiError& error) {
    if (error.code == "ResourceNotFoundException")
      throw Failure(std::string(error.what()) + " Which there are: " + list_of(input.text("kind")));
    throw;
  }
}

void ask(const Home& home, const Question& question, const std::string& operation, const Json& input) {
  RegionApi api(first_of({question.region, said_by("AWS_REGION"), said_by("AWS_DEFAULT_REGION"), "ap-northeast-2"}),
                keys_of_caller(home));
  const Json told = told_of(api, operation, input);
  const std::string locale =
      first_of({question.language, said_by("LC_ALL"), said_by("LC_MESSAGES"), said_by("LANG"), "en"});
  std::cout << (question.form == Form::kJson
                    ? told.pretty() + "\n"
                    : explanation_text(told, language_of(locale), SystemClock().now().seconds()));
}

}  // namespace

void explain(const Home& home, const std::string& kind, const std::string& id, const Question& question) {
  Json input = Json::object({{"kind", kind}});
  if (!id.empty()) input["id"] = id;
  ask(home, question, "Explain", input);
}

void explain_packet(const Home& home, const std::string& from, const std::string& to, const std::string& protocol,
                    const Question& question) {
  const std::size_t colon = to.rfind(':');
  if (colon == std::string::npos || to.starts_with("arn:"))
    throw Failure("say the port, too, as in: hanbat explain packet " + from + " " + to + ":443");
  const auto port = parse_int(to.substr(colon + 1));
  if (!port || *port < 1 || *port > 65535)
    throw Failure(to.substr(colon + 1) + " is no port, which is a number of 1 to 65535: hanbat explain packet " + from +
                  " " + to.substr(0, colon) + ":443");
  ask(home, question, "ExplainPacket",
      Json::object({{"source", from}, {"destination", to.substr(0, colon)}, {"port", *port}, {"protocol", protocol}}));
}

}  // namespace hanbat::cli
