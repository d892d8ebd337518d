#include "region/own_address.h"

namespace hanbat::region {

bool answer_own_address(http::Exchange& exchange) {
  const http::RequestHead& head = exchange.head();
  if (head.host() != "checkip.amazonaws.com") return false;
  if (head.method != "GET" && head.method != "HEAD")
    exchange.send({405, {{"Allow", "GET, HEAD"}}, ""});
  else
    exchange.send({200, {{"Content-Type", "text/plain;charset=UTF-8"}}, head.peer_address + "\n"});
  return true;
}

}  // namespace hanbat::region
