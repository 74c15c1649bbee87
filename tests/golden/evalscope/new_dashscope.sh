evalscope perf --api dashscope --model qwen-plus --api-key sk-not-to-be-shown \
  --url https://dashscope.aliyuncs.com/api/v1/services/aigc/text-generation/generation \
  --dataset openqa --parallel 2 -n 20 --rate 3 --max-prompt-length 512 --logprobs --name a/b
