// Every kind of resource that takes tags, with the calls that make, tag, list and remove one. A kind or an operation
// that takes tags and is not here fails the test that walks the operations' permissions.
#pragma once

#include <string>
#include <vector>

#include "main/list_cases.h"

namespace hanbat {

/// In a step's input `$TAGS` are tags as the service spells them, `$KEYS` a list of keys.
struct TagCase {
  enum class Tagging { kAdds, kReplaces };

  std::string service;
  std::string kind;  // the ARN as operations.txt has it, with '*' for its variables
  std::string arn;   // of the resource, as the table of tags has it; "" when its tags lie elsewhere
  std::vector<Step> setup;
  Step create;  // without $TAGS when tags come later only
  Step remove;  // no operation when it does not go, or not at once
  Step tag;
  Step untag;
  Step list;  // what it saves is the path of the tags
  Tagging tagging = Tagging::kAdds;
  std::size_t most = 50;
  Step find = {};  // after `create`, where its answer does not say the name
};

/// A service's codes for what is wrong with tags.
struct TagCodes {
  enum class Form { kUpper, kLower, kMap };  // [{"Key","Value"}], [{"key","value"}], {"key": "value"}

  Form form = Form::kUpper;
  std::string too_many, reserved, duplicate, long_key, long_value, character;
};

std::vector<TagCase> tag_cases();
const TagCodes& tag_codes(const std::string& service);

std::vector<TagCase> ec2_tag_cases();
std::vector<TagCase> balancer_tag_cases();
std::vector<TagCase> iam_tag_cases();
std::vector<TagCase> organizations_tag_cases();
std::vector<TagCase> delivery_tag_cases();
std::vector<TagCase> storage_tag_cases();
std::vector<TagCase> systems_manager_tag_cases();
std::vector<TagCase> certificate_tag_cases();

}  // namespace hanbat
