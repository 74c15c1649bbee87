// decoder_bench: what one event of a stream costs the agent's decoders, without sockets, clocks or
// threads. Google Benchmark; ./dev bench runs it, and its own flags work too
// (--benchmark_filter=chat, --benchmark_format=json).
//
//   sse/KIND/N        SseDecoder alone: N events in each Feed()
//   chat/KIND/N       the vLLM decoder with the stream recorder behind it
//   http/KIND/N       what a load thread does with a read: these two behind the HTTP response
//   parser
//
// KIND: small (about 180 bytes, a vLLM chunk with one word), reasoning (the same with the text in
// `reasoning`), large (16 KiB of text). One iteration is one whole answer of kEvents token events,
// with the role, the usage and [DONE], as the mock engine writes them; the HTTP chunk framing is
// not in it. Counters: ns_per_event, over the token events; bytes_per_second, over the body.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/core/engine/adapter_registry.h"
#include "agent/core/engine/decoder_scratch.h"
#include "agent/core/engine/stream_recorder.h"
#include "agent/core/http/response_parser.h"
#include "agent/core/stream/sse_decoder.h"
#include "common/model/agent_case.h"

namespace monsoon::bench {
namespace {

constexpr int kEvents = 256;
constexpr int64_t kGapNs = 10'000'000;

enum class Kind { kSmall, kReasoning, kLarge };

std::string Head() {
  return R"(data: {"id":"chatcmpl-0000002a","object":"chat.completion.chunk","created":1760000000,)"
         R"("model":"mock","choices":[)";
}

std::string TokenEvent(Kind kind) {
  const std::string field = kind == Kind::kReasoning ? "reasoning" : "content";
  const std::string text = kind == Kind::kLarge ? std::string(16 * 1024, 'x') : " word";
  return Head() + R"({"index":0,"delta":{")" + field + "\":\"" + text +
         "\"},\"logprobs\":null,\"finish_reason\":null,\"token_ids\":null}]}\n\n";
}

// The body of one answer, cut into reads of `events_per_read` token events. The role comes with the
// first read, the end with the last.
std::vector<std::string> Reads(Kind kind, int events_per_read) {
  std::vector<std::string> reads;
  std::string read = Head() +
                     R"({"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,)"
                     "\"finish_reason\":null}],\"prompt_token_ids\":null}\n\n";
  for (int i = 1; i <= kEvents; ++i) {
    read += TokenEvent(kind);
    if (i % events_per_read == 0 || i == kEvents) {
      reads.push_back(read);
      read.clear();
    }
  }
  reads.back() += Head() +
                  R"({"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop"}]})"
                  "\n\n" +
                  Head() +
                  R"(],"usage":{"prompt_tokens":8,"total_tokens":264,"completion_tokens":256}})"
                  "\n\ndata: [DONE]\n\n";
  return reads;
}

void Count(benchmark::State& state, const std::vector<std::string>& reads) {
  int64_t bytes = 0;
  for (const std::string& read : reads) bytes += static_cast<int64_t>(read.size());
  state.SetBytesProcessed(state.iterations() * bytes);
  state.SetItemsProcessed(state.iterations() * kEvents);
}

class EventCount : public SseHandler {
 public:
  void OnSseEvent(const SseEvent& event) override {
    ++events;
    benchmark::DoNotOptimize(event.data.data());
  }
  bool IsWholePayload(std::string_view) override { return true; }

  int64_t events = 0;
};

void Sse(benchmark::State& state, Kind kind) {
  const std::vector<std::string> reads = Reads(kind, static_cast<int>(state.range(0)));
  SseDecoder decoder(16 << 20);
  for (auto unused : state) {
    EventCount count;
    decoder.Reset();
    for (const std::string& read : reads) decoder.Feed(read, count);
    decoder.Finish(count);
    if (count.events != kEvents + 4) state.SkipWithError("the decoder lost events");
  }
  Count(state, reads);
}

// The vLLM decoder and the recorder behind it, as a load thread holds them for one stream.
class Receiver {
 public:
  Receiver() {
    AgentCase agent_case;
    agent_case.model = "mock";
    agent_case.engine.type = "vllm";
    adapter_ = MakeEngineAdapter(agent_case).value();
    decoder_ = adapter_->NewDecoder(&scratch_);
  }

