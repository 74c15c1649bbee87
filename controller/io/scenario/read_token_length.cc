#include "controller/io/scenario/read_token_length.h"

#include <optional>
#include <string>

#include "common/base/str_cat.h"
#include "controller/core/scenario/ranges.h"
#include "controller/core/scenario/value_text.h"

namespace monsoon {
namespace {

std::string Expected(ReferenceAllowed reference) {
  return StrCat("a number of tokens from 1 to ", kTokensRange.max, ", {min, max} or {mean, stddev}",
                reference == ReferenceAllowed::kYes ? ", or reference" : "");
}

void ReadLaw(const YamlNode& node, const std::string& path, int64_t least, Diagnostics& diagnostics,
             TokenLength& out) {
  const size_t errors_before = diagnostics.count();
  MapReader map(node, path, diagnostics);
  TokenLength read;
  const bool normal = map.Has("mean") || map.Has("stddev");
  read.law = normal ? LengthLaw::kNormal : LengthLaw::kUniform;
  if (normal) {
    read.min = least;
    read.max = kTokensRange.max;
  }
  for (const std::string_view key : {"min", "max", "mean", "stddev"}) {
    const bool wanted = normal == (key == "mean" || key == "stddev");
    if (wanted && !map.Has(key)) {
      diagnostics.Add(node.mark, StrCat("missing key '", map.FullKey(key),
                                        "': expected {min, max} or {mean, stddev}"));
    }
  }
  map.ReadInt("min", kTokensRange, read.min);
  map.ReadInt("max", kTokensRange, read.max);
  map.ReadInt("mean", kTokensRange, read.mean);
  map.ReadInt("stddev", kTokensRange, read.stddev);
  map.RejectUnknownKeys();
  if (diagnostics.count() > errors_before) return;
  if (read.min > read.max) {
    map.Report("min", StrCat(path, ": min (", read.min, ") is above max (", read.max,
                             "): expected at most as many"));
  } else if (normal && (read.mean < read.min || read.mean > read.max)) {
    map.Report("mean", StrCat(path, ": mean (", read.mean, ") is outside of ", read.min, " to ",
                              read.max, ": expected a mean between min and max"));
  } else {
    out = read;
  }
}

}  // namespace

void ReadTokenLength(MapReader& map, std::string_view key, ReferenceAllowed reference,
                     int64_t least, TokenLength& out) {
  const YamlNode* const node = map.Find(key);
  if (node == nullptr) return;
  if (node->IsMap()) return ReadLaw(*node, map.FullKey(key), least, map.diagnostics(), out);
  if (node->IsScalar() && node->scalar == "reference" && reference == ReferenceAllowed::kYes) {
    out = {.law = LengthLaw::kReference};
    return;
  }
  const std::optional<int64_t> fixed =
      node->IsScalar() && node->plain ? ParseWholeNumber(node->scalar) : std::nullopt;
  if (!fixed.has_value() || !kTokensRange.Contains(*fixed)) {
    return map.Complain(key, *node, Expected(reference));
  }
  out = {.law = LengthLaw::kFixed, .mean = *fixed};
}

}  // namespace monsoon
