#include "services/s3/encryption/sealed_bytes.h"

#include "base/encoding.h"
#include "base/ids.h"
#include "crypto/aes_ctr.h"
#include "region/region.h"

namespace hanbat::s3 {

std::vector<Segment> Rewritten::segments() const {
  const store::Blob& blob = loose.blob();
  if (blob.size == 0) return {};
  return {{blob.sha256, 0, blob.size, iv}};
}

const Rewritten& rewrite(region::Request& rq, const std::string& name, std::function<wire::Body()> bytes,
                         const std::optional<CustomerKey>& key) {
  store::Blobs& blobs = rq.home.blobs;
  return rq.prepare<Rewritten>(name, [&blobs, bytes = std::move(bytes), key] {
    const std::string beginning = key ? random_bytes(crypto::AesCtr::kBeginningSize) : "";
    std::optional<crypto::AesCtr> cipher;
    if (key) cipher.emplace(key->bytes, beginning);
    const auto writer = blobs.create();
    std::string piece;
    bytes().read([&](std::string_view plain) {
      if (!cipher) return writer->write(plain);
      piece.assign(plain);
      cipher->apply({piece.data(), piece.size()});
      writer->write(piece);
    });
    return Rewritten{store::LooseBlob(blobs, writer->commit()), to_hex(beginning)};
  });
}

const Rewritten& seal(region::Request& rq, const wire::Body& body, const std::string& name,
                      const std::optional<CustomerKey>& key) {
  return rewrite(rq, name, [body] { return body; }, key);
}

}  // namespace hanbat::s3
