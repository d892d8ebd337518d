// Source actions: CodeCommit and S3.
#include "border/build_job.h"
#include "crypto/digest.h"
#include "gen/codecommit/client.h"
#include "gen/s3/client.h"
#include "services/codepipeline/executions/workflow.h"
#include "services/codepipeline/workers/actions.h"
#include "wire/error.h"

namespace hanbat::codepipeline {
namespace {

bool is_denial(const wire::Error& error) { return error.code().starts_with("AccessDenied") || error.status() == 403; }

std::optional<std::string> override_of(const Action& action, std::string_view type) {
  for (const SourceRevisionOverride& override : action.execution.overrides)
    if (override.action_name == action.declared.name && override.revision_type == type) return override.revision_value;
  return std::nullopt;
}

std::string text(const std::optional<std::string>& value) { return value.value_or(""); }

// Puts the bytes on disk, so that writing the artifact later is a matter of rows.
wire::Body spooled(store::Blobs& blobs, const wire::Body& body) {
  const auto writer = blobs.create();
  body.read([&](std::string_view bytes) { writer->write(bytes); });
  const store::Blob blob = writer->commit();
  wire::Body out = wire::Body::of_file(blobs.path(blob.sha256), 0, blob.size, blob.hold);
  out.with_hashes(blob.sha256, blob.md5);
  return out;
}

Source unread(std::string code, std::string message) {
  return {failed(std::move(code), std::move(message)), std::nullopt};
}

}  // namespace

region::Caller assume_pipeline_role(region::Region& home, const PipelineRow& pipeline, const std::string& role_arn,
                                    const std::string& session) {
  region::Caller role = home.assume_role(role_arn, kPrincipal, session, arn_of(pipeline.place, *pipeline.name));
  role.user_agent = std::string(kPrincipal) + " codepipeline/" + *pipeline.name;
  return role;
}

Report failed(std::string code, std::string message) {
  Report out;
  out.ended = Result{false, std::move(code), std::move(message)};
  return out;
}

ArtifactDetail output_artifact(const Action& action, const std::string& name) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  const std::string seed = action.run.id + "/" + name;
  const std::string digest = crypto::sha256(seed);
  std::string id;
  for (int i = 0; i < 7; ++i) id += kAlphabet[static_cast<unsigned char>(digest[i]) % kAlphabet.size()];
  // AWS's own lengths, which policies are written for.
  ArtifactDetail out;
  out.name = name;
  out.s3location.emplace();
  out.s3location->bucket = action.bucket();
  out.s3location->key =
      action.pipeline.shape.declaration.name.substr(0, 20) + "/" + name.substr(0, 10) + "/" + id + ".zip";
  return out;
}

Report store_artifact(const Source& source, const region::Actor& role) {
  if (!source.artifact) return source.report;
  s3::PutObjectInput put;
  const S3Location& place = *source.report.outputs.front().s3location;
  put.bucket = *place.bucket;
  put.key = *place.key;
  put.body = *source.artifact;
  put.content_type = "application/zip";
  if (source.report.revision)
    put.metadata.emplace()[std::string(border::kArtifactRevision)] = text(source.report.revision->revision_id);
  try {
    s3::Client(role).put_object(put);
    return source.report;
  } catch (const wire::Error& error) {
    if (error.status() >= 500) throw;
    return failed(is_denial(error) ? "PermissionError" : "ConfigurationError",
                  "Unable to upload the artifact to the Amazon S3 artifact bucket '" + put.bucket +
                      "' with the object key '" + put.key + "'. " + error.message());
  }
}

