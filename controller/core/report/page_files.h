// The files report/page.html and report/style.css, compiled in by report/embed.cmake.
//
// Constant; any thread.
#pragma once

#include <string_view>

namespace monsoon {

// The page's skeleton, with {{name}} where report_html.cc puts its parts.
std::string_view PageHtml();
std::string_view StyleCss();

}  // namespace monsoon
