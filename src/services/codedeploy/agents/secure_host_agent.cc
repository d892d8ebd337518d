#include "services/codedeploy/agents/secure_host_agent.h"

#include "wire/operation.h"

namespace hanbat::codedeploy {
namespace {

namespace commands = codedeploycommands;
namespace secure = codedeploycommandssecure;

/// Asks whether the caller may, then answers what the other endpoint answers: the models are the same but for their
/// names. Source: service authorization reference, "AWS CodeDeploy secure host commands service".
template <class Out, class CommandIn, class CommandOut, class In>
Out pass_on(region::Request& rq, HostAgent& agent,
            CommandOut (HostAgent::*operation)(region::Request&, const CommandIn&), const In& in) {
  rq.authorize("codedeploy-commands-secure:" + std::string(rq.operation.name), "*");

  const auto command = wire::from_json<CommandIn>(wire::to_json(in));
  return wire::from_json<Out>(wire::to_json((agent.*operation)(rq, command)));
}

}  // namespace

secure::PollHostCommandOutput SecureHostAgent::poll_host_command(region::Request& rq,
                                                                 const secure::PollHostCommandInput& in) {
  return pass_on<secure::PollHostCommandOutput>(rq, agent_, &HostAgent::poll_host_command, in);
}

secure::GetDeploymentSpecificationOutput SecureHostAgent::get_deployment_specification(
    region::Request& rq, const secure::GetDeploymentSpecificationInput& in) {
  return pass_on<secure::GetDeploymentSpecificationOutput>(rq, agent_, &HostAgent::get_deployment_specification, in);
}

secure::PutHostCommandAcknowledgementOutput SecureHostAgent::put_host_command_acknowledgement(
    region::Request& rq, const secure::PutHostCommandAcknowledgementInput& in) {
  return pass_on<secure::PutHostCommandAcknowledgementOutput>(rq, agent_, &HostAgent::put_host_command_acknowledgement,
                                                              in);
}

secure::PutHostCommandCompleteOutput SecureHostAgent::put_host_command_complete(
    region::Request& rq, const secure::PutHostCommandCompleteInput& in) {
  return pass_on<secure::PutHostCommandCompleteOutput>(rq, agent_, &HostAgent::put_host_command_complete, in);
}

}  // namespace hanbat::codedeploy
