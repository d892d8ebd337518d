# The two kinds of library that the build has, and their tests.

# hanbat_library(<folder> [LINK <layers below…>] [USES <third-party libraries…>] [PRECOMPILE <header>]): src/<folder>/*.cc as
# hanbat_<folder>; its *_test.cc as hanbat_<folder>_test. What a library only uses, nobody sees through it.
function(hanbat_library folder)
  cmake_parse_arguments(arg "" "PRECOMPILE" "LINK;USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
  if(arg_PRECOMPILE)
    set(precompile PRECOMPILE ${CMAKE_SOURCE_DIR}/${arg_PRECOMPILE})
  else()
    set(precompile PRECOMPILED_BY hanbat_base)
  endif()
  hanbat_target(hanbat_${folder} SOURCES ${sources} LINK ${arg_LINK} USES ${arg_USES} ${precompile})
endfunction()

# hanbat_target(<target> SOURCES … LINK … USES … PRECOMPILE <headers…> | PRECOMPILED_BY <target>): a static library of the
# sources that are no tests, and a test binary of the rest.
function(hanbat_target target)
  cmake_parse_arguments(arg "" "PRECOMPILED_BY" "SOURCES;LINK;USES;PRECOMPILE" ${ARGN})
  set(tests ${arg_SOURCES})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER arg_SOURCES EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(${target} PUBLIC ${arg_LINK} Threads::Threads PRIVATE ${arg_USES})
    if(arg_PRECOMPILED_BY)
      target_precompile_headers(${target} REUSE_FROM ${arg_PRECOMPILED_BY})
    else()
      target_precompile_headers(${target} PRIVATE ${arg_PRECOMPILE})
    endif()
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(${target} INTERFACE ${arg_LINK} Threads::Threads)
  endif()
  if(tests)
    hanbat_test(${target} ${tests})
  endif()
endfunction()

# hanbat_test_paths(): gives the tests that read files of the repository its path. They alone are compiled with it, so that
# ccache has the others for every checkout. A source's property is seen in the folder that sets it.
function(hanbat_test_paths)
  foreach(test IN ITEMS services/s3/wire_golden_test.cc wire/sigv4_test.cc wire/protocol_cases_test.cc wire/own_cases_test.cc
      guest/build_runner/build_runner_test.cc services/codebuild/images/curated_images_test.cc region/policy/commission_test.cc
      main/cli/task/pack_test.cc)
    set_property(SOURCE ${CMAKE_SOURCE_DIR}/src/${test} PROPERTY COMPILE_DEFINITIONS HANBAT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  endforeach()
endfunction()

# hanbat_test(<target> <sources…>): the test binary <target>_test. The log's macros are in what is precompiled.
function(hanbat_test target)
  add_executable(${target}_test ${ARGN})
  hanbat_test_paths()
  target_link_libraries(${target}_test PRIVATE ${target} GTest::gtest_main GTest::gmock PkgConfig::spdlog)
  target_precompile_headers(${target}_test REUSE_FROM hanbat_precompiled_tests)
  add_test(NAME ${target} COMMAND ${target}_test)
endfunction()

# hanbat_precompiled_tests(): compiles the headers that all tests share.
function(hanbat_precompiled_tests)
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/precompiled_tests.cc CONTENT "// Holds nothing: a target has a source.\n")
  add_library(hanbat_precompiled_tests OBJECT EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/precompiled_tests.cc)
  target_link_libraries(hanbat_precompiled_tests PRIVATE hanbat_region GTest::gtest GTest::gmock)
  target_precompile_headers(hanbat_precompiled_tests PRIVATE ${CMAKE_SOURCE_DIR}/src/region/precompiled_tests.h)
endfunction()

# hanbat_schema(<name> <folder>): the migrations of the folder as data, build/gen/gen/<name>/schema.h and .cc.
function(hanbat_schema name folder)
  get_filename_component(folder ${folder} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  set(out ${CMAKE_BINARY_DIR}/gen/gen/${name})
  file(GLOB migrations CONFIGURE_DEPENDS ${folder}/*.sql)
  add_custom_command(OUTPUT ${out}/schema.h ${out}/schema.cc
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_schema.py --service ${name} --schema ${folder} --out ${out}
    DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/tools/embed_schema.py COMMENT "schema of ${name}")
endfunction()

# hanbat_services(): per folder of src/services that has an operations.txt, its generated code (hanbat_gen_<name>:
# model.h, model.cc, operations.h, methods.inc, client.h, client.cc in build/gen/gen/<name>/) and its library hanbat_<name>.
set(HANBAT_LARGE ec2 iam s3 codedeploy codecommit)
# What each service uses of other people's, beside what every one may: fmt and the region's log.
set(HANBAT_cloudtrail_USES PkgConfig::zstd)
set(HANBAT_ssm_USES PkgConfig::pcre PkgConfig::yaml)
set(HANBAT_elasticloadbalancing_USES ZLIB::ZLIB)
set(HANBAT_codecommit_USES PkgConfig::git2 PkgConfig::archive ZLIB::ZLIB)
foreach(service IN ITEMS acm codedeploy ec2)
  set(HANBAT_${service}_USES OpenSSL::Crypto)
endforeach()

function(hanbat_services)
  file(GLOB folders CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/services/*/operations.txt)
  set(all)
  foreach(operations IN LISTS folders)
    get_filename_component(folder ${operations} DIRECTORY)
    get_filename_component(name ${folder} NAME)
    set(out ${CMAKE_BINARY_DIR}/gen/gen/${name})
    set(generated ${out}/model.h ${out}/model.cc ${out}/operations.h ${out}/methods.inc ${out}/operations.cc
      ${out}/client.h ${out}/client.cc)
    add_custom_command(OUTPUT ${generated}
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/generate.py --service ${name} --out ${out}
      DEPENDS ${operations} ${CMAKE_SOURCE_DIR}/tools/generate.py ${CMAKE_SOURCE_DIR}/tools/operations.py
              ${CMAKE_SOURCE_DIR}/models/${name}.json
      WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} COMMENT "generate ${name}")
    if(EXISTS ${folder}/schema)
      hanbat_schema(${name} ${folder}/schema)
      list(APPEND generated ${out}/schema.h ${out}/schema.cc)
    endif()
    # Folders of JSON and TSV files are data that the service embeds: gen/<name>/data.h.
    file(GLOB data CONFIGURE_DEPENDS ${folder}/*/*.json ${folder}/*/*.tsv)
    if(data)
      set(data_folders)
      foreach(path IN LISTS data)
        get_filename_component(data_folder ${path} DIRECTORY)
        list(APPEND data_folders ${data_folder})
      endforeach()
      list(REMOVE_DUPLICATES data_folders)
      add_custom_command(OUTPUT ${out}/data.h ${out}/data.cc
        COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_data.py --service ${name} --out ${out} ${data_folders}
        DEPENDS ${data} ${CMAKE_SOURCE_DIR}/tools/embed_data.py COMMENT "data of ${name}")
      list(APPEND generated ${out}/data.h ${out}/data.cc)
    endif()
    add_custom_target(hanbat_gen_${name}_files DEPENDS ${generated})
    add_library(hanbat_gen_${name} STATIC ${generated})
    add_dependencies(hanbat_gen_${name} hanbat_gen_${name}_files)
    target_include_directories(hanbat_gen_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(hanbat_gen_${name} PUBLIC hanbat_region)
    set_target_properties(hanbat_gen_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 0)
    target_precompile_headers(hanbat_gen_${name} REUSE_FROM hanbat_region)
    list(APPEND all ${name})
  endforeach()
  # A service may use another's generated client, never its headers: hence every library sees every generated one.
  add_library(hanbat_gen INTERFACE)
  foreach(name IN LISTS all)
    target_link_libraries(hanbat_gen INTERFACE hanbat_gen_${name})
  endforeach()
  add_library(hanbat_services INTERFACE)
  foreach(name IN LISTS all)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/services/${name}/*.cc)
    # A large model costs each file seconds; where there are many files, it is compiled once, too.
    set(precompile PRECOMPILED_BY hanbat_region)
    if(name IN_LIST HANBAT_LARGE)
      set(precompile PRECOMPILE ${CMAKE_SOURCE_DIR}/src/region/precompiled.h ${CMAKE_BINARY_DIR}/gen/gen/${name}/operations.h)
    endif()
    hanbat_target(hanbat_${name} SOURCES ${sources} ${precompile}
      LINK hanbat_gen hanbat_region hanbat_border USES PkgConfig::fmt ${HANBAT_${name}_USES})
    target_link_libraries(hanbat_services INTERFACE hanbat_${name})
  endforeach()
endfunction()

# hanbat_headers(): the target `headers`, built by nothing else, compiles every header of src/ alone: it must name what it
# needs. Those of the guest programs see fmt as these programs do.
function(hanbat_headers)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/src/*.h)
  set(sources)
  foreach(header IN LISTS headers)
    string(MAKE_C_IDENTIFIER ${header} name)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/headers/${name}.cc CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${CMAKE_BINARY_DIR}/headers/${name}.cc)
  endforeach()
  add_library(hanbat_headers OBJECT EXCLUDE_FROM_ALL ${sources})
  set_target_properties(hanbat_headers PROPERTIES UNITY_BUILD OFF)
  target_compile_options(hanbat_headers PRIVATE -Wno-unused-function -Wno-unused-const-variable)
  target_link_libraries(hanbat_headers PRIVATE hanbat_gen hanbat_region PkgConfig::pugixml GTest::gtest GTest::gmock)
  add_custom_target(headers DEPENDS hanbat_headers)
endfunction()
