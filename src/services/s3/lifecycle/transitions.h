// Transitions: when a version goes into another storage class, by the rules of its bucket. Pure.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/words.h"
#include "gen/s3/model.h"
#include "services/s3/archive/archive.h"
#include "services/s3/objects/store.h"

namespace hanbat::s3 {

/// How small an object may be to go into another class, where the rule's own filter says nothing of sizes.
enum class SmallObjects {
  kStay,             // none of less than 128 KiB
  kGoWhereArchived,  // those into GLACIER and DEEP_ARCHIVE alone
};

}  // namespace hanbat::s3

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::SmallObjects> = std::to_array<hanbat::Word<hanbat::s3::SmallObjects>>(
    {{hanbat::s3::SmallObjects::kStay, "all_storage_classes_128K"},
     {hanbat::s3::SmallObjects::kGoWhereArchived, "varies_by_storage_class"}});

namespace hanbat::s3 {

/// Throws S3's errors (400) for transitions that cannot be, of one rule.
void check_transitions(const LifecycleRule& rule);

struct Transitioned {
  ObjectRow version;
  StorageClass to;
};
/// The versions of a key that are to lie in another class now; of several that are due, in the cheapest. `versions`:
/// all of the key, newest first. A version never comes back into a class that costs more to keep.
std::vector<Transitioned> transitions_of(std::span<const LifecycleRule> rules, std::span<const ObjectRow> versions,
                                         SmallObjects small, Timestamp now);

}  // namespace hanbat::s3
