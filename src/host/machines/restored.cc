#include "host/machines/restored.h"

#include "base/json.h"
#include "host/error.h"
#include "host/machines/incus.h"
#include "host/validation.h"
#include "os/files.h"

namespace hanbat::host {
namespace {

bool has(Incus& incus, const std::string& path) {
  try {
    incus.request("GET", path);
    return true;
  } catch (const HostError& error) {
    if (error.code != HostErrorCode::kNotFound) throw;
    return false;
  }
}

void adopt_images(Incus& incus, const std::string& folder) {
  const auto text = find_file(folder + "/aliases.json");
  if (!text) return;
  const Json all = Json::parse(*text);
  for (const Json& image : all.items()) {
    const std::string fingerprint = image.text("fingerprint");
    require_name(fingerprint, "image fingerprint", 64);
    const std::string files = folder + "/images/" + fingerprint;
    if (!has(incus, "/1.0/images/" + fingerprint)) {
      std::vector<std::string> command = {"image", "import", files + "/metadata"};
      if (path_exists(files + "/rootfs")) command.push_back(files + "/rootfs");
      incus.command(command);
    }
    for (const Json& alias : image["aliases"].items()) {
      const std::string& name = alias.as_string();
      require_name(name, "image");
      if (!has(incus, "/1.0/images/aliases/" + name))
        incus.request("POST", "/1.0/images/aliases",
                      Json::object({{"name", name}, {"target", fingerprint}, {"type", "container"}}));
    }
    remove_tree(files);
  }
  remove_tree(folder + "/aliases.json");
}

}  // namespace

void adopt_restored(Incus& incus, const std::string& state_folder,
                    const std::function<void(const std::string&)>& tell) {
  const std::string folder = state_folder + "/" + kRestoredFolder;
  if (!path_exists(folder)) return;
  tell("taking in the images of the restored region");
  adopt_images(incus, folder);
  const std::string machines = folder + "/machines";
  if (path_exists(machines))
    for (const std::string& file : list_folder(machines)) {
      const std::string name = file.substr(0, file.rfind('.'));
      require_name(name, "machine name");
      tell("taking in the disk of " + name);
      if (!has(incus, "/1.0/instances/" + name))
        incus.command({"import", machines + "/" + file, name, "--storage", "hanbat"});
      remove_tree(machines + "/" + file);
    }
  remove_tree(folder);
}

}  // namespace hanbat::host
