#include "agent/core/engine/redact.h"

#include <algorithm>
#include <string_view>

namespace monsoon {
namespace {

constexpr std::string_view kInstead = "<secret>";

// A header's value is often a word for the scheme, and the key: "Bearer sk-...".
std::string_view LastWord(std::string_view value) {
  const size_t blank = value.find_last_of(' ');
  return blank == std::string_view::npos ? value : value.substr(blank + 1);
}

}  // namespace

Redactor::Redactor(const EngineTarget& target) {
  const auto add = [this](std::string_view value) {
    if (value.size() >= kMinBytes) secrets_.emplace_back(std::string(value));
  };
  add(target.api_key.Reveal());
  for (const SecretHeader& header : target.headers) add(LastWord(header.value.Reveal()));
  std::sort(secrets_.begin(), secrets_.end(),
            [](const Secret& a, const Secret& b) { return a.Reveal().size() > b.Reveal().size(); });
}

void Redactor::Redact(std::string& text) const {
  for (const Secret& secret : secrets_) {
    for (size_t at = text.find(secret.Reveal()); at != std::string::npos;
         at = text.find(secret.Reveal(), at + kInstead.size())) {
      text.replace(at, secret.Reveal().size(), kInstead);
    }
    size_t part = std::min(text.size(), secret.Reveal().size() - 1);
    while (part >= kMinBytes && !text.ends_with(secret.Reveal().substr(0, part))) --part;
    if (part >= kMinBytes) text.replace(text.size() - part, part, kInstead);
  }
}

}  // namespace monsoon
