// requests.csv: one line per request, warm-up included, for spreadsheets and notebooks.
//
// RFC 4180: CRLF line ends, fields with a comma or quote in quotes, quotes doubled; UTF-8 without a
// byte order mark. Line ends and other control characters inside a message become spaces. Stamps
// are seconds since the run's start with nine decimals (exact ns); an empty field is what never
// happened or is undefined. Pure; the caller writes the lines.
#pragma once

#include <string>
#include <string_view>

#include "common/model/request_record.h"

namespace monsoon {

// The header line, with its line end.
std::string RequestsCsvHeader();

struct RequestsCsvRow {
  std::string_view case_name;
  std::string_view request_id;
  std::string_view agent;
  const RequestRecord& record;
};
// Appends one line with its line end to `out`.
void AppendRequestsCsvRow(const RequestsCsvRow& row, std::string& out);

}  // namespace monsoon
