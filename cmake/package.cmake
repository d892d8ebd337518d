# Where an installation puts what, and the Debian package of it (cpack -G DEB, in the build folder). src/main/cli/parts.h
# finds what lies here.
include(GNUInstallDirs)
set(packaging ${CMAKE_SOURCE_DIR}/packaging)
set(made ${CMAKE_BINARY_DIR}/package)

install(TARGETS hanbat RUNTIME DESTINATION bin)
install(TARGETS hanbatd hanbat-hostd RUNTIME DESTINATION libexec/hanbat)
# As files and not as targets: they are stripped already, and an image knows its agent by its bytes.
foreach(program IN ITEMS build-runner codedeploy-agent amazon-ssm-agent)
  install(PROGRAMS $<TARGET_FILE:${program}> DESTINATION libexec/hanbat/guest)
endforeach()
install(TARGETS hanbat-git-ssh hanbat-ssh-names RUNTIME DESTINATION libexec/hanbat/ssh LIBRARY DESTINATION libexec/hanbat/ssh)
install(PROGRAMS ${CMAKE_BINARY_DIR}/guest/runtime-fetcher DESTINATION libexec/hanbat/guest)
install(FILES ${CMAKE_BINARY_DIR}/guest/image-fetcher DESTINATION libexec/hanbat/guest)
install(PROGRAMS ${CMAKE_BINARY_DIR}/guest/install DESTINATION libexec/hanbat/guest)
install(DIRECTORY images DESTINATION share/hanbat USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE)
install(DIRECTORY packaging/bundle DESTINATION share/hanbat USE_SOURCE_PERMISSIONS)
install(DIRECTORY src/main/cli/task/share/ DESTINATION share/hanbat/task USE_SOURCE_PERMISSIONS)
install(DIRECTORY examples DESTINATION share/doc/hanbat USE_SOURCE_PERMISSIONS PATTERN __pycache__ EXCLUDE)
install(FILES README.md README.ko.md CHANGELOG.md docs/support.md docs/permissions.md docs/task-packs.md docs/console.md docs/costs.md docs/explain.md docs/network.md
  docs/terraform.md docs/build-images.md docs/differences.md DESTINATION share/doc/hanbat)
install(DIRECTORY docs/guide docs/console DESTINATION share/doc/hanbat)

# hanbat writes its manual pages and completion out of the table of its commands (src/main/cli/table), the daemons' pages
# are what they say of themselves.
set(shells ${made}/completion.bash ${made}/completion.zsh ${made}/completion.fish)
add_custom_command(OUTPUT ${made}/man1/hanbat.1 ${shells}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${made}/man1
  COMMAND $<TARGET_FILE:hanbat> manual ${made}/man1
  COMMAND $<TARGET_FILE:hanbat> completion bash > ${made}/completion.bash
  COMMAND $<TARGET_FILE:hanbat> completion zsh > ${made}/completion.zsh
  COMMAND $<TARGET_FILE:hanbat> completion fish > ${made}/completion.fish
  DEPENDS hanbat COMMENT "manual pages and completion")
install(FILES ${made}/completion.bash DESTINATION share/bash-completion/completions RENAME hanbat)
install(FILES ${made}/completion.zsh DESTINATION share/zsh/vendor-completions RENAME _hanbat)
install(FILES ${made}/completion.fish DESTINATION share/fish/vendor_completions.d RENAME hanbat.fish)
set(pages ${made}/hanbatd.8 ${made}/hanbat-hostd.8)
add_custom_command(OUTPUT ${pages}
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/man-pages --version ${PROJECT_VERSION} --out ${made}
    $<TARGET_FILE:hanbatd> $<TARGET_FILE:hanbat-hostd>
  DEPENDS hanbatd hanbat-hostd ${CMAKE_SOURCE_DIR}/tools/man-pages COMMENT "the daemons' manual pages")
# What this program knows of the database: a package that is older than it is refused by that.
add_custom_command(OUTPUT ${made}/schema COMMAND $<TARGET_FILE:hanbatd> --schema > ${made}/schema
  DEPENDS hanbatd COMMENT "the package's schema")
add_custom_target(package_files ALL DEPENDS ${pages} ${made}/man1/hanbat.1 ${shells} ${made}/schema)
install(DIRECTORY ${made}/man1 DESTINATION share/man)
install(FILES ${made}/hanbatd.8 ${made}/hanbat-hostd.8 DESTINATION share/man/man8)

set(HANBAT_BIN ${CMAKE_INSTALL_FULL_BINDIR})
if(CMAKE_INSTALL_PREFIX STREQUAL /usr/local)
  set(HANBAT_BIN /usr/bin)  # the default of a build that becomes a package
endif()
configure_file(${packaging}/hanbat.service.in ${made}/hanbat.service @ONLY)
install(FILES ${made}/hanbat.service DESTINATION lib/systemd/system)
install(FILES ${packaging}/sysusers.conf DESTINATION lib/sysusers.d RENAME hanbat.conf)

file(STRINGS /etc/os-release release REGEX "^(ID|VERSION_ID)=")
string(REGEX REPLACE "^.*ID=\"?([a-z]+).*$" "\\1" distribution "${release}")
string(REGEX REPLACE "^.*VERSION_ID=\"?([0-9.]+).*$" "\\1" distribution_version "${release}")
execute_process(COMMAND bash ${CMAKE_SOURCE_DIR}/tools/install --runtime OUTPUT_VARIABLE needed OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
string(REPLACE "\n" ", " needed "${needed}")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The people of Hanbat <hanbat@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "AWS region on one machine that really runs what you deliver to it")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "Pushes, builds, deployments, instances, networks and balancers, for the AWS CLI, boto3, Terraform, git and docker, without an
account and without the internet. hanbat up starts it.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1~${distribution}${distribution_version})
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "${needed}")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "awscli (>= 2.13), curl, openssh-client")
# It brings a service of its own for the machine's port 22: for who wants git over SSH to say.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "openssh-server")
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
foreach(script IN ITEMS preinst postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${packaging}/${script})
endforeach()
list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${made}/schema)
include(CPack)
# hanbat_…_amd64.deb in the build folder.
add_custom_target(deb COMMAND ${CMAKE_CPACK_COMMAND} -G DEB DEPENDS hanbat hanbatd hanbat-hostd hanbat-git-ssh hanbat-ssh-names guest package_files
  WORKING_DIRECTORY ${CMAKE_BINARY_DIR} USES_TERMINAL)
