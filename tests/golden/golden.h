// Golden files: texts under tests/golden/ that a test's output must equal, byte for byte.
//
// A file changes only on purpose: run the test with MONSOON_UPDATE_GOLDEN=1, then read the diff.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace monsoon {

// Fails the current test unless `actual` equals the file `name` ("scenario/unknown_key.txt"). A
// file that is not there counts as a difference.
void ExpectGolden(std::string_view actual, const std::string& name);

// The content of the file `name`; fails the current test when it cannot be read.
std::string ReadGolden(const std::string& name);

// Names ("scenario/unknown_key.yaml") of the files in `folder` that end with `extension`, sorted.
std::vector<std::string> ListGolden(const std::string& folder, const std::string& extension);

}  // namespace monsoon
