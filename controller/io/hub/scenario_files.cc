#include "controller/io/hub/scenario_files.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "absl/strings/str_join.h"

#include "common/base/status_macros.h"
#include "common/base/str_cat.h"
#include "common/time/steady_clock.h"
#include "controller/core/hub/failure_text.h"
#include "controller/core/hub/hub_catalogue.h"
#include "controller/core/hub/transfer_progress.h"
#include "controller/io/hub/hub_fetcher.h"
#include "controller/io/hub/interrupt_guard.h"

namespace monsoon {
namespace {

absl::Status ReadTokenFile(HubServer& server) {
  if (!server.token.empty() || server.token_file.empty()) return absl::OkStatus();
  std::ifstream file(server.token_file);
  std::string token;
  std::getline(file, token);
  ASSIGN_OR_RETURN(server.token,
                   CleanToken(std::move(token), StrCat("the file ", server.token_file)));
  return absl::OkStatus();
}

absl::StatusOr<HubSettings> LoadSettings(const HubEnvironment& env) {
  ASSIGN_OR_RETURN(HubSettings settings, ReadHubSettings(env));
  RETURN_IF_ERROR(ReadTokenFile(settings.hugging_face));
  RETURN_IF_ERROR(ReadTokenFile(settings.model_scope));
  return settings;
}

bool AnyOnHub(const Scenario& scenario) {
  return std::any_of(scenario.cases.begin(), scenario.cases.end(), [](const CaseSpec& spec) {
    return !spec.dataset.hub.from.empty() || !spec.model.tokenizer_hub.from.empty();
  });
}

absl::Status CheckExpected(const HubSpec& asked, const FetchedFile& got) {
  if (asked.sha256.empty() || asked.sha256 == got.sha256) return absl::OkStatus();
  return absl::FailedPreconditionError(StrCat(
      Describe(got.file), ": its sha256 is ", got.sha256, " and the scenario says ", asked.sha256,
      ": the file has changed since; name a `revision` that still has it, or "
      "take `sha256` away to use the new one"));
}

class Getter {
 public:
  Getter(HubSettings settings, Downloads downloads, bool quiet)
      : settings_(std::move(settings)),
        downloads_(downloads),
        display_(stderr, quiet),
        http_(settings_, [] { return !InterruptGuard::interrupted(); }),
        fetcher_({.settings = &settings_,
                  .clock = &clock_,
                  .http = &http_,
                  .display = &display_,
                  .live = isatty(STDERR_FILENO) != 0,
                  .keep_going = [] { return !InterruptGuard::interrupted(); }}) {}

  // Fills in `hub` and `path`. CANCELLED when the user wants no more; other errors are noted.
  absl::Status Get(const std::string& user, const absl::StatusOr<std::vector<HubFile>>& candidates,
                   HubSpec& hub, std::string& path) {
    const auto key = std::make_tuple(user, hub.from, hub.revision, hub.sha256);
    auto known = done_.find(key);
    if (known == done_.end()) known = done_.emplace(key, GetOnce(user, candidates, hub)).first;
    const absl::StatusOr<FetchedFile>& got = known->second;
    if (!got.ok()) {
      return absl::IsCancelled(got.status()) ? got.status() : absl::OkStatus();
    }
    hub = {
        .from = FormatReference(got->file), .revision = got->file.revision, .sha256 = got->sha256};
    path = got->path;
    return absl::OkStatus();
  }

  absl::StatusOr<ScenarioFiles> Finish() {
    if (!problems_.empty()) return absl::FailedPreconditionError(absl::StrJoin(problems_, "\n"));
    return std::move(result_);
  }

  HubChoice choice() const { return settings_.choice; }

 private:
  absl::StatusOr<FetchedFile> GetOnce(const std::string& user,
                                      const absl::StatusOr<std::vector<HubFile>>& candidates,
                                      const HubSpec& hub) {
    absl::StatusOr<FetchedFile> got = Find(candidates);
    if (got.ok()) {
      if (const absl::Status expected = CheckExpected(hub, *got); !expected.ok()) got = expected;
    }
    if (got.ok()) {
      result_.files.push_back({.user = user,
                               .reference = FormatReference(got->file),
                               .revision = got->file.revision,
                               .sha256 = got->sha256,
                               .path = got->path,
                               .size = got->size});
    } else if (absl::IsNotFound(got.status()) && downloads_ == Downloads::kNo) {
      result_.missing.push_back(Missing(user, *candidates));
    } else {
      problems_.push_back(StrCat(user, ": ", ToStd(got.status().message())));
    }
    return got;
  }

  absl::StatusOr<FetchedFile> Find(const absl::StatusOr<std::vector<HubFile>>& candidates) {
    RETURN_IF_ERROR(candidates.status());
    return downloads_ == Downloads::kYes ? fetcher_.Fetch(*candidates)
                                         : fetcher_.FindLocal(*candidates);
  }

  std::string Missing(const std::string& user, const std::vector<HubFile>& candidates) const {
    std::vector<std::string> places;
    for (const HubFile& file : candidates) {
      places.push_back(StrCat(Describe(file), " at ", settings_.server(file.hub).endpoint));
    }
    return StrCat(user, " is not on this machine: `controller ",
                  settings_.offline ? "fetch`, without HF_HUB_OFFLINE," : "run` or `fetch`",
                  " would download ", absl::StrJoin(places, ", else "));
  }

  const SteadyClock clock_;
  const HubSettings settings_;
  const Downloads downloads_;
  ProgressDisplay display_;
  HubHttp http_;
  HubFetcher fetcher_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>,
           absl::StatusOr<FetchedFile>>
      done_;
  ScenarioFiles result_;
  std::vector<std::string> problems_;
};

}  // namespace

absl::StatusOr<ScenarioFiles> GetScenarioFiles(Scenario& scenario, const HubEnvironment& env,
                                               Downloads downloads, bool quiet) {
  if (!AnyOnHub(scenario)) return ScenarioFiles();
  ASSIGN_OR_RETURN(HubSettings settings, LoadSettings(env));
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const InterruptGuard interrupts;
  Getter getter(std::move(settings), downloads, quiet);
  for (CaseSpec& spec : scenario.cases) {
    DatasetSpec& dataset = spec.dataset;
    if (!dataset.hub.from.empty()) {
      const auto candidates = DatasetCandidates(dataset.hub.from, dataset.hub.revision,
                                                DatasetFormatName(dataset.format), getter.choice());
      RETURN_IF_ERROR(
          getter.Get(StrCat("dataset ", dataset.name), candidates, dataset.hub, dataset.path));
    }
    ModelSpec& model = spec.model;
    if (!model.tokenizer_hub.from.empty()) {
      const auto candidates = TokenizerCandidates(model.tokenizer_hub.from,
                                                  model.tokenizer_hub.revision, getter.choice());
      RETURN_IF_ERROR(getter.Get(StrCat("tokenizer of model ", model.name), candidates,
                                 model.tokenizer_hub, model.tokenizer));
    }
  }
  return getter.Finish();
}

}  // namespace monsoon
