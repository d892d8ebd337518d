// `hanbat cost`: what the region's accounts have cost, and what would go on to.
#pragma once

#include <string>

#include "main/cli/home.h"

namespace hanbat::cli {

struct CostFlags {
  std::string account;         // "" = all that the region's own account pays for
  std::string by = "service";  // service, resource, hour, tag
  std::string key;             // the tag's, with by = tag
  std::string region = "ap-northeast-2";
  bool month = false;  // instead: what runs now, for a month
  bool json = false;
};

/// Prints it. Throws Failure when no region runs, or when what is asked cannot be answered.
void print_cost(const Home& home, const CostFlags& flags);

}  // namespace hanbat::cli
