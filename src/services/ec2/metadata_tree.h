// What an instance's metadata says, as a tree of paths: pure rendering of rows.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// Leaves by path below "meta-data/": "placement/region" → "ap-northeast-2". Without iam/security-credentials/<role>'s
/// content, which is made when it is asked for; the leaf is there and empty.
using MetadataTree = std::map<std::string, std::string>;

MetadataTree metadata_tree(store::Tx& tx, const Resource<Instance>& row, const std::string& role_name);
/// What is at the path: a leaf's text, or the listing of a folder; nothing when there is neither.
std::optional<std::string> look_up(const MetadataTree& tree, std::string_view path);
/// dynamic/instance-identity/document
Json identity_document(const Resource<Instance>& row);

}  // namespace hanbat::ec2
