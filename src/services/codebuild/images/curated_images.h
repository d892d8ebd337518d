// The images that CodeBuild offers by itself, by AWS's names, and the runtimes that each lets a buildspec choose from.
// Our build image stands in for all of them; what a build finds there under a runtime's name is always that version.
// Sources: the runtimes.yml of each image in aws/aws-codebuild-docker-images, and the CodeBuild user guide, "Docker
// images provided by CodeBuild" and "Available runtimes".
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hanbat::codebuild {

enum class ImageKind {
  kStandsIn,  // ours takes its place
  kOther      // AWS has it, and nothing here can: another processor, another system, Lambda's
};

struct CuratedImage {
  std::string_view name;
  ImageKind kind;
  std::string_view system;    ///< what it is on AWS
  std::string_view runtimes;  ///< "python 3.8 3.9; nodejs 12"; "" where a buildspec chooses none
  bool other_versions;        ///< takes versions beside those, and installs them
};

std::span<const CuratedImage> curated_images();
/// What AWS has under the name; a name with a date behind it ("standard:7.0-24.10.17") is that release of the image.
std::optional<CuratedImage> find_curated_image(std::string_view name);
/// The versions of each runtime, in AWS's order.
std::map<std::string, std::vector<std::string>> runtimes_of(const CuratedImage& image);

}  // namespace hanbat::codebuild
