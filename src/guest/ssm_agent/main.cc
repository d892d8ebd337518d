// amazon-ssm-agent: registers the instance, polls ec2messages and runs what comes, several commands at a time.
#include <sys/utsname.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "base/ids.h"
#include "base/text.h"
#include "guest/aws/service_client.h"
#include "guest/ssm_agent/runner.h"
#include "os/files.h"

namespace {

using namespace hanbat;
using namespace hanbat::guest;

constexpr const char* kTarget = "EC2WindowsMessageDeliveryService_v20130614";
constexpr auto kRegisterEvery = std::chrono::seconds(60);

std::string os_release(const std::string& name) {
  for (const std::string& line : split(find_file("/etc/os-release").value_or(""), '\n'))
    if (line.starts_with(name + "=")) return replace_all(line.substr(name.size() + 1), "\"", "");
  return "";
}

class Agent {
 public:
  void run() {
    auto registered = std::chrono::steady_clock::time_point::min();
    while (true) {
      if (registered == std::chrono::steady_clock::time_point::min() ||
          std::chrono::steady_clock::now() - registered > kRegisterEvery) {
        introduce();
        registered = std::chrono::steady_clock::now();
      }
      const Json answer = polls_->call("GetMessages", Json::object({{"Destination", instance_},
                                                                    {"MessagesRequestId", random_uuid()},
                                                                    {"VisibilityTimeoutInSeconds", 10}}));
      if (answer["Messages"].is_array())
        for (const Json& message : answer["Messages"].items()) take(message);
    }
  }

 private:
  void introduce() {
    if (!polls_) {
      const Json document = Json::parse(imds_.require("dynamic/instance-identity/document"));
      instance_ = document.text("instanceId");
      const std::string region = document.text("region");
      const std::string url =
          "https://ec2messages." + region + "." + imds_.find("meta-data/services/domain").value_or("amazonaws.com");
      auto keys = [this] {
        const std::lock_guard lock(mutex_);
        return imds_.credentials();
      };
      replies_ = std::make_unique<JsonService>(url, region, "ec2messages", kTarget, keys);
      polls_ = std::make_unique<JsonService>(url, region, "ec2messages", kTarget, keys);
    }
    utsname name{};
    ::uname(&name);
    polls_->call("UpdateInstanceInformation",
                 Json::object({{"InstanceId", instance_},
                               {"AgentVersion", "3.3.0.0-hanbat"},
                               {"ComputerName", name.nodename},
                               {"IPAddress", imds_.find("meta-data/local-ipv4").value_or("")},
                               {"PlatformName", os_release("PRETTY_NAME")},
                               {"PlatformType", "Linux"},
                               {"PlatformVersion", os_release("VERSION_ID")}}));
  }

  void take(const Json& message) {
    const std::string id = message.text("MessageId");
    const Json payload = Json::parse(message.text("Payload"));
    try {
      polls_->call("AcknowledgeMessage", Json::object({{"MessageId", id}}));
    } catch (const ServiceError& e) {
      std::fprintf(stderr, "%s\n", e.what());  // no longer wanted
      return;
    }
    if (message.text("Topic").starts_with("aws.ssm.cancelCommand")) {
      const std::lock_guard lock(mutex_);
      if (const auto found = running_.find(payload.text("CancelMessageId")); found != running_.end())
        found->second.request_stop();
      return;
    }
    ScriptRun run;
    run.commands = payload.texts("Commands");
    run.working_directory = payload.text("WorkingDirectory");
    run.timeout_s = static_cast<int>(payload.integer("ExecutionTimeout", 3600));
    run.folder = "/var/lib/amazon/ssm/" + payload.text("CommandId");
    std::stop_source source;
    {
      const std::lock_guard lock(mutex_);
      running_[id] = source;
    }
    workers_.emplace_back([this, id, run, source] {
      const Json answer = run_script(run, source.get_token());
      for (int attempt = 0; attempt < 30; ++attempt) try {
          replies_->call("SendReply",
                         Json::object({{"MessageId", id}, {"ReplyId", random_uuid()}, {"Payload", answer.dump()}}));
          replies_->call("DeleteMessage", Json::object({{"MessageId", id}}));
          break;
        } catch (const std::exception& e) {
          std::fprintf(stderr, "%s\n", e.what());
          ::sleep(2);
        }
      const std::lock_guard lock(mutex_);
      running_.erase(id);
    });
  }

  std::mutex mutex_;  // over imds_ when keys are asked for, and over running_
  Imds imds_;
  std::string instance_;
  std::unique_ptr<JsonService> polls_, replies_;
  std::map<std::string, std::stop_source> running_;
  std::vector<std::jthread> workers_;
};

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  int pause = 2;
  Agent agent;
  auto began = std::chrono::steady_clock::now();
  while (true) try {
      began = std::chrono::steady_clock::now();
      agent.run();
    } catch (const std::exception& e) {
      if (std::chrono::steady_clock::now() - began > std::chrono::minutes(1)) pause = 2;
      // An instance without a profile, or without the right to be managed, stays as it is; another try costs little.
      std::fprintf(stderr, "%s; trying again in %d s\n", e.what(), pause);
      ::sleep(static_cast<unsigned>(pause));
      pause = std::min(pause * 2, 30);
    }
}
