#include "host/count_book.h"

#include "base/ids.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

Json json_of(const std::map<std::string, std::int64_t>& values) {
  Json out = Json::object();
  for (const auto& [name, value] : values) out[name] = value;
  return out;
}

std::map<std::string, std::int64_t> values_of(const Json& json) {
  std::map<std::string, std::int64_t> values;
  for (const auto& [name, value] : json.members()) values[name] = value.as_int();
  return values;
}

}  // namespace

CountBook::CountBook(std::string path) : path_(std::move(path)) {
  if (const auto text = find_file(path_)) {
    try {
      const Json was = Json::parse(*text);
      epoch_ = was["epoch"].as_string();
      about_ = was["about"].as_string();
      source_ = was["source"].as_string();
      seen_ = values_of(was["seen"]);
      totals_ = values_of(was["totals"]);
      return;
    } catch (const JsonError&) {
      // Of another version: a new counting.
      seen_.clear();
      totals_.clear();
      source_.clear();
    }
  }
  epoch_ = random_hex(16);
  changed_ = true;
}

void CountBook::observe(std::string_view source, const std::map<std::string, std::int64_t>& values) {
  if (source != source_) {
    seen_.clear();
    source_ = source;
    changed_ = true;
  }
  for (const auto& [name, value] : values) {
    std::int64_t& seen = seen_[name];
    const std::int64_t risen = value >= seen ? value - seen : value;
    // A count of nothing is told, too: who books it learns of whom it is while that one is there.
    const auto [total, is_new] = totals_.try_emplace(name, 0);
    if (risen == 0 && !is_new && value == seen) continue;
    total->second += risen;
    seen = value;
    changed_ = true;
  }
}

void CountBook::set_about(std::string about) {
  changed_ = changed_ || about != about_;
  about_ = std::move(about);
}

void CountBook::drop(const std::string& name) {
  changed_ = totals_.erase(name) > 0 || changed_;
  seen_.erase(name);
}

void CountBook::save() {
  if (!changed_) return;
  write_file_atomic(path_, to_json().dump(), 0600);
  changed_ = false;
}

Json CountBook::to_json() const {
  return Json::object({{"epoch", epoch_},
                       {"about", about_},
                       {"source", source_},
                       {"seen", json_of(seen_)},
                       {"totals", json_of(totals_)}});
}

}  // namespace hanbat::host
