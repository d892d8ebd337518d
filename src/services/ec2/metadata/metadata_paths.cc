#include "services/ec2/metadata/metadata_paths.h"

#include <set>

#include "base/encoding.h"
#include "base/text.h"

namespace hanbat::ec2 {

std::optional<std::string> look_up(const MetadataTree& tree, std::string_view path) {
  while (path.ends_with('/')) path.remove_suffix(1);
  if (const auto leaf = tree.find(std::string(path)); leaf != tree.end()) return leaf->second;
  const std::string folder = path.empty() ? "" : std::string(path) + "/";
  if (const auto told = tree.find(folder); told != tree.end() && !folder.empty()) return told->second;
  std::set<std::string> names;
  for (const auto& [at, text] : tree) {
    if (!at.starts_with(folder) || at.size() == folder.size()) continue;
    const std::string rest = at.substr(folder.size());
    const auto slash = rest.find('/');
    names.insert(slash == std::string::npos ? rest : rest.substr(0, slash + 1));
  }
  if (names.empty()) return std::nullopt;
  return join({names.begin(), names.end()}, "\n");
}

std::optional<std::string> below_version(std::string_view raw_path) {
  const auto path = percent_decode(raw_path);
  if (!path || !path->starts_with('/')) return std::nullopt;
  const auto slash = path->find('/', 1);
  const std::string version = path->substr(1, slash == std::string::npos ? std::string::npos : slash - 1);
  const bool dated = version.size() == 10 && version[4] == '-' && version[7] == '-';
  if (version != "latest" && version != "1.0" && !dated) return std::nullopt;
  return slash == std::string::npos ? "" : path->substr(slash + 1);
}

}  // namespace hanbat::ec2
