#include "main/cli/trust.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <optional>

#include "base/text.h"
#include "host/edge_range.h"
#include "host/networks/plan.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/trust_files.h"
#include "main/cli/trust_resolver.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {
namespace {

/// A family of CA stores: the folder for an administrator's own, and what brings it into what programs read.
struct CaStore {
  std::string folder;
  std::vector<std::string> update;
  std::string forget;  // an option of it: looks for what is no more there, too; "" where it always does
};

/// The machine's, below `root`. Debian's tool is told where its folders are; the others' know one root alone.
std::optional<CaStore> find_ca_store(const std::string& root) {
  const auto at = [&](const char* path) { return root + path; };
  if (path_exists(at("/usr/share/ca-certificates")) || path_exists(at("/etc/ca-certificates.conf")))
    return CaStore{at("/usr/local/share/ca-certificates"),
                   {"update-ca-certificates", "--certsconf", at("/etc/ca-certificates.conf"), "--certsdir",
                    at("/usr/share/ca-certificates"), "--localcertsdir", at("/usr/local/share/ca-certificates"),
                    "--etccertsdir", at("/etc/ssl/certs"), "--hooksdir", at("/etc/ca-certificates/update.d")},
                   "--fresh"};
  for (const char* folder : {"/etc/pki/ca-trust/source/anchors", "/etc/ca-certificates/trust-source/anchors"})
    if (path_exists(at(folder))) return CaStore{at(folder), {"update-ca-trust"}, ""};
  return std::nullopt;
}

std::string hosts_file(const std::string& root) { return root + "/etc/hosts"; }

/// Written over where it lies: in a container it may be a mount, which cannot be replaced, and its owner and mode are
/// others'.
void rewrite(const std::string& path, const std::string& content) {
  const Fd file = open_file(path, O_WRONLY | O_CREAT, 0644);
  write_all(file.get(), content);
  if (::ftruncate(file.get(), static_cast<off_t>(content.size())) != 0 || ::fsync(file.get()) != 0)
    throw_errno("write " + path);
}

void say(const std::string& line) { std::cout << line << std::endl; }

void update_store(const CaStore& store) {
  std::vector<std::string> command = store.update;
  if (!store.forget.empty()) command.push_back(store.forget);
  const Captured done = run_capture(command);
  if (!done.ok()) throw Failure(store.update[0] + " failed: " + done.err.substr(0, 500));
}

std::vector<std::string> our_certificates(const CaStore& store) {
  std::vector<std::string> found;
  if (!path_exists(store.folder)) return found;
  for (const std::string& name : list_folder(store.folder))
    if (name.starts_with("hanbat-") && is_our_ca(name, find_file(store.folder + "/" + name).value_or("")))
      found.push_back(store.folder + "/" + name);
  return found;
}

void require_root_user() {
  if (::geteuid() != 0) throw Failure("this changes files of the machine's: run it as root");
}

/// Puts the region's CA in, in the place of those of regions that were here before.
void add_ca(const CaStore& store, const std::string& certificate) {
  const std::string path = store.folder + "/" + ca_file_name(certificate);
  const auto before = our_certificates(store);
  if (before == std::vector<std::string>{path}) return say("  the CA is in the store already: " + path);
  for (const std::string& old : before) {
    if (old == path) continue;
    ::unlink(old.c_str());
    say("  took out the CA of a region that is no more: " + old);
  }
  make_folders(store.folder);
  write_file_atomic(path, certificate, 0644);
  update_store(store);
  say("  put the region's CA into the CA store: " + path);
}

/// Has this machine's resolver read its files anew; one below another root is nobody's.
void reload(const ResolverFile& file, const std::string& root) {
  if (!root.empty()) return;
  const Captured done = run_capture(file.reload);
  if (!done.ok())
    throw Failure(fmt::format("{} is in place, but `{}` failed, which has it read: {}", file.path,
                              join(file.reload, " "), done.err.substr(0, 300)));
}

/// S3's buckets and balancers have names without end: the resolver is told, where there is one that can be.
void add_resolver(const std::string& address, const std::vector<std::string>& regions, const std::string& root) {
  const std::vector<std::string> domains = open_ended_domains(regions);
  const auto file = resolver_file(root, address, domains);
  if (!file)
    return say(fmt::format(
        "  names of S3's buckets and of balancers lead to AWS still: this machine has no resolver of its own "
        "(systemd-resolved, dnsmasq, unbound) that could ask the one at {} port {} for {}",
        address, host::kUpstreamDnsPort, join(domains, ", ")));
  if (file->there) return say("  the resolver asks the region for S3's buckets and balancers already: " + file->path);
  put_resolver_file(*file);
  say(fmt::format("  the resolver asks the region for {}: {}", join(domains, ", "), file->path));
  reload(*file, root);
}

}  // namespace

