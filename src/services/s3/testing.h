// S3 with one bucket, for its tests. Header only.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gen/s3/client.h"
#include "region/testing.h"
#include "services/s3/s3.h"
#include "wire/testing.h"

namespace hanbat::s3 {

using Texts = std::vector<std::string>;

class S3Test : public ::testing::Test {
 protected:
  S3Test() {
    t.add<S3>();
    t.start();
    client().create_bucket({.bucket = "bucket"});
  }

  Client client() { return Client(t.home, t.user, t.region); }
  PutObjectOutput put(const std::string& key, const std::string& bytes) {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.body = wire::Body::of_bytes(bytes);
    return client().put_object(in);
  }
  std::string get(const std::string& key, std::optional<std::string> range = {},
                  std::optional<std::string> version = {}) {
    GetObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.range = std::move(range);
    in.version_id = std::move(version);
    return client().get_object(in).body.read_all();
  }
  void set_versioning(const std::string& status) {
    PutBucketVersioningInput in;
    in.bucket = "bucket";
    in.versioning_configuration.status = status;
    client().put_bucket_versioning(in);
  }
  DeleteObjectOutput remove(const std::string& key, std::optional<std::string> version = {}) {
    DeleteObjectInput in;
    in.bucket = "bucket";
    in.key = key;
    in.version_id = std::move(version);
    return client().delete_object(in);
  }
  ListObjectsV2Output list(const std::function<void(ListObjectsV2Input&)>& shape) {
    ListObjectsV2Input in;
    in.bucket = "bucket";
    shape(in);
    return client().list_objects_v2(in);
  }
  static Texts keys(const ListObjectsV2Output& page) {
    Texts out;
    if (page.contents)
      for (const Object& object : *page.contents) out.push_back(*object.key);
    if (page.common_prefixes)
      for (const CommonPrefix& prefix : *page.common_prefixes) out.push_back(*prefix.prefix);
    return out;
  }
  int blob_files() {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(t.folder + "/blobs"))
      if (entry.is_regular_file() && entry.path().extension() != ".lock") ++count;
    return count;
  }

  region::TestRegion t;
};

}  // namespace hanbat::s3
