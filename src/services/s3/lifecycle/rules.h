// What a bucket's lifecycle rules say of the versions of a key. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "gen/s3/model.h"
#include "services/s3/objects/store.h"
#include "services/s3/uploads/store.h"

namespace hanbat::s3 {

/// Throws S3's errors (400) for rules that cannot be; gives those without an id one.
void check_lifecycle(std::vector<LifecycleRule>& rules);

/// The rule's filter in one form: each of its conditions, which all have to hold.
LifecycleRuleAndOperator conditions_of(const LifecycleRule& rule);
/// Whether the rule is on, and its filter holds of the version.
bool is_in_force(const LifecycleRule& rule, const ObjectRow& object);

/// When something of then is old enough: the days later, and then the next midnight UTC.
Timestamp lifecycle_time(Timestamp then, int days);

struct Expired {
  /// Whether the latest version is to go: for good, or behind a delete marker where the bucket keeps versions.
  bool latest = false;
  /// Older versions and lone delete markers, which go for good.
  std::vector<ObjectRow> versions;
};

/// What has expired of one key now. `versions`: all of it, newest first.
Expired expired_of(std::span<const LifecycleRule> rules, std::span<const ObjectRow> versions, Timestamp now);

/// When the latest version of a key expires, by which rule, as the header x-amz-expiration says it; nothing where no
/// rule says so. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
std::optional<std::string> expiration_header(std::span<const LifecycleRule> rules, const ObjectRow& latest);

/// When an upload is ended, and by which rule.
struct UploadsEnd {
  Timestamp at;
  std::string rule_id;
};
/// The first such end; nothing where no rule says so.
std::optional<UploadsEnd> find_end(std::span<const LifecycleRule> rules, const UploadRow& upload);
/// Whether an upload is old enough to be ended.
bool is_expired(std::span<const LifecycleRule> rules, const UploadRow& upload, Timestamp now);

}  // namespace hanbat::s3
