// A request's body on its way in: checked against the client's checksums, bounded in what it takes of the memory and of
// the disk.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "crypto/checksum.h"
#include "http/message.h"
#include "wire/body.h"
#include "wire/codec.h"

namespace hanbat::region {

class Region;

/// The checksums that the client sends with this body, or asks to be made of it: by header, by trailer, by name.
std::vector<crypto::Checksum> wanted_checksums(const wire::RequestView& request, const wire::OperationModel* operation);
/// Compares what was computed with what the client told, and leaves it on the body for the operation to keep. Throws
/// InvalidDigest or BadDigest.
void check_checksums(const wire::RequestView& request, std::vector<crypto::Checksum> checksums, wire::Body& body);

/// Reads the body: small ones into memory, larger ones and those of streaming operations into a blob. Throws
/// RequestEntityTooLargeException (413) for a message of more than 32 MiB, EntityTooLarge for a stream of more than 5
/// GiB.
wire::Body read_body(Region& home, http::BodyReader& reader, std::vector<crypto::Checksum>& checksums, bool streaming);

/// A share of the memory for messages that are not small, as long as it lives.
class MemoryShare {
 public:
  /// `taken`: the bytes of all such messages. Throws the protocol's own "slow down" when there is no room.
  MemoryShare(std::atomic<std::uint64_t>& taken, const wire::Body& body, wire::Protocol protocol);
  MemoryShare(const MemoryShare&) = delete;
  ~MemoryShare() { taken_ -= size_; }

 private:
  std::atomic<std::uint64_t>& taken_;
  const std::uint64_t size_;
};

/// The blob that a request's body was spooled to. Unless an operation took it up it goes with the request: nobody fills
/// the disk with what is refused. Outlives the body, which holds the blob.
class SpooledBlob {
 public:
  explicit SpooledBlob(Region& home) : home_(home) {}
  SpooledBlob(const SpooledBlob&) = delete;
  ~SpooledBlob();
  void is(const wire::Body& body) { sha256_ = body.is_file() ? body.sha256() : ""; }
  void was_taken_up() { sha256_.clear(); }

 private:
  Region& home_;
  std::string sha256_;
};

}  // namespace hanbat::region
