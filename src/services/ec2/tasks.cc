#include "services/ec2/tasks.h"

namespace hanbat::ec2 {

void touch_vpc(store::Tx& tx, store::Tasks& tasks, std::string_view vpc_id) {
  if (!vpc_id.empty()) store::add_task(tasks, tx, ApplyVpc{}, std::string(vpc_id));
}

void touch_instance(store::Tx& tx, store::Tasks& tasks, const std::string& id) {
  store::add_task(tasks, tx, ApplyInstance{}, id);
}

void forget_later(store::Tx& tx, store::Tasks& tasks, const std::string& id, Timestamp now) {
  store::add_task(tasks, tx, Forget{}, id, now + std::chrono::hours(1));
}

}  // namespace hanbat::ec2
