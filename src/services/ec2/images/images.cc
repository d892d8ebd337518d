#include "services/ec2/images/images.h"

#include <algorithm>

#include "base/words.h"
#include "services/ec2/ec2.h"
#include "services/ec2/storage/volume_states.h"

namespace hanbat::ec2 {
namespace {

/// What DescribeImageAttribute can be asked for.
enum class ImageAttributeName { kDescription, kLaunchPermission, kBlockDeviceMapping, kProductCodes, kSriovNetSupport };

}  // namespace
}  // namespace hanbat::ec2

namespace hanbat {

template <>
constexpr auto kWords<ec2::ImageAttributeName> =
    std::to_array<Word<ec2::ImageAttributeName>>({{ec2::ImageAttributeName::kDescription, "description"},
                                                  {ec2::ImageAttributeName::kLaunchPermission, "launchPermission"},
                                                  {ec2::ImageAttributeName::kBlockDeviceMapping, "blockDeviceMapping"},
                                                  {ec2::ImageAttributeName::kProductCodes, "productCodes"},
                                                  {ec2::ImageAttributeName::kSriovNetSupport, "sriovNetSupport"}});

}  // namespace hanbat

namespace hanbat::ec2 {
namespace {

constexpr const char* kAmazon = "137112412989";
constexpr const char* kCanonical = "099720109477";
constexpr const char* kRootDevice = "/dev/xvda";
// Rows of images that are of no one region.
const Place kEverywhere{"", "*"};

constexpr FilterPath kImagesPaths[] = {
    {"architecture", "Architecture"},
    {"block-device-mapping.delete-on-termination", "BlockDeviceMappings.Ebs.DeleteOnTermination"},
    {"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName"},
    {"block-device-mapping.volume-size", "BlockDeviceMappings.Ebs.VolumeSize"},
    {"block-device-mapping.volume-type", "BlockDeviceMappings.Ebs.VolumeType"},
    {"block-device-mapping.encrypted", "BlockDeviceMappings.Ebs.Encrypted"},
    {"creation-date", "CreationDate"},
    {"description", "Description"},
    {"ena-support", "EnaSupport"},
    {"hypervisor", "Hypervisor"},
    {"image-id", "ImageId"},
    {"image-type", "ImageType"},
    {"is-public", "Public"},
    {"name", "Name"},
    {"owner-alias", "ImageOwnerAlias"},
    {"owner-id", "OwnerId"},
    {"platform", "Platform"},
    {"platform-details", "PlatformDetails"},
    {"root-device-name", "RootDeviceName"},
    {"root-device-type", "RootDeviceType"},
    {"state", "State"},
    {"virtualization-type", "VirtualizationType"},
    {"block-device-mapping.snapshot-id", "BlockDeviceMappings.Ebs.SnapshotId"},
    {"free-tier-eligible", "FreeTierEligible"},
    {"image-allowed", "ImageAllowed"},
    {"kernel-id", "KernelId"},
    {"manifest-location", "ImageLocation"},
    {"product-code", "ProductCodes.ProductCodeId"},
    {"product-code.type", "ProductCodes.ProductCodeType"},
    {"ramdisk-id", "RamdiskId"},
    {"source-image-id", "SourceImageId"},
    {"source-image-region", "SourceImageRegion"},
    {"source-instance-id", "SourceInstanceId"},
    {"state-reason-code", "StateReason.Code"},
    {"state-reason-message", "StateReason.Message"},
    {"sriov-net-support", "SriovNetSupport"}};

Image image_shape(const std::string& alias, const std::string& name, const std::string& description,
                  Timestamp created) {
  Image image;
  image.image_id = image_id_of(alias);
  image.name = name;
  image.description = description;
  image.architecture = "x86_64";
  image.creation_date = iso8601_ms(created);
  image.ena_support = true;
  image.free_tier_eligible = true;
  image.hypervisor = "xen";
  image.image_type = "machine";
  image.platform_details = "Linux/UNIX";
  image.usage_operation = "RunInstances";
  image.public_ = true;
  image.root_device_name = kRootDevice;
  image.root_device_type = "ebs";
  image.state = "available";
  image.virtualization_type = "hvm";
  image.sriov_net_support = "simple";
  BlockDeviceMapping& root = image.block_device_mappings.emplace().emplace_back();
  root.device_name = kRootDevice;
  EbsBlockDevice& disk = root.ebs.emplace();
  disk.delete_on_termination = true;
  disk.encrypted = false;
  disk.volume_size = 8;
  disk.volume_type = word_of(VolumeType::kGp2);
  return image;
}

/// A stand-in that the region publishes from the tree "amzn2".
struct StandIn {
  const char* alias;  // the image id is made of it
  const char* system;
  const char* owner;
  /// AWS's own names begin and end like these, so that the usual name filters find them; the middle and the description
  /// tell what it is.
  const char* name;
  const char* description;
  std::int64_t created_ms;
  const char* root_device;
  const char* volume_type;
  const char* imds_support;  // or nullptr
};

// Of the images that a filter for Amazon Linux 2023 finds, the newest is the one with everything on it.
constexpr StandIn kStandIns[] = {
    {"amzn2", "", kAmazon, "amzn2-ami-hvm-2.0.20211103.hanbat-x86_64-gp2",
     "Hanbat's stand-in for Amazon Linux 2: Debian 12 with cloud-init, ec2-user, yum and amazon-linux-extras over apt; "
     "not Amazon's image",
     1'635'897'600'000, kRootDevice, "gp2", nullptr},
    // Older by a day, so that the newest of all of Amazon Linux 2 is the one above.
    {"amzn2-kernel-5.10", "", kAmazon, "amzn2-ami-kernel-5.10-hvm-2.0.20211102.hanbat-x86_64-gp2",
     "Hanbat's stand-in for Amazon Linux 2 with kernel 5.10: Debian 12 with cloud-init, ec2-user, yum and "
     "amazon-linux-extras over apt; not Amazon's image, and the kernel is the host's",
     1'635'811'200'000, kRootDevice, "gp2", nullptr},
    {"al2023-minimal", "al2023-minimal", kAmazon, "al2023-ami-minimal-2023.6.20241010.hanbat-kernel-6.1-x86_64",
     "Hanbat's stand-in for Amazon Linux 2023 minimal: Debian 12 with cloud-init, ec2-user and dnf over apt, without "
     "the "
     "SSM agent; not Amazon's image, and the kernel is the host's",
     1'728'518'400'000, kRootDevice, "gp3", "v2.0"},
    {"al2023", "al2023", kAmazon, "al2023-ami-2023.6.20241010.hanbat-kernel-6.1-x86_64",
     "Hanbat's stand-in for Amazon Linux 2023: Debian 12 with cloud-init, ec2-user and dnf over apt; not Amazon's "
     "image, "
     "and the kernel is the host's",
     1'728'604'800'000, kRootDevice, "gp3", "v2.0"},
    {"ubuntu-22.04", "ubuntu-22.04", kCanonical,
     "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20240927.hanbat",
     "Hanbat's stand-in for Ubuntu 22.04: Debian 12 with cloud-init and the user ubuntu; not Canonical's image",
     1'727'395'200'000, "/dev/sda1", "gp2", nullptr},
    {"ubuntu-24.04", "ubuntu-24.04", kCanonical,
     "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20240927.hanbat",
     "Hanbat's stand-in for Ubuntu 24.04: Debian 12 with cloud-init and the user ubuntu; not Canonical's image",
     1'727'395'200'000, "/dev/sda1", "gp3", "v2.0"},
};

PublishedImage published(const StandIn& one) {
  Image image = image_shape(one.alias, one.name, one.description, {one.created_ms});
  image.owner_id = one.owner;
  image.image_owner_alias = "amazon";
  image.image_location = fmt::format("amazon/{}", *image.name);
  image.root_device_name = one.root_device;
  BlockDeviceMapping& root = image.block_device_mappings->front();
  root.device_name = one.root_device;
  root.ebs->volume_type = one.volume_type;
  if (one.imds_support) image.imds_support = one.imds_support;
  return {std::move(image), "amzn2", one.system};
}

bool is_stand_in(const std::string& alias) {
  return std::ranges::any_of(kStandIns, [&](const StandIn& one) { return alias == one.alias; });
}

bool is_owner(const Request& rq, const Image& image, const std::string& owner) {
  if (owner == "self") return image.owner_id == rq.account;
  if (owner == "amazon" || owner == "aws-marketplace") return image.image_owner_alias == owner;
  return image.owner_id == owner;
}

/// An account's number, or one of the words that EC2 has for some.
void check_users(const Strings& users, std::initializer_list<std::string_view> words) {
  for (const std::string& user : users.value_or(std::vector<std::string>{}))
    if ((user.size() != 12 || user.find_first_not_of("0123456789") != std::string::npos) &&
        std::ranges::find(words, user) == words.end())
      throw Error("InvalidUserID.Malformed", 400, fmt::format("Invalid user id: \"{}\"", user));
}

bool matches_owner(const Request& rq, const Image& image, const Strings& owners) {
  return !owners || owners->empty() ||
         std::ranges::any_of(*owners, [&](const std::string& owner) { return is_owner(rq, image, owner); });
}

/// With the tags that any account has on it.
void remove_image(store::Tx& tx, const Resource<Image>& row) {
  const std::string end = ":image/" + row.id;
  for (const auto& [arn, tags] : region::tags_below(tx, "arn:aws:ec2:"))
    if (arn.ends_with(end)) region::delete_tags(tx, arn);
  remove(tx, row);
}

}  // namespace

std::string image_id_of(std::string_view alias) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : alias) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return fmt::format("ami-0{:016x}", hash);
}

