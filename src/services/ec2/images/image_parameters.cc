#include "services/ec2/images/image_parameters.h"

#include "gen/ssm/client.h"

namespace hanbat::ec2 {
namespace {

constexpr std::string_view kPrefix = "resolve:ssm:";

ssm::GetParametersOutput ask(Request& rq, const std::string& parameter) {
  ssm::GetParametersInput in;
  in.names = {parameter};
  try {
    return ssm::Client(rq).get_parameters(in);
  } catch (const Error& error) {
    if (error.code() == "AccessDeniedException") throw Error("SsmAccessDenied", 400, error.message());
    throw Error("SsmInvalidParameter", 400, error.message());
  }
}

}  // namespace

std::string resolved_image_id(Request& rq, const std::string& given) {
  if (!given.starts_with(kPrefix)) return given;
  const std::string parameter = given.substr(kPrefix.size());
  const auto out = ask(rq, parameter);
  if (!out.parameters || out.parameters->empty())
    throw Error("SsmInvalidParameter", 400, fmt::format("The following aliases are invalid: {}", parameter));
  const ssm::Parameter& found = out.parameters->front();
  // Amazon's public ones are texts; who makes one says what it is.
  if (!found.name.value_or("").starts_with("/aws/service/") && found.data_type != "aws:ec2:image")
    throw Error("SsmInvalidParameter", 400,
                "Unsupported data type. The following parameter data types are supported: aws:ec2:image");
  return found.value.value_or("");
}

}  // namespace hanbat::ec2
