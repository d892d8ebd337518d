#include "host/listening/setting.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "base/json.h"
#include "base/text.h"
#include "host/error.h"
#include "host/ipv4.h"
#include "os/files.h"
#include "os/sockets.h"

namespace hanbat::host {
namespace fs = std::filesystem;

namespace {

// With the longest of AWS's names in front of it, of a registry or a balancer, it has to stay a DNS name.
constexpr std::size_t kLongestName = 120;

[[noreturn]] void refuse(const std::string& why) { throw HostError(HostErrorCode::kInvalid, "listen: " + why); }

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](unsigned char c) { return std::islower(c) || std::isdigit(c) || c == '-'; });
}

/// Whether AWS's names below a domain with this label would be read in another way than they are meant.
bool is_word_of_aws(std::string_view label) {
  for (const std::string_view word : {"s3", "dkr", "ecr", "elb", "git-codecommit", "codecommit", "amazonaws"})
    if (label == word) return true;
  return label.starts_with("s3-");
}

int require_port(std::string_view text, const char* what) {
  const auto port = parse_int(text);
  if (!port || *port < 1 || *port > 65535) refuse(fmt::format("\"{}\" is no {}", text, what));
  return static_cast<int>(*port);
}

std::string require_domain(std::string_view given) {
  const std::string name = lower(given);
  if (name.empty()) refuse("say by which name the region is reached: --name class.example.org");
  const auto labels = split(name, '.');
  if (labels.size() < 2 || name.size() > kLongestName || !std::ranges::all_of(labels, is_label) ||
      is_ip_address(name) || labels.back() == "localhost")
    refuse(fmt::format("\"{}\" is no domain of at least two labels, such as class.example.org", given));
  if (const auto word = std::ranges::find_if(labels, is_word_of_aws); word != labels.end())
    refuse(fmt::format("the label \"{}\" of {} has a meaning in AWS's names, which come before it", *word, name));
  return name;
}

fs::path folder_of(const fs::path& state_folder) { return state_folder / "listen"; }
std::string file_of(const fs::path& state_folder, const char* name) {
  return (folder_of(state_folder) / name).string();
}

}  // namespace

std::string ListenSetting::authority() const { return port == kListenPort ? name : fmt::format("{}:{}", name, port); }

ListenSetting ListenSetting::require(std::string_view address_and_port, std::string_view name, int ssh_port) {
  ListenSetting setting;
  const std::size_t colon = address_and_port.find(':');
  const std::uint32_t address = require_address(std::string(address_and_port.substr(0, colon)), "listen");
  setting.address = to_text(address);
  if (address == 0 || address >= 0xE0000000U)
    refuse(setting.address + " is no address of one machine; name the one on which the class comes");
  if (colon != std::string_view::npos) setting.port = require_port(address_and_port.substr(colon + 1), "port");
  setting.ssh_port = require_port(std::to_string(ssh_port), "port for SSH");
  if (setting.ssh_port == setting.port) refuse("SSH takes a port of its own");
  setting.name = require_domain(name);
  return setting;
}

std::optional<ListenSetting> ListenSetting::find(const fs::path& state_folder) {
  const auto text = find_file(file_of(state_folder, "setting.json"));
  if (!text) return std::nullopt;
  try {
    const Json json = Json::parse(*text);
    return require(fmt::format("{}:{}", json.text("address"), json.integer("port")), json.text("name"),
                   static_cast<int>(json.integer("ssh_port")));
  } catch (const JsonError& error) {
    refuse(file_of(state_folder, "setting.json") + ": " + error.what());
  }
}

void ListenSetting::save(const fs::path& state_folder) const {
  make_folders(folder_of(state_folder).string(), 0755);
  const Json json = Json::object({{"address", address},
                                  {"port", static_cast<std::int64_t>(port)},
                                  {"ssh_port", static_cast<std::int64_t>(ssh_port)},
                                  {"name", name}});
  write_file_atomic(file_of(state_folder, "setting.json"), json.dump() + "\n", 0644);
}

void ListenSetting::remove(const fs::path& state_folder) {
  // The folder stays, by whose time of change `hanbat up` sees that the daemons know of another setting.
  for (const char* name : {"setting.json", "certificate.pem", "key.pem"}) remove_tree(file_of(state_folder, name));
}

std::optional<http::CertificatePem> find_own_certificate(const fs::path& state_folder) {
  const auto certificate = find_file(file_of(state_folder, "certificate.pem"));
  if (!certificate) return std::nullopt;
  const auto key = find_file(file_of(state_folder, "key.pem"));
  if (!key) return std::nullopt;
  return http::CertificatePem{*certificate, *key};
}

void save_own_certificate(const fs::path& state_folder, const std::optional<http::CertificatePem>& own) {
  make_folders(folder_of(state_folder).string(), 0755);
  for (const char* name : {"certificate.pem", "key.pem"}) remove_tree(file_of(state_folder, name));
  if (!own) return;
  write_file_atomic(file_of(state_folder, "key.pem"), own->key, 0600);
  write_file_atomic(file_of(state_folder, "certificate.pem"), own->certificate, 0644);
}

void give_key_to(const fs::path& state_folder, unsigned uid, unsigned gid) {
  const std::string key = file_of(state_folder, "key.pem");
  if (path_exists(key) && ::chown(key.c_str(), uid, gid) != 0) throw_errno("give " + key);
}

}  // namespace hanbat::host
