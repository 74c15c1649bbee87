// One case of report.html, and the pieces of HTML that the page's head shares with it.
//
// Pure; any thread. Everything from a run is escaped.
#pragma once

#include <string>
#include <string_view>

#include "controller/core/report/case_report.h"

namespace monsoon {

// A <section id="case-N">, N being the case's index.
std::string RenderCaseHtml(const CaseReport& report);

// <span class="badge valid">VALID</span>
std::string BadgeHtml(VerdictKind kind);
// <TAG class="CLASS">TEXT</TAG>, TEXT escaped; no class attribute when `css_class` is empty.
std::string ElementHtml(std::string_view tag, std::string_view css_class, std::string_view text);
// A <ul> of escaped sentences; "" when there are none.
std::string ListHtml(std::string_view css_class, const std::vector<std::string>& sentences);

}  // namespace monsoon
