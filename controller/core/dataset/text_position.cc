#include "controller/core/dataset/text_position.h"

#include "common/base/str_cat.h"
#include "common/model/item.h"

namespace monsoon {

void TextPosition::Advance(std::string_view text) {
  // find() is memchr: newlines are rare in these files, so this runs at memory speed.
  for (size_t newline = text.find('\n'); newline != std::string_view::npos;
       newline = text.find('\n')) {
    ++line;
    column = 1;
    text.remove_prefix(newline + 1);
  }
  column += CountCharacters(text);
}

absl::Status ErrorAt(const TextPosition& at, std::string_view what) {
  return absl::InvalidArgumentError(StrCat(at.line, ":", at.column, ": ", what));
}

}  // namespace monsoon
