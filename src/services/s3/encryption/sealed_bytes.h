// Bytes that are written anew: encrypted by a customer's key, or out of what such a key encrypted.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "region/request.h"
#include "services/s3/encryption/customer_key.h"
#include "services/s3/objects/segments.h"
#include "store/blobs.h"
#include "wire/body.h"

namespace hanbat::s3 {

/// A blob of its own, which goes with this when nobody links to it, and where its key begins to count (hex; "": it is
/// not encrypted).
struct Rewritten {
  store::LooseBlob loose;
  std::string iv;

  /// What an object or a part of it consists of.
  std::vector<Segment> segments() const;
};

/// Writes the bytes, encrypted where there is a key; outside of the transaction, see Request::prepare. `name` says
/// which bytes of what they are.
const Rewritten& rewrite(region::Request& rq, const std::string& name, std::function<wire::Body()> bytes,
                         const std::optional<CustomerKey>& key);

/// The same of a body that came with the request.
const Rewritten& seal(region::Request& rq, const wire::Body& body, const std::string& name,
                      const std::optional<CustomerKey>& key);

}  // namespace hanbat::s3
