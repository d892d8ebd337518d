#include "services/ecr/scanning/rules.h"

#include <algorithm>

#include "base/text.h"

namespace hanbat::ecr {
namespace {

std::string registry_id(const region::Place& registry) { return registry.account + "/" + registry.region; }

}  // namespace

RegistryScanningConfiguration scanning_of(store::Tx& tx, const region::Place& registry) {
  if (auto row = region::find<RegistryScanningConfiguration>(tx, registry_id(registry))) return std::move(row->shape);
  return {.rules = std::vector<RegistryScanningRule>(), .scan_type = "BASIC"};
}

void set_scanning(store::Tx& tx, const region::Place& registry, const RegistryScanningConfiguration& configuration) {
  region::Resource<RegistryScanningConfiguration> row;
  row.id = registry_id(registry);
  row.place = registry;
  row.shape = configuration;
  if (region::find<RegistryScanningConfiguration>(tx, row.id))
    region::update(tx, row);
  else
    region::insert(tx, row);
}

std::vector<ScanningRepositoryFilter> push_filters(store::Tx& tx, const RepositoryRow& repository) {
  std::vector<ScanningRepositoryFilter> applied;
  const RegistryScanningConfiguration registry = scanning_of(tx, repository.place);
  for (const RegistryScanningRule& rule : *registry.rules) {
    if (require_word<ScanFrequency>(rule.scan_frequency) != ScanFrequency::kScanOnPush) continue;
    std::copy_if(rule.repository_filters.begin(), rule.repository_filters.end(), std::back_inserter(applied),
                 [&](const auto& one) {
                   // AWS's filter without a wildcard matches what contains it.
                   return wildcard_match(
                       one.filter.find('*') == std::string::npos ? "*" + one.filter + "*" : one.filter,
                       name_of(repository));
                 });
  }
  return applied;
}

bool is_scanned_on_push(store::Tx& tx, const RepositoryRow& repository) {
  const auto& own = repository.shape.image_scanning_configuration;
  return (own && own->scan_on_push.value_or(false)) || !push_filters(tx, repository).empty();
}

std::optional<ImageScanStatus> scan_status(const ImageRow& image) {
  if (!image.scanned) return std::nullopt;
  return ImageScanStatus{.description =
                             "UnsupportedImageError: There is no database of vulnerabilities in this region, "
                             "so no image can be scanned.",
                         .status = "FAILED"};
}

}  // namespace hanbat::ecr
