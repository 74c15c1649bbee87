# The three ways a target of ours is made. Sources are always listed by name.
#
#   monsoon_library(NAME SRCS a.cc HDRS a.h DEPS absl::status monsoon_base)
#   monsoon_program(NAME SRCS main.cc DEPS ...)        -> build/bin/NAME
#   monsoon_test(NAME SRCS a_test.cc DEPS ... [LABELS unit])

include(GNUInstallDirs)

# -Wno-restrict: GCC 12 reports std::string operations falsely (GCC bug 105651).
set(MONSOON_WARNINGS -Wall -Wextra -Werror -Wshadow=local -Wnon-virtual-dtor -Wno-restrict
                     -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(MONSOON_WARNINGS -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wthread-safety
                       -Wno-missing-field-initializers)
endif()

if(MONSOON_SANITIZE)
  add_compile_options(-fsanitize=${MONSOON_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${MONSOON_SANITIZE})
endif()
# Part of every program: shows Abseil's locks to ThreadSanitizer (the file says how and why).
set(MONSOON_PROGRAM_SRCS "")
if(MONSOON_SANITIZE STREQUAL "thread")
  set(MONSOON_PROGRAM_SRCS ${CMAKE_SOURCE_DIR}/tests/sanitizers/absl_mutex_tsan.cc)
endif()

function(_monsoon_settle target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE ${MONSOON_WARNINGS})
endfunction()

function(monsoon_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;HDRS;DEPS" ${ARGN})
  if(ARG_SRCS)
    add_library(${name} STATIC ${ARG_SRCS} ${ARG_HDRS})
    _monsoon_settle(${name})
    target_link_libraries(${name} PUBLIC ${ARG_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

function(monsoon_program name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SRCS} ${MONSOON_PROGRAM_SRCS})
  _monsoon_settle(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS})
endfunction()

function(monsoon_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT_S" "SRCS;DEPS;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT_S)
    set(ARG_TIMEOUT_S 60)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  add_executable(${name} ${ARG_SRCS} ${MONSOON_PROGRAM_SRCS})
  _monsoon_settle(${name})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT_S})
endfunction()