TrustState trust_state(const Home& home, const std::string& root) {
  TrustState state;
  const std::string ca = find_file(home.root / "ca" / "ca.pem").value_or("");
  if (const auto store = find_ca_store(root)) {
    state.certificates = our_certificates(*store);
    state.has_ca = std::ranges::count(state.certificates, store->folder + "/" + ca_file_name(ca)) > 0;
  }
  const std::string here = host::EdgeRange::of(home.root).endpoint() + " ";
  state.names = find_names(find_file(hosts_file(root)).value_or("")).value_or(std::vector<std::string>());
  state.names_lead_here = !state.names.empty() && std::ranges::all_of(state.names, [&](const std::string& one) {
    return one.starts_with(here);
  });
  for (const ResolverFile& file : our_resolver_files(root)) state.resolver_files.push_back(file.path);
  const std::string resolver = host::EdgeRange::of(home.root).host();
  if (const auto wanted = resolver_file(root, resolver, {}))
    state.resolver_asks = find_file(wanted->path).value_or("").find(resolver) != std::string::npos;
  return state;
}

bool remove_trust(const std::string& root) {
  bool any = false;
  if (const auto store = find_ca_store(root)) {
    const auto ours = our_certificates(*store);
    for (const std::string& path : ours) {
      if (::unlink(path.c_str()) != 0) throw_errno("remove " + path);
      say("  took the region's CA out of the CA store: " + path);
    }
    if (!ours.empty()) update_store(*store);
    any = !ours.empty();
  }
  const std::string path = hosts_file(root);
  const auto hosts = find_file(path);
  if (hosts && find_names(*hosts)) {
    rewrite(path, without_names(*hosts));
    say("  took AWS's names out of " + path);
    any = true;
  }
  for (const ResolverFile& file : our_resolver_files(root)) {
    remove_resolver_file(file);
    say("  the resolver asks the region no more: took out " + file.path);
    reload(file, root);
    any = true;
  }
  return any;
}

void trust(const Home& home, const std::vector<std::string>& regions, const std::string& root) {
  require_root_user();
  const auto certificate = find_file(home.root / "ca" / "ca.pem");
  if (!certificate)
    throw Failure(fmt::format("there is no {}; start the region first: hanbat up", (home.root / "ca/ca.pem").string()));
  const auto store = find_ca_store(root);
  if (!store)
    throw Failure("this machine has no CA store that is known here (Debian: apt-get install ca-certificates)");

  add_ca(*store, *certificate);
  const auto key = find_admin_key(home);
  std::vector<std::string> names;
  for (const std::string& region : regions)
    for (std::string& name : endpoint_names(region, key ? key->account : ""))
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  const std::string path = hosts_file(root), before = find_file(path).value_or("");
  const std::string address = host::EdgeRange::of(home.root).endpoint();
  const std::string after = with_names(before, address, names);
  if (after == before) {
    say("  AWS's names stand in " + path + " already");
  } else {
    rewrite(path, after);
    say(fmt::format("  put {} names of AWS's into {}: they lead to {}", names.size(), path, address));
  }
  add_resolver(host::EdgeRange::of(home.root).host(), regions, root);
}

void untrust(const std::string& root) {
  require_root_user();
  if (!remove_trust(root)) say("  nothing of a region was in this machine's CA store or hosts");
}

bool print_trust(const Home& home, const std::string& root) {
  const TrustState state = trust_state(home, root);
  for (const std::string& path : state.certificates) say("  certificate   " + path);
  if (!state.has_ca) say("  the CA of the region in " + home.root.string() + " is not in this machine's CA store");
  for (const std::string& name : state.names) say("  name          " + name);
  if (state.names.empty()) say("  AWS's names lead to AWS");
  if (!state.names.empty() && !state.names_lead_here) say("  not all names lead to this region: hanbat trust");
  for (const std::string& path : state.resolver_files) say("  resolver      " + path);
  if (!state.names.empty() && !state.resolver_asks)
    say("  the resolver is not told of S3's buckets and balancers: hanbat trust");
  return state.has_ca && state.names_lead_here && state.resolver_asks;
}

}  // namespace hanbat::cli