std::vector<PublishedImage> published_images(store::Tx& tx, const Place&) {
  std::vector<PublishedImage> images;
  for (const StandIn& one : kStandIns) images.push_back(published(one));
  for (auto& row : list<Image>(tx, kEverywhere)) images.push_back({std::move(row.shape), row.own.text("alias"), ""});
  return images;
}

PublishedImage require_image(store::Tx& tx, const Place& place, const std::string& id) {
  for (PublishedImage& image : published_images(tx, place))
    if (image.shape.image_id == id) return std::move(image);
  // Of an image that is to be launched AWS says what it expects even where only the digits are wrong.
  if (!has_id_form("ami", id))
    throw Error("InvalidAMIID.Malformed", 400, fmt::format("Invalid id: \"{}\" (expecting \"ami-...\")", id));
  throw Error("InvalidAMIID.NotFound", 400, fmt::format("The image id '[{}]' does not exist", id));
}

void record_host_images(const Making& at, const std::vector<std::string>& aliases) {
  for (const std::string& alias : aliases) {
    // The build image is CodeBuild's; the stand-ins are published in any case.
    if (is_stand_in(alias) || alias == "codebuild" || find<Image>(at.tx, image_id_of(alias))) continue;
    Resource<Image> row;
    row.id = image_id_of(alias);
    row.place = kEverywhere;
    row.created = at.now;
    row.shape = image_shape(alias, alias, fmt::format("Imported into Hanbat as '{}'", alias), at.now);
    row.shape.owner_id = at.place.account;
    row.shape.image_location = fmt::format("{}/{}", at.place.account, alias);
    row.own = Json::object({{"alias", alias}});
    insert(at.tx, row);
  }
  for (const auto& row : list<Image>(at.tx, kEverywhere))
    if (std::ranges::find(aliases, row.own.text("alias")) == aliases.end()) remove_image(at.tx, row);
}

