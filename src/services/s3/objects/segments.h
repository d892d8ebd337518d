// Of what the bytes of objects and parts are made: stretches of the region's blobs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "store/blobs.h"
#include "store/database.h"

namespace hanbat::s3 {

/// A stretch of a blob; an object is its segments, one after the other.
struct Segment {
  std::string sha256;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string iv = {};  // hex: where the customer's key that encrypted the blob begins to count; "" where none did
};

Json to_json(const std::vector<Segment>& segments);
/// Those that the body of a row names.
std::vector<Segment> segments_of(const Json& body);
/// The owner holds the blobs; or lets go of them.
void link(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner);
void unlink(store::Tx& tx, store::Blobs& blobs, const std::vector<Segment>& segments, const std::string& owner);

}  // namespace hanbat::s3
