// The paths of the metadata service: which of them are there, and what an instance that asks for one is told. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hanbat::ec2 {

/// Leaves by path below "meta-data/": "placement/region" → "ap-northeast-2".
using MetadataTree = std::map<std::string, std::string>;

/// What is at the path: a leaf's text, or the listing of a folder; nothing when there is neither.
std::optional<std::string> look_up(const MetadataTree& tree, std::string_view path);

/// "/latest/meta-data/x", percent-encoded as it came, without its version: "meta-data/x"; nothing when it begins with
/// none.
std::optional<std::string> below_version(std::string_view raw_path);

}  // namespace hanbat::ec2
