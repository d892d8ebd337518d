// The names of AWS's that no list ends, S3's buckets and balancers: how this machine's own resolver is told to ask the
// region for them. One file of ours beside its settings, which is known again by its first line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hanbat::cli {

/// A file for the resolver that this machine has, and what has it read.
struct ResolverFile {
  std::string path;
  std::string content;
  std::vector<std::string> reload;
  bool there = false;  // with this content
};

/// The domains that are the region's: of each region S3's buckets, its balancers and its registries.
std::vector<std::string> open_ended_domains(const std::vector<std::string>& regions);

/// For the resolver that /etc/resolv.conf below `root` leads to: systemd-resolved, NetworkManager's dnsmasq, dnsmasq or
/// unbound. Nothing where programs ask servers of others themselves, which can be told nothing of single domains.
std::optional<ResolverFile> resolver_file(const std::string& root, const std::string& address,
                                          const std::vector<std::string>& domains);
void put_resolver_file(const ResolverFile& file);

/// The files of ours that are there, whatever resolver they are for, with what has it read that they are gone.
std::vector<ResolverFile> our_resolver_files(const std::string& root);
/// With the folder, if it was made for it and nothing else is in it.
void remove_resolver_file(const ResolverFile& file);

}  // namespace hanbat::cli
