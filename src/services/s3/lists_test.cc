// S3's lists page by page, its tags, and databases of before.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "services/s3/testing.h"
#include "store/statement_watch.h"

namespace hanbat::s3 {
namespace {

using wire::code_of;

TEST(S3Database, BucketsOfBeforeAreThereWithWhatIsInThem) {
  region::TestRegion old;
  old.add<S3>();
  old.migrate_before("s3", 2);
  old.db->write([](store::Tx& tx) {
    tx.exec("INSERT INTO s3_buckets(name, account, region, created, body) VALUES (?, ?, ?, ?, ?)", "bucket",
            "123456789012", "eu-west-1", 1'795'000'000'123,
            R"({"versioning":"Enabled","tags":[{"Key":"team","Value":"a"}]})");
    tx.exec(
        "INSERT INTO s3_objects(id, bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, "
        "body) VALUES (7, ?, ?, ?, 1, 0, 0, ?, 1, ?)",
        "bucket", "k", "v1", "\"d41d8cd98f00b204e9800998ecf8427e\"", R"({"headers":{},"metadata":{}})");
    tx.exec(
        "INSERT INTO s3_uploads(upload_id, bucket, object_key, initiated, initiator, body) VALUES (?, ?, ?, 1, ?, ?)",
        "u1", "bucket", "big", "arn", "{}");
    tx.exec("INSERT INTO s3_parts(upload_id, part_number, size, e_tag, modified, body) VALUES (?, 1, 0, ?, 1, ?)", "u1",
            "\"e\"", "{}");
  });
  old.start();
  const Client client(old.home, old.user, old.region);
  const auto buckets = *client.list_buckets({}).buckets;
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0].name, "bucket");
  EXPECT_EQ(buckets[0].bucket_region, "eu-west-1");
  EXPECT_EQ(buckets[0].creation_date, Timestamp{1'795'000'000'123});
  EXPECT_EQ(client.get_bucket_versioning({.bucket = "bucket"}).status, "Enabled");
  EXPECT_EQ(client.get_bucket_tagging({.bucket = "bucket"}).tag_set.at(0).value, "a");
  EXPECT_EQ(client.head_object({.bucket = "bucket", .key = "k"}).version_id, "v1");
  EXPECT_EQ(client.list_parts({.bucket = "bucket", .key = "big", .upload_id = "u1"}).parts->size(), 1u);
}

TEST_F(S3Test, KeysAreListedByPrefixAndDelimiterPageByPage) {
  for (const char* key : {"a", "d/1", "d/2", "d/e/3", "z"}) put(key, "x");
  EXPECT_EQ(keys(list([](auto&) {})), (Texts{"a", "d/1", "d/2", "d/e/3", "z"}));
  EXPECT_EQ(keys(list([](auto& in) { in.delimiter = "/"; })), (Texts{"a", "z", "d/"}));
  EXPECT_EQ(keys(list([](auto& in) { in.prefix = "d/", in.delimiter = "/"; })), (Texts{"d/1", "d/2", "d/e/"}));
  EXPECT_EQ(keys(list([](auto& in) { in.start_after = "d/1"; })), (Texts{"d/2", "d/e/3", "z"}));
  Texts all;
  std::optional<std::string> token;
  int pages = 0;
  do {
    const auto page = list([&](auto& in) { in.max_keys = 1, in.delimiter = "/", in.continuation_token = token; });
    for (const std::string& key : keys(page)) all.push_back(key);
    token = page.next_continuation_token;
    ++pages;
  } while (token && pages < 10);
  EXPECT_EQ(all, (Texts{"a", "d/", "z"}));
  EXPECT_EQ(pages, 3);
}

TEST_F(S3Test, AFolderCostsAListTheSameHoweverMuchLiesInIt) {
  const auto fill = [&](int from, int to) {
    t.db->write([&](store::Tx& tx) {
      for (const char* folder : {"a/", "b/", "c/"})
        for (int i = from; i < to; ++i)
          tx.exec(
              "INSERT INTO s3_objects(bucket, object_key, version_id, is_latest, delete_marker, size, e_tag, modified, "
              "body) VALUES ('bucket', ?, 'null', 1, 0, 0, '', 0, '{}')",
              folder + std::to_string(1000 + i));
    });
  };
  const auto steps = [&] {
    const store::StatementWatch watch;
    EXPECT_EQ(keys(list([](auto& in) { in.delimiter = "/"; })), (Texts{"a/", "b/", "c/"}));
    std::int64_t sum = 0;
    for (const auto& statement : watch.statements()) sum += statement.steps;
    return sum;
  };
  fill(0, 2);
  const std::int64_t before = steps();
  fill(2, 500);
  EXPECT_LE(steps(), before);
}

