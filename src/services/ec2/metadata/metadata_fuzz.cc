// Paths of the metadata service, as anything in an instance may ask for them: an answer is a leaf of the tree or a
// listing of names that are there, and nothing above the tree is reached.
#include "base/fuzzing.h"
#include "base/text.h"
#include "services/ec2/metadata/metadata_paths.h"

using hanbat::fuzzing::require;
using namespace hanbat::ec2;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const MetadataTree kTree{{"ami-id", "ami-1"},
                                  {"iam/info", ""},
                                  {"iam/security-credentials/role", ""},
                                  {"instance-id", "i-1"},
                                  {"network/interfaces/macs/02:00:00:00:00:01/device-number", "0"},
                                  {"network/interfaces/macs/02:00:00:00:00:01/local-ipv4s", "10.1.0.5"},
                                  {"placement/region", "ap-northeast-2"},
                                  {"public-keys/", "0=key"},
                                  {"public-keys/0/openssh-key", "ssh-rsa AAAA"},
                                  {"tags/instance/a/b", "slash"}};
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  const auto below = below_version(raw);
  if (below) {
    require(raw.starts_with('/') || raw.starts_with('%'), "a path begins with a slash");
    require(below->size() < raw.size(), "a path is part of what was asked");
  }
  const std::string path = below ? *below : std::string(raw);
  const auto found = look_up(kTree, path);
  require(found == look_up(kTree, path + '/'), "a final slash changes nothing");
  if (!found || kTree.contains(path)) return 0;
  std::string folder = path;
  while (folder.ends_with('/')) folder.pop_back();
  if (kTree.contains(folder) || kTree.contains(folder + '/')) return 0;
  for (const std::string& name : hanbat::split(*found, '\n'))
    require(look_up(kTree, folder.empty() ? name : folder + '/' + name).has_value(), "what is listed is there");
  return 0;
}
