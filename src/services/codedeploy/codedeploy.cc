#include "services/codedeploy/codedeploy.h"

#include "gen/codedeploy/schema.h"

namespace hanbat::codedeploy {

std::span<const store::Migration> CodeDeploy::migrations() const { return schema(); }

}  // namespace hanbat::codedeploy
