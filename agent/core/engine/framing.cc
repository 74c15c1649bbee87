#include "agent/core/engine/framing.h"

#include "absl/strings/match.h"

namespace monsoon {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool SameType(std::string_view media_type, absl::string_view wanted) {
  return absl::EqualsIgnoreCase(absl::string_view(media_type.data(), media_type.size()), wanted);
}

// data, event, error, id, retry, or a comment.
bool StartsSseField(char c) { return c == 'd' || c == 'e' || c == 'i' || c == 'r' || c == ':'; }

}  // namespace

BodyForm DetectBodyForm(std::string_view content_type, char first) {
  const std::string_view type = MediaType(content_type);
  if (first == '<') return BodyForm::kHtml;
  const bool ndjson = SameType(type, "application/x-ndjson") ||
                      SameType(type, "application/jsonl") ||
                      SameType(type, "application/stream+json");
  if (first == '{' || first == '[') return ndjson ? BodyForm::kNdjson : BodyForm::kDocument;
  if (SameType(type, "text/html")) return BodyForm::kHtml;
  if (StartsSseField(first)) return BodyForm::kSse;
  const bool control = static_cast<unsigned char>(first) < 0x20;
  if (SameType(type, "text/event-stream") && !control) return BodyForm::kSse;
  return BodyForm::kUnknown;
}

bool IsBodyPadding(char c) { return IsBlank(c) || c == '\xEF' || c == '\xBB' || c == '\xBF'; }

std::string_view MediaType(std::string_view content_type) {
  return TrimBlanks(content_type.substr(0, content_type.find(';')));
}

std::string_view TrimBlanks(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace monsoon
