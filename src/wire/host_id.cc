#include "wire/host_id.h"

#include "base/encoding.h"
#include "crypto/digest.h"

namespace hanbat::wire {
namespace {

constexpr std::size_t kBytes = 56;

}  // namespace

std::string host_id_of(std::string_view request_id) {
  using Kind = crypto::Digest::Kind;
  const std::string first = crypto::digest(Kind::kSha256, request_id);
  return to_base64((first + crypto::digest(Kind::kSha256, first)).substr(0, kBytes));
}

}  // namespace hanbat::wire
