#include "services/s3/objects/object_parts.h"

#include <unistd.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "base/encoding.h"
#include "crypto/aes_ctr.h"
#include "crypto/checksum.h"
#include "crypto/digest.h"
#include "region/region.h"
#include "services/s3/archive/archive.h"

namespace hanbat::s3 {

store::Blob blob_of(region::Request& rq, const wire::Body& body, const std::string& what) {
  store::Blobs& blobs = rq.home.blobs;
  if (body.is_file() && !body.sha256().empty() && blobs.exists(body.sha256()))
    return {body.sha256(), body.size().value_or(0), body.md5(), body.hold()};
  const std::string bytes = body.is_bytes() ? crypto::sha256_hex(body.bytes()) : body.path();
  return rq
      .prepare<store::LooseBlob>(what + " " + bytes,
                                 [&blobs, body] {
                                   const auto writer = blobs.create();
                                   body.read([&](std::string_view piece) { writer->write(piece); });
                                   return store::LooseBlob(blobs, writer->commit());
                                 })
      .blob();
}

std::vector<Segment> slice(const std::vector<Segment>& segments, std::uint64_t offset, std::uint64_t size) {
  std::vector<Segment> out;
  for (const Segment& segment : segments) {
    if (size == 0) break;
    if (offset >= segment.size) {
      offset -= segment.size;
      continue;
    }
    const std::uint64_t take = std::min(segment.size - offset, size);
    out.push_back({segment.sha256, segment.offset + offset, take, segment.iv});
    offset = 0;
    size -= take;
  }
  return out;
}

wire::Body body_of(const store::Blobs& blobs, const std::vector<Segment>& segments, std::uint64_t offset,
                   std::uint64_t size, const std::optional<CustomerKey>& key) {
  const auto pieces = slice(segments, offset, size);
  if (pieces.empty()) return wire::Body::of_bytes("");
  // Opened now: the files outlive a deletion that commits while they are sent. Damage that is known or soon found is
  // answered by an error; a long blob's ends the answer before its last bytes.
  struct Piece {
    Fd file;
    std::unique_ptr<store::BlobCheck> check;
    Segment segment;
    std::optional<crypto::AesCtr> cipher;
  };
  struct Reader {
    std::vector<Piece> pieces;
    std::size_t at = 0;
    std::uint64_t done = 0;
  };
  auto reader = std::make_shared<Reader>();
  for (const Segment& piece : pieces) {
    auto [file, check] = blobs.open_to_send(piece.sha256);
    if (check && (piece.offset != 0 || piece.size != check->size())) {
      file = blobs.open(piece.sha256);  // a part of it cannot tell
      check = nullptr;
    }
    std::optional<crypto::AesCtr> cipher;
    if (!piece.iv.empty()) {
      if (!key) throw std::logic_error("encrypted bytes are read without their key");
      cipher.emplace(key->bytes, from_hex(piece.iv).value_or(""), piece.offset);
    }
    reader->pieces.push_back({std::move(file), std::move(check), piece, std::move(cipher)});
  }
  return wire::Body::of_producer(
      [reader](std::string& chunk) {
        if (reader->at == reader->pieces.size()) return false;
        auto& [file, check, piece, cipher] = reader->pieces[reader->at];
        chunk.resize(std::min<std::uint64_t>(256 << 10, piece.size - reader->done));
        const ssize_t got =
            pread(file.get(), chunk.data(), chunk.size(), static_cast<off_t>(piece.offset + reader->done));
        if (got <= 0) throw std::system_error(got < 0 ? errno : EIO, std::generic_category(), "cannot read a blob");
        chunk.resize(static_cast<std::size_t>(got));
        reader->done += static_cast<std::uint64_t>(got);
        if (check) check->update(chunk);
        if (cipher) cipher->apply({chunk.data(), chunk.size()});
        if (reader->done == piece.size) {
          if (check) check->finish();
          reader->done = 0;
          ++reader->at;
        }
        return true;
      },
      size);
}

std::optional<ByteRange> parse_range(std::string_view range, std::uint64_t size) {
  const std::string asked(range);
  if (!range.starts_with("bytes=")) return std::nullopt;
  range.remove_prefix(6);
  const std::size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.find(',') != std::string_view::npos) return std::nullopt;
  const auto first = parse_int(range.substr(0, dash));
  const auto last = parse_int(range.substr(dash + 1));
  const wire::Error outside = wire::Error("InvalidRange", 416, "The requested range is not satisfiable")
                                  .with("RangeRequested", asked)
                                  .with("ActualObjectSize", std::to_string(size));
  if (!first && !last) return std::nullopt;
  if (!first) {
    if (*last <= 0 || size == 0) throw wire::Error(outside);
    const std::uint64_t count = std::min<std::uint64_t>(static_cast<std::uint64_t>(*last), size);
    return ByteRange{size - count, count};
  }
  if (last && *last < *first) return std::nullopt;
  if (static_cast<std::uint64_t>(*first) >= size) throw wire::Error(outside);
  const std::uint64_t end = last ? std::min<std::uint64_t>(static_cast<std::uint64_t>(*last), size - 1) : size - 1;
  return ByteRange{static_cast<std::uint64_t>(*first), end - static_cast<std::uint64_t>(*first) + 1};
}

