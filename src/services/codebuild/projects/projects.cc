// Projects: what is to be built, where and as whom.
#include <algorithm>
#include <map>

#include "gen/codebuild/schema.h"

#include "region/carried_over.h"
#include "region/page.h"
#include "region/tag_refusals.h"
#include "services/codebuild/codebuild.h"
#include "services/codebuild/images/curated_images.h"
#include "services/codebuild/projects/project_rules.h"
#include "services/codebuild/projects/vpc_config.h"
#include "services/codebuild/sources/git_hosts.h"
#include "services/codebuild/sources/project_sources.h"
#include "services/codebuild/words.h"
#include "services/codebuild/workers/build_tasks.h"
#include "services/codebuild/workers/credentials_endpoint.h"

namespace hanbat::codebuild {
namespace {

/// CodeBuild has one error for every wrong input.
constexpr region::TagRefusals kTagRefusals{
    .too_many = {"InvalidInputException", "Invalid tags: a project can have at most 50 tags"},
    .reserved = {"InvalidInputException", "Invalid tag key: {key}. Tag keys cannot begin with 'aws:'"},
    .duplicate = {"InvalidInputException", "Invalid tags: the tag key {key} is given more than once"},
    .empty_key = {"InvalidInputException", "Invalid tag key: a tag key has 1 to 127 characters"},
    .long_key = {"InvalidInputException", "Invalid tag key: a tag key has 1 to 127 characters"},
    .long_value = {"InvalidInputException", "Invalid tag value: a tag value has at most 255 characters"},
    .key_character = {"InvalidInputException", "Invalid tag: {key}={value} contains characters that tags cannot have"},
    .value_character = {"InvalidInputException",
                        "Invalid tag: {key}={value} contains characters that tags cannot have"}};

// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Tag.html
constexpr region::TagRules kTagRules{
    .error = region::refuse_by<kTagRefusals>, .longest_key = 127, .longest_value = 255};

constexpr const char* kPrivate = "PRIVATE";

/// The project as the API shows it.
Project describe(store::Tx& tx, const ProjectRow& row) {
  Project project = row.shape;
  project.encryption_key = key_of_s3(row.place);
  tell_defaults(project);
  project.project_visibility = kPrivate;
  project.badge.emplace().badge_enabled = false;
  project.tags = region::tag_list<Tag>(region::tags_of(tx, row.id));
  return project;
}

/// What a project's machine is when nothing else is said; AWS tells it with every project.
ProjectEnvironment complete(ProjectEnvironment environment) {
  if (!environment.environment_variables) environment.environment_variables.emplace();
  if (!environment.privileged_mode) environment.privileged_mode = false;
  if (!environment.image_pull_credentials_type) environment.image_pull_credentials_type = "CODEBUILD";
  return environment;
}

/// The condition keys about what the call wants of a project, as far as the input says so itself.
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

CodeBuild::CodeBuild(region::Region& home) : home_(home), tasks_(std::make_unique<BuildTasks>(home)) {}

CodeBuild::~CodeBuild() = default;

std::span<const store::Migration> CodeBuild::migrations() const { return schema(); }

void CodeBuild::start() {
  home_.db.write([](store::Tx& tx) { region::carry_over(tx, "codebuild: tags", [&] { move_tags(tx); }); });
  tasks_->start();
}

wire::Error CodeBuild::invalid_page_token(const wire::OperationModel&) const {
  return InvalidInputException("Invalid nextToken");
}

std::string project_arn(const region::Request& rq, std::string_view name) {
  return rq.arn("codebuild", "project/" + std::string(name));
}

void CodeBuild::authorize(region::Request& rq, std::string_view action, const std::string& name,
                          region::ConditionKeys keys) {
  const std::string arn = project_arn(rq, name);
  region::add_resource_tags(keys, region::tags_of(rq.tx, arn));
  rq.authorize(action, arn, keys);
}

void refuse_what_is_not_built(const region::Request& rq, const Project& project) {
  const auto refuse = [&](const std::string& what) { throw wire::Error::not_implemented(rq.operation.name, what); };
  if (!find_word<SourceType>(project.source->type)) refuse("source.type=" + project.source->type);
  for (const auto& source : project.secondary_sources.value_or(std::vector<ProjectSource>()))
    if (!find_word<SourceType>(source.type)) refuse("secondarySources.type=" + source.type);
  // Nobody tells another host how a build of its repository ended, and none is asked for what was proposed to it.
  if (is_of_other_host(type_of(*project.source))) {
    if (project.source->report_build_status.value_or(false)) refuse("source.reportBuildStatus");
    if (const auto& version = project.source_version; version && version->starts_with("pr/"))
      refuse("sourceVersion=" + *version);
  }
  const ProjectEnvironment& environment = *project.environment;
  if (!find_word<EnvironmentType>(environment.type)) refuse("environment.type=" + environment.type);
  if (project.cache && !find_word<CacheType>(project.cache->type)) refuse("cache.type=" + project.cache->type);
  if (project.logs_config && project.logs_config->s3_logs && is_enabled(*project.logs_config->s3_logs))
    refuse("logsConfig.s3Logs");
}

std::string sorting_of(const region::Pager& pager, const std::optional<std::string>& asked, std::string_view usual) {
  if (!pager.after()) return asked.value_or(std::string(usual));
  std::string sorting = pager.after()->substr(0, pager.after()->find(' '));
  if (asked && *asked != sorting) throw InvalidInputException("Sort order can't be specified when passing a nextToken");
  return sorting;
}

namespace {

void check_project(region::Request& rq, const Project& project) {
  refuse_what_is_not_built(rq, project);
  if (project.concurrent_build_limit && *project.concurrent_build_limit < 1)
    throw InvalidInputException("Invalid concurrentBuildLimit: it must be greater than zero");
  check_source(*project.source);
  check_artifacts(project);
  for (const auto& source : project.secondary_sources.value_or(std::vector<ProjectSource>())) check_source(source);
  check_identifiers(project);
  check_source_versions(project);
  check_service_role(rq, *project.service_role);
  rq.authorize_pass_role(*project.service_role, kPrincipal, *project.arn);
  region::Caller role;
  try {
    role = rq.home.identity().assume_role(rq.tx, *project.service_role, kPrincipal, "codebuild", *project.arn);
  } catch (const wire::Error&) {
    throw InvalidInputException("CodeBuild is not authorized to perform: sts:AssumeRole on " + *project.service_role);
  }
  if (project.vpc_config) check_vpc_config(rq, *project.vpc_config, std::move(role));
}

}  // namespace

CreateProjectOutput CodeBuild::create_project(region::Request& rq, const CreateProjectInput& in) {
  const std::string arn = project_arn(rq, in.name);
  region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  add_project_keys(keys, in.source, in.artifacts, in.environment, in.service_role);
  add_secondary_keys(keys, in.secondary_sources, in.secondary_artifacts);
  add_vpc_keys(keys, in.vpc_config);
  if (in.encryption_key) keys["codebuild:encryptionKey"] = {*in.encryption_key};
  rq.authorize("codebuild:CreateProject", arn, keys);

  if (region::find<Project>(rq.tx, arn)) throw ResourceAlreadyExistsException("Project already exists: " + arn);
  if (in.badge_enabled.value_or(false)) throw wire::Error::not_implemented("CreateProject", "badgeEnabled");
  check_key(rq, "encryptionKey", in.encryption_key);
  ProjectRow row;
  row.id = arn;
  row.place = place_of(rq);
  row.name = in.name;
  row.created = rq.now();
  Project& project = row.shape;
  project.name = in.name;
  project.arn = arn;
  project.description = in.description;
  project.source = in.source;
  project.secondary_sources = in.secondary_sources;
  project.source_version = in.source_version;
  project.secondary_source_versions = in.secondary_source_versions;
  project.artifacts = complete_artifacts(in.artifacts, in.name);
  project.secondary_artifacts = in.secondary_artifacts;
  project.cache = in.cache ? *in.cache : ProjectCache{.type = "NO_CACHE"};
  project.environment = complete(in.environment);
  project.service_role = in.service_role;
  project.timeout_in_minutes = in.timeout_in_minutes.value_or(60);
  project.queued_timeout_in_minutes = in.queued_timeout_in_minutes.value_or(480);
  project.concurrent_build_limit = in.concurrent_build_limit;
  project.logs_config = in.logs_config;
  if (in.vpc_config) project.vpc_config = complete(*in.vpc_config);
  project.created = project.last_modified = rq.now();
  check_project(rq, project);
  region::insert(rq.tx, row);
  region::put_tags(rq.tx, arn, region::tag_pairs(in.tags), kTagRules);

  return {.project = describe(rq.tx, row)};
}

UpdateProjectOutput CodeBuild::update_project(region::Request& rq, const UpdateProjectInput& in) {
  region::ConditionKeys keys = region::request_tag_keys(region::tag_map(in.tags));
  add_project_keys(keys, in.source, in.artifacts, in.environment, in.service_role);
  add_secondary_keys(keys, in.secondary_sources, in.secondary_artifacts);
  add_vpc_keys(keys, in.vpc_config);
  if (in.encryption_key) keys["codebuild:encryptionKey"] = {*in.encryption_key};
  const std::string name = require_project_name(rq, "codebuild:UpdateProject", in.name);
  authorize(rq, "codebuild:UpdateProject", name, std::move(keys));

  auto row = region::find<Project>(rq.tx, project_arn(rq, name));
  if (!row) throw ResourceNotFoundException("Project cannot be found: " + project_arn(rq, name));
  if (in.badge_enabled.value_or(false)) throw wire::Error::not_implemented("UpdateProject", "badgeEnabled");
  check_key(rq, "encryptionKey", in.encryption_key);
  Project& project = row->shape;
  const auto take = [](auto& to, const auto& from) {
    if (from) to = from;
  };
  take(project.description, in.description);
  take(project.source, in.source);
  take(project.secondary_sources, in.secondary_sources);
  take(project.source_version, in.source_version);
  take(project.secondary_source_versions, in.secondary_source_versions);
  take(project.artifacts, complete_artifacts(in.artifacts, name));
  take(project.secondary_artifacts, in.secondary_artifacts);
  take(project.cache, in.cache);
  if (in.environment) project.environment = complete(*in.environment);
  take(project.service_role, in.service_role);
  take(project.timeout_in_minutes, in.timeout_in_minutes);
  take(project.queued_timeout_in_minutes, in.queued_timeout_in_minutes);
  take(project.concurrent_build_limit, in.concurrent_build_limit);
  take(project.logs_config, in.logs_config);
  if (in.vpc_config) project.vpc_config = complete(*in.vpc_config);
  if (project.concurrent_build_limit == -1) project.concurrent_build_limit.reset();  // AWS's way to take it away
  project.last_modified = rq.now();
  check_project(rq, project);
  region::update(rq.tx, *row);
  if (in.tags) region::replace_tags(rq.tx, row->id, region::tag_pairs(in.tags), kTagRules);

  return {.project = describe(rq.tx, *row)};
}

/// A project is private; what it makes is shown to nobody who has not signed.
UpdateProjectVisibilityOutput CodeBuild::update_project_visibility(region::Request& rq,
                                                                   const UpdateProjectVisibilityInput& in) {
  if (!rq.names_resource("codebuild:UpdateProjectVisibility", in.project_arn))
    throw InvalidInputException("Invalid project ARN: " + in.project_arn);
  authorize(rq, "codebuild:UpdateProjectVisibility",
            require_project_name(rq, "codebuild:UpdateProjectVisibility", in.project_arn));

  if (!region::find<Project>(rq.tx, in.project_arn))
    throw ResourceNotFoundException("Project cannot be found: " + in.project_arn);
  if (in.project_visibility != kPrivate)
    throw wire::Error::not_implemented(rq.operation.name, "projectVisibility=" + in.project_visibility);
  return {.project_arn = in.project_arn, .project_visibility = in.project_visibility};
}

DeleteProjectOutput CodeBuild::delete_project(region::Request& rq, const DeleteProjectInput& in) {
  const std::string name = require_project_name(rq, "codebuild:DeleteProject", in.name);
  authorize(rq, "codebuild:DeleteProject", name);

  // Deleting what is not there succeeds, as on AWS; builds stay to be read.
  if (const auto row = region::find<Project>(rq.tx, project_arn(rq, name))) region::remove(rq.tx, *row);
  return {};
}

BatchGetProjectsOutput CodeBuild::batch_get_projects(region::Request& rq, const BatchGetProjectsInput& in) {
  std::vector<std::string> names;
  for (const std::string& asked : in.names) {
    names.push_back(require_project_name(rq, "codebuild:BatchGetProjects", asked));
    authorize(rq, "codebuild:BatchGetProjects", names.back());
  }

  BatchGetProjectsOutput out;
  out.projects.emplace();
  out.projects_not_found.emplace();
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto row = region::find<Project>(rq.tx, project_arn(rq, names[i]))) {
      out.projects->push_back(describe(rq.tx, *row));
    } else {
      out.projects_not_found->push_back(in.names[i]);
    }
  }
  return out;
}

