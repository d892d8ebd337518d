// Tags of secrets.
#include "region/tag_refusals.h"
#include "services/secretsmanager/secretsmanager.h"

namespace hanbat::secretsmanager {
namespace {

constexpr region::TagRefusals kTagRefusals{
    .too_many = {"InvalidParameterException", "A secret can have at most 50 tags."},
    .reserved = {"InvalidParameterException", "Tag keys that begin with aws: are reserved: {key}"},
    .duplicate = {"InvalidParameterException", "The tag key is given more than once: {key}"},
    .empty_key = {"InvalidParameterException", "A tag key cannot be empty."},
    .long_key = {"InvalidParameterException", "A tag key cannot be longer than 128 characters: {key}"},
    .long_value = {"InvalidParameterException", "The value of a tag cannot be longer than 256 characters: {key}"},
    .key_character = {"InvalidParameterException", "The tag key has characters that are not valid: {key}"},
    .value_character = {"InvalidParameterException", "The tag's value has characters that are not valid: {key}"}};

}  // namespace

const region::TagRules kTagRules{.error = region::refuse_by<kTagRefusals>};

// As on AWS, a caller who would lose the permission by the change is refused: hence the second question, which sees the
// tags as they are then.

TagResourceOutput SecretsManager::tag_resource(region::Request& rq, const TagResourceInput& in) {
  const region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  SecretRow secret = require_secret(rq, "secretsmanager:TagResource", in.secret_id, keys);

  region::put_tags(rq.tx, secret.id, region::tag_pairs(in.tags), kTagRules);
  secret.shape.changed = rq.now();
  region::update(rq.tx, secret);
  ask(rq, "secretsmanager:TagResource", secret, keys);

  return {};
}

UntagResourceOutput SecretsManager::untag_resource(region::Request& rq, const UntagResourceInput& in) {
  const region::ConditionKeys keys = region::removed_tag_keys(in.tag_keys);
  SecretRow secret = require_secret(rq, "secretsmanager:UntagResource", in.secret_id, keys);

  region::remove_tags(rq.tx, secret.id, in.tag_keys, kTagRules);
  secret.shape.changed = rq.now();
  region::update(rq.tx, secret);
  ask(rq, "secretsmanager:UntagResource", secret, keys);

  return {};
}

}  // namespace hanbat::secretsmanager
