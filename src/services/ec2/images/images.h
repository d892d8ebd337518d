// Machine images: those that the region publishes, and which of the host's images each boots from.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/ec2/calls/calls.h"

namespace hanbat::ec2 {

/// An image, the alias under which the host side has it, and which of the systems that its tree can be it boots as
/// (images/amzn2/files/usr/lib/hanbat/systems); "" for the tree as it is.
struct PublishedImage {
  Image shape;
  std::string alias;
  std::string system;
};

/// What can be launched in the place: Amazon's stand-ins, and what was brought in with `hanbat image import`.
std::vector<PublishedImage> published_images(store::Tx& tx, const Place& place);
/// Throws InvalidAMIID.NotFound or InvalidAMIID.Malformed.
PublishedImage require_image(store::Tx& tx, const Place& place, const std::string& id);
/// The image id of an alias: the same in every region.
std::string image_id_of(std::string_view alias);
/// Notes the aliases that the host has, so that they can be launched.
void record_host_images(const Making& at, const std::vector<std::string>& aliases);

}  // namespace hanbat::ec2
