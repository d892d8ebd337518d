// What answers send to the internet, for the services that bill it (S3, ECR): counted by the front door as it goes out,
// and told to the ledger for whom a service named as its payer. Within the region nothing is billed: an instance's
// request, through whichever gateway, is none of the internet.
// Source: https://aws.amazon.com/s3/pricing/ ("Data transfer": out to the internet; to EC2 in the same region is free)
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "region/batched_usage.h"

namespace hanbat::http {
class Exchange;
struct RequestHead;
}  // namespace hanbat::http

namespace hanbat::region {

class Service;

/// Whom an answer's bytes are billed to, as the bill tells it.
struct Payer {
  Place place;
  std::string arn;
  std::string service;    // "Amazon Simple Storage Service"
  std::string operation;  // "GetObject"
};

/// One request's answer, while this thread serves it. Bills what it sent when it ends, however that is.
class BilledAnswer {
 public:
  BilledAnswer(BatchedUsage& usage, const Region& home, http::Exchange& exchange);
  ~BilledAnswer();
  BilledAnswer(const BilledAnswer&) = delete;
  BilledAnswer& operator=(const BilledAnswer&) = delete;

  /// Whose request it is, once that is known; what another service names, which this one called, is not heard.
  void is_of(const Service& service) { service_ = &service; }
  /// The service names who pays; the last word holds. Outside of any request of the front door's it does nothing.
  static void name_payer(const Service& service, Payer payer);

 private:
  BatchedUsage& usage_;
  const Region& home_;
  http::Exchange& exchange_;
  const Service* service_ = nullptr;
  std::optional<Payer> payer_;
  BilledAnswer* const before_;
};

/// Whether who asks is outside of the region's networks. This machine's own programs are: they stand for the internet.
bool is_from_internet(const Region& home, const http::RequestHead& head);

}  // namespace hanbat::region
