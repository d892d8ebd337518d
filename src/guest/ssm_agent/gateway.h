// The agent's calls of ssmmessages: that it takes sessions, and the way into a session's data channel.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "guest/aws/service_client.h"
#include "http/client.h"

namespace hanbat::guest {

/// Safe from all threads.
class Gateway {
 public:
  Gateway(std::string region, const std::string& domain, std::function<Credentials()> keys);

  /// Each throws ServiceError.
  void announce(const std::string& instance);
  std::string data_channel_token(const std::string& session);
  /// The open data channel, which has been given its token. Throws http::Error.
  std::unique_ptr<http::ClientWebSocket> open(const std::string& session, const std::string& token);

 private:
  Json post(const std::string& target, Json body);

  const std::string region_;
  const http::Endpoint endpoint_;
  const std::function<Credentials()> keys_;
};

}  // namespace hanbat::guest
