#include "services/elasticloadbalancing/capacity/capacity_store.h"

namespace hanbat::elasticloadbalancing {

std::optional<CapacityRow> find_capacity(store::Tx& tx, const std::string& balancer_arn) {
  const auto row = tx.find(
      "SELECT hour, connections, active, bytes, evaluations, read_at, booked FROM elb_capacity WHERE balancer = ?",
      balancer_arn);
  if (!row) return std::nullopt;
  return CapacityRow{.hour = row->timestamp(0),
                     .served = {.connections = row->integer(1),
                                .active_ms = row->integer(2),
                                .bytes = row->integer(3),
                                .evaluations = row->integer(4)},
                     .read_at = row->timestamp(5),
                     .booked = row->integer(6)};
}

void put_capacity(store::Tx& tx, const std::string& balancer_arn, const CapacityRow& row) {
  tx.exec("DELETE FROM elb_capacity WHERE balancer = ?", balancer_arn);
  tx.exec(
      "INSERT INTO elb_capacity(balancer, hour, connections, active, bytes, evaluations, read_at, booked) VALUES (?, "
      "?, "
      "?, ?, ?, ?, ?, ?)",
      balancer_arn, row.hour, row.served.connections, row.served.active_ms, row.served.bytes, row.served.evaluations,
      row.read_at, row.booked);
}

void forget_capacity(store::Tx& tx, Timestamp before) { tx.exec("DELETE FROM elb_capacity WHERE hour < ?", before); }

}  // namespace hanbat::elasticloadbalancing
