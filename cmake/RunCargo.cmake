# Runs cargo for monsoon_rust_library (MonsoonRust.cmake): first fetches what Cargo.lock names, which
# does nothing once it is there, then builds without the network, so that each failure says what it is.
#
#   cmake -DCARGO=... -DCARGO_TOML=... -DTARGET_FOLDER=... -DLIBRARY=... -P RunCargo.cmake

cmake_path(GET CARGO PARENT_PATH folder)
set(ENV{RUSTC} ${folder}/rustc)
# Flags for our own C++ (sanitizers, -Werror) are not meant for the C sources of crates.
foreach(name CFLAGS CXXFLAGS RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET CARGO_TARGET_DIR)
  unset(ENV{${name}})
endforeach()

foreach(setting NET_RETRY=5 HTTP_TIMEOUT=60)
  string(REPLACE "=" ";" setting ${setting})
  list(GET setting 0 key)
  list(GET setting 1 value)
  if(NOT DEFINED ENV{CARGO_${key}})
    set(ENV{CARGO_${key}} ${value})
  endif()
endforeach()

execute_process(COMMAND ${folder}/rustc -vV OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "host: ([^\n]+)" unused "${said}")
set(host ${CMAKE_MATCH_1})

foreach(attempt RANGE 1 3)
  execute_process(COMMAND ${CARGO} fetch --locked --quiet --target ${host} --manifest-path ${CARGO_TOML}
                  RESULT_VARIABLE status)
  if(status EQUAL 0)
    break()
  elseif(attempt EQUAL 3)
    message(FATAL_ERROR
            "cargo could not fetch the crates of ${CARGO_TOML} (its own message is above). It needs its "
            "registry, or a mirror named in ~/.cargo/config.toml, once; later builds do not. To build "
            "without tokenizers: cmake -DMONSOON_TOKENIZER=OFF (docs/development.md)")
  endif()
  execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 5)
endforeach()

execute_process(COMMAND ${CARGO} build --release --locked --offline --quiet --manifest-path ${CARGO_TOML}
                        --target-dir ${TARGET_FOLDER}
                RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "cargo could not build ${CARGO_TOML}; its own message is above")
endif()
# cargo leaves a library alone that it finds up to date; the build must see that it is.
file(TOUCH_NOCREATE ${LIBRARY})
