// A project for CodeBuild's tests. Header only.
#pragma once

#include <string>

#include "gen/codebuild/model.h"

namespace hanbat::codebuild {

/// The least that a project says of itself.
inline CreateProjectInput least_project(const std::string& name) {
  CreateProjectInput in;
  in.name = name;
  in.service_role = "arn:aws:iam::123456789012:role/build";
  in.source.type = "NO_SOURCE";
  in.source.buildspec = "version: 0.2";
  in.artifacts.type = "NO_ARTIFACTS";
  in.environment.type = "LINUX_CONTAINER";
  in.environment.image = "aws/codebuild/standard:7.0";
  in.environment.compute_type = "BUILD_GENERAL1_SMALL";
  return in;
}

}  // namespace hanbat::codebuild
