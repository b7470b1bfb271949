# Guests in C and C++ with kernels that wgpuc compiles.
#
#   find_package(wgpuc REQUIRED)
#   wgpuc_add_kernels(kernels path/to/kernels)          the bindings: link your guest with `kernels`
#   wgpuc_add_bundle(bundle path/to/kernels [ALL])      what `wgpuc run --kernels build/bundle guest.wasm` takes
#
# Compile with a compiler for WebAssembly, such as wasi-sdk's: -DCMAKE_TOOLCHAIN_FILE=.../share/cmake/wasi-sdk-p1.cmake.
# WGPUC_EXECUTABLE names the wgpuc program; unless set, it is sought in PATH and near this file.

if(CMAKE_VERSION VERSION_LESS 3.21)
  set(wgpuc_FOUND FALSE)
  set(wgpuc_NOT_FOUND_MESSAGE "wgpuc needs CMake 3.21 or later; this is ${CMAKE_VERSION}")
  return()
endif()
cmake_policy(VERSION 3.21)

# Runs on the machine that builds, so toolchain files have no say in where it lies.
find_program(WGPUC_EXECUTABLE wgpuc
  PATHS "${CMAKE_CURRENT_LIST_DIR}" NO_CMAKE_FIND_ROOT_PATH
  DOC "The wgpuc program")
set(_wgpuc_advice "pass -DWGPUC_EXECUTABLE=/full/path/to/wgpuc")
if(NOT WGPUC_EXECUTABLE)
  set(wgpuc_FOUND FALSE)
  set(wgpuc_NOT_FOUND_MESSAGE
    "there is no program wgpuc in PATH or in ${CMAKE_CURRENT_LIST_DIR}; ${_wgpuc_advice}")
  return()
endif()
execute_process(COMMAND "${WGPUC_EXECUTABLE}" --version
  RESULT_VARIABLE _wgpuc_result OUTPUT_VARIABLE _wgpuc_version ERROR_QUIET)
if(NOT _wgpuc_result EQUAL 0 OR NOT _wgpuc_version MATCHES "^wgpuc[^ ]* ([0-9.]+)")
  set(wgpuc_FOUND FALSE)
  set(wgpuc_NOT_FOUND_MESSAGE
    "WGPUC_EXECUTABLE is ${WGPUC_EXECUTABLE}, which does not answer --version as wgpuc does; ${_wgpuc_advice}")
  return()
endif()
set(wgpuc_VERSION "${CMAKE_MATCH_1}")

# Adds the library `target`: whoever links it gets the headers of the bindings of the kernels in `dir`, `WORLD.h` for C
# and `wasi_gpu.hpp` for C++, and the objects that make them work. They lie in a folder `target` of the build folder.
function(wgpuc_add_kernels target dir)
  if(ARGN)
    message(FATAL_ERROR "wgpuc_add_kernels takes a target and a kernel folder, but was also given: ${ARGN}")
  endif()
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  # enable_language would not do: it may not stand in a function, nor below the folder of those who link.
  if(NOT C IN_LIST languages)
    message(FATAL_ERROR "the bindings for C++ stand on C: write `project(${PROJECT_NAME} LANGUAGES C CXX)`")
  endif()
  _wgpuc_check_compiler()
  _wgpuc_read_folder(wgpuc_add_kernels "${target}" "${dir}")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  set(manifest "${out}/manifest.json")
  # A build always makes code for some target; a guest needs none, so one is enough.
  set(build "${WGPUC_EXECUTABLE}" build "${folder}" --target cpu --bindings c,cpp --out "${out}")

  # The files are named after the world, which wgpuc knows. Other changes of the folder are left to the build.
  set(world_depends "${list}" "${WGPUC_EXECUTABLE}")
  if(EXISTS "${folder}/wgpuc.toml")
    list(APPEND world_depends "${folder}/wgpuc.toml")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${folder}/wgpuc.toml")
  endif()
  foreach(file IN LISTS world_depends)
    if("${file}" IS_NEWER_THAN "${manifest}")
      # Its errors go straight to the terminal: `message` would wrap the lines of source in them.
      execute_process(COMMAND ${build} RESULT_VARIABLE result OUTPUT_QUIET)
      if(NOT result EQUAL 0)
        message(FATAL_ERROR "wgpuc cannot compile the kernels in ${folder} (${result}); it says above why")
      endif()
      file(TOUCH "${manifest}")
      break()
    endif()
  endforeach()
  file(READ "${manifest}" text)
  string(JSON world GET "${text}" package world)
  string(REPLACE - _ world "${world}")
  set(c_file "${out}/c/${world}.c")
  set(type_file "${out}/c/${world}_component_type.o")

  # What is left of an earlier name would still be found by `#include`, and fail only in the linker.
  file(GLOB stale "${out}/c/*")
  list(FILTER stale EXCLUDE REGEX "/${world}(\\.h|\\.c|_component_type\\.o)$")
  if(stale)
    file(REMOVE ${stale})
  endif()

  add_custom_command(
    # wgpuc leaves files alone that have not changed, and so spares their users; the Manifest says when it ran.
    OUTPUT "${manifest}"
    BYPRODUCTS "${c_file}" "${type_file}" "${out}/c/${world}.h" "${out}/cpp/wasi_gpu.hpp"
    COMMAND ${build}
    COMMAND "${CMAKE_COMMAND}" -E touch "${manifest}"
    DEPENDS ${sources} "${list}" "${WGPUC_EXECUTABLE}"
    COMMENT "Making the bindings of the kernels in ${dir}"
    VERBATIM)
  add_custom_target(${target}_bindings DEPENDS "${manifest}")

  # An object library, as it needs no archiver, and is compiled once whoever links it.
  add_library(${target}_c OBJECT "${c_file}")
  add_dependencies(${target}_c ${target}_bindings)
  target_include_directories(${target}_c PRIVATE "${out}/c")
  # Generated: nobody can act on its warnings.
  target_compile_options(${target}_c PRIVATE -w)

  add_library(${target} INTERFACE)
  # Makefiles of other folders do not see from a path which target makes it.
  add_dependencies(${target} ${target}_bindings ${target}_c)
  target_include_directories(${target} INTERFACE "${out}/c" "${out}/cpp")
  # Without the object that holds the component's type, the guest's imports have no meaning.
  target_link_libraries(${target} INTERFACE "$<TARGET_OBJECTS:${target}_c>" "${type_file}")
  # Bindings of two folders both define what they share, such as buffers: better an error here than one of the linker.
  set_target_properties(${target} PROPERTIES
    INTERFACE_WGPUC_KERNELS "${folder}" COMPATIBLE_INTERFACE_STRING WGPUC_KERNELS)
  # Compilers that CMake does not recognize have no known features, and those of WebAssembly are recent.
  if(cxx_std_17 IN_LIST CMAKE_CXX_COMPILE_FEATURES)
    target_compile_features(${target} INTERFACE cxx_std_17)
  endif()
