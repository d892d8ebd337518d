// Images by the API: listed, described, fetched, put, deleted.
#include <algorithm>

#include "base/text.h"
#include "region/pick.h"
#include "services/ecr/ecr.h"
#include "services/ecr/images/identifiers.h"
#include "services/ecr/images/store.h"
#include "services/ecr/scanning/rules.h"

namespace hanbat::ecr {
namespace {

TagStatus tag_status(const std::optional<std::string>& word) {
  if (const auto status = find_word<TagStatus>(word.value_or("ANY"))) return *status;
  throw InvalidParameterException(
      "Invalid parameter at 'filter.tagStatus' failed to satisfy constraint: 'Member must "
      "satisfy enum value set: [TAGGED, UNTAGGED, ANY]'");
}

/// Every image here is active: none is archived.
bool are_wanted(const std::optional<std::string>& status) { return !status || *status == "ACTIVE" || *status == "ANY"; }

/// Where an image stands in a list: by the time of its push.
std::string push_key(const ImageRow& image) { return region::page_key(image.pushed.ms) + image.digest; }

/// `most` images behind the one that the key tells of, or begins with, and that image itself before them, if it is
/// there.
std::vector<ImageRow> images_after(store::Tx& tx, const RepositoryRow& repository,
                                   const std::optional<std::string>& key, std::size_t most) {
  const std::size_t digits = region::page_key(0).size();
  if (!key) return images_from(tx, repository, {0}, "", most);
  const Timestamp pushed{parse_int(key->substr(0, digits)).value_or(0)};
  return images_from(tx, repository, pushed, key->substr(digits, key->find(' ') - digits), most + 1);
}

ImageDetail describe(const RepositoryRow& repository, const ImageRow& image, const std::vector<std::string>& tags) {
  ImageDetail out;
  out.artifact_media_type = image.artifact_type;
  out.image_digest = image.digest;
  out.image_status = "ACTIVE";
  out.image_manifest_media_type = image.media_type;
  out.image_pushed_at = image.pushed;
  out.image_scan_status = scan_status(image);
  if (image.size > 0) out.image_size_in_bytes = image.size;
  if (!tags.empty()) out.image_tags = tags;
  out.last_recorded_pull_time = image.pulled;
  out.registry_id = repository.place.account;
  out.repository_name = name_of(repository);
  out.subject_manifest_digest = image.subject;
  return out;
}

}  // namespace

ListImagesOutput Ecr::list_images(region::Request& rq, const ListImagesInput& in) {
  const RepositoryRow row = require_repository(rq, "ListImages", in.registry_id, in.repository_name);

  const TagStatus status = tag_status(in.filter ? in.filter->tag_status : std::nullopt);
  const bool wanted = are_wanted(in.filter ? in.filter->image_status : std::nullopt);
  const region::Pager pager(rq, in, kPageSizes);
  using Item = std::pair<std::string, ImageIdentifier>;
  auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        std::vector<Item> items;
        for (const ImageRow& image : images_after(rq.tx, row, after, most)) {
          const std::string key = push_key(image);
          const auto tags = tags_of(rq.tx, row, image.digest);
          if (tags.empty()) items.emplace_back(key, ImageIdentifier{.image_digest = image.digest});
          for (const auto& tag : tags)
            items.emplace_back(key + " " + tag, ImageIdentifier{.image_digest = image.digest, .image_tag = tag});
        }
        std::erase_if(items, [&](const Item& item) { return after && item.first <= *after; });
        return items;
      },
      [&](const Item& item) {
        if (!wanted) return false;
        return status == TagStatus::kAny || (status == TagStatus::kTagged) == item.second.image_tag.has_value();
      },
      [](const Item& item) { return item.first; });

  ListImagesOutput out{.image_ids = std::vector<ImageIdentifier>(), .next_token = page.next_token};
  for (auto& [key, id] : page.items) out.image_ids->push_back(std::move(id));
  return out;
}

DescribeImagesOutput Ecr::describe_images(region::Request& rq, const DescribeImagesInput& in) {
  const RepositoryRow row = require_repository(rq, "DescribeImages", in.registry_id, in.repository_name);

  const region::Pager pager(rq, in, kPageSizes);
  DescribeImagesOutput out;
  out.image_details.emplace();
  if (in.image_ids && !in.image_ids->empty()) {
    if (pager.asked() || in.filter)
      throw InvalidParameterException("'imageIds' goes without 'nextToken', 'maxResults' and 'filter'.");
    for (const auto& id : *in.image_ids) {
      const ImageRow image = require_image(rq.tx, row, id);
      out.image_details->push_back(describe(row, image, tags_of(rq.tx, row, image.digest)));
    }
    return out;
  }
  const TagStatus status = tag_status(in.filter ? in.filter->tag_status : std::nullopt);
  const bool wanted = are_wanted(in.filter ? in.filter->image_status : std::nullopt);
  const auto page = region::pick(
      pager,
      [&](const std::optional<std::string>& after, std::size_t most) {
        auto images = images_after(rq.tx, row, after, most);
        std::erase_if(images, [&](const ImageRow& image) { return after && push_key(image) <= *after; });
        return images;
      },
      [&](const ImageRow& image) {
        if (!wanted) return false;
        return status == TagStatus::kAny || (status == TagStatus::kTagged) != tags_of(rq.tx, row, image.digest).empty();
      },
      push_key);
  for (const ImageRow& image : page.items)
    out.image_details->push_back(describe(row, image, tags_of(rq.tx, row, image.digest)));
  out.next_token = page.next_token;
  return out;
}

