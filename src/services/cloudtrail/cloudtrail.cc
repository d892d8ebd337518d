#include "services/cloudtrail/cloudtrail.h"

#include "gen/cloudtrail/schema.h"

namespace hanbat::cloudtrail {
namespace {

constexpr std::string_view kExpire = "cloudtrail.expire";
constexpr Milliseconds kExpireEvery = std::chrono::hours(1);

}  // namespace

std::span<const store::Migration> CloudTrail::migrations() const { return schema(); }

void CloudTrail::start() {
  trail_.start();
  home_.tasks.handle(std::string(kExpire), [this](store::TaskRun& run) {
    trail_.expire();
    run.again(kExpireEvery);
  });
  home_.db.write([this](store::Tx& tx) {
    home_.tasks.add(tx, {.kind = std::string(kExpire), .key = "all", .body = Json::object()});
  });
}

}  // namespace hanbat::cloudtrail