Source fetch_code_commit(const Action& action) {
  const std::string repository = action.get("RepositoryName"), branch = action.get("BranchName");
  const codecommit::Client client(action.home, action.role, action.region());
  std::string commit_id;
  codecommit::Commit commit;
  std::string zip;
  try {
    if (const auto wanted = override_of(action, "COMMIT_ID")) {
      commit_id = *wanted;
    } else {
      codecommit::GetBranchInput in;
      in.repository_name = repository;
      in.branch_name = branch;
      const auto out = client.get_branch(in);
      commit_id = out.branch ? text(out.branch->commit_id) : "";
    }
    codecommit::GetCommitInput get;
    get.repository_name = repository;
    get.commit_id = commit_id;
    commit = client.get_commit(get).commit;
    codecommit::UploadArchiveInput archive;
    archive.repository_name = repository;
    archive.commit_id = commit_id;
    zip = client.upload_archive(archive).archive;
  } catch (const wire::Error& error) {
    if (error.status() >= 500) throw;
    if (is_denial(error))
      return unread(
          "PermissionError",
          "The service role or action role doesn’t have the permissions required to access the AWS CodeCommit "
          "repository named " +
              repository + ". Update the IAM role permissions, and then try again. Error: " + error.message());
    if (error.code() == "BranchDoesNotExistException")
      return unread("ConfigurationError",
                    "No Branch [" + branch + "] found for CodeCommit Repository [" + repository + "]");
    if (error.code() == "RepositoryDoesNotExistException")
      return unread("ConfigurationError", "No CodeCommit Repository found with name [" + repository + "]");
    return unread("ConfigurationError", error.message());
  }

  Report out;
  out.outputs.push_back(output_artifact(action, action.declared.output_artifacts->front().name));
  std::string message = text(commit.message);
  while (message.ends_with('\n')) message.pop_back();
  out.external_id = commit_id;
  out.summary = message;
  out.variables = {{"CommitId", commit_id},
                   {"CommitMessage", message},
                   {"RepositoryName", repository},
                   {"BranchName", branch},
                   {"AuthorDate", commit.author ? text(commit.author->date) : ""},
                   {"CommitterDate", commit.committer ? text(commit.committer->date) : ""}};
  ArtifactRevision& revision = out.revision.emplace();
  revision.name = action.declared.output_artifacts->front().name;
  revision.revision_id = commit_id;
  revision.revision_summary = message;
  revision.created = action.home.clock.now();
  out.ended = Result{true, "", ""};
  return {std::move(out), spooled(action.home.blobs, wire::Body::of_bytes(std::move(zip)))};
}

Source fetch_s3(const Action& action) {
  const s3::Client client(action.home, action.role, action.region());
  s3::GetObjectInput get;
  get.bucket = action.get("S3Bucket");
  get.key = override_of(action, "S3_OBJECT_KEY").value_or(action.get("S3ObjectKey"));
  get.version_id = override_of(action, "S3_OBJECT_VERSION_ID");
  s3::GetObjectOutput object;
  try {
    object = client.get_object(get);
  } catch (const wire::Error& error) {
    if (error.status() >= 500) throw;
    return unread(is_denial(error) ? "PermissionError" : "ConfigurationError",
                  "The object with key '" + get.key + "' in the bucket '" + get.bucket +
                      "' could not be read: " + error.message());
  }
  if (!object.version_id || *object.version_id == "null")
    return unread("ConfigurationError",
                  "The bucket named '" + get.bucket +
                      "' is not configured to use versioning. Enable versioning, and then try again.");

  Report out;
  out.outputs.push_back(output_artifact(action, action.declared.output_artifacts->front().name));
  out.external_id = *object.version_id;
  out.summary = "Amazon S3 version id: " + *object.version_id;
  out.variables = {{"VersionId", *object.version_id},
                   {"ETag", text(object.e_tag)},
                   {"BucketName", get.bucket},
                   {"ObjectKey", get.key}};
  ArtifactRevision& revision = out.revision.emplace();
  revision.name = action.declared.output_artifacts->front().name;
  revision.revision_id = *object.version_id;
  revision.revision_summary = out.summary;
  revision.created = object.last_modified.value_or(action.home.clock.now());
  out.ended = Result{true, "", ""};
  return {std::move(out), spooled(action.home.blobs, object.body)};
}

std::string newest_revision(region::Region& home, const region::Caller& role, const std::string& region,
                            const ActionDeclaration& declared) {
  const auto configuration = declared.configuration.value_or(std::map<std::string, std::string>{});
  if (find_provider(declared.action_type_id)->work == Work::kFetchFromCodeCommit) {
    codecommit::GetBranchInput in;
    in.repository_name = configuration.at("RepositoryName");
    in.branch_name = configuration.at("BranchName");
    const auto out = codecommit::Client(home, role, region).get_branch(in);
    return out.branch ? text(out.branch->commit_id) : "";
  }
  s3::HeadObjectInput in;
  in.bucket = configuration.at("S3Bucket");
  in.key = configuration.at("S3ObjectKey");
  return text(s3::Client(home, role, region).head_object(in).version_id);
}

}  // namespace hanbat::codepipeline