namespace {

/// Where a project stands in a list that is sorted so.
std::string sort_key(const ProjectRow& row, ProjectSortBy by) {
  switch (by) {
    case ProjectSortBy::kName:
      return *row.name;
    case ProjectSortBy::kCreatedTime:
      return region::page_key(row.shape.created->ms) + *row.name;
    case ProjectSortBy::kLastModifiedTime:
      return region::page_key(row.shape.last_modified->ms) + *row.name;
  }
  return *row.name;
}

}  // namespace

ListProjectsOutput CodeBuild::list_projects(region::Request& rq, const ListProjectsInput& in) {
  rq.authorize("codebuild:ListProjects", "*");

  ListProjectsInput unsorted = in;
  unsorted.sort_by.reset();
  unsorted.sort_order.reset();
  const region::Pager pager(rq, unsorted);
  std::optional<std::string> asked;
  const std::string wanted = std::string(word_of(require_word(in.sort_by, ProjectSortBy::kName))) + "/" +
                             std::string(word_of(require_word(in.sort_order, SortOrder::kAscending)));
  if (in.sort_by || in.sort_order) asked = wanted;
  const std::string sorting = sorting_of(pager, asked, wanted);
  const auto by = require_word<ProjectSortBy>(sorting.substr(0, sorting.find('/')));
  const auto order = require_word<SortOrder>(sorting.substr(sorting.find('/') + 1));
  const auto key = [&](const ProjectRow& row) { return sorting + " " + sort_key(row, by); };
  const auto page = [&] {
    if (by != ProjectSortBy::kName || order != SortOrder::kAscending)
      return pager.cut(region::list<Project>(rq.tx, place_of(rq)), key,
                       order == SortOrder::kDescending ? region::Order::kDescending : region::Order::kAscending);
    region::NameRange range{.most = pager.size() + 1};
    if (pager.after()) range.after = pager.after()->substr(sorting.size() + 1);
    return pager.cut_read(region::list_by_name<Project>(rq.tx, place_of(rq), range), key);
  }();
  ListProjectsOutput out;
  out.projects.emplace();
  for (const ProjectRow& row : page.items) out.projects->push_back(*row.name);
  out.next_token = page.next_token;
  return out;
}

