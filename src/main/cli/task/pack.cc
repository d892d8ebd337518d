#include "main/cli/task/pack.h"

#include <fmt/format.h>

#include <cmath>

#include "main/cli/parts.h"
#include "main/cli/task/json_schema.h"
#include "main/cli/task/time_limit.h"
#include "main/cli/task/yaml_text.h"
#include "os/files.h"

namespace hanbat::cli::task {
namespace fs = std::filesystem;

namespace {

constexpr const char* kFile = "task.yaml";

Points points_of(const Json& value) { return static_cast<Points>(std::lround(value.as_double() * 100)); }

Texts texts_of(const Json& value) {
  Texts out;
  if (value.is_object())
    for (const auto& [language, text] : value.members()) out[language] = text.as_string();
  return out;
}

Item item_of(const Json& value, int line) {
  Item out;
  out.id = value.text("id");
  out.title = texts_of(value["title"]);
  out.points = points_of(value["points"]);
  out.ours = value.flag("ours");
  const std::string check = value.text("check");
  const std::size_t colon = check.find(':');
  out.file = check.substr(0, colon);
  out.function = check.substr(colon + 1);
  if (value.contains("limit")) out.limit = parse_limit(value.text("limit")).value_or(out.limit);
  out.live = value.flag("live");
  out.reading = texts_of(value["reading"]);
  for (const Json& part : value.contains("parts") ? value["parts"].items() : Json::Array{})
    out.parts.push_back({part.text("id"), texts_of(part["title"]), points_of(part["points"])});
  out.line = line;
  return out;
}

/// Of a value that the schema lets through.
Pack pack_of(const YamlText& yaml) {
  const Json& value = yaml.value;
  Pack out;
  out.name = value.text("name");
  out.title = texts_of(value["title"]);
  out.languages = value.texts("languages");
  out.time_limit = parse_limit(value.text("time_limit")).value_or(Seconds(0));
  if (value.contains("cost_limit_usd")) out.cost_limit_usd = value["cost_limit_usd"].as_double();
  out.region = value.text("region");
  out.key_pair = value.text("key_pair");
  out.solution = value.texts("solution");
  out.points = points_of(value["points"]);
  const auto& items = value["items"].items();
  for (std::size_t i = 0; i < items.size(); ++i)
    out.items.push_back(item_of(items[i], yaml.line_of(fmt::format("items[{}]", i))));
  return out;
}

/// The id of the item that the place is in, or "".
std::string item_at(const Json& value, const std::string& place) {
  if (!place.starts_with("items[")) return "";
  const auto& items = value["items"].items();
  const auto index = static_cast<std::size_t>(std::stoul(place.substr(6)));
  if (index >= items.size()) return "";
  const Json& id = items[index]["id"];
  return id.is_string() ? id.as_string() : id.is_null() ? "" : id.dump();
}

}  // namespace

const Item* Pack::find_item(const std::string& id) const {
  for (const Item& one : items)
    if (one.id == id) return &one;
  return nullptr;
}

std::string PackFault::text() const {
  return file + (line ? fmt::format(":{}", line) : "") + ": " + (item.empty() ? "" : "item " + item + ": ") + message;
}

Pack read_pack(const fs::path& folder, std::vector<PackFault>& faults) {
  if (!fs::is_directory(folder))
    throw Failure(fmt::format("there is no task pack {}; name the folder that has its {}", folder.string(), kFile));
  const auto text = find_file((folder / kFile).string());
  if (!text)
    throw Failure(fmt::format("{} is no task pack: it has no {}; hanbat task new NAME makes one to begin with",
                              folder.string(), kFile));
  Pack pack;
  try {
    const YamlText yaml = read_yaml(*text);
    const Json schema = Json::parse(read_file((Parts::find().task / "task.schema.json").string()));
    const auto misfits = hold_against_schema(yaml.value, schema);
    for (const SchemaFault& one : misfits)
      faults.push_back({kFile, yaml.line_of(one.place), item_at(yaml.value, one.place),
                        (one.place.empty() ? "the file" : one.place) + " " + one.message});
    if (misfits.empty()) pack = pack_of(yaml);
  } catch (const YamlError& error) {
    faults.push_back({kFile, error.line, "", std::string("is no YAML: ") + error.what()});
  }
  pack.folder = fs::canonical(folder);
  return pack;
}

Pack require_pack(const fs::path& folder) {
  std::vector<PackFault> faults;
  Pack pack = read_pack(folder, faults);
  if (!faults.empty())
    throw Failure(
        fmt::format("{}/{}; hanbat task check {} tells all", folder.string(), faults.front().text(), folder.string()));
  return pack;
}

}  // namespace hanbat::cli::task
