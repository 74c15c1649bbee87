// Proves that a stream in steady state allocates nothing: from the bytes of a read through decoder
// and adapter into the recorder. This binary replaces the global operator new
// (tests/counting_new.h), so it must stay a binary of its own.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <new>
#include <string>
#include <string_view>

#include "agent/core/engine/adapter_registry.h"
#include "agent/core/engine/stream_recorder.h"
#include "tests/agent/engine/decode.h"
#include "tests/agent/engine/family_streams.h"
#include "tests/agent/engine/native_streams.h"
#include "tests/agent/engine/sample_streams.h"
#include "tests/counting_new.h"

namespace monsoon {
namespace {

#ifdef MONSOON_SANITIZED

TEST(Allocation, SteadyStateAllocatesNothing) {
  GTEST_SKIP() << "the sanitizer's allocator is in the way";
}

#else

struct Sample {
  std::string type;
  std::string route;
  std::string_view stream;
  std::string_view terminator;  // begins the last event
};

// A long answer: the sample's chunks over and over, with one terminator.
std::string LongStream(const Sample& sample, int repetitions) {
  const size_t end = std::min(sample.stream.find(sample.terminator), sample.stream.size());
  std::string stream;
  for (int i = 0; i < repetitions; ++i) stream += sample.stream.substr(0, end);
  return stream + std::string(sample.stream.substr(end));
}

// Returns how many allocations the answer itself took, without its beginning and its end.
int64_t Play(ResponseDecoder& decoder, StreamRecorder& recorder, std::string_view stream,
             size_t read_bytes) {
  recorder.Reset();
  decoder.Begin(200, kEventStream, &recorder);
  const int64_t before = Allocations();
  uint64_t read = 0;
  for (size_t at = 0; at < stream.size(); at += read_bytes) {
    ++read;
    recorder.BeginRead(static_cast<int64_t>(read) * 1'000'000, read, {.bound_ns = 50});
    decoder.Feed(stream.substr(at, read_bytes));
  }
  decoder.Finish(true);
  const int64_t allocations = Allocations() - before;
  recorder.Complete(static_cast<int64_t>(read + 1) * 1'000'000);
  return allocations;
}

TEST(Allocation, TheCounterCounts) {
  const int64_t before = Allocations();
  ::operator delete(::operator new(1));  // a new-expression might be optimised away
  EXPECT_GT(Allocations(), before);
}

TEST(Allocation, SteadyStateAllocatesNothing) {
  constexpr std::string_view kDone = "data: [DONE]";
  const Sample samples[] = {
      {"vllm", "chat", kVllmStream, kDone},
      {"lmdeploy", "chat", kLmdeployStream, kDone},
      {"openai", "chat", kOpenAiStream, kDone},
      {"vllm", "completions", kVllmCompletionsStream, kDone},
      {"llama.cpp", "chat", kLlamaCppChatStream, kDone},
      {"openai", "responses", kResponsesStream, "event: response.completed"},
      {"anthropic", "messages", kMessagesStream, "event: message_stop"},
      {"triton", "native", kTritonStream, "<eof>"},
      {"tgi", "native", kTgiStream, "data: {\"index\":2"},
      {"lmdeploy", "native", kLmdeployGenerateStream, kDone},
      {"sglang", "native", kSglangGenerateStream, kDone},
      {"llama.cpp", "native", kLlamaCppStream, "data: {\"index\":0,\"content\":\"\""},
      {"ollama", "native", kOllamaStream, "{\"model\":\"m\",\"created_at\":\"9"},
      {"deepspeed-mii", "native", kMiiStream, kDone},
      {"dashscope", "native", kDashscopeStream, "<eof>"},
  };
  for (const Sample& sample : samples) {
    const std::string stream = LongStream(sample, 50);
    const auto decoder = NewRouteDecoder(sample.type, sample.route);
    StreamRecorder recorder;
    // Reads of every alignment to the events: whole events, parts, many at once.
    for (const size_t read_bytes : {size_t{7}, size_t{100}, size_t{1448}, stream.size()}) {
      Play(*decoder, recorder, stream, 7);
      Play(*decoder, recorder, stream, stream.size());
      ASSERT_EQ(recorder.record().status, RequestStatus::kOk);
      const int64_t before = Allocations();
      Play(*decoder, recorder, stream, read_bytes);
      EXPECT_EQ(Allocations() - before, 0)
          << sample.type << " " << sample.route << ", reads of " << read_bytes << " bytes";
    }
  }
}

// The text is handed over whole when the answer is over, which takes memory once for an answer.
TEST(Allocation, KeepingTheTextAllocatesNothingPerEvent) {
  const std::string stream = LongStream({"vllm", "chat", kVllmStream, "data: [DONE]"}, 50);
  const auto decoder = NewDecoder();
  StreamRecorder recorder(KeepText::kAll);
  Play(*decoder, recorder, stream, 7);
  Play(*decoder, recorder, stream, stream.size());
  for (const size_t read_bytes : {size_t{7}, size_t{100}, size_t{1448}, stream.size()}) {
    EXPECT_EQ(Play(*decoder, recorder, stream, read_bytes), 0) << read_bytes;
    EXPECT_FALSE(recorder.record().answer.empty());
  }
  const int64_t before = Allocations();
  Play(*decoder, recorder, stream, 100);
  EXPECT_LE(Allocations() - before, 2) << "text and runs of the record";
}

#endif

}  // namespace
}  // namespace monsoon
