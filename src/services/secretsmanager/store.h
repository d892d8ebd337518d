// The rows of Secrets Manager: a secret with what is known of its versions, and the sealed value of each version.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "region/resources.h"
#include "region/vault.h"
#include "services/secretsmanager/versions.h"

namespace hanbat::secretsmanager {

using region::Place;

struct Secret {
  std::optional<std::string> description;
  Timestamp changed{0};
  std::optional<Timestamp> accessed;  // the day
  std::optional<Timestamp> deleted;   // when a secret that was deleted goes for good
  std::optional<std::string> policy;  // the resource policy's text, principals bound
  Versions versions;

  Json to_json() const;
  static Secret from_json(const Json& json);
};

/// What a version holds: one of the two.
struct Value {
  std::optional<std::string> text, binary;
  bool operator==(const Value&) const = default;
};

/// A value as it lies at rest.
struct SealedValue {
  enum class Kind { kText, kBinary };
  Kind kind = Kind::kText;
  std::string sealed;

  Json to_json() const;
  static SealedValue from_json(const Json& json);
};

}  // namespace hanbat::secretsmanager

namespace hanbat::region {

/// Its id is its ARN.
template <>
struct KindOf<secretsmanager::Secret> {
  static constexpr std::string_view kRows = "secretsmanager/secret";
  static std::string arn(const Resource<secretsmanager::Secret>& row) { return row.id; }
};

/// Its scope is the secret's ARN.
template <>
struct KindOf<secretsmanager::SealedValue> {
  static constexpr std::string_view kRows = "secretsmanager/value";
};

}  // namespace hanbat::region

namespace hanbat::secretsmanager {

using SecretRow = region::Resource<Secret>;

/// An ARN of the name, with a new ending of six random characters.
std::string new_secret_arn(const Place& place, std::string_view name);
/// The ARN without its ending.
std::string partial_arn(const Place& place, std::string_view name);

std::optional<SecretRow> find_by_name(store::Tx& tx, const Place& place, const std::string& name);
/// By a whole ARN, or by one without its ending.
std::optional<SecretRow> find_by_arn(store::Tx& tx, const std::string& arn);

/// With its values and tags.
void remove_secret(store::Tx& tx, Timestamp now, const SecretRow& secret);
/// Tells the ledger that the secret is there, or, when it is marked for deletion, that it is free.
/// Source: https://aws.amazon.com/secrets-manager/pricing/
void meter(store::Tx& tx, Timestamp now, const SecretRow& secret);

/// Adds a version without labels, makes room for it when there are too many, and keeps its value. `secret` is not
/// written.
void add_version(store::Tx& tx, const region::Vault& vault, SecretRow& secret, const std::string& id,
                 const Value& value, Timestamp now);
/// Throws InternalServiceError when the value cannot be opened with the region's key.
Value require_value(store::Tx& tx, const region::Vault& vault, const SecretRow& secret, const std::string& version);

/// Remembers that a version was read on this day.
void note_access(store::Tx& tx, const std::string& arn, const std::string& version, Timestamp day);

}  // namespace hanbat::secretsmanager
