#include "controller/core/preflight/facts_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

constexpr size_t kMaxModelsShown = 4;

std::string Models(const EngineFacts& facts) {
  const size_t shown = std::min(facts.models.size(), kMaxModelsShown);
  std::string text =
      StrCat("serves ", absl::StrJoin(facts.models.begin(),
                                      facts.models.begin() + static_cast<ptrdiff_t>(shown), ", "));
  if (shown < facts.models.size()) text += StrCat(" and ", facts.models.size() - shown, " more");
  return text;
}

}  // namespace

std::string DescribeEngine(const EngineFacts& facts) {
  std::vector<std::string> parts;
  if (!facts.version.empty()) parts.push_back("version " + facts.version);
  if (!facts.models.empty()) parts.push_back(Models(facts));
  for (const auto& [name, value] : facts.limits) parts.push_back(StrCat(name, " ", value));
  if (facts.first_token_s) {
    parts.push_back(absl::StrFormat("first token after %.3f s", *facts.first_token_s));
  } else if (facts.done_s) {
    parts.push_back(absl::StrFormat("answered after %.3f s", *facts.done_s));
  }
  return StrCat(facts.engine, " (", facts.url, "): ", absl::StrJoin(parts, ", "));
}

}  // namespace monsoon
