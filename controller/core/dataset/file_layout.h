// Tells how the entries of a dataset file stand in it: one per line, or as the elements of one JSON
// array. The published ShareGPT files alone come in both. Pure; any thread.
//
//   openqa, line_by_line   always lines
//   longalpaca             always an array
//   sharegpt, rerank       an array when the file begins with '[': no line of theirs does
//   messages, embedding    a line may itself be an array (of messages, of texts). A file that
//                          begins with '[' is one array when its first line is not complete
//                          JSON, or is the only line and holds entries rather than being one:
//                          `[["a","b"],["c"]]`, `[{"messages": [...]}]`, `["a","b"]`, but not
//                          `[{"role": ...}]`.
#pragma once

#include <cstddef>
#include <string_view>

#include "controller/core/scenario/scenario.h"

namespace monsoon {

enum class FileLayout { kLines, kJsonArray };

// Of a file that begins with `head`: its first MiB, or all of it when it is shorter.
FileLayout DetectLayout(DatasetFormat format, std::string_view head);

}  // namespace monsoon
