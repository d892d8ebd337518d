#include "main/tag_cases.h"

#include <iterator>
#include <map>

namespace hanbat {
namespace {

using Form = TagCodes::Form;

const std::map<std::string, TagCodes> kCodes{
    {"acm",
     {Form::kUpper, "TooManyTagsException", "InvalidTagException", "InvalidTagException", "ValidationException",
      "ValidationException", "ValidationException"}},
    {"codebuild",
     {Form::kLower, "InvalidInputException", "InvalidInputException", "InvalidInputException", "InvalidInputException",
      "InvalidInputException", "InvalidInputException"}},
    {"codecommit",
     {Form::kMap, "TooManyTagsException", "InvalidSystemTagUsageException", "", "InvalidTagsMapException",
      "InvalidTagsMapException", "InvalidTagsMapException"}},
    {"codedeploy",
     {Form::kUpper, "InvalidTagsToAddException", "InvalidTagsToAddException", "InvalidTagsToAddException",
      "InvalidTagsToAddException", "InvalidTagsToAddException", "InvalidTagsToAddException"}},
    {"codepipeline",
     {Form::kLower, "TooManyTagsException", "InvalidTagsException", "InvalidTagsException", "ValidationException",
      "ValidationException", "InvalidTagsException"}},
    {"ec2",
     {Form::kUpper, "TagLimitExceeded", "InvalidParameterValue", "InvalidParameterValue", "InvalidParameterValue",
      "InvalidParameterValue", ""}},
    {"ecr",
     {Form::kUpper, "TooManyTagsException", "InvalidTagParameterException", "InvalidTagParameterException",
      "InvalidTagParameterException", "InvalidTagParameterException", "InvalidTagParameterException"}},
    {"elasticloadbalancing",
     {Form::kUpper, "TooManyTags", "ValidationError", "DuplicateTagKeys", "ValidationError", "ValidationError",
      "ValidationError"}},
    {"events",
     {Form::kUpper, "LimitExceededException", "ValidationException", "ValidationException", "ValidationException",
      "ValidationException", "ValidationException"}},
    {"iam",
     {Form::kUpper, "LimitExceeded", "InvalidInput", "InvalidInput", "ValidationError", "ValidationError",
      "ValidationError"}},
    {"logs",
     {Form::kMap, "TooManyTagsException", "InvalidParameterException", "", "InvalidParameterException",
      "InvalidParameterException", "InvalidParameterException"}},
    {"monitoring",
     {Form::kUpper, "InvalidParameterValueException", "InvalidParameterValueException",
      "InvalidParameterValueException", "ValidationError", "ValidationError", "InvalidParameterValueException"}},
    {"organizations",
     {Form::kUpper, "ConstraintViolationException", "InvalidInputException", "InvalidInputException",
      "InvalidInputException", "InvalidInputException", "InvalidInputException"}},
    {"s3", {Form::kUpper, "BadRequest", "InvalidTag", "InvalidTag", "InvalidTag", "InvalidTag", "InvalidTag"}},
    {"secretsmanager",
     {Form::kUpper, "InvalidParameterException", "InvalidParameterException", "InvalidParameterException",
      "ValidationException", "ValidationException", "InvalidParameterException"}},
    {"ssm",
     {Form::kUpper, "TooManyTagsError", "ValidationException", "ValidationException", "ValidationException",
      "ValidationException", "ValidationException"}},
};

}  // namespace

const TagCodes& tag_codes(const std::string& service) { return kCodes.at(service); }

std::vector<TagCase> tag_cases() {
  std::vector<TagCase> all;
  for (auto* cases : {&ec2_tag_cases, &balancer_tag_cases, &iam_tag_cases, &organizations_tag_cases,
                      &delivery_tag_cases, &storage_tag_cases, &systems_manager_tag_cases, &certificate_tag_cases}) {
    auto some = cases();
    all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace hanbat
