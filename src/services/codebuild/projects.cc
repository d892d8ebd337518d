// Projects: what is to be built, where and as whom.
#include <algorithm>
#include <set>

#include "base/arn.h"
#include "base/text.h"
#include "gen/codebuild/schema.h"
#include "services/codebuild/build_tasks.h"
#include "services/codebuild/codebuild.h"

namespace hanbat::codebuild {
namespace {

/// What CodeBuild offers by itself and our build image stands in for.
constexpr std::string_view kCuratedImages[] = {"aws/codebuild/amazonlinux2-x86_64-standard:4.0",
                                               "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
                                               "aws/codebuild/amazonlinux-x86_64-standard:5.0",
                                               "aws/codebuild/standard:5.0",
                                               "aws/codebuild/standard:6.0",
                                               "aws/codebuild/standard:7.0"};

void check_source(const ProjectSource& source) {
  static const std::set<std::string> kBuilt = {"CODEPIPELINE", "CODECOMMIT", "S3", "NO_SOURCE"};
  if (!kBuilt.contains(source.type)) throw wire::Error::not_implemented("CreateProject", "source.type=" + source.type);
  const bool located = source.location && !source.location->empty();
  if ((source.type == "CODECOMMIT" || source.type == "S3") && !located)
    throw InvalidInputException("Invalid project source: location must be specified for source type " + source.type);
  if (source.type == "S3" && source.location->find('/') == std::string::npos)
    throw InvalidInputException("Invalid project source: location must be a valid S3 source");
  if (source.type == "NO_SOURCE" && (!source.buildspec || source.buildspec->empty()))
    throw InvalidInputException("Project source type NO_SOURCE must be used with a buildspec.");
}

void check_artifacts(const ProjectArtifacts& artifacts, const std::string& source_type) {
  const bool pipeline_artifacts = artifacts.type == "CODEPIPELINE";
  if (pipeline_artifacts != (source_type == "CODEPIPELINE"))
    throw InvalidInputException(
        "Invalid artifacts: artifact type CODEPIPELINE should be used together with source type CODEPIPELINE");
  if (artifacts.type == "S3" && artifacts.location.value_or("").empty())
    throw InvalidInputException("Invalid artifacts: location must be specified for artifact type S3");
}

/// The condition keys that tell what the call wants of a project, as far as the input says so itself.
void add_project_keys(region::ConditionKeys& keys, const std::optional<ProjectSource>& source,
                      const std::optional<ProjectArtifacts>& artifacts,
                      const std::optional<ProjectEnvironment>& environment, const std::optional<std::string>& role) {
  const auto add = [&](const char* key, const std::optional<std::string>& value) {
    if (value) keys[std::string("codebuild:") + key] = {*value};
  };
  add("serviceRole", role);
  if (source) {
    add("source.location", source->location);
    add("source.buildspec", source->buildspec);
  }
  if (artifacts) add("artifacts.location", artifacts->location);
  if (!environment) return;
  add("environment.type", environment->type);
  add("environment.computeType", environment->compute_type);
  add("environment.image", environment->image);
  if (environment->privileged_mode) add("environment.privilegedMode", *environment->privileged_mode ? "true" : "false");
  add_variable_keys(keys, environment->environment_variables);
}

/// The further sources and artifacts, which policies name by their identifiers.
void add_secondary_keys(region::ConditionKeys& keys, const std::optional<std::vector<ProjectSource>>& sources,
                        const std::optional<std::vector<ProjectArtifacts>>& artifacts) {
  for (const ProjectSource& source : sources.value_or(std::vector<ProjectSource>()))
    if (source.location)
      keys["codebuild:secondarySources/" + source.source_identifier.value_or("") + ".location"] = {*source.location};
  for (const ProjectArtifacts& artifact : artifacts.value_or(std::vector<ProjectArtifacts>()))
    if (artifact.location)
      keys["codebuild:secondaryArtifacts/" + artifact.artifact_identifier.value_or("") + ".location"] = {
          *artifact.location};
}

}  // namespace

void add_variable_keys(region::ConditionKeys& keys, const std::optional<std::vector<EnvironmentVariable>>& variables) {
  for (const EnvironmentVariable& variable : variables.value_or(std::vector<EnvironmentVariable>())) {
    keys["codebuild:environment.environmentVariables.name"].push_back(variable.name);
    keys["codebuild:environment.environmentVariables/" + variable.name + ".value"] = {variable.value};
  }
}

CodeBuild::CodeBuild(region::Region& home) : home_(home), tasks_(std::make_unique<BuildTasks>(home, store_, *this)) {}

CodeBuild::~CodeBuild() = default;

std::span<const store::Migration> CodeBuild::migrations() const { return schema(); }

void CodeBuild::start() { tasks_->start(); }

std::string CodeBuild::project_arn(const region::Request& rq, std::string_view name) const {
  return rq.arn("codebuild", "project/" + std::string(name));
}

std::string project_name(const std::string& name_or_arn) {
  return name_or_arn.starts_with("arn:") ? name_or_arn.substr(name_or_arn.rfind('/') + 1) : name_or_arn;
}

void CodeBuild::authorize(region::Request& rq, std::string_view action, const std::string& name,
                          region::ConditionKeys keys) {
  if (const auto row = store_.find_project(rq.tx, rq.account, rq.region, name))
    region::add_resource_tags(keys, region::tag_map(row->project.tags));
  rq.authorize(action, project_arn(rq, name), keys);
}

void CodeBuild::check(region::Request& rq, const Project& project) const {
  check_source(*project.source);
  check_artifacts(*project.artifacts, project.source->type);
  for (const auto& source : project.secondary_sources.value_or(std::vector<ProjectSource>())) {
    check_source(source);
    if (source.source_identifier.value_or("").empty())
      throw InvalidInputException("Secondary sources must have a source identifier");
  }
  const ProjectEnvironment& environment = *project.environment;
  if (environment.type != "LINUX_CONTAINER")
    throw wire::Error::not_implemented("CreateProject", "environment.type=" + environment.type);
  for (const auto& variable : environment.environment_variables.value_or(std::vector<EnvironmentVariable>()))
    if (variable.type.value_or("PLAINTEXT") == "SECRETS_MANAGER")
      throw wire::Error::not_implemented("CreateProject", "environment.environmentVariables.type=SECRETS_MANAGER");
  if (project.cache && project.cache->type != "NO_CACHE")
    throw wire::Error::not_implemented("CreateProject", "cache.type=" + project.cache->type);
  if (project.logs_config && project.logs_config->s3_logs && project.logs_config->s3_logs->status == "ENABLED")
    throw wire::Error::not_implemented("CreateProject", "logsConfig.s3Logs");
  if (!rq.names_resource("iam:PassRole", *project.service_role))
    throw InvalidInputException("Invalid service role: " + *project.service_role + " is not a role's ARN");
  rq.authorize_pass_role(*project.service_role, "codebuild.amazonaws.com", project_arn(rq, *project.name));
}

CreateProjectOutput CodeBuild::create_project(region::Request& rq, const CreateProjectInput& in) {
  region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  add_project_keys(keys, in.source, in.artifacts, in.environment, in.service_role);
  add_secondary_keys(keys, in.secondary_sources, in.secondary_artifacts);
  rq.authorize("codebuild:CreateProject", project_arn(rq, in.name), keys);

  if (store_.find_project(rq.tx, rq.account, rq.region, in.name))
    throw ResourceAlreadyExistsException("Project already exists: " + project_arn(rq, in.name));
  if (in.badge_enabled.value_or(false)) throw wire::Error::not_implemented("CreateProject", "badgeEnabled");
  ProjectRow row{rq.account, rq.region, {}};
  Project& project = row.project;
  project.name = in.name;
  project.arn = project_arn(rq, in.name);
  project.description = in.description;
  project.source = in.source;
  project.secondary_sources = in.secondary_sources;
  project.source_version = in.source_version;
  project.secondary_source_versions = in.secondary_source_versions;
  project.artifacts = in.artifacts;
  project.secondary_artifacts = in.secondary_artifacts;
  project.cache = in.cache ? *in.cache : ProjectCache{.type = "NO_CACHE"};
  project.environment = in.environment;
  project.service_role = in.service_role;
  project.timeout_in_minutes = in.timeout_in_minutes.value_or(60);
  project.queued_timeout_in_minutes = in.queued_timeout_in_minutes.value_or(480);
  project.concurrent_build_limit = in.concurrent_build_limit;
  project.tags = in.tags ? *in.tags : std::vector<Tag>();
  project.logs_config = in.logs_config;
  project.created = project.last_modified = rq.now();
  check(rq, project);
  store_.insert(rq.tx, row);

  return {.project = project};
}

UpdateProjectOutput CodeBuild::update_project(region::Request& rq, const UpdateProjectInput& in) {
  region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  add_project_keys(keys, in.source, in.artifacts, in.environment, in.service_role);
  add_secondary_keys(keys, in.secondary_sources, in.secondary_artifacts);
  authorize(rq, "codebuild:UpdateProject", in.name, std::move(keys));

  auto row = store_.find_project(rq.tx, rq.account, rq.region, in.name);
  if (!row) throw ResourceNotFoundException("Project cannot be found: " + project_arn(rq, in.name));
  if (in.badge_enabled.value_or(false)) throw wire::Error::not_implemented("UpdateProject", "badgeEnabled");
  Project& project = row->project;
  const auto take = [](auto& to, const auto& from) {
    if (from) to = from;
  };
  take(project.description, in.description);
  take(project.source, in.source);
  take(project.secondary_sources, in.secondary_sources);
  take(project.source_version, in.source_version);
  take(project.secondary_source_versions, in.secondary_source_versions);
  take(project.artifacts, in.artifacts);
  take(project.secondary_artifacts, in.secondary_artifacts);
  take(project.cache, in.cache);
  take(project.environment, in.environment);
  take(project.service_role, in.service_role);
  take(project.timeout_in_minutes, in.timeout_in_minutes);
  take(project.queued_timeout_in_minutes, in.queued_timeout_in_minutes);
  take(project.concurrent_build_limit, in.concurrent_build_limit);
  take(project.tags, in.tags);
  take(project.logs_config, in.logs_config);
  project.last_modified = rq.now();
  check(rq, project);
  store_.update(rq.tx, *row);

  return {.project = project};
}

DeleteProjectOutput CodeBuild::delete_project(region::Request& rq, const DeleteProjectInput& in) {
  authorize(rq, "codebuild:DeleteProject", in.name);

  // Deleting what is not there succeeds, as on AWS; builds stay to be read.
  if (const auto row = store_.find_project(rq.tx, rq.account, rq.region, in.name)) store_.remove_project(rq.tx, *row);
  return {};
}

BatchGetProjectsOutput CodeBuild::batch_get_projects(region::Request& rq, const BatchGetProjectsInput& in) {
  for (const std::string& asked : in.names) authorize(rq, "codebuild:BatchGetProjects", project_name(asked));

  BatchGetProjectsOutput out;
  out.projects.emplace();
  out.projects_not_found.emplace();
  for (const std::string& asked : in.names) {
    if (auto row = store_.find_project(rq.tx, rq.account, rq.region, project_name(asked))) {
      out.projects->push_back(std::move(row->project));
    } else {
      out.projects_not_found->push_back(asked);
    }
  }
  return out;
}

ListProjectsOutput CodeBuild::list_projects(region::Request& rq, const ListProjectsInput& in) {
  rq.authorize("codebuild:ListProjects", "*");

  auto rows = store_.list_projects(rq.tx, rq.account, rq.region);
  const std::string by = in.sort_by.value_or("NAME");
  if (by != "NAME")
    std::stable_sort(rows.begin(), rows.end(), [&](const ProjectRow& a, const ProjectRow& b) {
      return by == "CREATED_TIME" ? *a.project.created < *b.project.created
                                  : *a.project.last_modified < *b.project.last_modified;
    });
  if (in.sort_order.value_or("ASCENDING") == "DESCENDING") std::reverse(rows.begin(), rows.end());
  const std::size_t start = static_cast<std::size_t>(parse_int(in.next_token.value_or("0")).value_or(0));
  ListProjectsOutput out;
  out.projects.emplace();
  for (std::size_t i = start; i < rows.size(); ++i) {
    if (out.projects->size() == 100) {
      out.next_token = std::to_string(i);
      break;
    }
    out.projects->push_back(*rows[i].project.name);
  }
  return out;
}

ListCuratedEnvironmentImagesOutput CodeBuild::list_curated_environment_images(
    region::Request& rq, const ListCuratedEnvironmentImagesInput&) {
  rq.authorize("codebuild:ListCuratedEnvironmentImages", "*");

  EnvironmentLanguage language;
  language.language = "PYTHON";
  language.images.emplace();
  for (const std::string_view name : kCuratedImages) {
    EnvironmentImage image;
    image.name = name;
    image.description = "Hanbat's build image (Debian 12), which stands in for " + std::string(name);
    language.images->push_back(std::move(image));
  }
  EnvironmentPlatform platform;
  platform.platform = "AMAZON_LINUX_2";
  platform.languages = std::vector<EnvironmentLanguage>{std::move(language)};
  ListCuratedEnvironmentImagesOutput out;
  out.platforms = std::vector<EnvironmentPlatform>{std::move(platform)};
  return out;
}

}  // namespace hanbat::codebuild
