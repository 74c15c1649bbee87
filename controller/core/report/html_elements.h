// The pieces of HTML that all parts of report.html are made of. Pure; any thread. Texts are
// escaped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "controller/core/report/case_report.h"

namespace monsoon {

// <span class="badge valid">VALID</span>
std::string BadgeHtml(VerdictKind kind);
// <TAG class="CLASS">TEXT</TAG>, TEXT escaped; no class attribute when `css_class` is empty.
std::string ElementHtml(std::string_view tag, std::string_view css_class, std::string_view text);
// A <ul> of escaped sentences; "" when there are none.
std::string ListHtml(std::string_view css_class, const std::vector<std::string>& sentences);

}  // namespace monsoon
