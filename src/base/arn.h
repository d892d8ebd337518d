// Amazon Resource Names: arn:partition:service:region:account:resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hanbat {

struct Arn {
  std::string partition = "aws";
  std::string service;
  std::string region;
  std::string account;
  std::string resource;

  std::string str() const;
};

/// Reads an ARN; nothing when the text is none.
std::optional<Arn> parse_arn(std::string_view text);
/// The ARN of a resource in the `aws` partition.
std::string make_arn(std::string_view service, std::string_view region, std::string_view account,
                     std::string_view resource);

}  // namespace hanbat
