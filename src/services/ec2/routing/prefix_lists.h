// Prefix lists: sets of address blocks under one id, which routes and rules of security groups name. AWS's own follow
// from where the region answers; customers' are rows, with every version that they had.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "host/edge_range.h"
#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// "com.amazonaws.<region>.s3": the service's name as of endpoints, and the name of its prefix list.
std::string s3_service(std::string_view region);
/// AWS's list of S3's addresses in the place's region. It is no row.
Resource<ManagedPrefixList> s3_prefix_list(const Place& place, const host::EdgeRange& edge);

/// The place's own list, or AWS's.
std::optional<Resource<ManagedPrefixList>> find_prefix_list(store::Tx& tx, const Place& place,
                                                            const host::EdgeRange& edge, std::string_view id);
/// The same; throws AWS's "does not exist".
Resource<ManagedPrefixList> require_prefix_list(store::Tx& tx, const Place& place, const host::EdgeRange& edge,
                                                std::string_view id);

/// The entries of a version; nothing when the list has no such version (any more).
std::optional<std::vector<PrefixListEntry>> entries_of(const Resource<ManagedPrefixList>& list, std::int64_t version);
/// What the list says now, as "10.0.0.0/8", in order. Nothing of a list of IPv6, which no VPC here carries.
std::vector<std::string> blocks_of(const Resource<ManagedPrefixList>& list);
/// For how many entries of its own a route table or security group counts a reference: as many as the list may have.
std::size_t weight_of(const Resource<ManagedPrefixList>& list);

/// Rows of a table or group whose entries name the list count by its weight; the others count one each.
std::size_t routes_counted(store::Tx& tx, const Resource<RouteTable>& table, const host::EdgeRange& edge);
std::size_t rules_counted(store::Tx& tx, const std::vector<Resource<SecurityGroupRule>>& rules,
                          const host::EdgeRange& edge);
inline constexpr std::size_t kMostRoutes = 500;
inline constexpr std::size_t kMostRules = 60;  // of a security group and direction

}  // namespace hanbat::ec2
