// What a block of events is passed over by: a hash of each thing that its events can be looked up by, within their
// account and region. Two things seldom have the same one (32 bits), and then a block is read for nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "services/cloudtrail/query.h"

namespace hanbat::cloudtrail {

/// FNV-1a over account, region, the key's number and the value; it is on disk, so it stays.
std::uint32_t key_hash(std::string_view account, std::string_view region, std::optional<LookupKey> key,
                       std::string_view value);
/// That of what is asked for.
std::uint32_t key_hash(const EventQuery& query);
/// Those of all that an event is found by.
std::vector<std::uint32_t> key_hashes(const TrailEvent& event);

}  // namespace hanbat::cloudtrail