TEST_F(S3Test, AMarkerInsideACommonPrefixDoesNotGiveThatPrefixAgain) {
  for (const char* key : {"a", "d/1", "d/2", "z"}) put(key, "x");
  ListObjectsInput in;
  in.bucket = "bucket";
  in.delimiter = "/";
  in.marker = "d/1";
  const auto page = client().list_objects(in);
  EXPECT_FALSE(page.common_prefixes);
  ASSERT_EQ(page.contents->size(), 1u);
  EXPECT_EQ(page.contents->at(0).key, "z");
}

TEST_F(S3Test, ATokenIsGoodOnlyForItsList) {
  for (const char* key : {"a", "b", "c"}) put(key, "x");
  const auto code = [&](const std::function<void(ListObjectsV2Input&)>& shape) {
    return code_of([&] { list(shape); });
  };
  const auto first = list([](auto& in) { in.max_keys = 1; });
  EXPECT_EQ(code([&](auto& in) { in.continuation_token = first.next_continuation_token; }), "");
  EXPECT_EQ(code([&](auto& in) { in.continuation_token = first.next_continuation_token, in.prefix = "b"; }),
            "InvalidArgument");
  for (const char* bad : {"", "YQ==", "x"})
    EXPECT_EQ(code([&](auto& in) { in.continuation_token = bad; }), "InvalidArgument") << bad;
  EXPECT_EQ(list([](auto& in) { in.max_keys = 0; }).is_truncated, false);
}

