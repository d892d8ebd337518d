// Whether this machine itself takes the region for AWS: its CA store and its names.
#pragma once

#include <string>
#include <vector>

#include "main/cli/home.h"

namespace hanbat::cli {

/// What of a region's trust a machine's files have. `root` is the folder that stands for /.
struct TrustState {
  std::vector<std::string> certificates;    // files of ours in the CA store's folder
  bool has_ca = false;                      // the one of this region is among them
  std::vector<std::string> names;           // "198.18.0.1 ec2.…"
  bool names_lead_here = false;             // all of them to this region's address
  std::vector<std::string> resolver_files;  // ours beside the settings of this machine's resolver
  bool resolver_asks = true;                // it has such a file that leads here, or is none that could have one
  bool any() const { return !certificates.empty() || !names.empty() || !resolver_files.empty(); }
};
TrustState trust_state(const Home& home, const std::string& root);

/// Takes out what is there of any region's, saying each step; nothing there: nothing is said. Returns whether there was
/// anything. Takes root.
bool remove_trust(const std::string& root);

}  // namespace hanbat::cli
