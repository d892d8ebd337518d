// Tags of certificates.
#include "region/tag_refusals.h"
#include "services/acm/acm.h"

namespace hanbat::acm {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"TooManyTagsException", "A certificate can have at most 50 tags."},
    .reserved = {"InvalidTagException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"InvalidTagException", "The tag key is given more than once: {key}"},
    .empty_key = {"InvalidTagException", "A tag key cannot be empty."},
    .long_key = {"InvalidTagException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"InvalidTagException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"InvalidTagException", "The tag key has characters that are not valid: {key}"},
    .value_character = {"InvalidTagException", "The tag's value has characters that are not valid: {key}"}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

AddTagsToCertificateOutput Acm::add_tags_to_certificate(region::Request& rq, const AddTagsToCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:AddTagsToCertificate", in.certificate_arn,
                                                 region::request_tag_keys(region::tag_map(in.tags)));

  region::put_tags(rq.tx, row.id, region::tag_pairs(in.tags), kTagRules);
  return {};
}

/// A tag that is given with a value goes only when it has that one.
RemoveTagsFromCertificateOutput Acm::remove_tags_from_certificate(region::Request& rq,
                                                                  const RemoveTagsFromCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:RemoveTagsFromCertificate", in.certificate_arn,
                                                 region::request_tag_keys(region::tag_map(in.tags)));

  const region::TagMap have = region::tags_of(rq.tx, row.id);
  std::vector<std::string> keys;
  for (const Tag& tag : in.tags) {
    const auto found = have.find(tag.key);
    if (!tag.value || (found != have.end() && found->second == *tag.value)) keys.push_back(tag.key);
  }
  if (!keys.empty()) region::remove_tags(rq.tx, row.id, keys, kTagRules);
  return {};
}

ListTagsForCertificateOutput Acm::list_tags_for_certificate(region::Request& rq,
                                                            const ListTagsForCertificateInput& in) {
  const CertificateRow row = require_certificate(rq, "acm:ListTagsForCertificate", in.certificate_arn);

  return {.tags = region::tag_list<Tag>(region::tags_of(rq.tx, row.id))};
}

}  // namespace hanbat::acm