  void Begin() {
    recorder_.Reset();
    recorder_.record().dispatched_ns = 0;
    decoder_->Begin(200, "text/event-stream; charset=utf-8", &recorder_);
    now_ns_ = 0;
    read_ = 0;
  }
  void BeginRead() { recorder_.BeginRead(now_ns_ += kGapNs, ++read_, ReadLag{}); }
  void Feed(std::string_view body) { decoder_->Feed(body); }
  // Whether the answer came out as it was written.
  bool Finish() {
    decoder_->Finish(true);
    recorder_.Complete(now_ns_);
    return !recorder_.failed() && recorder_.record().output_tokens == kEvents;
  }

 private:
  std::unique_ptr<EngineAdapter> adapter_;
  DecoderScratch scratch_;
  std::unique_ptr<ResponseDecoder> decoder_;
  StreamRecorder recorder_;
  int64_t now_ns_ = 0;
  uint64_t read_ = 0;
};

void Chat(benchmark::State& state, Kind kind) {
  const std::vector<std::string> reads = Reads(kind, static_cast<int>(state.range(0)));
  Receiver receiver;
  for (auto unused : state) {
    receiver.Begin();
    for (const std::string& read : reads) {
      receiver.BeginRead();
      receiver.Feed(read);
    }
    if (!receiver.Finish()) state.SkipWithError("the answer was not read as it was written");
  }
  Count(state, reads);
}

// The same reads with the response's head and the framing of chunks.
std::vector<std::string> OnTheWire(std::vector<std::string> reads) {
  for (std::string& read : reads) {
    char size[32];
    std::snprintf(size, sizeof(size), "%zx\r\n", read.size());
    read.insert(0, size).append("\r\n");
  }
  reads.front().insert(0,
                       "HTTP/1.1 200 OK\r\nserver: mock_engine\r\n"
                       "content-type: text/event-stream; charset=utf-8\r\n"
                       "transfer-encoding: chunked\r\n\r\n");
  reads.back() += "0\r\n\r\n";
  return reads;
}

void Http(benchmark::State& state, Kind kind) {
  const std::vector<std::string> reads = OnTheWire(Reads(kind, static_cast<int>(state.range(0))));
  Receiver receiver;
  ResponseParser parser;
  for (auto unused : state) {
    receiver.Begin();
    parser.Begin();
    auto event = ResponseParser::Event::kNeedMore;
    for (const std::string& read : reads) {
      receiver.BeginRead();
      std::string_view input = read;
      std::string_view body;
      do {
        event = parser.Next(input, body);
        if (event == ResponseParser::Event::kBody) receiver.Feed(body);
      } while (event == ResponseParser::Event::kHead || event == ResponseParser::Event::kBody);
    }
    if (event != ResponseParser::Event::kEnd || !receiver.Finish()) {
      state.SkipWithError("the response was not read as it was written");
    }
  }
  Count(state, reads);
}

void OneToManyPerRead(benchmark::internal::Benchmark* benchmark) {
  benchmark->Arg(1)->Arg(4)->Arg(32);
}

BENCHMARK_CAPTURE(Sse, small, Kind::kSmall)->Name("sse/small")->Apply(OneToManyPerRead);
BENCHMARK_CAPTURE(Sse, reasoning, Kind::kReasoning)->Name("sse/reasoning")->Arg(1);
BENCHMARK_CAPTURE(Sse, large, Kind::kLarge)->Name("sse/large")->Arg(1);
BENCHMARK_CAPTURE(Chat, small, Kind::kSmall)->Name("chat/small")->Apply(OneToManyPerRead);
BENCHMARK_CAPTURE(Chat, reasoning, Kind::kReasoning)->Name("chat/reasoning")->Arg(1);
BENCHMARK_CAPTURE(Chat, large, Kind::kLarge)->Name("chat/large")->Arg(1);
BENCHMARK_CAPTURE(Http, small, Kind::kSmall)->Name("http/small")->Apply(OneToManyPerRead);
BENCHMARK_CAPTURE(Http, reasoning, Kind::kReasoning)->Name("http/reasoning")->Arg(1);
BENCHMARK_CAPTURE(Http, large, Kind::kLarge)->Name("http/large")->Arg(1);

}  // namespace
}  // namespace monsoon::bench

BENCHMARK_MAIN();
