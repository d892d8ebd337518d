// Who operates a resource, as every answer about one tells it.
#pragma once

#include "gen/ec2/model.h"

namespace hanbat::ec2 {

/// Its owner: no other service of AWS's manages a resource for an account here. Source: OperatorResponse in EC2's API
/// reference.
inline OperatorResponse own_operator() {
  OperatorResponse operated;
  operated.managed = false;
  return operated;
}

}  // namespace hanbat::ec2
