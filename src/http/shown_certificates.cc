#include "http/shown_certificates.h"

#include <openssl/ssl.h>

#include <memory>
#include <new>

#include "http/channel.h"
#include "http/message.h"
#include "os/sockets.h"

namespace hanbat::http {

std::vector<std::string> shown_certificates(const Endpoint& endpoint, std::chrono::milliseconds longest) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) throw std::bad_alloc();
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  Channel channel(
      connect_tcp(endpoint.connect_address.empty() ? endpoint.host : endpoint.connect_address, endpoint.port, longest));
  SSL* session = SSL_new(context.get());
  if (!session) throw std::bad_alloc();
  SSL_set_connect_state(session);
  SSL_set_tlsext_host_name(session, endpoint.host.c_str());
  channel.set_tls(session);
  channel.handshake(longest);

  std::vector<std::string> all;
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(session);  // the channel's
  for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
    unsigned char* bytes = nullptr;
    const int size = i2d_X509(sk_X509_value(chain, i), &bytes);
    if (size <= 0) continue;
    all.emplace_back(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    OPENSSL_free(bytes);
  }
  if (all.empty()) throw Error(0, endpoint.host + " shows no certificate");
  return all;
}

}  // namespace hanbat::http
