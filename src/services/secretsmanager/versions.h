// The versions of a secret and their staging labels. A label is at one version at most; AWSPREVIOUS follows AWSCURRENT.
// Source: Secrets Manager User Guide, "What's in a Secrets Manager secret?", "Secret versions".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"

namespace hanbat::secretsmanager {

inline constexpr std::string_view kCurrent = "AWSCURRENT";
inline constexpr std::string_view kPrevious = "AWSPREVIOUS";

struct Version {
  std::string id;
  Timestamp created{0};
  std::optional<Timestamp> accessed = {};  // the day
  std::vector<std::string> stages = {};

  Json to_json() const;
  static Version from_json(const Json& json);
};

/// In order of their making.
using Versions = std::vector<Version>;

/// Null when there is none.
Version* find_version(Versions& versions, std::string_view id);
const Version* find_version(const Versions& versions, std::string_view id);
/// The version that has the label; null when none has.
const Version* find_labelled(const Versions& versions, std::string_view stage);

/// Gives the label to the version, which is there, and takes it from the one that had it.
void move_stage(Versions& versions, std::string_view stage, std::string_view id);
/// Takes the label from whichever version has it.
void remove_stage(Versions& versions, std::string_view stage);

/// Removes the oldest of those that have no label and are more than a day old, while there are more than a hundred;
/// returns their ids.
std::vector<std::string> remove_outdated(Versions& versions, Timestamp now);

}  // namespace hanbat::secretsmanager