ListCuratedEnvironmentImagesOutput CodeBuild::list_curated_environment_images(
    region::Request& rq, const ListCuratedEnvironmentImagesInput&) {
  rq.authorize("codebuild:ListCuratedEnvironmentImages", "*");

  // By system, then by language; an image that lets a buildspec choose is named under BASE alone, as on AWS.
  std::map<std::string, std::vector<EnvironmentImage>> systems;
  for (const CuratedImage& curated : curated_images()) {
    if (curated.kind != ImageKind::kStandsIn) continue;
    EnvironmentImage image;
    image.name = curated.name;
    image.description =
        "Hanbat's build image (Debian 12), which stands in for AWS CodeBuild's on " + std::string(curated.system);
    systems[curated.system.starts_with("Ubuntu") ? "UBUNTU" : "AMAZON_LINUX_2"].push_back(std::move(image));
  }
  ListCuratedEnvironmentImagesOutput out;
  out.platforms.emplace();
  for (auto& [system, images] : systems) {
    EnvironmentLanguage language;
    language.language = "BASE";
    language.images = std::move(images);
    EnvironmentPlatform platform;
    platform.platform = system;
    platform.languages = std::vector<EnvironmentLanguage>{std::move(language)};
    out.platforms->push_back(std::move(platform));
  }
  return out;
}

}  // namespace hanbat::codebuild
