// AWS Certificate Manager: certificates that users import, for load balancers to show. One method per operation.
#pragma once

#include <string>
#include <string_view>

#include "gen/acm/operations.h"
#include "region/certificates.h"
#include "region/region.h"
#include "region/tags.h"

namespace hanbat::acm {

using CertificateRow = region::Resource<region::Certificate>;

/// Source: https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html
extern const region::TagRules kTagRules;

inline region::Place place_of(const region::Request& rq) { return {rq.account, rq.region}; }

class Acm final : public Operations {
 public:
  explicit Acm(region::Region& home) : home_(home) {}

#include "gen/acm/methods.inc"

  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;

 private:
  region::Region& home_;
};

/// Asks for the action on the certificate. Throws InvalidArnException for what is no certificate's ARN,
/// ResourceNotFoundException when there is none of the caller's in this region.
CertificateRow require_certificate(region::Request& rq, std::string_view action, const std::string& arn,
                                   region::ConditionKeys keys = {});

}  // namespace hanbat::acm
