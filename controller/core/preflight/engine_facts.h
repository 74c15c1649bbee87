// EngineFacts: what the preflight learned of one engine before any load. Kept with the run, so that
// a report can say later which server it was. Plain values; every text in it came from the engine
// or the scenario and is not cleaned.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace monsoon {

struct EngineFacts {
  std::string engine;  // its label in reports
  std::string type;
  std::string url;
  std::string model;       // that the scenario names
  std::string agent;       // that asked
  std::string request_id;  // of the request, "<run>.preflight.0"

  // From the answers to the read-only GETs; empty or absent where the server did not say.
  std::string server;                     // header Server of the answer
  std::string health;                     // "ok" or "HTTP 503"
  std::string version;                    // of the server
  std::vector<std::string> models;        // that it serves
  std::string owned_by;                   // of the model, as OpenAI's list says it
  std::map<std::string, int64_t> limits;  // "max_model_len": 8192, ...

  // From the answer to the one request.
  std::optional<double> first_token_s;  // after the connection's beginning
  std::optional<double> done_s;
  std::string token_source;   // usage, chunks, none
  std::string finish_reason;  // "" when the answer was not waited for to its end

  std::vector<std::string> warnings;  // sentences

  friend bool operator==(const EngineFacts&, const EngineFacts&) = default;
};

}  // namespace monsoon
