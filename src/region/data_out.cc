#include "region/data_out.h"

#include "host/error.h"
#include "host/ipv4.h"
#include "http/server.h"
#include "region/entrances.h"

namespace hanbat::region {
namespace {

constexpr const char* kUsageType = "DataTransfer-Out-Bytes";

thread_local BilledAnswer* current_answer = nullptr;

}  // namespace

BilledAnswer::BilledAnswer(BatchedUsage& usage, const Region& home, http::Exchange& exchange)
    : usage_(usage), home_(home), exchange_(exchange), before_(current_answer) {
  current_answer = this;
}

BilledAnswer::~BilledAnswer() {
  current_answer = before_;
  const auto sent = static_cast<std::int64_t>(exchange_.sent_bytes());
  if (!payer_ || sent == 0 || !is_from_internet(home_, exchange_.head())) return;
  usage_.add(payer_->place, payer_->arn, {payer_->service, kUsageType, payer_->operation, UsageUnit::kGigabytes, sent});
}

void BilledAnswer::name_payer(const Service& service, Payer payer) {
  if (current_answer && current_answer->service_ == &service) current_answer->payer_ = std::move(payer);
}

bool is_from_internet(const Region& home, const http::RequestHead& head) {
  if (head.listener_tag.starts_with(std::string(kEntranceTag) + ":")) return false;
  const host::EdgeRange& edge = home.settings.edge;
  try {
    const std::uint32_t address = host::require_address(head.peer_address, "the peer's address");
    return !edge.whole().holds(address) || head.peer_address == edge.host();
  } catch (const host::HostError&) {
    return true;  // of IPv6, or of a Unix socket: none of the region's networks
  }
}

}  // namespace hanbat::region
