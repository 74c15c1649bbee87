// The version of all programs, as `--version` prints it and the report carries it.
#pragma once

namespace monsoon {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace monsoon
