// Tags in S3's words. A bucket's lie with everybody's; an object's are its version's, in its row.
#pragma once

#include <string>

#include "base/json.h"
#include "region/tag_keys.h"
#include "region/tags.h"

namespace hanbat::s3 {

/// The rules for tags that come with a new bucket, that a bucket gets, that an object gets.
extern const region::TagRules kNewBucketTags, kBucketTags, kObjectTags;

/// Tags of an object as its row has them, an array of {Key, Value} in the order in which they came. Throws as
/// region::merged_tags.
Json checked_object_tags(const region::TagPairs& tags);
/// The same of x-amz-tagging, "a=1&b=2". Throws InvalidArgument for what is no such text.
Json parse_tagging(const std::string& text);

/// s3:RequestObjectTag/<key> and s3:RequestObjectTagKeys of tags that a call brings.
region::ConditionKeys object_tag_keys(const region::TagMap& tags);
/// The same of an array of {Key, Value}.
region::ConditionKeys object_tag_keys(const Json& tags);

}  // namespace hanbat::s3
