#include "services/ecr/ecr.h"

#include "gen/ecr/schema.h"
#include "region/carried_over.h"
#include "services/ecr/layers/store.h"
#include "services/ecr/lifecycle/expiry.h"
#include "services/ecr/usage.h"
#include "store/typed_tasks.h"

namespace hanbat::ecr {

Ecr::Ecr(region::Region& home) : home_(home), uploads_(home.blobs) {}

std::span<const store::Migration> Ecr::migrations() const { return schema(); }

void Ecr::start() {
  tokens_ = Tokens(home_.db.write([](store::Tx& tx) {
    region::carry_over(tx, "ecr: repositories", [&] { migrate_repositories(tx); });
    remove_all_uploads(tx);  // what came of them was in the hands of an earlier process
    return require_signing_key(tx);
  }));
  start_expiry(home_);
  measure_repositories(home_);
  store::handle<ExpireUpload>(home_.tasks, [this](store::TaskRun& run, const ExpireUpload& task) {
    run.finish([&](store::Tx& tx) { uploads_.forget(tx, task.upload_id); });
  });
}

wire::Error Ecr::invalid_page_token(const wire::OperationModel&) const {
  return InvalidParameterException("Invalid parameter at 'nextToken' failed to satisfy constraint: 'Invalid token'");
}

wire::Error Ecr::invalid_page_size(const wire::OperationModel&, int, const region::PageSizes& sizes) const {
  return InvalidParameterException(
      "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must be "
      "between " +
      std::to_string(sizes.least) + " and " + std::to_string(sizes.most) + "'");
}

}  // namespace hanbat::ecr
