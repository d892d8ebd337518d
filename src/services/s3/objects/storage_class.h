// The storage classes of objects. All bytes lie on one disk: a class is a state, and what AWS bills it by.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
#pragma once

#include "base/words.h"

namespace hanbat::s3 {

/// The classes that an object of a general purpose bucket may have.
enum class StorageClass {
  kStandard,
  kReducedRedundancy,
  kStandardIa,
  kOnezoneIa,
  kIntelligentTiering,
  kGlacierIr,
  kGlacier,
  kDeepArchive
};

}  // namespace hanbat::s3

template <>
inline constexpr auto hanbat::kWords<hanbat::s3::StorageClass> = std::to_array<hanbat::Word<hanbat::s3::StorageClass>>(
    {{hanbat::s3::StorageClass::kStandard, "STANDARD"},
     {hanbat::s3::StorageClass::kReducedRedundancy, "REDUCED_REDUNDANCY"},
     {hanbat::s3::StorageClass::kStandardIa, "STANDARD_IA"},
     {hanbat::s3::StorageClass::kOnezoneIa, "ONEZONE_IA"},
     {hanbat::s3::StorageClass::kIntelligentTiering, "INTELLIGENT_TIERING"},
     {hanbat::s3::StorageClass::kGlacierIr, "GLACIER_IR"},
     {hanbat::s3::StorageClass::kGlacier, "GLACIER"},
     {hanbat::s3::StorageClass::kDeepArchive, "DEEP_ARCHIVE"}});
