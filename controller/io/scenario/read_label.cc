#include "controller/io/scenario/read_label.h"

#include "common/base/str_cat.h"
#include "controller/core/scenario/checks.h"

namespace monsoon {

void ReadLabel(MapReader& map, std::string_view key, std::string& out) {
  map.ReadText(key, out);
  const YamlNode* const node = map.Find(key);
  if (node == nullptr || !node->IsScalar()) return;
  if (const absl::Status status = CheckLabel(out); !status.ok()) {
    map.Report(key, StrCat(map.FullKey(key), " is ", Describe(*node), ": ", status.message()));
  }
}

void RequireKey(MapReader& map, std::string_view key, std::string_view expected) {
  if (map.Has(key)) return;
  map.diagnostics().Add(map.mark(),
                        StrCat("missing key '", map.FullKey(key), "': expected ", expected));
}

}  // namespace monsoon
