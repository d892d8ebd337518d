// What an instance's metadata says, as a tree of paths: pure rendering of rows.
#pragma once

#include <string>

#include "services/ec2/metadata/metadata_paths.h"
#include "services/ec2/store.h"

namespace hanbat::ec2 {

/// The tree of one instance. Without iam/security-credentials/<role>'s content, which is made when it is asked for; the
/// leaf is there and empty.
MetadataTree metadata_tree(store::Tx& tx, const Resource<Instance>& row, const std::string& role_name);
/// dynamic/instance-identity/document
Json identity_document(const Resource<Instance>& row);

}  // namespace hanbat::ec2
