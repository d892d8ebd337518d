// ECR: repositories and images by the API, and the registry that docker's clients speak to (OCI distribution, version
// 2). The bytes of layers are blobs of the region's store, named by the very digest that the images use.
#pragma once

#include <string>

#include "gen/ecr/operations.h"
#include "region/region.h"
#include "services/ecr/store.h"
#include "services/ecr/tokens.h"
#include "services/ecr/uploads.h"

namespace hanbat::ecr {

class Ecr final : public Operations {
 public:
  explicit Ecr(region::Region& home);

#include "gen/ecr/methods.inc"

  std::span<const store::Migration> migrations() const override;
  void start() override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

 private:
  /// Appends the part to its upload; how many bytes there are now. Throws InvalidLayerPartException.
  std::uint64_t append_part(const RepositoryRow& row, const UploadLayerPartInput& in);

  region::Region& home_;
  Uploads uploads_;
  Tokens tokens_;
};

/// The first position and size of a page, from the request's token and count (`most` is also the default when 0).
struct Page {
  std::size_t first = 0;
  std::size_t count = 100;
};
Page read_page(const std::optional<std::string>& token, const std::optional<int>& count, std::size_t usual = 100);

}  // namespace hanbat::ecr