namespace {

void require_images(Request& rq, const std::vector<std::string>& ids) {
  const auto images = published_images(rq.tx, place_of(rq));
  std::vector<std::string> missing;
  for (const std::string& id : ids)
    if (std::ranges::none_of(images, [&](const PublishedImage& one) { return one.shape.image_id == id; }))
      missing.push_back(id);
  if (missing.size() == 1) throw_absent(KindOf<Image>::kKind, missing);
  if (missing.empty()) return;
  for (const std::string& id : missing)
    require_id_form(KindOf<Image>::kKind.malformed, KindOf<Image>::kKind.prefix, id);
  throw Error("InvalidAMIID.NotFound", 400, fmt::format("The image ids '[{}]' do not exist", join(missing, ", ")));
}

}  // namespace

DescribeImagesOutput Ec2::describe_images(Request& rq, const DescribeImagesInput& in) {
  authorize(rq, "DescribeImages");
  const region::Pager pager(rq, in, {.usual = 1000});

  const auto ids = in.image_ids.value_or(std::vector<std::string>{});
  require_images(rq, ids);
  check_users(in.owners, {"self", "amazon", "aws-marketplace", "aws-backup-vault"});
  check_users(in.executable_users, {"self", "all"});
  const auto filters = named_filters(in.filters, kImagesPaths);
  std::vector<Image> items;
  for (PublishedImage& image : published_images(rq.tx, place_of(rq))) {
    Image& shape = image.shape;
    if (!ids.empty() && std::ranges::find(ids, *shape.image_id) == ids.end()) continue;
    if (!matches_owner(rq, shape, in.owners)) continue;
    // All images are public, so that everyone but nobody in particular may execute them.
    if (in.executable_users && std::ranges::find(*in.executable_users, "all") == in.executable_users->end()) continue;
    set_tags(shape, region::tags_of(rq.tx, arn_of(place_of(rq), "image", *shape.image_id)));
    if (!matches_filters(wire::to_json(shape), filters, kImagesPaths)) continue;
    items.push_back(std::move(shape));
  }
  auto page =
      pager.cut(std::move(items), [](const Image& image) { return *image.creation_date + " " + *image.image_id; });
  DescribeImagesOutput out;
  out.images = std::move(page.items);
  out.next_token = std::move(page.next_token);
  return out;
}

DescribeImageAttributeOutput Ec2::describe_image_attribute(Request& rq, const DescribeImageAttributeInput& in) {
  authorize(rq, "DescribeImageAttribute", "image", in.image_id);

  const Image image = require_image(rq.tx, place_of(rq), in.image_id).shape;
  DescribeImageAttributeOutput out;
  out.image_id = image.image_id;
  switch (require_attribute<ImageAttributeName>(in.attribute)) {
    case ImageAttributeName::kDescription:
      out.description.emplace().value = image.description;
      break;
    case ImageAttributeName::kLaunchPermission:
      out.launch_permissions.emplace().emplace_back().group = "all";
      break;
    case ImageAttributeName::kBlockDeviceMapping:
      out.block_device_mappings = image.block_device_mappings;
      break;
    case ImageAttributeName::kProductCodes:
      out.product_codes.emplace();
      break;
    case ImageAttributeName::kSriovNetSupport:
      out.sriov_net_support.emplace().value = image.sriov_net_support;
      break;
  }
  return out;
}

}  // namespace hanbat::ec2
