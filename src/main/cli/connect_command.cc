// hanbat connect: a shell, or one command, on an instance by Session Manager, with the caller's own rights.
#include <unistd.h>

#include <iostream>

#include "base/ids.h"
#include "main/cli/connect/session.h"
#include "main/cli/control.h"
#include "main/cli/delivery.h"

namespace hanbat::cli {
namespace {

/// The instance's id; a name (the tag Name) is looked for among those that run.
std::string require_instance(RegionApi& api, const std::string& target) {
  if (target.starts_with("i-") || target.starts_with("mi-")) return target;
  const auto found = xml_texts(api.query("ec2", "DescribeInstances",
                                         {{"Filter.1.Name", "tag:Name"},
                                          {"Filter.1.Value.1", target},
                                          {"Filter.2.Name", "instance-state-name"},
                                          {"Filter.2.Value.1", "running"}}),
                               "instanceId");
  if (found.size() == 1) return found.front();
  if (found.empty())
    throw Failure("no instance runs that is called " + target +
                  "; which there are: aws ec2 describe-instances --query "
                  "'Reservations[].Instances[].[InstanceId,State.Name,Tags]'");
  std::string ids;
  for (const std::string& id : found) ids += " " + id;
  throw Failure("several instances are called " + target + "; take the id of one:" + ids);
}

/// StartSession, with what to do where there is none.
Json start_session(RegionApi& api, const std::string& instance, const Json& document) try {
  Json input = Json::object({{"Target", instance}});
  for (const auto& [name, value] : document.members()) input[name] = value;
  return api.call("ssm", "StartSession", input);
} catch (const ApiError& error) {
  if (error.code == "TargetNotConnected")
    throw Failure(std::string(error.what()) +
                  "\nThe agent on it has to run and to have rights: an instance profile with "
                  "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore.\nAfter it was attached the agent is there "
                  "within a minute. What the machine itself says: hanbat logs instance " +
                  instance);
  throw;
}

}  // namespace

int connect(const Home& home, const std::string& target, const std::vector<std::string>& words) {
  RegionApi api = RegionApi::of_caller(home);
  const std::string instance = require_instance(api, target);
  if (words.empty()) {
    const SessionEnd ended = run_session(api, start_session(api, instance, Json::object()), nullptr);
    if (!ended.why.empty()) throw Failure("the session ended: " + ended.why);
    return ended.signal ? 128 + *ended.signal : 0;
  }
  // A terminal ends lines with CR LF, and shows what is typed; for a pipe neither is wanted.
  std::string prepare;
  if (!::isatty(STDOUT_FILENO)) prepare += " -onlcr";
  if (!::isatty(STDIN_FILENO)) prepare += " -echo";
  if (!prepare.empty()) prepare = "stty" + prepare + " 2>/dev/null; ";
  ExitMark mark(random_hex(16));
  const Json document = Json::object(
      {{"DocumentName", "AWS-StartInteractiveCommand"},
       {"Parameters", Json::object({{"command", Json::array({prepare + mark.wrap(shell_text(words))})}})}});
  const SessionEnd ended = run_session(api, start_session(api, instance, document), &mark);
  if (ended.signal) return 128 + *ended.signal;
  if (!mark.status())
    throw Failure("the session ended before the command did" + (ended.why.empty() ? "" : ": " + ended.why));
  return *mark.status();
}

}  // namespace hanbat::cli
