// The checksums that objects and the parts of uploads are kept with.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "base/json.h"
#include "base/words.h"
#include "wire/body.h"

namespace hanbat::s3 {

enum class ChecksumAlgorithm { kCrc32, kCrc32c, kCrc64nvme, kSha1, kSha256 };
/// Whether an upload's checksum is of its bytes or of the checksums of its parts.
enum class ChecksumType { kFullObject, kComposite };

}  // namespace hanbat::s3

/// As the body's `checksums` object, the trailers and crypto::Checksum name them; AWS's words have capital letters.
template <>
inline constexpr auto hanbat::kWords<hanbat::s3::ChecksumAlgorithm> =
    std::to_array<hanbat::Word<hanbat::s3::ChecksumAlgorithm>>(
        {{hanbat::s3::ChecksumAlgorithm::kCrc32, "crc32"},
         {hanbat::s3::ChecksumAlgorithm::kCrc32c, "crc32c"},
         {hanbat::s3::ChecksumAlgorithm::kCrc64nvme, "crc64nvme"},
         {hanbat::s3::ChecksumAlgorithm::kSha1, "sha1"},
         {hanbat::s3::ChecksumAlgorithm::kSha256, "sha256"}});

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::ChecksumType> = std::to_array<hanbat::Word<hanbat::s3::ChecksumType>>(
    {{hanbat::s3::ChecksumType::kFullObject, "FULL_OBJECT"}, {hanbat::s3::ChecksumType::kComposite, "COMPOSITE"}});

namespace hanbat::s3 {

/// As AWS writes the algorithm's word.
inline std::string capitals(std::string_view name) {
  std::string out(name);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

/// The member of an input or output that has the checksum.
template <class T>
auto& member_of(T& of, ChecksumAlgorithm algorithm) {
  switch (algorithm) {
    case ChecksumAlgorithm::kCrc32:
      return of.checksum_crc32;
    case ChecksumAlgorithm::kCrc32c:
      return of.checksum_crc32_c;
    case ChecksumAlgorithm::kCrc64nvme:
      return of.checksum_crc64_nvme;
    case ChecksumAlgorithm::kSha1:
      return of.checksum_sha1;
    case ChecksumAlgorithm::kSha256:
      return of.checksum_sha256;
  }
  throw std::logic_error("a checksum without a member");
}

/// Gives checksums of a row to any output that has their members.
template <class Out>
void give_checksums(const Json& body, Out& out) {
  const Json& sums = body["checksums"];
  for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>)
    if (const Json* sum = sums.find(name)) member_of(out, algorithm) = sum->as_string();
}
/// Of what was written without a checksum.
inline constexpr ChecksumAlgorithm kUsualChecksum = ChecksumAlgorithm::kCrc64nvme;
/// The algorithm that a header names; throws what S3 answers to an unknown one, 501 for one of AWS's that is not here.
ChecksumAlgorithm require_algorithm(std::string_view operation, const std::string& named);
/// Which of an input's members tells a checksum, if any does.
template <class In>
std::optional<ChecksumAlgorithm> told_algorithm(const In& in) {
  for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>)
    if (member_of(in, algorithm)) return algorithm;
  return std::nullopt;
}

/// The checksums that the front door computed and checked for this body; of one in memory the usual one.
Json checksums_of(const wire::Body& body);

}  // namespace hanbat::s3