namespace {

constexpr std::size_t kLongestKey = 1024;

/// How entity tags are compared (RFC 9110, 8.8.3.2). Those of objects are strong, so only the given one may be weak.
enum class Comparison { kStrong, kWeak };

bool matches(const std::string& wanted, const std::string& e_tag, Comparison comparison) {
  for (const std::string& one : split(wanted, ',')) {
    std::string_view tag = trim(one);
    if (comparison == Comparison::kWeak && tag.starts_with("W/\"")) tag.remove_prefix(2);
    if (tag == "*" || quoted_e_tag(tag) == e_tag) return true;
  }
  return false;
}

wire::Error precondition_failed(std::string condition) {
  return wire::Error("PreconditionFailed", 412, "At least one of the pre-conditions you specified did not hold")
      .with("Condition", std::move(condition));
}

}  // namespace

std::string quoted_e_tag(std::string_view e_tag) {
  if (e_tag.size() >= 2 && e_tag.front() == '"') return std::string(e_tag);
  return "\"" + std::string(e_tag) + "\"";
}

void check_conditions(Timestamp now, std::string_view prefix, const ObjectRow& object,
                      const std::optional<std::string>& if_match, const std::optional<std::string>& if_none_match,
                      const std::optional<Timestamp>& if_modified_since,
                      const std::optional<Timestamp>& if_unmodified_since, const HeadObjectOutput& described) {
  // Dates in headers have no fraction of a second.
  const std::int64_t modified = object.modified.ms / 1000;
  const auto failed = [&](const char* condition) { return precondition_failed(std::string(prefix) + condition); };
  if (if_match) {
    if (!matches(*if_match, object.e_tag, Comparison::kStrong)) throw failed("If-Match");
  } else if (if_unmodified_since && modified > if_unmodified_since->ms / 1000) {
    throw failed("If-Unmodified-Since");
  }
  // Of a copy's source there is no 304.
  const auto not_modified = [&](const char* condition) {
    if (prefix.empty()) throw NotModified(described);
    throw failed(condition);
  };
  if (if_none_match) {
    if (matches(*if_none_match, object.e_tag, Comparison::kWeak)) not_modified("If-None-Match");
  } else if (if_modified_since && if_modified_since->ms <= now.ms && modified <= if_modified_since->ms / 1000) {
    not_modified("If-Modified-Since");  // a date that has not come yet says nothing (RFC 9110, 13.1.3)
  }
}

void check_write_conditions(const std::string& key, const std::optional<ObjectRow>& there,
                            const std::optional<std::string>& if_match, const std::optional<std::string>& if_none_match,
                            std::optional<Timestamp> since) {
  const auto not_taken = [](const char* header, const char* why) {
    return wire::Error("NotImplemented", 501, "A header you provided implies functionality that is not implemented")
        .with("Header", header)
        .with("additionalMessage", why);
  };
  if (if_match && if_none_match)
    throw not_taken("If-Match,If-None-Match", "Multiple conditional request headers present in the request");
  if (if_none_match && *if_none_match != "*")
    throw not_taken("If-None-Match", "We don't accept the provided value of If-None-Match header for this API");
  const bool exists = there && !there->delete_marker;
  const auto conflict = [&](const char* condition) {
    return wire::Error("ConditionalRequestConflict", 409,
                       "The conditional request cannot succeed due to a conflicting operation against this resource.")
        .with("Condition", condition)
        .with("Key", key);
  };
  const bool meanwhile = there && since && there->modified > *since;
  if (if_match) {
    if (!exists) throw wire::Error("NoSuchKey", 404, "The specified key does not exist.").with("Key", key);
    if (meanwhile) throw conflict("If-Match");
    if (!matches(*if_match, there->e_tag, Comparison::kStrong)) throw precondition_failed("If-Match");
  }
  if (if_none_match && exists) {
    if (meanwhile) throw conflict("If-None-Match");
    throw precondition_failed("If-None-Match");
  }
}

