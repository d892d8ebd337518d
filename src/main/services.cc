#include "main/services.h"

#include <memory>

#include "region/region.h"
#include "services/logs/logs.h"
#include "services/s3/s3.h"

namespace hanbat {

void add_services(region::Region& home) { home.add(std::make_unique<s3::S3>(home)); }

}  // namespace hanbat
