#include "services/ce/prices.h"

#include <filesystem>
#include <stdexcept>

#include "gen/ce/data.h"
#include "os/files.h"

namespace hanbat::ce {
namespace {

/// Of what a month's beginning is free in AWS's lists. What is billed by the hour never is.
bool may_be_free(std::string_view per) { return !per.ends_with("hour"); }

}  // namespace

RegionPrices::RegionPrices(const Json& file) {
  if (!file.is_object() || !file["services"].is_object())
    throw std::runtime_error("a file of prices is an object with \"prefix\", \"sources\" and \"services\"");
  prefix_ = file.text("prefix");
  for (const auto& [service, types] : file["services"].members()) {
    for (const auto& [usage_type, price] : types.members()) {
      if (!price.is_object() || !price["usd"].is_number() || price["usd"].as_double() < 0)
        throw std::runtime_error(service + ", " + usage_type + ": \"usd\" is a number of at least 0");
      if (!file["sources"].is_object() || !file["sources"].contains(price.text("source")))
        throw std::runtime_error(service + ", " + usage_type + ": \"source\" names one of \"sources\"");
      const Json* free = price.find("free");
      if (free && (!may_be_free(price.text("per")) || !free->is_number() || free->as_double() < 0))
        throw std::runtime_error(service + ", " + usage_type +
                                 ": \"free\" is how much of it a month has free, and of nothing by the hour");
      prices_[{service, usage_type}] = {price["usd"].as_double(), free ? free->as_double() : 0};
    }
  }
}

const RegionPrices::Price* RegionPrices::look_up(std::string_view service, std::string_view usage_type) const {
  const auto found = prices_.find(std::pair(std::string(service), std::string(usage_type)));
  return found == prices_.end() ? nullptr : &found->second;
}

std::optional<double> RegionPrices::find(std::string_view service, std::string_view usage_type) const {
  const Price* price = look_up(service, usage_type);
  return price ? std::optional(price->usd) : std::nullopt;
}

double RegionPrices::find_free(std::string_view service, std::string_view usage_type) const {
  const Price* price = look_up(service, usage_type);
  return price ? price->free : 0;
}

Prices::Prices(const std::string& folder) {
  for (const DataFile& file : data("prices")) regions_.emplace(file.name, RegionPrices(Json::parse(file.content)));
  const std::filesystem::path own = std::filesystem::path(folder) / "prices";
  if (!path_exists(own)) return;
  for (const std::string& name : list_folder(own)) {
    if (!name.ends_with(".json")) continue;
    try {
      regions_.insert_or_assign(name.substr(0, name.size() - 5), RegionPrices(Json::parse(read_file(own / name))));
    } catch (const std::exception& error) {
      throw std::runtime_error("prices in " + (own / name).string() + ": " + error.what());
    }
  }
}

const RegionPrices* Prices::find(std::string_view region) const {
  const auto found = regions_.find(region);
  return found == regions_.end() ? nullptr : &found->second;
}

}  // namespace hanbat::ce