wire::Error invalid_argument(std::string message, std::string name, std::string value) {
  return wire::Error("InvalidArgument", 400, std::move(message))
      .with("ArgumentName", std::move(name))
      .with("ArgumentValue", std::move(value));
}

void check_version_id(const std::string& id) {
  if (id.empty()) throw invalid_argument("Version id cannot be the empty string", "versionId", id);
  const bool like_one = id == "null" || (id.size() >= 30 && std::ranges::all_of(id, [](unsigned char c) {
                                           return std::isalnum(c) != 0 || c == '.' || c == '_';
                                         }));
  if (!like_one) throw invalid_argument("Invalid version id specified", "versionId", id);
}

void check_storage_class(const std::optional<std::string>& asked) {
  if (asked && !find_word<StorageClass>(*asked))
    throw wire::Error("InvalidStorageClass", 400, "The storage class you specified is not valid")
        .with("StorageClassRequested", *asked);
}

std::optional<std::string> stored_encoding(const std::optional<std::string>& told) {
  if (!told) return std::nullopt;
  std::vector<std::string> kept;
  for (const std::string& one : split(*told, ','))
    if (!iequals(trim(one), "aws-chunked")) kept.emplace_back(trim(one));
  if (kept.empty()) return std::nullopt;
  return join(kept, ",");
}

void check_key(std::string_view key) {
  if (key.empty()) throw wire::Error("InvalidArgument", 400, "A key must not be empty");
  if (key.size() > kLongestKey)
    throw wire::Error("KeyTooLongError", 400, "Your key is too long")
        .with("Size", std::to_string(key.size()))
        .with("MaxSizeAllowed", std::to_string(kLongestKey));
}

Json checksums_of(const wire::Body& body) {
  Json out = Json::object();
  for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>)
    if (const std::string* sum = body.find_trailer("x-amz-checksum-" + std::string(name))) out[name] = *sum;
  if (out.empty() && body.is_bytes()) {
    crypto::Checksum usual(word_of(kUsualChecksum));
    usual.update(body.bytes());
    out[word_of(kUsualChecksum)] = to_base64(usual.finish());
  }
  return out;
}

ChecksumAlgorithm require_algorithm(std::string_view operation, const std::string& named) {
  if (const auto found = find_word<ChecksumAlgorithm>(lower(named))) return *found;
  static constexpr std::string_view kLater[] = {"MD5", "SHA512", "XXHASH3", "XXHASH64", "XXHASH128"};
  if (std::ranges::find(kLater, named) != std::end(kLater))
    throw wire::Error::not_implemented(operation, "ChecksumAlgorithm=" + named);
  throw wire::Error("InvalidRequest", 400,
                    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, "
                    "CRC32C, CRC64NVME, SHA1, SHA256]");
}

ReadAgain read_again(region::Request& rq, const std::vector<Segment>& segments, ChecksumAlgorithm algorithm,
                     const std::optional<CustomerKey>& key) {
  std::uint64_t size = 0;
  for (const Segment& segment : segments) size += segment.size;
  const std::string name(word_of(algorithm));
  return rq.prepare<ReadAgain>(name + " of " + to_json(segments).dump(),
                               [&blobs = rq.home.blobs, segments, name, size, key] {
                                 crypto::Checksum sum(name), md5("md5");
                                 body_of(blobs, segments, 0, size, key).read([&](std::string_view bytes) {
                                   sum.update(bytes);
                                   md5.update(bytes);
                                 });
                                 return ReadAgain{to_base64(sum.finish()), to_hex(md5.finish())};
                               });
}

void check_encryption(std::string_view operation, const std::optional<std::string>& asked) {
  if (asked && *asked != kSseS3 && !asked->starts_with("aws:"))
    throw invalid_argument("The encryption method specified is not supported", "x-amz-server-side-encryption", *asked);
  if (asked && *asked != kSseS3) throw wire::Error::not_implemented(operation, "ServerSideEncryption=" + *asked);
}

}  // namespace hanbat::s3
