#include "host/listening/listening.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <ctime>

#include "crypto/digest.h"
#include "host/error.h"
#include "host/listening/listen_config.h"
#include "host/networks/kernel.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

constexpr std::time_t kRenewAfter = 300 * 24 * 3600;

/// Regions in which balancers have names; a wildcard stands for one label alone.
constexpr const char* kRegions[] = {
    "ap-south-1",     "eu-north-1",     "eu-west-3",    "eu-west-2",  "eu-west-1",      "ap-northeast-3",
    "ap-northeast-2", "ap-northeast-1", "ca-central-1", "sa-east-1",  "ap-southeast-1", "ap-southeast-2",
    "eu-central-1",   "us-east-1",      "us-east-2",    "us-west-1",  "us-west-2",      "ap-east-1",
    "ap-south-2",     "ap-southeast-3", "eu-central-2", "eu-south-1", "me-central-1",   "il-central-1"};

bool is_fresh(const std::string& path) {
  struct stat about{};
  return ::stat(path.c_str(), &about) == 0 && std::time(nullptr) - about.st_mtim.tv_sec < kRenewAfter;
}

}  // namespace

Listening::Listening(std::string state_folder, std::optional<ListenSetting> setting, std::string edge)
    : state_folder_(std::move(state_folder)),
      folder_(state_folder_ + "/host/listening"),
      setting_(std::move(setting)),
      edge_(std::move(edge)) {
  if (setting_) haproxy_ = std::make_unique<Haproxy>(folder_, "");
}

/// The certificate for balancers' names is made once: HAProxy would be reloaded for another. The operator's own is
/// beside it, and shown for the names that it is for.
std::map<std::string, std::string> Listening::certificates() {
  const std::string authority = state_folder_ + "/ca";
  const auto ca = find_file(authority + "/ca.pem");
  if (!ca || !path_exists(authority + "/ca.key"))
    throw HostError(HostErrorCode::kFailed, "the region's CA is not there yet: hanbatd makes it at its first start");
  const std::string mark = crypto::sha256_hex(setting_->name + "\n" + *ca), file = folder_ + "/balancers.pem";
  if (find_file(folder_ + "/balancers.of") != mark || !is_fresh(file)) {
    std::vector<std::string> names;
    for (const char* region : kRegions) names.push_back(std::string("*.") + region + ".elb." + setting_->name);
    const http::CertificatePem made = http::Authority(authority).issue(names);
    write_file_atomic(file, made.certificate + made.key, 0600);
    write_file_atomic(folder_ + "/balancers.of", mark, 0600);
  }
  // HAProxy shows the first to who asks for a name that none is for.
  std::map<std::string, std::string> all{{"a-region.pem", read_file(file)}};
  if (const auto own = find_own_certificate(state_folder_)) all["b-own.pem"] = own->certificate + own->key;
  return all;
}

void Listening::keep() {
  const std::lock_guard lock(mutex_);
  std::string failure;
  try {
    if (!setting_) {
      // Of a setting that was taken back; a daemon of before may have left it.
      if (path_exists(folder_)) {
        Haproxy(folder_, "").end();
        remove_tree(folder_);
      }
      return;
    }
    const HaproxyFiles files = haproxy_of_listening(*setting_, edge_, folder_, certificates());
    if (!haproxy_->has(files)) {
      haproxy_->apply(files, "");
      spdlog::info("the region is open at {}:{} as {}, for SSH at port {}", setting_->address, setting_->port,
                   setting_->name, setting_->ssh_port);
    }
  } catch (const std::exception& error) {
    failure = error.what();
    if (failure != failure_) spdlog::warn("listening for a local network: {}", failure);
  }
  failure_ = failure;
}

std::optional<Finding> Listening::examine() {
  if (!setting_) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const bool runs = haproxy_->serves() && failure_.empty();
  return Finding{.what = "open to the network at " + setting_->address + ":" + std::to_string(setting_->port) + " as " +
                         setting_->name + " (SSH at port " + std::to_string(setting_->ssh_port) + ")",
                 .severity = runs ? Severity::kOk : Severity::kMissing,
                 .detail = runs               ? ""
                           : failure_.empty() ? "haproxy has died and is being started"
                                              : failure_,
                 .remedy = runs ? "" : "It is started every 2 s; hanbat up --listen off closes the region"};
}

int Listening::pid() {
  const std::lock_guard lock(mutex_);
  return haproxy_ ? haproxy_->pid() : 0;
}

void Listening::down() {
  const std::lock_guard lock(mutex_);
  if (haproxy_) haproxy_->end();
}

}  // namespace hanbat::host
