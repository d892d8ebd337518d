#include "border/deployment_specification.h"

#include "base/text.h"
#include "border/fields.h"

namespace hanbat::border {
namespace {

constexpr const char* kMessage = "the deployment specification";

void require_inside(const DeploymentSpecification& s) {
  for (const std::string& part : {s.deployment_id, s.group_id})
    if (part.empty() || part.find('/') != std::string::npos || part.starts_with('.'))
      throw MessageError("the deployment specification names a folder: " + part);
  if (s.app_spec_filename.starts_with('/') || s.app_spec_filename.find("..") != std::string::npos)
    throw MessageError("the application specification file lies outside the revision: " + s.app_spec_filename);
}

}  // namespace

Json DeploymentSpecification::to_json() const {
  Json location = Json::object({{"Bucket", bucket}, {"Key", key}, {"BundleType", bundle_type}});
  if (!version.empty()) location["Version"] = version;
  if (!etag.empty()) location["ETag"] = etag;
  const Json overrides =
      Json::object({{"AgentOverrides", Json::object({{"FileExistsBehavior", file_exists_behavior}})}});
  return Json::object({{"DeploymentId", deployment_id},
                       {"DeploymentGroupId", group_id},
                       {"DeploymentGroupName", group_name},
                       {"ApplicationName", application_name},
                       {"DeploymentCreator", creator},
                       {"DeploymentType", "IN_PLACE"},
                       {"AppSpecFilename", app_spec_filename},
                       {"AgentActionOverrides", overrides},
                       {"Revision", Json::object({{"RevisionType", "S3"}, {"S3Revision", std::move(location)}})}});
}

DeploymentSpecification DeploymentSpecification::from_json(const Json& json) {
  Fields fields(json, kMessage);
  DeploymentSpecification s;
  s.deployment_id = fields.text("DeploymentId");
  s.group_id = fields.text("DeploymentGroupId");
  s.group_name = fields.text("DeploymentGroupName");
  s.application_name = fields.text("ApplicationName");
  s.creator = fields.find_text("DeploymentCreator").value_or(s.creator);
  s.app_spec_filename = fields.find_text("AppSpecFilename").value_or(s.app_spec_filename);
  const Json& overrides = json["AgentActionOverrides"]["AgentOverrides"];
  if (overrides.is_object())
    s.file_exists_behavior = Fields(overrides, fields.path("AgentActionOverrides.AgentOverrides"))
                                 .find_text("FileExistsBehavior")
                                 .value_or(s.file_exists_behavior);

  Fields revision(fields.object("Revision"), fields.path("Revision"));
  if (const std::string type = revision.text("RevisionType"); type != "S3")
    revision.fail("RevisionType", "is \"" + type + "\", which this agent does not support; S3 is");
  Fields s3(revision.object("S3Revision"), fields.path("Revision.S3Revision"));
  s.bucket = s3.text("Bucket");
  s.key = s3.text("Key");
  s.bundle_type = s3.text("BundleType");
  s.version = s3.find_text("Version").value_or("");
  s.etag = replace_all(s3.find_text("ETag").value_or(""), "\"", "");
  require_inside(s);
  return s;
}

}  // namespace hanbat::border
