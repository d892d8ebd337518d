// The buckets aws-codedeploy-<region>, from which instances install the agent: latest/install and the program beside
// it. They belong to an account of Amazon's and everyone may read them, as on AWS, where a file that names another
// region's finds it, too: what installs from it asks the instance where it is.
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "gen/s3/client.h"
#include "region/aws_regions.h"
#include "services/codedeploy/workers/workers.h"
#include "wire/error.h"

namespace hanbat::codedeploy {
namespace {

constexpr const char* kAmazon = "000000000000";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

void open_bucket(s3::Client& client, const std::string& bucket) {
  try {
    s3::CreateBucketInput create;
    create.bucket = bucket;
    client.create_bucket(create);
  } catch (const wire::Error& error) {
    if (error.code() != "BucketAlreadyOwnedByYou") throw;
  }
  s3::DeletePublicAccessBlockInput open;
  open.bucket = bucket;
  client.delete_public_access_block(open);
  s3::PutBucketPolicyInput policy;
  policy.bucket = bucket;
  policy.policy =
      Json::object({{"Version", "2012-10-17"},
                    {"Statement", Json::array({Json::object({{"Effect", "Allow"},
                                                             {"Principal", "*"},
                                                             {"Action", "s3:GetObject"},
                                                             {"Resource", "arn:aws:s3:::" + bucket + "/*"}})})}})
          .dump();
  client.put_bucket_policy(policy);
}

}  // namespace

void Workers::publish_agent() {
  const std::string own = "aws-codedeploy-" + home_.settings.default_region;
  const std::filesystem::path folder = home_.settings.guest_programs;
  s3::Client client(home_, home_.identity().service_caller(kAmazon, "codedeploy.amazonaws.com"),
                    home_.settings.default_region);
  open_bucket(client, own);
  std::vector<std::string> keys;
  for (const char* name : {"install", "codedeploy-agent"}) {
    if (!std::filesystem::exists(folder / name)) {
      spdlog::warn("codedeploy: {} is missing; instances cannot install the agent", (folder / name).string());
      continue;
    }
    s3::PutObjectInput put;
    put.bucket = own;
    put.key = keys.emplace_back(std::string("latest/") + name);
    put.body = wire::Body::of_bytes(read_file(folder / name));
    put.content_type = "application/octet-stream";
    client.put_object(put);
  }
  for (const char* region : region::kAwsRegions) {
    const std::string bucket = std::string("aws-codedeploy-") + region;
    if (bucket == own) continue;
    open_bucket(client, bucket);
    for (const std::string& key : keys) {
      s3::CopyObjectInput copy;  // shares the bytes
      copy.bucket = bucket;
      copy.key = key;
      copy.copy_source = own + "/" + key;
      client.copy_object(copy);
    }
  }
}

}  // namespace hanbat::codedeploy
