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

  CreateRepositoryOutput create_repository(region::Request& rq, const CreateRepositoryInput& in) override;
  DescribeRepositoriesOutput describe_repositories(region::Request& rq, const DescribeRepositoriesInput& in) override;
  DeleteRepositoryOutput delete_repository(region::Request& rq, const DeleteRepositoryInput& in) override;
  DescribeRegistryOutput describe_registry(region::Request& rq, const DescribeRegistryInput& in) override;
  GetAuthorizationTokenOutput get_authorization_token(region::Request& rq,
                                                      const GetAuthorizationTokenInput& in) override;
  PutImageTagMutabilityOutput put_image_tag_mutability(region::Request& rq,
                                                       const PutImageTagMutabilityInput& in) override;
  GetRepositoryPolicyOutput get_repository_policy(region::Request& rq, const GetRepositoryPolicyInput& in) override;
  SetRepositoryPolicyOutput set_repository_policy(region::Request& rq, const SetRepositoryPolicyInput& in) override;
  DeleteRepositoryPolicyOutput delete_repository_policy(region::Request& rq,
                                                        const DeleteRepositoryPolicyInput& in) override;
  TagResourceOutput tag_resource(region::Request& rq, const TagResourceInput& in) override;
  UntagResourceOutput untag_resource(region::Request& rq, const UntagResourceInput& in) override;
  ListTagsForResourceOutput list_tags_for_resource(region::Request& rq, const ListTagsForResourceInput& in) override;

  ListImagesOutput list_images(region::Request& rq, const ListImagesInput& in) override;
  DescribeImagesOutput describe_images(region::Request& rq, const DescribeImagesInput& in) override;
  BatchGetImageOutput batch_get_image(region::Request& rq, const BatchGetImageInput& in) override;
  BatchDeleteImageOutput batch_delete_image(region::Request& rq, const BatchDeleteImageInput& in) override;
  PutImageOutput put_image(region::Request& rq, const PutImageInput& in) override;

  BatchCheckLayerAvailabilityOutput batch_check_layer_availability(region::Request& rq,
                                                                   const BatchCheckLayerAvailabilityInput& in) override;
  GetDownloadUrlForLayerOutput get_download_url_for_layer(region::Request& rq,
                                                          const GetDownloadUrlForLayerInput& in) override;
  InitiateLayerUploadOutput initiate_layer_upload(region::Request& rq, const InitiateLayerUploadInput& in) override;
  UploadLayerPartOutput upload_layer_part(region::Request& rq, const UploadLayerPartInput& in) override;
  CompleteLayerUploadOutput complete_layer_upload(region::Request& rq, const CompleteLayerUploadInput& in) override;

  std::span<const store::Migration> migrations() const override;
  void start() override;
  bool claims(const http::RequestHead& head) const override;
  void serve(http::Exchange& exchange) override;

 private:
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