endfunction()

# Adds the target `target`, with `ALL` a part of the default build: the code of the kernels in `dir` for every device,
# and the Manifest, in a folder `target` of the build folder.
function(wgpuc_add_bundle target dir)
  cmake_parse_arguments(PARSE_ARGV 2 arg "ALL" "" "")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR
      "wgpuc_add_bundle takes a target, a kernel folder and perhaps ALL, but was also given: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  _wgpuc_read_folder(wgpuc_add_bundle "${target}" "${dir}")
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${target}")
  add_custom_command(
    OUTPUT "${out}/manifest.json"
    COMMAND "${WGPUC_EXECUTABLE}" build "${folder}" --bindings wit --out "${out}"
    COMMAND "${CMAKE_COMMAND}" -E touch "${out}/manifest.json"
    DEPENDS ${sources} "${list}" "${WGPUC_EXECUTABLE}"
    COMMENT "Compiling the kernels in ${dir} for every device"
    VERBATIM)
  if(arg_ALL)
    set(all ALL)
  endif()
  add_custom_target(${target} ${all} DEPENDS "${out}/manifest.json")
endfunction()

# Sets, for `caller`, `folder` to the full path of a kernel folder, `sources` to its files, and `list` to a file that
# changes when they become more or fewer.
macro(_wgpuc_read_folder caller target dir)
  if(TARGET "${target}")
    message(FATAL_ERROR "${caller}: there is a target ${target} already; choose another name")
  endif()
  get_filename_component(folder "${dir}" ABSOLUTE BASE_DIR "${CMAKE_CURRENT_SOURCE_DIR}")
  if(NOT IS_DIRECTORY "${folder}")
    message(FATAL_ERROR
      "${caller}: there is no folder ${folder}; name the one with the kernels, from ${CMAKE_CURRENT_SOURCE_DIR}")
  endif()
  # What wgpuc reads: not the folders below.
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.rs" "${folder}/wgpuc.toml")
  if(NOT sources)
    message(FATAL_ERROR "${caller}: ${folder} holds no kernels, which are files that end in .rs")
  endif()
  # A file that is gone is newer than nothing, so the build would not notice.
  set(list "${CMAKE_CURRENT_BINARY_DIR}/CMakeFiles/${target}.wgpuc")
  file(CONFIGURE OUTPUT "${list}" CONTENT "${sources}\n" @ONLY)
endmacro()

# Stops where the C compiler is the host's, which would end in errors of the linker that nobody understands.
function(_wgpuc_check_compiler)
  if(NOT DEFINED WGPUC_C_COMPILER_IS_WEBASSEMBLY)
    file(WRITE "${CMAKE_BINARY_DIR}/CMakeFiles/wgpuc_check.c"
      "#ifndef __wasm__\n#error not WebAssembly\n#endif\nint main(void) { return 0; }\n")
    try_compile(WGPUC_C_COMPILER_IS_WEBASSEMBLY
      "${CMAKE_BINARY_DIR}/CMakeFiles/wgpuc_check" "${CMAKE_BINARY_DIR}/CMakeFiles/wgpuc_check.c")
  endif()
  if(NOT WGPUC_C_COMPILER_IS_WEBASSEMBLY)
    message(FATAL_ERROR "${CMAKE_C_COMPILER} does not compile to WebAssembly, as guests are.\n"
      "Remove the build folder, and configure with -DCMAKE_TOOLCHAIN_FILE=WASI-SDK/share/cmake/wasi-sdk-p1.cmake")
  endif()
endfunction()
