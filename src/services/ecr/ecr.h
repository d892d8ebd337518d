// ECR: repositories and images by the API, and the registry that docker's clients speak to (OCI distribution, version
// 2). The bytes of layers are blobs of the region's store, named by the very digest that the images use.
#pragma once

#include <string>

#include "gen/ecr/operations.h"
#include "region/page.h"
#include "region/region.h"
#include "services/ecr/layers/uploads.h"
#include "services/ecr/registry/tokens.h"
#include "services/ecr/store.h"

namespace hanbat::ecr {

class Ecr final : public Operations {
 public:
  explicit Ecr(region::Region& home);

#include "gen/ecr/methods.inc"

  std::span<const store::Migration> migrations() const override;
  void start() override;
  wire::Error invalid_page_token(const wire::OperationModel& operation) const override;
  wire::Error invalid_page_size(const wire::OperationModel& operation, int size,
                                const region::PageSizes& sizes) const override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

 private:
  /// Appends the part to its upload; how many bytes there are now. Throws InvalidLayerPartException.
  std::uint64_t append_part(const RepositoryRow& row, const UploadLayerPartInput& in);

  region::Region& home_;
  Uploads uploads_;
  Tokens tokens_;
};

/// How large the pages of ECR's lists are.
inline constexpr region::PageSizes kPageSizes{.usual = 100, .most = 1000};

}  // namespace hanbat::ecr
