// The kernel's counters of what a VPC's addresses and NAT gateways carry. They stand in a table of their own beside the
// VPC's rules, so that a change of these, which replaces them whole, leaves the counters as they are.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/count_book.h"
#include "host/counts.h"
#include "host/edge_range.h"
#include "host/networks/spec.h"

namespace hanbat::host {

/// The counters that a VPC has: "nat_nat_0a…", "out_eni_0b…".
std::set<std::string> traffic_counters(const VpcSpec& spec);
/// Makes those that are missing and sends the VPC's packets to them; counters that are there keep their values.
std::string nft_of_traffic(const VpcSpec& spec, const EdgeRange& edge = {});
/// The values by counter, from what `nft -j list counters` prints. Throws JsonError.
std::map<std::string, std::int64_t> read_traffic_counters(std::string_view listed);
/// A counter's name, and back.
std::string counter_name(CountKind kind, std::string_view id);
Count count_of_counter(std::string_view name);

/// What is told of a VPC's book; `wanted` are the counters that the VPC has now. Of whom it is, the book says.
std::vector<Count> counts_of(const CountBook& book, const std::string& vpc_id, const std::set<std::string>& wanted);
std::string about_of(const VpcSpec& spec);

}  // namespace hanbat::host
