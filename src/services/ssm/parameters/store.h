// The rows of parameters, which lie with everybody's resources; their versions come in bulk and have a table of their
// own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "base/words.h"
#include "region/resources.h"
#include "services/ssm/place.h"
#include "store/database.h"

namespace hanbat::ssm {

/// What is the same for all versions of a parameter: which is the newest.
struct ParameterHead {
  std::int64_t version = 0;

  Json to_json() const { return Json::object({{"version", version}}); }
  static ParameterHead from_json(const Json& json) { return {.version = json.integer("version")}; }
};

/// Of a parameter; the oldest goes for a new one.
inline constexpr int kVersionsKept = 100;

/// "arn:aws:ssm:…:parameter/a/b" for "/a/b" and for "a/b". AWS's public parameters belong to no account; a
/// reference to a secret is the account's.
std::string parameter_arn(const Place& place, std::string_view name);

enum class ParameterType { kString, kStringList, kSecureString };
/// Intelligent-Tiering is asked for alone: what has been chosen is one of the others.
enum class ParameterTier { kStandard, kAdvanced, kIntelligentTiering };

}  // namespace hanbat::ssm

namespace hanbat {

template <>
inline constexpr auto kWords<ssm::ParameterType> =
    std::to_array<Word<ssm::ParameterType>>({{ssm::ParameterType::kString, "String"},
                                             {ssm::ParameterType::kStringList, "StringList"},
                                             {ssm::ParameterType::kSecureString, "SecureString"}});
template <>
inline constexpr auto kWords<ssm::ParameterTier> =
    std::to_array<Word<ssm::ParameterTier>>({{ssm::ParameterTier::kStandard, "Standard"},
                                             {ssm::ParameterTier::kAdvanced, "Advanced"},
                                             {ssm::ParameterTier::kIntelligentTiering, "Intelligent-Tiering"}});

}  // namespace hanbat

namespace hanbat::region {

/// Its name is the one under which it was made.
template <>
struct KindOf<ssm::ParameterHead> {
  static constexpr std::string_view kRows = "ssm/parameter";
  static std::string arn(const Resource<ssm::ParameterHead>& row) { return ssm::parameter_arn(row.place, *row.name); }
};

}  // namespace hanbat::region

namespace hanbat::ssm {

using ParameterRow = region::Resource<ParameterHead>;
/// "/x" and "x" are one parameter, so both find it.
std::optional<ParameterRow> find_parameter(store::Tx& tx, const Place& place, const std::string& name);
/// Throws ParameterNotFound.
ParameterRow require_parameter(store::Tx& tx, const Place& place, const std::string& name);
ParameterRow insert_parameter(store::Tx& tx, const Place& place, const std::string& name, Timestamp now);
/// With its versions and tags.
void remove_parameter(store::Tx& tx, const ParameterRow& parameter);

/// A version of a parameter. A SecureString's value is sealed.
struct VersionRow {
  std::int64_t number = 0;
  ParameterType type = ParameterType::kString;
  std::string value;
  ParameterTier tier = ParameterTier::kStandard;
  std::string data_type = "text";
  std::optional<std::string> description, allowed_pattern;
  Timestamp modified{0};
  std::string modified_by;  // ARN
  std::vector<std::string> labels;
};
std::optional<VersionRow> find_version(store::Tx& tx, const ParameterRow& parameter, std::int64_t number);
/// Throws std::logic_error when it is not there.
VersionRow newest_version(store::Tx& tx, const ParameterRow& parameter);
/// Those after the number, `most` at most (0 = all).
std::vector<VersionRow> versions_of(store::Tx& tx, const ParameterRow& parameter, std::int64_t after, std::size_t most);
/// Makes it the parameter's newest, and drops those that are too old to be kept.
void add_version(store::Tx& tx, ParameterRow parameter, const VersionRow& version);
void update_version(store::Tx& tx, const ParameterRow& parameter, const VersionRow& version);

}  // namespace hanbat::ssm
