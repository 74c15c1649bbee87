# Rust code as a static library for C++.
#
#   monsoon_find_cargo(VARIABLE CARGO_TOML)     -> a cargo that the manifest's rust-version admits
#   monsoon_rust_library(NAME CARGO_TOML SRCS src/lib.rs ... CARGO cargo)
#
# The first cargo on PATH (then rustup's folder) that is new enough is taken, with the rustc beside
# it: on a machine with two Rusts they must not be mixed. MONSOON_CARGO names another one.

set(MONSOON_CARGO "" CACHE FILEPATH "cargo that builds the Rust parts; empty: the first that is new enough")

# Sets VERSION to that of the cargo and rustc in the folder, or to "" where they do not work.
function(_monsoon_rust_version folder variable)
  set(${variable} "" PARENT_SCOPE)
  set(versions "")
  foreach(program cargo rustc)
    if(NOT EXISTS ${folder}/${program})
      return()
    endif()
    execute_process(COMMAND ${folder}/${program} --version
                    OUTPUT_VARIABLE said ERROR_QUIET RESULT_VARIABLE status)
    if(NOT status EQUAL 0 OR NOT said MATCHES "^${program} ([0-9]+\\.[0-9]+\\.[0-9]+)")
      return()
    endif()
    list(APPEND versions ${CMAKE_MATCH_1})
  endforeach()
  list(SORT versions COMPARE NATURAL)
  list(GET versions 0 oldest)
  set(${variable} ${oldest} PARENT_SCOPE)
endfunction()

# MONSOON_RUST_PROBLEM says why VARIABLE is "".
function(monsoon_find_cargo variable cargo_toml)
  set(${variable} "" PARENT_SCOPE)
  file(STRINGS ${cargo_toml} line REGEX "^rust-version = ")
  string(REGEX MATCH "[0-9.]+" needed "${line}")
  if(MONSOON_CARGO)
    cmake_path(GET MONSOON_CARGO PARENT_PATH folders)
  else()
    string(REPLACE ":" ";" folders "$ENV{PATH}")
    list(APPEND folders "$ENV{CARGO_HOME}/bin" "$ENV{HOME}/.cargo/bin")
  endif()
  set(seen "")
  foreach(folder IN LISTS folders)
    _monsoon_rust_version(${folder} version)
    if(version AND version VERSION_GREATER_EQUAL needed)
      set(${variable} ${folder}/cargo PARENT_SCOPE)
      return()
    elseif(version)
      string(APPEND seen " ${folder}/cargo is ${version}.")
    endif()
  endforeach()
  set(MONSOON_RUST_PROBLEM "found no cargo with rustc of version ${needed} or later.${seen}"
      PARENT_SCOPE)
endfunction()

function(monsoon_rust_library name)
  cmake_parse_arguments(ARG "" "CARGO_TOML;CARGO" "SRCS" ${ARGN})
  cmake_path(GET ARG_CARGO_TOML PARENT_PATH folder)
  set(library ${CMAKE_BINARY_DIR}/rust/release/lib${name}.a)
  list(TRANSFORM ARG_SRCS PREPEND ${folder}/)
  add_custom_command(
    OUTPUT ${library}
    COMMAND ${CMAKE_COMMAND} -DCARGO=${ARG_CARGO} -DCARGO_TOML=${ARG_CARGO_TOML}
            -DTARGET_FOLDER=${CMAKE_BINARY_DIR}/rust -DLIBRARY=${library}
            -P ${CMAKE_SOURCE_DIR}/cmake/RunCargo.cmake
    DEPENDS ${ARG_SRCS} ${ARG_CARGO_TOML} ${folder}/Cargo.lock ${CMAKE_SOURCE_DIR}/cmake/RunCargo.cmake
    COMMENT "Building the Rust library ${name} (the first time, cargo fetches what it depends on)"
    VERBATIM)
  add_custom_target(${name}_cargo DEPENDS ${library})
  add_library(${name} STATIC IMPORTED GLOBAL)
  add_dependencies(${name} ${name}_cargo)
  set_target_properties(${name} PROPERTIES
    IMPORTED_LOCATION ${library}
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")
endfunction()
