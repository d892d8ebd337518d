// Which images are scanned when they come, and what a scan of one tells. There is no database of vulnerabilities here,
// so a scan that was asked for ends as AWS's does of a system that it does not know: FAILED, with the cause.
#pragma once

#include <optional>
#include <string_view>

#include "region/resources.h"
#include "services/ecr/images/store.h"

namespace hanbat::region {

template <>
struct KindOf<ecr::RegistryScanningConfiguration> {
  static constexpr std::string_view kRows = "ecr/registry-scanning";
};

}  // namespace hanbat::region

namespace hanbat::ecr {

/// When images of a repository are scanned. CONTINUOUS_SCAN is Inspector's and not built.
enum class ScanFrequency { kScanOnPush, kManual };

/// The registry's rules; BASIC without any until somebody sets some.
RegistryScanningConfiguration scanning_of(store::Tx& tx, const region::Place& registry);
void set_scanning(store::Tx& tx, const region::Place& registry, const RegistryScanningConfiguration& configuration);
/// The filters of the registry's rule that has the repository scanned on push.
std::vector<ScanningRepositoryFilter> push_filters(store::Tx& tx, const RepositoryRow& repository);
/// Whether the repository itself or a rule of its registry asks for it.
bool is_scanned_on_push(store::Tx& tx, const RepositoryRow& repository);
/// Nothing of an image that was never to be scanned.
std::optional<ImageScanStatus> scan_status(const ImageRow& image);

}  // namespace hanbat::ecr

namespace hanbat {

template <>
inline constexpr auto kWords<ecr::ScanFrequency> = std::to_array<Word<ecr::ScanFrequency>>(
    {{ecr::ScanFrequency::kScanOnPush, "SCAN_ON_PUSH"}, {ecr::ScanFrequency::kManual, "MANUAL"}});

}  // namespace hanbat
