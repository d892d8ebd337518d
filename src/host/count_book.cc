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

/// An earlier version kept one source: its name, and its values beside it.
std::map<std::string, Tally::Values, std::less<>> sources_of(const Json& was) {
  std::map<std::string, Tally::Values, std::less<>> out;
  if (!was.contains("sources")) {
    out[was["source"].as_string()] = values_of(was["seen"]);
    return out;
  }
  for (const auto& [source, values] : was["sources"].members()) out[source] = values_of(values);
  return out;
}

}  // namespace

CountBook::CountBook(std::string path) : path_(std::move(path)) {
  if (const auto text = find_file(path_)) {
    try {
      const Json was = Json::parse(*text);
      epoch_ = was["epoch"].as_string();
      about_ = was["about"].as_string();
      tally_.restore(sources_of(was), values_of(was["totals"]));
      return;
    } catch (const JsonError&) {
      // Of another version: a new counting.
    }
  }
  epoch_ = random_hex(16);
  changed_ = true;
}

void CountBook::observe(std::string_view source, const Tally::Values& values) {
  changed_ = tally_.observe(source, values) || changed_;
}

void CountBook::keep(const std::set<std::string>& sources) { changed_ = tally_.keep(sources) || changed_; }

void CountBook::set_about(std::string about) {
  changed_ = changed_ || about != about_;
  about_ = std::move(about);
}

void CountBook::drop(const std::string& name) {
  changed_ = tally_.drop([&](const std::string& one) { return one == name; }) || changed_;
}

void CountBook::save() {
  if (!changed_) return;
  write_file_atomic(path_, to_json().dump(), 0600);
  changed_ = false;
}

Json CountBook::to_json() const {
  Json sources = Json::object();
  for (const auto& [source, values] : tally_.seen()) sources[source] = json_of(values);
  return Json::object(
      {{"epoch", epoch_}, {"about", about_}, {"sources", sources}, {"totals", json_of(tally_.totals())}});
}

}  // namespace hanbat::host
