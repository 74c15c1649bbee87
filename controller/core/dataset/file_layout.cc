#include "controller/core/dataset/file_layout.h"

#include <simdjson.h>

#include "absl/strings/ascii.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

namespace dom = simdjson::dom;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view Trim(std::string_view text) {
  return ToStd(absl::StripAsciiWhitespace(ToAbsl(text)));
}

// Whether `first` is a chat message, so that the array around it is one entry.
bool IsMessage(dom::element first) {
  dom::element role;
  return first.is_object() && first["role"].get(role) == simdjson::SUCCESS;
}

// The same of text that goes on beyond what is known: by the first key.
bool BeginsWithMessage(std::string_view array) {
  std::string_view rest = Trim(array.substr(1));
  if (!rest.starts_with('{')) return false;
  rest = Trim(rest.substr(1));
  return rest.starts_with("\"role\"") || rest.starts_with("\"content\"");
}

FileLayout DetectByFirstLine(DatasetFormat format, std::string_view head) {
  const size_t newline = head.find('\n');
  const std::string_view line = Trim(head.substr(0, newline));
  const bool only_line = newline == std::string_view::npos || Trim(head.substr(newline)).empty();
  dom::parser parser;
  dom::array array;
  if (parser.parse(line.data(), line.size()).get_array().get(array) != simdjson::SUCCESS) {
    const bool cut = newline == std::string_view::npos;
    return cut && BeginsWithMessage(line) ? FileLayout::kLines : FileLayout::kJsonArray;
  }
  const bool one_entry = format == DatasetFormat::kMessages && array.size() > 0 &&
                         IsMessage(array.at(0).value_unsafe());
  return only_line && !one_entry ? FileLayout::kJsonArray : FileLayout::kLines;
}

}  // namespace

FileLayout DetectLayout(DatasetFormat format, std::string_view head) {
  if (format == DatasetFormat::kLongalpaca) return FileLayout::kJsonArray;
  if (format == DatasetFormat::kOpenqa || format == DatasetFormat::kLineByLine) {
    return FileLayout::kLines;
  }
  if (head.starts_with(kByteOrderMark)) head.remove_prefix(kByteOrderMark.size());
  head = head.substr(head.size() - ToStd(absl::StripLeadingAsciiWhitespace(ToAbsl(head))).size());
  if (!head.starts_with('[')) return FileLayout::kLines;
  const bool lines_may_be_arrays =
      format == DatasetFormat::kMessages || format == DatasetFormat::kEmbedding;
  return lines_may_be_arrays ? DetectByFirstLine(format, head) : FileLayout::kJsonArray;
}

}  // namespace monsoon