TEST_F(S3Test, BucketsAreListedInPages) {
  for (const char* name : {"bucket-1", "bucket-2", "other"}) client().create_bucket({.bucket = name});
  const auto first = client().list_buckets({.max_buckets = 2, .prefix = "bucket"});
  ASSERT_EQ(first.buckets->size(), 2u);
  client().delete_bucket({.bucket = "bucket-1"});
  const auto rest =
      client().list_buckets({.continuation_token = first.continuation_token, .max_buckets = 2, .prefix = "bucket"});
  ASSERT_EQ(rest.buckets->size(), 1u);
  EXPECT_EQ(rest.buckets->at(0).name, "bucket-2");
  EXPECT_FALSE(rest.continuation_token);
  EXPECT_EQ(code_of([&] { client().list_buckets({.continuation_token = "YnVja2V0"}); }), "InvalidArgument");
  for (const int size : {0, 10'001})
    EXPECT_EQ(code_of([&] { client().list_buckets({.max_buckets = size}); }), "InvalidArgument") << size;
}

TEST_F(S3Test, WhoDeletesEachPageOfVersionsMeetsThemAllOnce) {
  set_versioning("Enabled");
  for (const char* key : {"a", "b"})
    for (int i = 0; i < 3; ++i) put(key, std::to_string(i));
  ListObjectVersionsInput in;
  in.bucket = "bucket";
  in.max_keys = 2;
  Texts seen;
  bool more = true;
  for (int page = 0; more && page < 5; ++page) {
    const auto out = client().list_object_versions(in);
    ASSERT_TRUE(out.versions);
    for (const ObjectVersion& version : *out.versions) {
      seen.push_back(*version.version_id);
      // One of each page stays, which must not come again.
      if (&version != &out.versions->front()) remove(*version.key, *version.version_id);
    }
    in.key_marker = out.next_key_marker;
    in.version_id_marker = out.next_version_id_marker;
    more = *out.is_truncated;
  }
  EXPECT_EQ(seen.size(), 6u);
  EXPECT_EQ(Texts(seen.begin(), std::unique(seen.begin(), seen.end())).size(), 6u);
  in.key_marker = "a";
  in.version_id_marker = "never-there";
  EXPECT_EQ(code_of([&] { client().list_object_versions(in); }), "InvalidArgument");
}

TEST_F(S3Test, UploadsAreListedInPagesWithTheirCommonPrefixes) {
  for (const char* key : {"a", "d/1", "d/2", "z"}) client().create_multipart_upload({.bucket = "bucket", .key = key});
  ListMultipartUploadsInput in;
  in.bucket = "bucket";
  in.delimiter = "/";
  in.max_uploads = 1;
  Texts seen;
  bool more = true;
  for (int page = 0; more && page < 5; ++page) {
    const auto out = client().list_multipart_uploads(in);
    if (out.uploads)
      for (const MultipartUpload& upload : *out.uploads) seen.push_back(*upload.key);
    if (out.common_prefixes)
      for (const CommonPrefix& prefix : *out.common_prefixes) seen.push_back(*prefix.prefix);
    in.key_marker = out.next_key_marker;
    in.upload_id_marker = out.next_upload_id_marker;
    more = *out.is_truncated;
  }
  EXPECT_EQ(seen, (Texts{"a", "d/", "z"}));
}

TEST_F(S3Test, ABucketGoesWithItsOpenUploadsAndItsTags) {
  client().put_bucket_tagging({.bucket = "bucket", .tagging = {.tag_set = {{"team", "a"}}}});
  const auto upload = client().create_multipart_upload({.bucket = "bucket", .key = "big"});
  UploadPartInput part;
  part.bucket = "bucket";
  part.key = "big";
  part.upload_id = *upload.upload_id;
  part.part_number = 1;
  part.body = wire::Body::of_bytes("bytes");
  client().upload_part(part);
  EXPECT_EQ(blob_files(), 1);
  client().delete_bucket({.bucket = "bucket"});
  EXPECT_EQ(blob_files(), 0);
  client().create_bucket({.bucket = "bucket"});
  EXPECT_EQ(code_of([&] { client().get_bucket_tagging({.bucket = "bucket"}); }), "NoSuchTagSet");
  EXPECT_FALSE(client().list_multipart_uploads({.bucket = "bucket"}).uploads);
}

TEST_F(S3Test, TagsAreRefusedAsAwsRefusesThem) {
  put("k", "x");
  const auto of_bucket = [&](std::vector<Tag> tags) {
    return wire::message_of([&] { client().put_bucket_tagging({.bucket = "bucket", .tagging = {.tag_set = tags}}); });
  };
  const auto of_object = [&](std::vector<Tag> tags) {
    return wire::message_of(
        [&] { client().put_object_tagging({.bucket = "bucket", .key = "k", .tagging = {.tag_set = tags}}); });
  };
  const auto in_header = [&](const std::string& tagging) {
    PutObjectInput in;
    in.bucket = "bucket";
    in.key = "k";
    in.tagging = tagging;
    in.body = wire::Body::of_bytes("x");
    return code_of([&] { client().put_object(in); });
  };
  EXPECT_EQ(of_bucket({{"aws:a", "v"}}), "System tags cannot be added/updated by requester");
  EXPECT_EQ(of_object({{"aws:a", "v"}}), "Your TagKey cannot be prefixed with aws:");
  EXPECT_EQ(of_object({{"a", "1"}, {"a", "2"}}), "Cannot provide multiple Tags with the same key");
  EXPECT_EQ(of_object({{std::string(129, 'k'), "v"}}), "The TagKey you have provided is invalid");
  EXPECT_EQ(of_object({{"k", std::string(257, 'v')}}), "The TagValue you have provided is invalid");
  EXPECT_EQ(of_object({{"k", "v&w"}}), "The TagValue you have provided is invalid");
  EXPECT_EQ(of_bucket({{"k*", "v"}}), "The TagKey you have provided is invalid");
  std::vector<Tag> many;
  for (int i = 0; i < 51; ++i) many.push_back({"k" + std::to_string(i), "v"});
  EXPECT_EQ(of_bucket(many), "Bucket tag count cannot be greater than 50");
  EXPECT_EQ(of_object(many), "Object tags cannot be greater than 10");
  EXPECT_EQ(of_object({}), "");

  EXPECT_EQ(in_header("a=1&b"), "");
  EXPECT_EQ(in_header("a=1&"), "");
  EXPECT_EQ(client().get_object_tagging({.bucket = "bucket", .key = "k"}).tag_set.size(), 1u);
  EXPECT_EQ(in_header("a=1&a=2"), "InvalidArgument");
  EXPECT_EQ(in_header("aws%3Aa=1"), "InvalidTag");
  EXPECT_EQ(in_header("a=%2A"), "InvalidTag");

  CreateBucketInput tagged;
  tagged.bucket = "tagged";
  tagged.create_bucket_configuration.emplace().tags = std::vector<Tag>{{"aws:a", "v"}};
  EXPECT_EQ(code_of([&] { client().create_bucket(tagged); }), "InvalidTag");
  tagged.create_bucket_configuration->tags = std::vector<Tag>{{"team", "a"}};
  client().create_bucket(tagged);
  EXPECT_EQ(client().get_bucket_tagging({.bucket = "tagged"}).tag_set.size(), 1u);
}

}  // namespace
}  // namespace hanbat::s3
