// Completing an upload: what its parts have to be, and the object that they become.
#include <algorithm>

#include "base/encoding.h"
#include "crypto/checksum.h"
#include "services/s3/encryption/customer_key.h"
#include "services/s3/objects/object_parts.h"
#include "services/s3/s3.h"
#include "services/s3/uploads/upload_checksum.h"

namespace hanbat::s3 {
namespace {

constexpr std::uint64_t kSmallestPart = 5u << 20;

/// An entity tag without its quotes.
std::string bare(const std::string& e_tag) { return replace_all(e_tag, "\"", ""); }

wire::Error invalid_part(const UploadRow& upload, int number, const std::string& e_tag) {
  return wire::Error("InvalidPart", 400,
                     "One or more of the specified parts could not be found.  The part may not have been uploaded, or "
                     "the specified entity tag may not match the part's entity tag.")
      .with("UploadId", upload.upload_id)
      .with("PartNumber", std::to_string(number))
      .with("ETag", bare(e_tag));
}

/// The object's checksum from those of its parts: of the whole, or a checksum of checksums with the count behind it.
std::optional<std::string> combined_checksum(ChecksumAlgorithm algorithm, ChecksumType type,
                                             const std::vector<PartRow>& parts) {
  const std::string_view name = word_of(algorithm);
  if (type == ChecksumType::kComposite) {
    std::string all;
    for (const PartRow& part : parts) {
      const auto sum = from_base64(part.body["checksums"].text(name));
      if (!sum || sum->empty()) return std::nullopt;
      all += *sum;
    }
    crypto::Checksum of_sums(name);
    of_sums.update(all);
    return to_base64(of_sums.finish()) + "-" + std::to_string(parts.size());
  }
  std::string whole;
  for (const PartRow& part : parts) {
    const auto sum = from_base64(part.body["checksums"].text(name));
    if (!sum || sum->empty()) return std::nullopt;
    whole = whole.empty() ? *sum : crypto::combine_crc(name, whole, *sum, part.size);
  }
  return to_base64(whole);
}

/// The parts that a completion names, in order. Throws what S3 answers to a list that is not in order, to parts that
/// were not uploaded so and to those that are too small.
std::vector<PartRow> choose_parts(const UploadRow& upload, const std::optional<CompletedMultipartUpload>& named,
                                  const std::vector<PartRow>& uploaded) {
  if (!named) throw wire::Error("InvalidRequest", 400, "You must specify at least one part");
  if (!named->parts || named->parts->empty())
    throw wire::Error("MalformedXML", 400,
                      "The XML you provided was not well-formed or did not validate against our published schema");
  const auto algorithm = algorithm_of(upload);
  std::vector<PartRow> parts;
  int last = 0;
  for (const CompletedPart& wanted : *named->parts) {
    const int number = wanted.part_number.value_or(0);
    if (number <= last)
      throw wire::Error("InvalidPartOrder", 400,
                        "The list of parts was not in ascending order. Parts must be ordered by part number.")
          .with("UploadId", upload.upload_id);
    last = number;
    const auto found =
        std::find_if(uploaded.begin(), uploaded.end(), [&](const PartRow& p) { return p.number == number; });
    const std::string e_tag = wanted.e_tag.value_or("");
    if (found == uploaded.end() || quoted_e_tag(e_tag) != found->e_tag) throw invalid_part(upload, number, e_tag);
    const auto told = told_algorithm(wanted);
    if (told && told != algorithm) throw invalid_part(upload, number, e_tag);
    if (told && *member_of(wanted, *told) != found->body["checksums"].text(word_of(*told)))
      throw invalid_part(upload, number, e_tag);
    if (!told && algorithm && upload.body.text("checksum_type") == word_of(ChecksumType::kComposite))
      throw wire::Error("InvalidRequest", 400,
                        "The upload was created using a " + std::string(word_of(*algorithm)) +
                            " checksum. The complete request must include the checksum for each part. It was missing "
                            "for part " +
                            std::to_string(number) + " in the request.");
    parts.push_back(*found);
  }
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    if (parts[i].size < kSmallestPart)
      throw wire::Error("EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed size")
          .with("ETag", bare(parts[i].e_tag))
          .with("MinSizeAllowed", std::to_string(kSmallestPart))
          .with("PartNumber", std::to_string(parts[i].number))
          .with("ProposedSize", std::to_string(parts[i].size));
  return parts;
}

/// Of an object's body: the upload that made it.
constexpr const char* kMadeByUpload = "upload_id";

/// The checksums of the whole object that the caller knows, against those that were made of the parts.
void check_object_checksums(const CompleteMultipartUploadInput& in, const Json& computed) {
  for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>) {
    const auto& given = member_of(in, algorithm);
    if (!given || !computed.contains(name) || computed.text(name) == *given) continue;
    throw wire::Error("BadDigest", 400,
                      "The " + capitals(name) + " you specified did not match the calculated checksum.");
  }
}

CompleteMultipartUploadOutput describe_completed(const BucketRow& bucket, const ObjectRow& object) {
  CompleteMultipartUploadOutput out;
  if (!is_sealed(object.body)) out.server_side_encryption = kSseS3;
  out.bucket = bucket.id;
  out.key = object.key;
  out.location = "https://" + bucket.id + ".s3." + region_of(bucket) + ".amazonaws.com/" + percent_encode(object.key);
  out.e_tag = object.e_tag;
  out.version_id = told_of_new(bucket, object.version_id);
  out.expiration = told_expiration(bucket, object);
  give_checksums(object.body, out);
  if (object.body.contains("checksums")) out.checksum_type = object.body.text("checksum_type");
  return out;
}

/// The checksum that the completion tells of the whole object: it can be one of its algorithm, which is the upload's.
void check_told_checksum(const CompleteMultipartUploadInput& in, const UploadRow& upload) {
  const auto of_upload = algorithm_of(upload);
  for (const auto& [algorithm, name] : kWords<ChecksumAlgorithm>) {
    const auto& told = member_of(in, algorithm);
    if (!told) continue;
    const auto sum = from_base64(told->substr(0, told->find('-')));  // "…-2" is of the checksums of two parts
    if (!sum || sum->size() != crypto::Checksum(name).finish().size())
      throw wire::Error("InvalidRequest", 400, "Value for x-amz-checksum-" + std::string(name) + " header is invalid.");
    if (of_upload && *of_upload != algorithm)
      throw wire::Error("InvalidRequest", 400,
                        "Checksum Type mismatch occurred, expected checksum Type: " + std::string(word_of(*of_upload)) +
                            ", actual checksum Type: " + std::string(name));
  }
}

/// The type that the completion names, against that of the upload.
void check_completed_type(const CompleteMultipartUploadInput& in, const UploadRow& upload) {
  if (!in.checksum_type) return;
  const std::string made = upload.body.text("checksum_type", "null");
  if (word_of(require_type(*in.checksum_type)) != made)
    throw wire::Error("InvalidRequest", 400,
                      "The upload was created using the " + made +
                          " checksum mode. The complete request must use the same checksum mode.");
}

}  // namespace