BatchGetImageOutput Ecr::batch_get_image(region::Request& rq, const BatchGetImageInput& in) {
  const RepositoryRow row = require_repository(rq, "BatchGetImage", in.registry_id, in.repository_name);

  BatchGetImageOutput out;
  out.images.emplace();
  out.failures.emplace();
  for (const auto& id : in.image_ids) {
    const FoundImage found = look_up(rq.tx, row, id);
    if (!found.image) {
      out.failures->push_back({.failure_code = found.code, .failure_reason = found.why, .image_id = id});
      continue;
    }
    // AWS converts a manifest to an older kind on demand; we give what was pushed, or say that it is not acceptable.
    if (in.accepted_media_types && !in.accepted_media_types->empty() &&
        std::find(in.accepted_media_types->begin(), in.accepted_media_types->end(), found.image->media_type) ==
            in.accepted_media_types->end()) {
      out.failures->push_back({.failure_code = "ImageNotFound",
                               .failure_reason = "The image is of type " + found.image->media_type +
                                                 ", which is none of the accepted media types",
                               .image_id = id});
      continue;
    }
    Image image;
    image.image_id = ImageIdentifier{.image_digest = found.image->digest, .image_tag = id.image_tag};
    image.image_manifest = found.image->manifest;
    image.image_manifest_media_type = found.image->media_type;
    image.registry_id = row.place.account;
    image.repository_name = name_of(row);
    out.images->push_back(std::move(image));
  }
  return out;
}

BatchDeleteImageOutput Ecr::batch_delete_image(region::Request& rq, const BatchDeleteImageInput& in) {
  const RepositoryRow row = require_repository(rq, "BatchDeleteImage", in.registry_id, in.repository_name);

  BatchDeleteImageOutput out;
  out.image_ids.emplace();
  out.failures.emplace();
  for (const auto& id : in.image_ids) {
    const FoundImage found = look_up(rq.tx, row, id);
    if (!found.image) {
      out.failures->push_back({.failure_code = found.code, .failure_reason = found.why, .image_id = id});
      continue;
    }
    const std::string& digest = found.image->digest;
    if (!id.image_tag && is_referenced(rq.tx, row, digest)) {
      out.failures->push_back({.failure_code = "ImageReferencedByManifestList",
                               .failure_reason = "Requested image referenced by manifest list",
                               .image_id = id});
      continue;
    }
    // A digest with a tag names the tag, as docker's own rules have it.
    const auto tags = tags_of(rq.tx, row, digest);
    delete_image(rq.home, rq.tx, row, digest, id.image_tag.value_or(""));
    if (id.image_tag)
      out.image_ids->push_back({.image_digest = digest, .image_tag = id.image_tag});
    else if (tags.empty())
      out.image_ids->push_back({.image_digest = digest});
    else
      for (const auto& tag : tags) out.image_ids->push_back({.image_digest = digest, .image_tag = tag});
  }
  return out;
}

PutImageOutput Ecr::put_image(region::Request& rq, const PutImageInput& in) {
  const RepositoryRow row = require_repository(rq, "PutImage", in.registry_id, in.repository_name);

  if (in.image_tag && !is_tag(*in.image_tag)) throw InvalidParameterException("Invalid parameter at 'imageTag'");
  if (in.image_manifest.size() > kLargestManifest)
    throw InvalidParameterException("Invalid parameter at 'imageManifest'");
  Manifest manifest;
  try {
    manifest = read_manifest(in.image_manifest, in.image_manifest_media_type.value_or(""));
  } catch (const ManifestError& error) {
    throw InvalidParameterException(
        "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON "
        "syntax' (" +
        error.message + ")");
  }
  if (in.image_digest && *in.image_digest != manifest.digest)
    throw ImageDigestDoesNotMatchException("The image digest '" + *in.image_digest + "' is not that of the manifest.");

  const std::string tag = in.image_tag.value_or("");
  if (ecr::put_image(rq, row, manifest, in.image_manifest, tag) == PutResult::kAlreadyThere)
    throw ImageAlreadyExistsException("Image with digest '" + manifest.digest + "' and tag '" + tag +
                                      "' already exists in the repository with name '" + name_of(row) +
                                      "' in registry with id '" + row.place.account + "'");

  Image image;
  image.image_id = ImageIdentifier{.image_digest = manifest.digest, .image_tag = in.image_tag};
  image.image_manifest = in.image_manifest;
  image.image_manifest_media_type = manifest.media_type;
  image.registry_id = row.place.account;
  image.repository_name = name_of(row);
  return {.image = std::move(image)};
}

}  // namespace hanbat::ecr
