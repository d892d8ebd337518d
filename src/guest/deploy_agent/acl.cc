// Access control lists: AWS's agent reads the entries from their end, so that type and "default" may be left out.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "guest/deploy_agent/appspec.h"

namespace hanbat::guest {
namespace {

const std::map<std::string, std::string> kTypes = {{"u", "user"}, {"user", "user"}, {"g", "group"}, {"group", "group"},
                                                   {"m", "mask"}, {"mask", "mask"}, {"o", "other"}, {"other", "other"}};

[[noreturn]] void invalid(const std::string& entry) {
  throw AppSpecError(
      "The deployment failed because of a problem with the acls permission settings in the application specification "
      "file. Invalid acl entry (" +
      entry + ").");
}

bool is_default_word(const std::string& word) { return word == "d" || word == "default"; }

unsigned parse_bits(const std::string& text, const std::string& entry) {
  if (text.size() == 1 && text[0] >= '0' && text[0] <= '7') return static_cast<unsigned>(text[0] - '0');
  unsigned bits = 0;
  for (const char c : text) {
    if (c == '-') continue;
    const auto at = std::string("xwr").find(c);
    if (at == std::string::npos)
      throw AppSpecError("The deployment failed because the access control list (ACL) named " + entry +
                         " in the application specification file contains an invalid character (" + c +
                         "). Correct the ACL in the hooks section of the AppSpec file, and then try again.");
    bits |= 1u << at;
  }
  return bits;
}

}  // namespace

AclEntry AclEntry::parse(const std::string& text) {
  std::vector<std::string> parts = split(text, ':');
  if (parts.size() < 2 || parts.size() > 4) invalid(text);
  std::reverse(parts.begin(), parts.end());
  AclEntry entry;
  if (parts.size() == 4) {
    if (!is_default_word(parts[3])) invalid(text);
    entry.is_default = true;
  }
  if (parts.size() >= 3) {
    if (is_default_word(parts[2])) {
      if (entry.is_default) invalid(text);
      entry.is_default = true;
    } else {
      const auto type = kTypes.find(parts[2]);
      if (type == kTypes.end()) invalid(text);
      entry.type = type->second;
    }
  }
  const auto short_type = kTypes.find(parts[1]);
  const bool names_mask_or_other =
      short_type != kTypes.end() && (short_type->second == "mask" || short_type->second == "other");
  if (names_mask_or_other && entry.type.empty()) {
    entry.type = short_type->second;
  } else {
    if (entry.type.empty()) entry.type = "user";
    entry.name = names_mask_or_other ? short_type->second : parts[1];
  }
  if ((entry.type == "mask" || entry.type == "other") && !entry.name.empty()) invalid(text);
  if (!entry.is_default && entry.type != "mask" && entry.name.empty())
    throw AppSpecError(
        "The deployment failed because of a problem with the acls permission settings in the application specification "
        "file. Use mode to set the base acl entry (" +
        text + "). Update the permissions section of the AppSpec file, and then try again.");
  entry.bits = parse_bits(parts[0], text);
  return entry;
}

std::string AclEntry::text() const {
  std::string out = (is_default ? "default:" : "") + type + ":" + name + ":";
  for (const auto& [bit, letter] : {std::pair{4u, 'r'}, {2u, 'w'}, {1u, 'x'}}) out += bits & bit ? letter : '-';
  return out;
}

std::string full_acl(const std::vector<AclEntry>& entries, unsigned mode) {
  std::vector<AclEntry> all = entries;
  const auto has = [&](bool is_default, const std::string& type, bool named) {
    return std::any_of(all.begin(), all.end(), [&](const AclEntry& e) {
      return e.is_default == is_default && (type.empty() || e.type == type) && e.name.empty() != named;
    });
  };
  const unsigned user = mode >> 6 & 7, group = mode >> 3 & 7, other = mode & 7;
  all.push_back({false, "user", "", user});
  all.push_back({false, "group", "", group});
  all.push_back({false, "other", "", other});
  if (has(false, "", true) && !has(false, "mask", false)) all.push_back({false, "mask", "", group});
  const bool any_default = std::any_of(all.begin(), all.end(), [](const AclEntry& e) { return e.is_default; });
  if (any_default) {
    if (!has(true, "user", false)) all.push_back({true, "user", "", user});
    if (!has(true, "group", false)) all.push_back({true, "group", "", group});
    if (!has(true, "other", false)) all.push_back({true, "other", "", other});
    if (has(true, "", true) && !has(true, "mask", false)) {
      const auto of_group = std::find_if(all.begin(), all.end(), [](const AclEntry& e) {
        return e.is_default && e.type == "group" && e.name.empty();
      });
      all.push_back({true, "mask", "", of_group->bits});
    }
  }
  std::vector<std::string> texts;
  for (const AclEntry& entry : all) texts.push_back(entry.text());
  return join(texts, ",");
}

}  // namespace hanbat::guest
