#include "main/cli/trust_resolver.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "base/text.h"
#include "host/networks/plan.h"
#include "os/files.h"

namespace hanbat::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark =
    "# hanbat: AWS's names that lead to the region on this machine; hanbat trust --remove";
constexpr std::string_view kMadeFolder = " (with this folder)";

/// A program that resolves names for this machine: its folder for files of others, and what has it read them.
struct Resolver {
  const char* folder;
  std::vector<std::string> reload;
};

const Resolver kResolved{"/etc/systemd/resolved.conf.d", {"systemctl", "restart", "systemd-resolved"}};
const Resolver kNetworkManager{"/etc/NetworkManager/dnsmasq.d", {"nmcli", "general", "reload", "dns-full"}};
const Resolver kDnsmasq{"/etc/dnsmasq.d", {"systemctl", "restart", "dnsmasq"}};
const Resolver kUnbound{"/etc/unbound/unbound.conf.d", {"systemctl", "restart", "unbound"}};

bool has_line(const std::string& path, const std::string& line) {
  for (const std::string& one : split(find_file(path).value_or(""), '\n'))
    if (trim(one) == line) return true;
  return false;
}

bool manager_has_dnsmasq(const std::string& root) {
  const std::string folder = root + "/etc/NetworkManager";
  if (has_line(folder + "/NetworkManager.conf", "dns=dnsmasq")) return true;
  if (!path_exists(folder + "/conf.d")) return false;
  for (const std::string& name : list_folder(folder + "/conf.d"))
    if (has_line(folder + "/conf.d/" + name, "dns=dnsmasq")) return true;
  return false;
}

const Resolver* find_resolver(const std::string& root) {
  const std::string conf = root + "/etc/resolv.conf";
  if (has_line(conf, "nameserver 127.0.0.53")) return &kResolved;
  if (!has_line(conf, "nameserver 127.0.0.1")) return nullptr;
  if (manager_has_dnsmasq(root)) return &kNetworkManager;
  for (const Resolver* one : {&kDnsmasq, &kUnbound})
    if (path_exists(root + one->folder)) return one;
  return nullptr;
}

std::string settings_of(const Resolver& resolver, const std::string& address, const std::vector<std::string>& domains) {
  const int port = host::kUpstreamDnsPort;
  if (&resolver == &kResolved) {
    std::vector<std::string> routed;
    for (const std::string& domain : domains) routed.push_back("~" + domain);
    return fmt::format("[Resolve]\nDNS={}:{}\nDomains={}\n", address, port, join(routed, " "));
  }
  std::string out;
  for (const std::string& domain : domains)
    out += &resolver == &kUnbound
               ? fmt::format(
                     "server:\n  domain-insecure: \"{0}\"\nforward-zone:\n  name: \"{0}\"\n  forward-addr: {1}@{2}\n",
                     domain, address, port)
               : fmt::format("server=/{}/{}#{}\n", domain, address, port);
  return out;
}

}  // namespace

std::vector<std::string> open_ended_domains(const std::vector<std::string>& regions) {
  std::vector<std::string> domains = {"s3.amazonaws.com"};
  for (const std::string& region : regions)
    for (const char* form : {"s3.{}.amazonaws.com", "s3-website.{}.amazonaws.com", "s3-website-{}.amazonaws.com",
                             "{}.elb.amazonaws.com", "dkr.ecr.{}.amazonaws.com"})
      domains.push_back(fmt::format(fmt::runtime(form), region));
  return domains;
}

std::optional<ResolverFile> resolver_file(const std::string& root, const std::string& address,
                                          const std::vector<std::string>& domains) {
  const Resolver* resolver = find_resolver(root);
  if (!resolver) return std::nullopt;
  ResolverFile file{.path = root + resolver->folder + "/hanbat.conf", .content = {}, .reload = resolver->reload};
  const std::string before = find_file(file.path).value_or("");
  const bool makes_folder =
      !path_exists(root + resolver->folder) || before.starts_with(std::string(kMark) + std::string(kMadeFolder));
  file.content = std::string(kMark) + std::string(makes_folder ? kMadeFolder : "") + "\n" +
                 settings_of(*resolver, address, domains);
  file.there = before == file.content;
  return file;
}

void put_resolver_file(const ResolverFile& file) {
  make_folders(fs::path(file.path).parent_path().string());
  write_file_atomic(file.path, file.content, 0644);
}

std::vector<ResolverFile> our_resolver_files(const std::string& root) {
  std::vector<ResolverFile> ours;
  for (const Resolver* one : {&kResolved, &kNetworkManager, &kDnsmasq, &kUnbound}) {
    const std::string path = root + one->folder + "/hanbat.conf";
    if (const auto content = find_file(path); content && content->starts_with(kMark))
      ours.push_back({.path = path, .content = *content, .reload = one->reload, .there = true});
  }
  return ours;
}

void remove_resolver_file(const ResolverFile& file) {
  if (::unlink(file.path.c_str()) != 0) throw_errno("remove " + file.path);
  if (file.content.starts_with(std::string(kMark) + std::string(kMadeFolder)))
    ::rmdir(fs::path(file.path).parent_path().c_str());  // others' files keep it
}

}  // namespace hanbat::cli
