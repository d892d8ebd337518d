# The fuzzers of the `fuzz` preset, one a decoder: build/fuzz/fuzzers/<name>, run by tools/fuzz. Each links only what its
# decoder needs, so that the second compiler's build stays short.
add_custom_target(fuzzers)

# hanbat_fuzzer(<name> <source> [WITH <sources of a service or program>…] [GENERATED <services>…] LINK <targets>…)
# GENERATED takes a service's field tables alone, without its client and the region that the client calls.
function(hanbat_fuzzer name source)
  cmake_parse_arguments(arg "" "" "WITH;GENERATED;LINK" ${ARGN})
  list(TRANSFORM arg_WITH PREPEND ${CMAKE_SOURCE_DIR}/src/)
  add_executable(fuzz_${name} ${CMAKE_SOURCE_DIR}/src/${source} ${arg_WITH})
  foreach(service IN LISTS arg_GENERATED)
    target_sources(fuzz_${name} PRIVATE ${CMAKE_BINARY_DIR}/gen/gen/${service}/model.cc)
    set_source_files_properties(${CMAKE_BINARY_DIR}/gen/gen/${service}/model.cc PROPERTIES GENERATED TRUE)
  endforeach()
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
  target_link_libraries(fuzz_${name} PRIVATE ${arg_LINK})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(fuzz_${name} PROPERTIES OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
  add_dependencies(fuzzers fuzz_${name})
  set_property(GLOBAL APPEND PROPERTY hanbat_fuzzed ${CMAKE_SOURCE_DIR}/src/${source})
endfunction()

hanbat_fuzzer(json base/json_fuzz.cc LINK hanbat_base)
hanbat_fuzzer(build_event border/build_event_fuzz.cc LINK hanbat_border)
hanbat_fuzzer(session_message border/session_message_fuzz.cc LINK hanbat_border)
hanbat_fuzzer(http http/parser_fuzz.cc LINK hanbat_http)
hanbat_fuzzer(proxied http/proxied_fuzz.cc LINK hanbat_http)
hanbat_fuzzer(websocket http/websocket_fuzz.cc LINK hanbat_http)
hanbat_fuzzer(sigv4 wire/sigv4_fuzz.cc LINK hanbat_wire)
hanbat_fuzzer(aws_chunks wire/chunk_decoder_fuzz.cc LINK hanbat_wire)
hanbat_fuzzer(protocol_json services/codedeploy/protocol_fuzz.cc GENERATED codedeploy LINK hanbat_wire)
hanbat_fuzzer(protocol_cbor services/monitoring/protocol_fuzz.cc GENERATED monitoring LINK hanbat_wire)
hanbat_fuzzer(protocol_query services/iam/protocol_fuzz.cc GENERATED iam LINK hanbat_wire)
hanbat_fuzzer(protocol_ec2 services/ec2/protocol_fuzz.cc GENERATED ec2 LINK hanbat_wire)
hanbat_fuzzer(protocol_rest_xml services/s3/protocol_fuzz.cc GENERATED s3 LINK hanbat_wire)
hanbat_fuzzer(posted_form services/s3/posts/form_fuzz.cc WITH services/s3/posts/form.cc services/s3/posts/policy.cc
  LINK hanbat_wire hanbat_http)
hanbat_fuzzer(website services/s3/website/website_fuzz.cc WITH services/s3/website/routing.cc services/s3/website/page.cc
  GENERATED s3 LINK hanbat_wire hanbat_http)
hanbat_fuzzer(protocol_rest_json wire/rest_json_fuzz.cc LINK hanbat_wire)
hanbat_fuzzer(policy region/policy/policy_fuzz.cc WITH region/policy/document.cc region/policy/conditions.cc
  region/policy/evaluation.cc region/canonical_user.cc LINK hanbat_base hanbat_crypto)
hanbat_fuzzer(event_pattern services/events/rules/pattern_fuzz.cc WITH services/events/rules/pattern.cc services/events/rules/matching.cc
  services/events/delivery/target_input.cc LINK hanbat_base)
hanbat_fuzzer(filter_pattern services/logs/patterns/filter_pattern_fuzz.cc WITH services/logs/patterns/filter_pattern.cc
  services/logs/patterns/json_pattern.cc services/logs/patterns/delimited_pattern.cc services/logs/patterns/comparison.cc
  LINK hanbat_wire)
hanbat_fuzzer(metric_math services/monitoring/math/expression_fuzz.cc WITH services/monitoring/math/expression.cc
  services/monitoring/math/evaluation.cc services/monitoring/math/evaluation_lists.cc services/monitoring/math/gather.cc
  services/monitoring/math/search.cc services/monitoring/metrics/statistic.cc services/monitoring/metrics/summary.cc LINK hanbat_base)
hanbat_fuzzer(metric_summary services/monitoring/metrics/summary_fuzz.cc WITH services/monitoring/metrics/summary.cc
  services/monitoring/metrics/statistic.cc LINK hanbat_base)
hanbat_fuzzer(alarm_rule services/monitoring/verdicts/alarm_rule_fuzz.cc WITH services/monitoring/verdicts/alarm_rule.cc
  GENERATED monitoring LINK hanbat_wire)
hanbat_fuzzer(java_pattern services/ssm/parameters/java_pattern_fuzz.cc WITH services/ssm/parameters/java_pattern.cc LINK hanbat_base)
hanbat_fuzzer(document_yaml services/ssm/documents/yaml_fuzz.cc WITH services/ssm/documents/yaml.cc
  LINK hanbat_base PkgConfig::yaml)
hanbat_fuzzer(mark_sheet main/cli/task/sheet_fuzz.cc WITH main/cli/task/sheet.cc main/cli/task/sheet_html.cc
  main/cli/task/sheet_text.cc main/cli/task/paper.cc main/cli/task/points.cc LINK hanbat_os hanbat_base PkgConfig::fmt)
hanbat_fuzzer(task_yaml main/cli/task/yaml_text_fuzz.cc WITH main/cli/task/yaml_text.cc main/cli/task/json_schema.cc
  LINK hanbat_base PkgConfig::yaml PkgConfig::fmt)
hanbat_fuzzer(oci_manifest services/ecr/images/manifest_fuzz.cc WITH services/ecr/images/manifest.cc LINK hanbat_wire)
hanbat_fuzzer(trail_segment services/cloudtrail/segments/segment_fuzz.cc WITH services/cloudtrail/segments/block_index.cc
  services/cloudtrail/segments/chunk.cc services/cloudtrail/segments/compression.cc services/cloudtrail/segments/event_bytes.cc
  LINK hanbat_wire PkgConfig::zstd)
hanbat_fuzzer(git_push services/codecommit/git/receive_pack_fuzz.cc WITH services/codecommit/git/receive_pack.cc
  services/codecommit/git/git_command.cc services/codecommit/git/git.cc services/codecommit/git/opening.cc
  LINK hanbat_http PkgConfig::git2 ZLIB::ZLIB)
hanbat_fuzzer(imds services/ec2/metadata/metadata_fuzz.cc WITH services/ec2/metadata/metadata_paths.cc LINK hanbat_base)
hanbat_fuzzer(host_actions host/actions_fuzz.cc WITH host/validation.cc host/ipv4.cc host/names.cc host/networks/plan.cc
  host/networks/vpc_validation.cc host/networks/network_acls.cc host/balancers/balancers_validation.cc
  host/networks/nft.cc host/networks/traffic.cc host/networks/dnsmasq.cc host/balancers/haproxy_config.cc host/balancers/haproxy_conditions.cc
  host/balancers/haproxy_cookies.cc host/balancers/haproxy_logs.cc host/balancers/haproxy_frontend.cc host/balancers/haproxy_pages.cc
  host/balancers/haproxy_states.cc host/balancers/response_times.cc LINK hanbat_os hanbat_crypto)
hanbat_fuzzer(log_record services/elasticloadbalancing/logs/log_record_fuzz.cc WITH services/elasticloadbalancing/logs/log_lines.cc
  host/balancers/log_record.cc host/ipv4.cc LINK hanbat_crypto hanbat_base)
hanbat_fuzzer(buildspec guest/build_runner/buildspec_fuzz.cc WITH guest/build_runner/buildspec.cc guest/build_runner/secret_reference.cc
  LINK hanbat_base PkgConfig::yaml)
hanbat_fuzzer(appspec guest/deploy_agent/appspec_fuzz.cc
  WITH guest/deploy_agent/appspec.cc guest/deploy_agent/permissions.cc guest/deploy_agent/acl.cc
       guest/deploy_agent/ruby_yaml.cc
  LINK hanbat_base PkgConfig::yaml)
hanbat_fuzzer(specification guest/deploy_agent/specification_fuzz.cc WITH guest/deploy_agent/specification.cc
  GENERATED codedeploycommands LINK hanbat_border hanbat_wire OpenSSL::Crypto)

file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/*_fuzz.cc)
get_property(fuzzed GLOBAL PROPERTY hanbat_fuzzed)
list(REMOVE_ITEM sources ${fuzzed})
if(sources)
  message(FATAL_ERROR "cmake/fuzzers.cmake builds no fuzzer of ${sources}")
endif()
