// The load balancing service as a customer of EC2: its network interfaces and public addresses are made by itself, in
// the transaction of the call that needs them.
#pragma once

#include "gen/ec2/client.h"
#include "region/region.h"
#include "region/request.h"

namespace hanbat::elasticloadbalancing {

inline constexpr std::string_view kPrincipal = "elasticloadbalancing.amazonaws.com";

class Ec2AsService {
 public:
  explicit Ec2AsService(region::Request& rq)
      : client_(rq.as(rq.home.identity().service_caller(rq.account, kPrincipal))) {}

  const ec2::Client* operator->() const { return &client_; }

 private:
  ec2::Client client_;
};

}  // namespace hanbat::elasticloadbalancing
