#include "region/incoming_body.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <span>

#include "base/encoding.h"
#include "base/text.h"
#include "region/region.h"
#include "region/slow_down.h"
#include "store/blobs.h"

namespace hanbat::region {
namespace {

// Bodies up to this size stay in memory; larger ones are spooled to the blob store first.
constexpr std::size_t kInMemory = 1 << 20;
// No operation without a streaming body takes more than this: the largest are CodeCommit's and ECR's with 20 MB in
// base64.
constexpr std::uint64_t kLargestMessage = 32u << 20;
// S3's largest object in one piece; a body without a length ends here at the latest.
constexpr std::uint64_t kLargestStream = 5ull << 30;
// What may be in memory of messages that are not small, decoded some times over. Past it a caller is asked to come
// again.
constexpr std::uint64_t kLargeMessages = 2 * kLargestMessage;

}  // namespace

namespace {

constexpr std::string_view kUsualChecksum = "crc64nvme";
constexpr std::string_view kAlgorithmHeader = "x-amz-sdk-checksum-algorithm";

/// Whether the header is a parameter of an operation whose body is a message: it speaks of something else then, as
/// CompleteMultipartUpload's of the object.
bool is_parameter(const wire::OperationModel* operation, std::string_view header) {
  if (!operation || operation->streaming_input) return false;
  return std::any_of(operation->input->members.begin(), operation->input->members.end(),
                     [&](const wire::Member& member) {
                       return member.location == wire::Location::kHeader && iequals(member.wire_name, header);
                     });
}

/// The checksums that the head tells, in x-amz-checksum- headers; throws what S3 answers to two, to one that cannot be
/// of its algorithm, and to one of another algorithm than is named beside.
void check_told(const wire::RequestView& request, const wire::OperationModel* operation) {
  static constexpr std::string_view kPrefix = "x-amz-checksum-";
  const auto invalid = [](std::string_view header) {
    return wire::Error("InvalidRequest", 400, "Value for " + std::string(header) + " header is invalid.");
  };
  static constexpr std::string_view kTaken[] = {"crc32", "crc32c", "crc64nvme", "sha1", "sha256"};
  static constexpr std::string_view kLater[] = {"md5", "sha512", "xxhash3", "xxhash64", "xxhash128"};
  const auto is_one_of = [](std::span<const std::string_view> names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const std::string named = lower(request.header(kAlgorithmHeader));
  if (is_one_of(kLater, named)) throw wire::Error::not_implemented(operation->name, "ChecksumAlgorithm=" + named);
  if (!named.empty() && !is_one_of(kTaken, named)) throw invalid(kAlgorithmHeader);
  std::string told;
  for (const auto& [name, value] : request.headers) {
    const std::string key = lower(name);
    if (!key.starts_with(kPrefix) || is_parameter(operation, key)) continue;
    const std::string algorithm = key.substr(kPrefix.size());
    if (!is_one_of(kTaken, algorithm)) continue;
    if (!told.empty())
      throw wire::Error("InvalidRequest", 400,
                        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
    told = algorithm;
    const auto sum = from_base64(value);
    if (!sum || sum->size() != crypto::Checksum(algorithm).finish().size()) throw invalid(key);
  }
  if (!told.empty() && !named.empty() && named != told) throw invalid(kAlgorithmHeader);
}

}  // namespace

std::vector<crypto::Checksum> wanted_checksums(const wire::RequestView& request,
                                               const wire::OperationModel* operation) {
  static constexpr std::string_view kPrefix = "x-amz-checksum-";
  if (operation && operation->service->s3_signatures) check_told(request, operation);
  std::vector<crypto::Checksum> out;
  const auto want = [&](std::string_view name) {
    for (const crypto::Checksum& there : out)
      if (there.name() == name) return;
    if (crypto::Checksum::known(name)) out.emplace_back(name);
  };
  for (const auto& [name, value] : request.headers) {
    const std::string key = lower(name);
    if (key.starts_with(kPrefix) && !is_parameter(operation, key)) want(std::string_view(key).substr(kPrefix.size()));
    if (key == "x-amz-sdk-checksum-algorithm") want(lower(value));
    if (key == "x-amz-trailer")
      for (const std::string& trailer : split(lower(value), ','))
        if (trim(trailer).starts_with(kPrefix)) want(trim(trailer).substr(kPrefix.size()));
    if (key == "content-md5") want("md5");
  }
  // S3 keeps a checksum of every object, also of what was sent without one.
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
  if (operation && operation->streaming_input && operation->service->s3_signatures &&
      std::ranges::all_of(out, [](const crypto::Checksum& one) { return one.name() == "md5"; }))
    want(kUsualChecksum);
  return out;
}

void check_checksums(const wire::RequestView& request, std::vector<crypto::Checksum> checksums, wire::Body& body) {
  for (crypto::Checksum& checksum : checksums) {
    const std::string computed = to_base64(checksum.finish());
    if (checksum.name() == "md5") {
      const std::string declared = request.header("content-md5");
      if (declared.empty()) continue;
      if (from_base64(declared).value_or("").size() != 16)
        throw wire::Error("InvalidDigest", 400, "The Content-MD5 you specified was invalid.")
            .with("Content-MD5", declared);
      if (declared != computed)
        throw wire::Error("BadDigest", 400, "The Content-MD5 you specified did not match what we received.")
            .with("ExpectedDigest", declared)
            .with("CalculatedDigest", computed);
      continue;
    }
    const std::string name = "x-amz-checksum-" + checksum.name();
    const std::string* trailer = body.find_trailer(name);
    const std::string declared = trailer ? *trailer : request.header(name);
    if (!declared.empty() && declared != computed) {
      std::string upper = checksum.name();
      for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      throw wire::Error("BadDigest", 400, "The " + upper + " you specified did not match the calculated checksum.");
    }
    if (!trailer) body.with_trailer(name, computed);
  }
}

wire::Body read_body(Region& home, http::BodyReader& reader, std::vector<crypto::Checksum>& checksums, bool streaming) {
  std::string head;
  constexpr std::size_t kPiece = 64 << 10;
  const auto buffer = std::make_unique_for_overwrite<char[]>(kPiece);
  std::unique_ptr<store::BlobWriter> spool;
  std::uint64_t total = 0;
  while (const std::size_t got = reader.read({buffer.get(), kPiece})) {
    const std::string_view piece(buffer.get(), got);
    total += got;
    if (!streaming && total > kLargestMessage)
      throw wire::Error("RequestEntityTooLargeException", 413,
                        "The request's body is larger than this operation takes.");
    if (total > kLargestStream)
      throw wire::Error("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size");
    for (crypto::Checksum& checksum : checksums) checksum.update(piece);
    if (!spool && head.size() + got > kInMemory) {
      spool = home.blobs.create();
      spool->write(head);
      head.clear();
    }
    if (spool) {
      spool->write(piece);
    } else {
      head += piece;
    }
  }
  if (!spool && !streaming) return wire::Body::of_bytes(std::move(head));
  // A streaming body becomes a blob whatever its size: the handler will link to it.
  if (!spool) {
    spool = home.blobs.create();
    spool->write(head);
  }
  const store::Blob blob = spool->commit();
  wire::Body body = wire::Body::of_file(home.blobs.path(blob.sha256), 0, blob.size, blob.hold);
  body.with_hashes(blob.sha256, blob.md5);
  return body;
}

MemoryShare::MemoryShare(std::atomic<std::uint64_t>& taken, const wire::Body& body, wire::Protocol protocol)
    : taken_(taken), size_(body.is_bytes() ? 0 : body.size().value_or(0)) {
  if (taken_.fetch_add(size_) + size_ <= kLargeMessages || size_ == 0) return;
  taken_ -= size_;
  throw slow_down(protocol);
}

SpooledBlob::~SpooledBlob() {
  if (sha256_.empty()) return;
  try {
    home_.blobs.collect(sha256_);
  } catch (const std::exception& error) {
    spdlog::warn("the blob {} is left until the next start: {}", sha256_, error.what());
  }
}

}  // namespace hanbat::region
