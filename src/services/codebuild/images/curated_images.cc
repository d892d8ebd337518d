#include "services/codebuild/images/curated_images.h"

#include "base/text.h"

namespace hanbat::codebuild {
namespace {

constexpr auto kIn = ImageKind::kStandsIn;
constexpr auto kNot = ImageKind::kOther;

// Of the present generation all have these; each takes other versions, too, and installs them.
constexpr std::string_view kNow =
    "dotnet 6.0 8.0 10.0; golang 1.20 1.21 1.22 1.23 1.24 1.25 1.26; java corretto8 corretto11 corretto17 corretto21 "
    "corretto25; nodejs 18 20 22 24; php 8.2 8.3 8.4 8.5; python 3.9 3.10 3.11 3.12 3.13 3.14; ruby 3.1 3.2 3.3 3.4 "
    "4.0";
constexpr std::string_view kNext =
    "dotnet 8.0 10.0; golang 1.24 1.25 1.26; java corretto8 corretto11 corretto17 corretto21 corretto25; nodejs 22 24; "
    "php 8.2 8.3 8.4 8.5; python 3.10 3.11 3.12 3.13 3.14; ruby 3.3 3.4 4.0; rust 1.93";

constexpr CuratedImage kImages[] = {
    {"aws/codebuild/amazonlinux-x86_64-standard:5.0", kIn, "Amazon Linux 2023", kNow, true},
    {"aws/codebuild/amazonlinux-x86_64-standard:6.0", kIn, "Amazon Linux 2023", kNext, true},
    {"aws/codebuild/amazonlinux2-x86_64-standard:1.0", kIn, "Amazon Linux 2",
     "android 28 29; docker 18; dotnet 2.2; golang 1.12 1.13; java corretto8 corretto11; nodejs 8 10; php 7.3; python "
     "3.7; ruby 2.6",
     false},
    {"aws/codebuild/amazonlinux2-x86_64-standard:2.0", kIn, "Amazon Linux 2",
     "android 28 29; docker 18; dotnet 3.0; golang 1.12 1.13; java corretto8 corretto11; nodejs 10 12; php 7.3; python "
     "3.8; ruby 2.6",
     false},
    {"aws/codebuild/amazonlinux2-x86_64-standard:3.0", kIn, "Amazon Linux 2",
     "android 28 29; docker 18 19; dotnet 3.1; golang 1.12 1.13 1.14; java corretto8 corretto11 corretto17; nodejs 10 "
     "12; php 7.3 7.4; python 3.7 3.8 3.9; ruby 2.6 2.7",
     false},
    {"aws/codebuild/amazonlinux2-x86_64-standard:4.0", kIn, "Amazon Linux 2",
     "docker 20; dotnet 6.0; golang 1.18; java corretto17; nodejs 16; php 8.1; python 3.9; ruby 3.1", true},
    {"aws/codebuild/amazonlinux2-x86_64-standard:5.0", kIn, "Amazon Linux 2023", kNow, true},
    {"aws/codebuild/standard:1.0", kIn, "Ubuntu 18.04", "", false},
    {"aws/codebuild/standard:2.0", kIn, "Ubuntu 18.04",
     "android 28 29; docker 18; dotnet 2.2; golang 1.12 1.13; java openjdk8 openjdk11; nodejs 8 10; php 7.3; python "
     "3.7; ruby 2.6",
     false},
    {"aws/codebuild/standard:3.0", kIn, "Ubuntu 18.04",
     "android 28 29; docker 18; dotnet 3.0; golang 1.12 1.13; java openjdk8 openjdk11; nodejs 10 12; php 7.3; python "
     "3.8 3.9; ruby 2.6",
     false},
    {"aws/codebuild/standard:4.0", kIn, "Ubuntu 18.04",
     "android 28 29; docker 18 19; dotnet 3.1; golang 1.12 1.13 1.14; java corretto8 corretto11; nodejs 10 12; php 7.3 "
     "7.4; python 3.7 3.8 3.9; ruby 2.6 2.7",
     false},
    {"aws/codebuild/standard:5.0", kIn, "Ubuntu 20.04",
     "dotnet 3.1 5.0; golang 1.15 1.16 1.17 1.18; java corretto8 corretto11; nodejs 12 14; php 7.3 7.4 8.0; python 3.7 "
     "3.8 3.9; ruby 2.6 2.7",
     false},
    {"aws/codebuild/standard:6.0", kIn, "Ubuntu 22.04",
     "dotnet 6.0; golang 1.18; java corretto17; nodejs 16; php 8.1 8.2; python 3.10; ruby 3.1", false},
    {"aws/codebuild/standard:7.0", kIn, "Ubuntu 22.04", kNow, true},
    {"aws/codebuild/standard:8.0", kIn, "Ubuntu 24.04", kNext, true},
    {"aws/codebuild/amazonlinux-aarch64-standard:1.0", kNot, "Amazon Linux 2 for ARM", "", false},
    {"aws/codebuild/amazonlinux-aarch64-standard:2.0", kNot, "Amazon Linux 2 for ARM", "", false},
    {"aws/codebuild/amazonlinux-aarch64-standard:3.0", kNot, "Amazon Linux 2023 for ARM", "", false},
    {"aws/codebuild/amazonlinux-aarch64-standard:4.0", kNot, "Amazon Linux 2023 for ARM", "", false},
    {"aws/codebuild/amazonlinux2-aarch64-standard:1.0", kNot, "Amazon Linux 2 for ARM", "", false},
    {"aws/codebuild/amazonlinux2-aarch64-standard:2.0", kNot, "Amazon Linux 2 for ARM", "", false},
    {"aws/codebuild/amazonlinux2-aarch64-standard:3.0", kNot, "Amazon Linux 2023 for ARM", "", false},
    {"aws/codebuild/windows-base:2019-1.0", kNot, "Windows Server 2019", "", false},
    {"aws/codebuild/windows-base:2019-2.0", kNot, "Windows Server 2019", "", false},
    {"aws/codebuild/windows-base:2019-3.0", kNot, "Windows Server 2019", "", false},
    {"aws/codebuild/windows-base:2022-1.0", kNot, "Windows Server 2022", "", false},
};

/// "24.10.17": how releases of an image are named.
bool is_release(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789.") == std::string_view::npos && text[2] == '.' &&
         text[5] == '.';
}

}  // namespace

std::span<const CuratedImage> curated_images() { return kImages; }

std::optional<CuratedImage> find_curated_image(std::string_view name) {
  if (const auto dash = name.rfind('-'); dash != std::string_view::npos && is_release(name.substr(dash + 1)))
    name = name.substr(0, dash);
  for (const CuratedImage& image : kImages)
    if (image.name == name) return image;
  return std::nullopt;
}

std::map<std::string, std::vector<std::string>> runtimes_of(const CuratedImage& image) {
  std::map<std::string, std::vector<std::string>> out;
  for (const std::string& one : split(std::string(image.runtimes), ';')) {
    std::vector<std::string> words;
    for (std::string& word : split(one, ' '))
      if (!word.empty()) words.push_back(std::move(word));
    if (words.empty()) continue;
    out[words.front()].assign(words.begin() + 1, words.end());
  }
  return out;
}

}  // namespace hanbat::codebuild
