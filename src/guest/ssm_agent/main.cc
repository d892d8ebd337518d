// amazon-ssm-agent: registers the instance, polls ec2messages and runs what comes, several commands and sessions at a
// time.
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
#include "border/fields.h"
#include "gen/ec2messages/model.h"
#include "guest/aws/service_client.h"
#include "guest/ssm_agent/gateway.h"
#include "guest/ssm_agent/kept_commands.h"
#include "guest/ssm_agent/runner.h"
#include "guest/ssm_agent/session.h"
#include "os/files.h"
#include "os/process.h"

namespace {

using namespace hanbat;
using namespace hanbat::guest;
namespace messages = hanbat::ec2messages;

constexpr const char* kTarget = "EC2WindowsMessageDeliveryService_v20130614";
constexpr const char* kKept = "/var/lib/amazon/ssm/document/current";
/// A script that ends with this asks for a reboot, and to be begun again after it. Source: Systems Manager User Guide,
/// "Handling reboots when running commands".
constexpr int kRebootCode = 194;
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
        resume();
        registered = std::chrono::steady_clock::now();
      }
      messages::GetMessagesInput in;
      in.destination = instance_;
      in.messages_request_id = random_uuid();
      in.visibility_timeout_in_seconds = 10;
      const auto answer = polls_->ask<messages::GetMessagesOutput>("GetMessages", in);
      for (const messages::Message& message : answer.messages.value_or(std::vector<messages::Message>{})) take(message);
    }
  }

 private:
  void introduce() {
    if (!polls_) {
      const Json document = Json::parse(imds_.require("dynamic/instance-identity/document"));
      instance_ = document.text("instanceId");
      const std::string region = document.text("region");
      const std::string domain = imds_.find("meta-data/services/domain").value_or("amazonaws.com");
      const std::string url = "https://ec2messages." + region + "." + domain;
      auto keys = [this] {
        const std::lock_guard lock(mutex_);
        return imds_.credentials();
      };
      replies_ = std::make_unique<JsonService>(url, region, "ec2messages", kTarget, keys);
      polls_ = std::make_unique<JsonService>(url, region, "ec2messages", kTarget, keys);
      gateway_ = std::make_unique<Gateway>(region, domain, keys);
    }
    utsname name{};
    ::uname(&name);
    messages::UpdateInstanceInformationInput in;
    in.instance_id = instance_;
    in.agent_version = "3.3.0.0-hanbat";
    in.computer_name = name.nodename;
    in.ip_address = imds_.find("meta-data/local-ipv4").value_or("");
    in.platform_name = os_release("PRETTY_NAME");
    in.platform_type = "Linux";
    in.platform_version = os_release("VERSION_ID");
    polls_->call("UpdateInstanceInformation", wire::to_json(in));
    try {
      gateway_->announce(instance_);
      refused_ = "";
    } catch (const ServiceError& e) {
      // Without the rights for sessions an instance still runs commands. Said once, not every minute.
      if (refused_ != e.what()) std::fprintf(stderr, "no sessions: %s\n", e.what());
      refused_ = e.what();
    }
  }

  void take(const messages::Message& message) {
    const std::string id = message.message_id.value_or("");
    try {
      const Json payload = border::parse_message(message.payload.value_or(""), "a message");
      if (message.topic.value_or("").starts_with("aws.ssm.cancelCommand"))
        cancel(id, border::CancelCommand::from_json(payload));
      else if (message.topic.value_or("").starts_with("aws.ssm.startSession"))
        begin(id, border::SessionStart::from_json(payload));
      else
        begin(id, border::ShellCommand::from_json(payload));
    } catch (const border::MessageError& e) {
      std::fprintf(stderr, "%s: %s\n", id.c_str(), e.what());
      messages::FailMessageInput in;
      in.message_id = id;
      in.failure_type = "InternalHandlerException";
      polls_->call("FailMessage", wire::to_json(in));
    } catch (const ServiceError& e) {
      std::fprintf(stderr, "%s\n", e.what());  // no longer wanted
    }
  }

  void acknowledge(const std::string& id) {
    messages::AcknowledgeMessageInput in;
    in.message_id = id;
    polls_->call("AcknowledgeMessage", wire::to_json(in));
  }

  void cancel(const std::string& id, const border::CancelCommand& cancellation) {
    acknowledge(id);
    const std::lock_guard lock(mutex_);
    if (const auto found = running_.find(cancellation.message_id); found != running_.end())
      found->second.request_stop();
  }

  /// Takes up, once, what an agent before this one had not ended.
  void resume() {
    if (resumed_) return;
    resumed_ = true;
    for (const KeptCommand& one : kept_.list()) {
      if (one.runs < KeptCommands::kMostRuns) {
        work(one);
        continue;
      }
      reply(one.message_id,
            {.err = "the script was begun several times, and each time the agent ended before it did\n"});
      kept_.forget(one.message_id);
    }
  }

  void begin(const std::string& id, const border::ShellCommand& command) {
    bool known = false;
    {
      const std::lock_guard lock(mutex_);
      known = running_.contains(id);
    }
    // What is acknowledged is not told again, so it has to be on disk before.
    if (!known) kept_.keep({.message_id = id, .command = command});
    acknowledge(id);
    if (!known) work({.message_id = id, .command = command});
  }

  void work(KeptCommand one) {
    std::stop_source source;
    {
      const std::lock_guard lock(mutex_);
      running_[one.message_id] = source;
    }
    workers_.emplace_back([this, one, source]() mutable {
      ++one.runs;
      kept_.keep(one);
      const border::CommandReply outcome =
          run_script(one.command, "/var/lib/amazon/ssm/" + one.command.command_id, source.get_token());
      if (outcome.ending == border::CommandReply::Ending::kExited && outcome.code == kRebootCode) {
        one.runs = 0;
        kept_.keep(one);
        Process::spawn({"systemctl", "reboot"}, {}).wait();
        return;
      }
      reply(one.message_id, outcome);
      kept_.forget(one.message_id);
      const std::lock_guard lock(mutex_);
      running_.erase(one.message_id);
    });
  }

  void begin(const std::string& id, const border::SessionStart& start) {
    acknowledge(id);
    workers_.emplace_back([this, start] { run_session(*gateway_, start, instance_); });
  }

  void reply(const std::string& id, const border::CommandReply& outcome) {
    messages::SendReplyInput in;
    in.message_id = id;
    in.payload = outcome.to_json().dump();
    messages::DeleteMessageInput done;
    done.message_id = id;
    for (int attempt = 0; attempt < 30; ++attempt) try {
        // A command that was called successful has done what it did after a power cut, too.
        sync_disk_of("/");
        in.reply_id = random_uuid();
        replies_->call("SendReply", wire::to_json(in));
        replies_->call("DeleteMessage", wire::to_json(done));
        return;
      } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        ::sleep(2);
      }
  }

  std::mutex mutex_;  // over imds_ when keys are asked for, and over running_
  Imds imds_;
  std::string instance_;
  std::unique_ptr<JsonService> polls_, replies_;
  std::unique_ptr<Gateway> gateway_;
  std::string refused_;  // what was said of it last
  std::map<std::string, std::stop_source> running_;
  const KeptCommands kept_{kKept};
  bool resumed_ = false;
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
