# The two kinds of library that the build has, and their tests.

# hanbat_library(<folder> LINK <targets…>): src/<folder>/*.cc as hanbat_<folder>; its *_test.cc as hanbat_<folder>_test.
function(hanbat_library folder)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${folder}/*.cc)
  hanbat_target(hanbat_${folder} SOURCES ${sources} LINK ${arg_LINK})
endfunction()

# hanbat_target(<target> SOURCES … LINK …): a static library of the sources that are no tests, and a test binary of the rest.
function(hanbat_target target)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  set(tests ${arg_SOURCES})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER arg_SOURCES EXCLUDE REGEX "_(test|fuzz)\\.cc$")
  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(${target} PUBLIC ${arg_LINK} Threads::Threads)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(${target} INTERFACE ${arg_LINK} Threads::Threads)
  endif()
  if(tests)
    add_executable(${target}_test ${tests})
    target_link_libraries(${target}_test PRIVATE ${target} GTest::gtest_main GTest::gmock)
    target_compile_definitions(${target}_test PRIVATE HANBAT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${target} COMMAND ${target}_test)
  endif()
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
    # Folders of JSON files are data that the service embeds: gen/<name>/data.h.
    file(GLOB data CONFIGURE_DEPENDS ${folder}/*/*.json)
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
    add_library(hanbat_gen_${name} STATIC ${generated})
    target_include_directories(hanbat_gen_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
    target_link_libraries(hanbat_gen_${name} PUBLIC hanbat_region)
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
    hanbat_target(hanbat_${name} SOURCES ${sources}
      LINK hanbat_gen hanbat_region PkgConfig::fmt PkgConfig::yaml PkgConfig::archive PkgConfig::git2 PkgConfig::pugixml ZLIB::ZLIB OpenSSL::Crypto)
    target_link_libraries(hanbat_services INTERFACE hanbat_${name})
  endforeach()
endfunction()
