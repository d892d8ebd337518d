// The shelf of Dockerfiles' base images, by hand: <state>/shared/base-images/<name with "+" for "/">/ has the image's
// blobs by their SHA-256, in `manifest` which of them its name stands for, and SOURCE. What a registry gives comes
// there by itself, when a build first asks.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <vector>

#include "base/ids.h"
#include "base/text.h"
#include "crypto/digest.h"
#include "main/cli/base_images.h"
#include "main/cli/commands.h"
#include "main/cli/control.h"
#include "main/cli/shelf.h"
#include "os/files.h"
#include "os/process.h"

namespace hanbat::cli {
namespace fs = std::filesystem;

namespace {

fs::path image_shelf(const Home& home) { return home.root / "shared" / "base-images"; }
fs::path mirrors_file(const Home& home) { return image_shelf(home) / "mirrors"; }

void require_region(const Home& home) {
  if (!path_exists(home.root / "shared")) throw Failure("there is no region in " + home.root.string() + "; hanbat up");
  make_folders(image_shelf(home), 0755);
}

std::string folder_name(const std::string& image) { return replace_all(image, "/", "+"); }

/// A registry on this machine itself is taken without TLS, as docker does.
bool is_local(const std::string& source) {
  return source.starts_with("docker://127.") || source.starts_with("docker://localhost:") ||
         source.starts_with("docker://localhost/");
}

/// Lays out what skopeo left (a "dir:") as an image of the shelf.
void lay_out(const fs::path& got, const fs::path& place, const std::string& source) {
  make_folders(place / "blobs", 0755);
  const std::string digest = crypto::sha256_hex(read_file(got / "manifest.json"));
  for (const fs::directory_entry& entry : fs::directory_iterator(got)) {
    const std::string name = entry.path().filename();
    if (name == "version") continue;
    fs::rename(entry.path(), place / "blobs" / (name == "manifest.json" ? digest : name));
  }
  write_file_atomic(place / "manifest", digest, 0644);
  write_file_atomic(place / "SOURCE", "added by the operator from " + source + "\n", 0644);
}

}  // namespace

std::string whole_image_name(const std::string& name) {
  const std::string::size_type slash = name.find('/');
  const std::string first = name.substr(0, slash);
  // docker's rule: a registry has a point or a port in its name, or is localhost.
  const bool has_registry =
      slash != std::string::npos && (first.find_first_of(".:") != std::string::npos || first == "localhost");
  std::string whole =
      has_registry ? name : "docker.io/" + std::string(slash == std::string::npos ? "library/" : "") + name;
  if (whole.starts_with("docker.io/") && whole.find('/', 10) == std::string::npos) whole.insert(10, "library/");
  const std::string last = whole.substr(whole.rfind('/') + 1);
  if (last.find(':') == std::string::npos && last.find('@') == std::string::npos) whole += ":latest";
  const bool plain =
      whole.size() <= 240 && whole.find("..") == std::string::npos && whole.find("//") == std::string::npos &&
      std::ranges::all_of(whole, [](unsigned char c) {
        return std::isalnum(c) || std::string_view("./:@_-").find(static_cast<char>(c)) != std::string_view::npos;
      });
  if (!plain) throw Failure(name + " is no name of an image");
  return whole;
}

void add_base_image(const Home& home, const std::string& name, const std::string& source) {
  const std::string image = whole_image_name(name);
  require_region(home);
  const fs::path work = image_shelf(home) / (".new-" + random_uuid()), place = image_shelf(home) / folder_name(image);
  make_folders(work, 0755);
  try {
    std::vector<std::string> command = {"skopeo", "--insecure-policy", "copy", "-q"};
    if (is_local(source)) command.emplace_back("--src-tls-verify=false");
    command.push_back(source);
    command.push_back("dir:" + (work / "got").string());
    run_checked(command);
    lay_out(work / "got", work / "image", source);
    hand_over(home, work);
    run_checked({"sync", "-f", work});
    if (path_exists(place)) fs::rename(place, work / "old");
    fs::rename(work / "image", place);
  } catch (...) {
    fs::remove_all(work);
    throw;
  }
  fs::remove_all(work);
  hand_over(home, image_shelf(home));
  print_step(image + " is on the shelf");
}

void remove_base_image(const Home& home, const std::string& name) {
  const std::string image = whole_image_name(name);
  const fs::path place = image_shelf(home) / folder_name(image);
  if (!path_exists(place)) throw Failure(image + " is not on the shelf; what is: hanbat image base list");
  const fs::path old = image_shelf(home) / (".old-" + random_uuid());
  fs::rename(place, old);
  fs::remove_all(old);
}

void list_base_images(const Home& home, Form form) {
  std::vector<fs::path> found;
  std::error_code none;
  for (const fs::directory_entry& entry : fs::directory_iterator(image_shelf(home), none))
    if (entry.is_directory() && !entry.path().filename().string().starts_with('.')) found.push_back(entry.path());
  std::ranges::sort(found);
  Json images = Json::array(), mirrors = Json::array();
  for (const fs::path& one : found)
    images.push_back(Json::object({{"name", replace_all(one.filename().string(), "+", "/")},
                                   {"source", trim(find_file(one / "SOURCE").value_or(""))}}));
  std::istringstream lines(find_file(mirrors_file(home)).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    mirrors.push_back(Json::object({{"registry", line.substr(0, space)}, {"url", line.substr(space + 1)}}));
  }
  if (form == Form::kJson) {
    std::cout << Json::object({{"images", images}, {"mirrors", mirrors}}).pretty() << "\n";
    return;
  }
  if (images.items().empty())
    std::cout << "nothing is on the shelf; what a build asks for comes there by itself, or: hanbat image base add\n";
  for (const Json& one : images.items()) std::cout << fmt::format("{}  {}\n", one.text("name"), one.text("source"));
  for (const Json& one : mirrors.items())
    std::cout << fmt::format("{}/…  is asked at {}\n", one.text("registry"), one.text("url"));
}

void set_base_image_mirror(const Home& home, const std::string& registry, const std::string& url) {
  require_region(home);
  const auto bad = [](const std::string& text) { return text.find_first_of(" \t\n\"\\") != std::string::npos; };
  if (registry.empty() || bad(registry) || registry.find('/') != std::string::npos)
    throw Failure(registry + " is no registry: docker.io, public.ecr.aws");
  if (bad(url) || (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://")))
    throw Failure(url + " is no address of a mirror: https://HOST[:PORT][/PATH], or http:// for one without TLS");
  std::string text;
  std::istringstream mirrors(find_file(mirrors_file(home)).value_or(""));
  for (std::string line; std::getline(mirrors, line);)
    if (!line.starts_with(registry + " ")) text += line + "\n";
  if (!url.empty()) text += registry + " " + url + "\n";
  write_file_atomic(mirrors_file(home), text, 0644);
  hand_over(home, image_shelf(home));
}

}  // namespace hanbat::cli