CompleteMultipartUploadOutput S3::complete_multipart_upload(region::Request& rq,
                                                            const CompleteMultipartUploadInput& in) {
  region::ConditionKeys keys;
  if (in.if_match) keys["s3:if-match"] = {*in.if_match};
  if (in.if_none_match) keys["s3:if-none-match"] = {*in.if_none_match};
  const BucketRow bucket =
      require_bucket_for_key(rq, "s3:PutObject", in.bucket, in.key, terms_of(in), {}, std::move(keys));
  // Who lost the answer asks again.
  const auto latest = find_latest(rq.tx, bucket.id, in.key);
  if (latest && latest->body.text(kMadeByUpload) == in.upload_id) return describe_completed(bucket, *latest);
  const UploadRow upload = require_upload(rq, in.bucket, in.key, in.upload_id);
  if (const auto key = customer_key_of(rq, in)) require_part_key(upload.body, key);
  check_write_conditions(in.key, latest, in.if_match, in.if_none_match, upload.initiated);
  check_told_checksum(in, upload);
  check_completed_type(in, upload);
  const ChecksumAlgorithm algorithm = algorithm_of(upload).value_or(kUsualChecksum);
  const auto type = require_word<ChecksumType>(upload.body.text("checksum_type", word_of(ChecksumType::kFullObject)));
  const std::vector<PartRow> parts =
      choose_parts(upload, in.multipart_upload, s3::list_parts(rq.tx, upload.upload_id, 0, kMostParts));

  ObjectRow object;
  object.bucket = bucket.id;
  object.key = in.key;
  object.modified = rq.now();
  object.body = upload.body;
  std::vector<Segment> segments;
  Json sizes = Json::array(), sums = Json::array();
  std::string digests;
  for (const PartRow& part : parts) {
    object.size += part.size;
    sizes.push_back(part.size);
    sums.push_back(part.body["checksums"]);
    digests += from_hex(std::string_view(part.e_tag).substr(1, part.e_tag.size() - 2)).value_or("");
    for (const Segment& segment : part.segments()) segments.push_back(segment);
  }
  if (in.mpu_object_size && *in.mpu_object_size < 0)
    throw wire::Error("InvalidRequest", 400, "Value for x-amz-mp-object-size header is less than zero");
  if (in.mpu_object_size && static_cast<std::uint64_t>(*in.mpu_object_size) != object.size)
    throw wire::Error("InvalidRequest", 400,
                      "The provided 'x-amz-mp-object-size' header value " + std::to_string(*in.mpu_object_size) +
                          " does not match what was computed: " + std::to_string(object.size));
  crypto::Checksum md5("md5");
  md5.update(digests);
  object.e_tag = quoted_e_tag(to_hex(md5.finish()) + "-" + std::to_string(parts.size()));
  object.body["segments"] = to_json(segments);
  object.body["parts"] = std::move(sizes);
  object.body.erase("algorithm");
  auto sum = combined_checksum(algorithm, type, parts);
  // Parts that were sent with another checksum than the upload's usual one are read again for that.
  if (!sum && type == ChecksumType::kFullObject) sum = read_again(rq, segments, algorithm).checksum;
  if (sum) {
    object.body["checksums"] = Json::object({{std::string(word_of(algorithm)), *sum}});
    object.body["checksum_type"] = word_of(type);
  }
  if (upload.body.contains("algorithm")) object.body["part_checksums"] = std::move(sums);
  check_object_checksums(in, object.body["checksums"]);
  object.body[kMadeByUpload] = in.upload_id;
  // The new links come before the parts' links go, so no blob is without an owner in between.
  object = write_object(rq, bucket, std::move(object), "CompleteMultipartUpload");
  remove_upload(rq.tx, home_.blobs, upload);
  return describe_completed(bucket, object);
}

}  // namespace hanbat::s3
