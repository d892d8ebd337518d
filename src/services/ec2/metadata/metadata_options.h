// What an instance's metadata options choose from.
#pragma once

#include "base/words.h"
#include "gen/ec2/model.h"

namespace hanbat::ec2 {

/// Of the endpoint as a whole, of its IPv6 one, and of the tags that it shows.
enum class MetadataSwitch { kDisabled, kEnabled };
/// Whether it answers who has no token.
enum class HttpTokens { kOptional, kRequired };

inline constexpr MetadataSwitch kUsualEndpoint = MetadataSwitch::kEnabled;
inline constexpr MetadataSwitch kUsualMetadataTags = MetadataSwitch::kDisabled;
inline constexpr HttpTokens kUsualTokens = HttpTokens::kOptional;

}  // namespace hanbat::ec2

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::MetadataSwitch> =
    std::to_array<hanbat::Word<hanbat::ec2::MetadataSwitch>>(
        {{hanbat::ec2::MetadataSwitch::kDisabled, "disabled"}, {hanbat::ec2::MetadataSwitch::kEnabled, "enabled"}});

template <>
inline constexpr auto hanbat::kWords<hanbat::ec2::HttpTokens> = std::to_array<hanbat::Word<hanbat::ec2::HttpTokens>>(
    {{hanbat::ec2::HttpTokens::kOptional, "optional"}, {hanbat::ec2::HttpTokens::kRequired, "required"}});

namespace hanbat::ec2 {

inline bool answers(const InstanceMetadataOptionsResponse& options) {
  return require_word(options.http_endpoint, kUsualEndpoint) == MetadataSwitch::kEnabled;
}
inline bool wants_tokens(const InstanceMetadataOptionsResponse& options) {
  return require_word(options.http_tokens, kUsualTokens) == HttpTokens::kRequired;
}
inline bool shows_tags(const InstanceMetadataOptionsResponse& options) {
  return require_word(options.instance_metadata_tags, kUsualMetadataTags) == MetadataSwitch::kEnabled;
}

}  // namespace hanbat::ec2
