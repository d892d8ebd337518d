// The table's entries of machine images, and of the shelves that builds take from.
#include "main/cli/commands.h"
#include "main/cli/form.h"
#include "main/cli/tables.h"

namespace hanbat::cli {
namespace {

Option needed(const std::string& name, Kind kind, const std::string& help, std::vector<std::string> words = {}) {
  return {.names = name, .kind = kind, .help = help, .times = Times::kOnce, .words = std::move(words)};
}

Table base_commands() {
  return {
      {.name = "image base", .help = "the shelf that base images of Dockerfiles come from"},
      {.name = "image base add",
       .help = "put an image onto the shelf that no registry gives from here",
       .options = {needed("name", Kind::kText, "as Dockerfiles write it: ubuntu:24.04"),
                   needed("source", Kind::kText, "docker-archive:FILE, oci:FOLDER, oci-archive:FILE or docker://NAME",
                          {"docker-archive:", "oci:", "oci-archive:", "docker://"})},
       .run =
           [](const Values& given) {
             add_base_image(here(), given.text("name"), given.text("source"));
             return 0;
           }},
      {.name = "image base remove",
       .help = "take an image off the shelf; a build that asks has it fetched anew",
       .options = {needed("name", Kind::kBaseImage, "the image's name")},
       .run =
           [](const Values& given) {
             remove_base_image(here(), given.text("name"));
             return 0;
           }},
      {.name = "image base mirror",
       .help = "have a registry's images fetched from another address",
       .options = {needed("registry", Kind::kText, "docker.io, public.ecr.aws", {"docker.io", "public.ecr.aws"}),
                   {.names = "url",
                    .kind = Kind::kText,
                    .help = "https://HOST[:PORT][/PATH]; without one the registry itself is asked again"}},
       .run =
           [](const Values& given) {
             set_base_image_mirror(here(), given.text("registry"), given.text("url"));
             return 0;
           }},
      {.name = "image base list",
       .help = "what is on the shelf, and where each is from",
       .options = {json_option()},
       .run = [](const Values& given) {
         list_base_images(here(), form_of(given));
         return 0;
       }}};
}

Table runtime_commands() {
  const std::vector<std::string> runtimes = {"python", "nodejs", "java", "golang", "ruby", "php", "dotnet"};
  return {{.name = "image runtime", .help = "the shelf that runtime-versions of build specifications come from"},
          {.name = "image runtime add",
           .help = "put a version onto the shelf that no registry has",
           .options = {needed("name", Kind::kText, "python, nodejs, java, golang, ruby, php, dotnet", runtimes),
                       needed("version", Kind::kText, "as build specifications name it: 3.8, corretto8"),
                       needed("archive", Kind::kFile, "a tar archive whose root is a prefix with bin/")},
           .run =
               [](const Values& given) {
                 add_runtime(here(), given.text("name"), given.text("version"), given.text("archive"));
                 return 0;
               }},
          {.name = "image runtime remove",
           .help = "take a version off the shelf; a build that asks has it fetched anew",
           .options = {needed("name", Kind::kRuntime, "the runtime's name"),
                       needed("version", Kind::kText, "the version as list shows it")},
           .run =
               [](const Values& given) {
                 remove_runtime(here(), given.text("name"), given.text("version"));
                 return 0;
               }},
          {.name = "image runtime list",
           .help = "what is on the shelf, and where each is from",
           .options = {json_option()},
           .run = [](const Values& given) {
             list_runtimes(here(), form_of(given));
             return 0;
           }}};
}

}  // namespace

Table image_commands() {
  Table all = {
      {.name = "image", .help = "machine images"},
      {.name = "image build",
       .help = "build the stand-in images from their recipes",
       .options = {{.names = "names",
                    .kind = Kind::kText,
                    .help = "amzn2, codebuild; all when none is named",
                    .times = Times::kAny,
                    .words = {"amzn2", "codebuild"}}},
       .run =
           [](const Values& given) {
             build_images(here(), given.texts("names"));
             return 0;
           }},
      {.name = "image import",
       .help = "bring in an image from Incus's servers, or of an OCI layout, archive or registry",
       .options = {needed("source", Kind::kText,
                          "images:amazonlinux/2023/cloud, oci:FOLDER, oci-archive:FILE, docker-archive:FILE or "
                          "docker://NAME",
                          {"images:", "oci:", "oci-archive:", "docker-archive:", "docker://"}),
                   {.names = "--server",
                    .kind = Kind::kText,
                    .help = "the simplestreams server of images:…; https://images.linuxcontainers.org without"},
                   needed("--as", Kind::kText, "the image's name in the region")},
       .run = [](const Values& given) {
         import_image(here(), given.text("source"), given.text("as"), given.text("server"));
         return 0;
       }}};
  for (Table part : {base_commands(), runtime_commands()})
    for (Command& command : part) all.push_back(std::move(command));
  return all;
}

}  // namespace hanbat::cli
