// codedeploy-agent: flags and wiring.
//   codedeploy-agent [--config FILE] [--on-premises FILE]   runs until it is told to stop (SIGTERM ends it between
//   commands)
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <unistd.h>

#include "guest/aws/service_client.h"
#include "guest/deploy_agent/agent.h"
#include "os/files.h"

namespace {

volatile std::sig_atomic_t stopping = 0;

void wait_seconds(int seconds) {
  for (int i = 0; i < seconds && !stopping; ++i) ::sleep(1);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hanbat::guest;
  std::string config = "/etc/codedeploy-agent/conf/codedeployagent.yml",
              premises = "/etc/codedeploy-agent/conf/codedeploy.onpremises.yml";
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--config") == 0 && i + 1 < argc)
      config = argv[++i];
    else if (std::strcmp(argv[i], "--on-premises") == 0 && i + 1 < argc)
      premises = argv[++i];
    else if (std::strcmp(argv[i], "--version") == 0)
      return std::puts("Hanbat's CodeDeploy agent 1.0.0"), 0;
    else
      return std::fprintf(stderr, "usage: codedeploy-agent [--config FILE] [--on-premises FILE]\n"), 2;
  }
  struct sigaction action{};
  action.sa_handler = [](int) { stopping = 1; };
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  auto imds = std::make_shared<Imds>();
  std::unique_ptr<Settings> settings;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<Agent> agent;
  int pause = 1;
  while (!stopping) {
    try {
      if (!agent) {
        // At first boot the metadata service or the role may come a moment later than this program.
        settings = std::make_unique<Settings>(load_settings(config, premises, imds));
        executor =
            std::make_unique<Executor>(*settings, [&s = *settings](const Specification& spec, const std::string& file) {
              const std::string url = s.s3_endpoint_override.empty()
                                          ? "https://" + spec.bucket + ".s3." +
                                                (s.region == "us-east-1" ? "" : s.region + ".") + "amazonaws.com"
                                          : s.s3_endpoint_override;
              const std::string key = s.s3_endpoint_override.empty() ? spec.key : spec.bucket + "/" + spec.key;
              return download(url, key, spec.version, {s.credentials(), s.region, "s3"}, file).etag;
            });
        auto service = std::make_shared<JsonService>(
            settings->control_endpoint, settings->region,
            settings->auth_policy ? "codedeploy-commands-secure" : "codedeploy-commands",
            settings->auth_policy ? "CodeDeployCommandService" : "CodeDeployCommandService_v20141006",
            settings->credentials);
        agent = std::make_unique<Agent>(
            *settings, *executor,
            [service](const std::string& op, const hanbat::Json& in) { return service->call(op, in); },
            [] { hanbat::sync_disk_of("/"); });
        std::fprintf(stderr, "polling %s as %s\n", settings->control_endpoint.c_str(),
                     settings->host_identifier.c_str());
      }
      if (!agent->poll_once()) wait_seconds(settings->wait_between_runs_s);
      pause = 1;
    } catch (const std::exception& e) {
      std::fprintf(stderr, "%s; trying again in %d s\n", e.what(), pause);
      wait_seconds(pause);
      pause = pause < 30 ? pause * 2 : 30;
    }
  }
  return 0;
}
