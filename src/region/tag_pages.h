// The tags of many resources, a stretch at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/database.h"

namespace hanbat::region {

struct PlacedTag {
  std::string arn;
  std::string key;
  std::string value;
};

/// Tags of the resources whose ARN begins so, by ARN and then by key, those after the one of that ARN and key; `most`
/// of them.
std::vector<PlacedTag> tags_after(store::Tx& tx, std::string_view arn_prefix,
                                  const std::optional<std::pair<std::string, std::string>>& after, std::size_t most);

}  // namespace hanbat::region
