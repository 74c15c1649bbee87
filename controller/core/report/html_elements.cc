#include "controller/core/report/html_elements.h"

#include "absl/strings/ascii.h"

#include "common/base/str_cat.h"
#include "controller/core/report/clean_text.h"

namespace monsoon {

std::string BadgeHtml(VerdictKind kind) {
  const std::string name(VerdictName(kind));
  return ElementHtml("span", StrCat("badge ", absl::AsciiStrToLower(name)), name);
}

std::string ElementHtml(std::string_view tag, std::string_view css_class, std::string_view text) {
  const std::string attribute = css_class.empty() ? "" : StrCat(" class=\"", css_class, "\"");
  return StrCat("<", tag, attribute, ">", EscapeHtml(text), "</", tag, ">");
}

std::string ListHtml(std::string_view css_class, const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string out = StrCat("<ul class=\"", css_class, "\">\n");
  for (const std::string& sentence : sentences) out += ElementHtml("li", "", sentence) + "\n";
  return out + "</ul>\n";
}

}  // namespace monsoon
