// /aws/service/ami-amazon-linux-latest/…: whatever EC2 of this region answers as Amazon's newest image of that name.
#include <algorithm>

#include "gen/ec2/client.h"
#include "services/ssm/ssm.h"

namespace hanbat::ssm {
namespace {

const std::string kImagesFolder = "/aws/service/ami-amazon-linux-latest/";
const std::vector<std::string> kNames = {"amzn2-ami-hvm-x86_64-ebs", "amzn2-ami-hvm-x86_64-gp2",
                                         "amzn2-ami-kernel-5.10-hvm-x86_64-ebs",
                                         "amzn2-ami-kernel-5.10-hvm-x86_64-gp2"};

}  // namespace

std::optional<std::string> find_public_parameter(region::Request& rq, const std::string& name) {
  if (!name.starts_with(kImagesFolder) ||
      std::find(kNames.begin(), kNames.end(), name.substr(kImagesFolder.size())) == kNames.end())
    return std::nullopt;
  ec2::DescribeImagesInput in;
  in.owners = {"amazon"};
  ec2::Filter filter;
  filter.name = "name";
  filter.values = {"amzn2-ami-*-x86_64-gp2"};
  in.filters = {filter};
  // The parameter is public, so it is not the caller that asks EC2.
  const auto out =
      ec2::Client(rq.as(rq.home.identity().service_caller(rq.account, "ssm.amazonaws.com"))).describe_images(in);
  std::string newest, id;
  if (out.images)
    for (const ec2::Image& image : *out.images)
      if (image.creation_date.value_or("") >= newest)
        newest = image.creation_date.value_or(""), id = image.image_id.value_or("");
  if (id.empty()) return std::nullopt;
  return id;
}

std::vector<std::string> public_parameters(const std::string& path) {
  std::vector<std::string> out;
  // They lie below /aws only for who asks for /aws: a caller's own hierarchy has none of them.
  if (!path.starts_with("/aws")) return out;
  const std::string folder = path.ends_with('/') ? path : path + "/";
  for (const std::string& name : kNames)
    if ((kImagesFolder + name).starts_with(folder)) out.push_back(kImagesFolder + name);
  return out;
}

}  // namespace hanbat::ssm
