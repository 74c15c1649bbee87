#include "controller/core/dataset/text_error.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include <nlohmann/json.hpp>

#include "common/base/str_cat.h"

namespace monsoon {
namespace {

using nlohmann::json;

// Remembers only where parsing failed.
class FaultFinder : public nlohmann::json_sax<json> {
 public:
  explicit FaultFinder(size_t text_size) : offset(text_size), text_size_(text_size) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& last_token,
                   const json::exception& error) override {
    // nlohmann counts the bytes read: up to the offending byte within a token, to the end of a
    // token that is sound and stands in the wrong place, and one more at the end of the text.
    const bool misplaced =
        std::string_view(error.what()).find(" - unexpected ") != std::string::npos;
    if (position <= text_size_) {
      offset = position - std::min(position, misplaced ? last_token.size() : 1);
    }
    return false;
  }

  size_t offset;  // where the text stops being JSON; its size when more is due

 private:
  const size_t text_size_;
};

// Length of the well-formed sequence at the start of `text`, 0 when there is none (RFC 3629, table
// of section 4: no overlong forms, no surrogates, nothing above U+10FFFF).
size_t SequenceLength(std::string_view text) {
  const auto byte = [&](size_t i) -> uint32_t {
    return i < text.size() ? static_cast<uint8_t>(text[i]) : 0;
  };
  const auto continues = [&](size_t from, size_t to) {
    bool all = true;
    for (size_t i = from; i <= to; ++i) {
      all = all && (byte(i) & 0xc0) == 0x80;
    }
    return all;
  };
  const uint32_t lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xc2 && lead <= 0xdf) {
    return continues(1, 1) ? 2 : 0;
  }
  if (lead >= 0xe0 && lead <= 0xef) {
    const bool overlong = lead == 0xe0 && byte(1) < 0xa0;
    const bool surrogate = lead == 0xed && byte(1) > 0x9f;
    return continues(1, 2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    const bool overlong = lead == 0xf0 && byte(1) < 0x90;
    const bool too_large = lead == 0xf4 && byte(1) > 0x8f;
    return continues(1, 3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::optional<TextFault> FindUtf8Fault(std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const size_t length = SequenceLength(text.substr(i, 4));
    if (length == 0) {
      return TextFault{i,
                       absl::StrFormat("not valid UTF-8 (byte 0x%02x); convert the file to UTF-8",
                                       static_cast<uint8_t>(text[i]))};
    }
    i += length;
  }
  return std::nullopt;
}

std::optional<TextFault> FindJsonFault(std::string_view text) {
  FaultFinder finder(text.size());
  if (json::sax_parse(text, &finder)) {
    return std::nullopt;
  }
  if (finder.offset >= text.size()) {
    return TextFault{text.size(), "broken JSON: it ends too early, as if cut in half"};
  }
  // A fault inside a character is reported at its first byte.
  while (finder.offset > 0 && (static_cast<uint8_t>(text[finder.offset]) & 0xc0) == 0x80) {
    --finder.offset;
  }
  return TextFault{finder.offset, StrCat("broken JSON at ", Excerpt(text.substr(finder.offset)))};
}

std::optional<std::string> FindWrongFileKind(std::string_view head) {
  constexpr std::pair<std::string_view, std::string_view> kKinds[] = {
      {"\xff\xfe", "is UTF-16 text; convert it to UTF-8"},
      {"\xfe\xff", "is UTF-16 text; convert it to UTF-8"},
      {"\x1f\x8b", "is compressed with gzip; unpack it first"},
      {"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first"},
      {"PK\x03\x04", "is a zip archive; unpack it first"},
      {"version https://git-lfs.github.com/spec/",
       "is a Git LFS pointer, not the data; fetch the data with `git lfs pull`"},
  };
  for (const auto& [magic, what] : kKinds) {
    if (head.starts_with(magic)) {
      return std::string(what);
    }
  }
  return std::nullopt;
}

std::string Excerpt(std::string_view text) {
  constexpr int kMaxCharacters = 24;
  std::string shown = "\"";
  size_t i = 0;
  for (int characters = 0; i < text.size() && characters < kMaxCharacters; ++characters) {
    const size_t length = std::max<size_t>(1, SequenceLength(text.substr(i, 4)));
    const bool control = absl::ascii_iscntrl(static_cast<unsigned char>(text[i]));
    shown.append(control ? "?" : text.substr(i, length));
    i += length;
  }
  return StrCat(shown, i < text.size() ? "…" : "", "\"");
}

}  // namespace monsoon
